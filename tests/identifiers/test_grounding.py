from __future__ import annotations

from voicebot.identifiers import Decision, doubt, ground, sound_distance

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


def test_a_stranger_is_never_taken_for_the_one_who_was_heard() -> None:
    """Resemblance alone, of whatever degree, is asked about."""
    for heard in ("4481209", "MN4021"):
        known = heard.replace("9", "5").replace("N", "M")
        assert ground([(heard, -0.1), ("7", -4.0)], [known], population=10).decision is not Decision.ACCEPT


def test_the_callers_own_comes_before_a_stranger_with_that_very_number() -> None:
    found = ground([("4481201", -0.2)], ["4481201"], population=100_000, own=["4481207"])
    assert (found.decision, found.value) == (Decision.ACCEPT, "4481207")


def test_the_same_hypotheses_among_a_callers_and_among_all_orders() -> None:
    heard = [("4481201", -0.3), ("4481291", -0.5)]
    assert ground(heard, MINE).decision is Decision.ACCEPT
    assert ground(heard, ["4481207"], population=100_000).decision is Decision.CONFIRM
    assert ground(heard, ["4481207"], population=9_000_000).confidence < ground(heard, MINE).confidence


def test_of_two_existing_that_were_heard_only_the_difference_is_uncertain() -> None:
    found = ground([("4481207", -0.2), ("4481907", -0.25)], ["4481207", "4481907"], population=100_000)
    assert (found.decision, found.value, found.uncertain) == (Decision.CONFIRM, "4481207", (4,))
    assert found.alternatives == ("4481907",)


def test_a_swallowed_digit_is_uncertain_where_it_may_be() -> None:
    found = ground([("448107", -0.2), ("448207", -0.9)], ["4481207"], population=100_000)
    assert (found.decision, found.value) == (Decision.CONFIRM, "4481207")
    assert set(found.uncertain) & {3, 4}


def test_doubt_without_anything_to_match_with() -> None:
    assert doubt([("94107", -0.1), ("94109", -3.0)]).decision is Decision.ACCEPT
    found = doubt([("94107", -0.1), ("94109", -0.3)])
    assert (found.decision, found.value, found.uncertain) == (Decision.CONFIRM, "94107", (4,))
    assert doubt(["94107", "94109"]).decision is Decision.ACCEPT, "texts without scores"
    assert doubt([]).decision is Decision.ASK_AGAIN
    assert doubt([("94107", -0.5), ("9410", -0.1)]).decision is Decision.ACCEPT, "no postcode has four digits"
    assert doubt([("ada@example.com", -0.5), ("adam@example.com", -0.5)]).decision is Decision.CONFIRM
