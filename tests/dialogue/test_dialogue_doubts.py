from __future__ import annotations

import pytest

from voicebot.dialogue.doubts import asked_about, corrected, facts, part
from voicebot.dialogue.state import Frame, State


@pytest.mark.parametrize(
    ("kind", "value", "uncertain", "place", "said"),
    [
        ("order_number", "4481207", (6,), "end", "7"),
        ("order_number", "4481207", (5,), "end", "07"),
        ("order_number", "4481207", (0,), "start", "4"),
        ("order_number", "4481207", (1,), "start", "44"),
        ("order_number", "4481207", (3,), "middle", "1"),
        ("order_number", "4481207", (2, 4), "middle", "812"),
        ("order_number", "4481207", (0, 6), "whole", "4481207"),
        ("order_number", "4481207", (), "whole", "4481207"),
        ("phone", "+14155550134", (9, 10), "end", "34"),
        ("phone", "+14155550134", (0,), "start", "1"),
        ("postcode", "SW1A 1AA", (4,), "middle", "1"),
        ("email", "ada@example.com", (0,), "whole", "ADAEXAMPLECOM"),
        ("name", "Ada Moreau", (2,), "whole", "ADAMOREAU"),
        ("order_number", "", (), "whole", ""),
    ],
)
def test_the_part_to_ask_about(kind: str, value: str, uncertain: tuple[int, ...], place: str, said: str) -> None:
    told = facts(part("slot", kind, value, uncertain))
    assert (told["place"], told["part"], told["size"]) == (place, said, len(said))


def test_a_part_said_again_takes_its_place_and_leaves_marks_where_they_are() -> None:
    assert corrected(part("n", "order_number", "4481207", (5, 6)), "48") == "4481248"
    assert corrected(part("p", "phone", "+14155550134", (10,)), "9") == "+14155550139"
    assert corrected(part("p", "postcode", "SW1A 1AA", (4,)), "2") == "SW1A 2AA"
    assert corrected(part("n", "order_number", "4481207", (5, 6)), "483") is None
    assert corrected(part("n", "order_number", "4481207", ()), "4481208") is None, "a whole value is no part"


@pytest.mark.parametrize(
    ("value", "others", "uncertain", "rival"),
    [
        ("MARLOWE", ["NARLOWE"], (0,), "N"),
        ("Marlowe", ["MARLOVE", "NARLOWE"], (0,), "N"),
        ("SW1P 4BT", ["SW1T 4BT"], (3,), "T"),
        ("SW1P 4BT", ["SW1P 4PT"], (3,), ""),
        ("MARLOWE", ["MARLOW"], (6,), ""),
        ("MARLOWE", ["NARLOWE"], (0, 3), ""),
        ("4481207", ["4481209"], (6,), ""),
    ],
)
def test_two_letters_to_choose_from(value: str, others: list[str], uncertain: tuple[int, ...], rival: str) -> None:
    told = facts(part("slot", "spelling", value, uncertain, others))
    assert told["rival"] == rival
    if rival:
        assert told["size"] == 1


def test_what_stands_before_a_part_in_the_middle() -> None:
    told = facts(part("slot", "order_number", "4481207", (3,)))
    assert (told["before"], told["digits"]) == ("48", True)
    assert facts({})["place"] == ""


def test_a_doubt_counts_while_it_is_asked_about() -> None:
    doubt = part("order_number", "order_number", "4481207", (6,))
    pattern, flow = (Frame("patterns/read_back", "last_one"),), (Frame("wismo", "offer_colleague"),)
    assert asked_about(State(doubt=doubt, stack=pattern), "yes_no", "heard_right") == doubt
    assert asked_about(State(doubt=doubt, stack=flow), "order_number", "order_number") == doubt
    assert asked_about(State(doubt=doubt, stack=flow), "yes_no", "want_colleague") is None
    assert asked_about(State(stack=pattern), "yes_no", "heard_right") is None
