from __future__ import annotations

from voicebot.identifiers import Decision, ground, sound_distance

MINE = ["4481207", "3905518", "4471002"]


def test_what_exists_is_accepted() -> None:
    assert ground(["4481207"], MINE).decision is Decision.ACCEPT
    assert ground(["4481207"], ["4481207"], population=100_000).decision is Decision.ACCEPT


def test_a_misheard_digit_is_repaired_among_a_few_orders() -> None:
    found = ground(["4481201"], MINE)
    assert (found.decision, found.value, found.uncertain) == (Decision.ACCEPT, "4481207", (6,))


def test_among_many_orders_a_repair_is_read_back() -> None:
    found = ground(["4481201"], ["4481207"], population=100_000)
    assert (found.decision, found.value) == (Decision.CONFIRM, "4481207")


def test_a_second_hypothesis_that_exists_wins() -> None:
    found = ground([("4481297", -0.2), ("4481207", -0.3)], ["4481207", "9999999"], population=100_000)
    assert (found.decision, found.value) == (Decision.ACCEPT, "4481207")


def test_two_that_are_as_near_are_asked_about() -> None:
    found = ground(["4481206"], ["4481207", "4481203"])
    assert found.decision is Decision.CONFIRM
    assert {found.value, *found.alternatives} == {"4481207", "4481203"}


def test_a_dropped_digit_is_repaired() -> None:
    assert ground(["448120"], MINE).value == "4481207"


def test_nothing_near_is_asked_again() -> None:
    assert ground(["9999999"], MINE).decision is Decision.ASK_AGAIN
    assert ground([], MINE).decision is Decision.ASK_AGAIN
    assert ground(["4481207"], []).decision is Decision.ASK_AGAIN


def test_alike_sounds_are_near() -> None:
    assert sound_distance("5", "9") < sound_distance("5", "2")
    assert sound_distance("4481207", "4481207") == 0.0
    assert sound_distance("4481207", "44812077") < 1.0
