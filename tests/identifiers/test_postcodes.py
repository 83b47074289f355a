from __future__ import annotations

import pytest

from voicebot.identifiers import find
from voicebot.identifiers.postcodes import find_postcodes


@pytest.mark.parametrize(
    ("text", "postcode"),
    [
        ("S W one A one double A", "SW1A 1AA"),
        ("le72 5lz", "LE72 5LZ"),
        ("my postcode is E10 5XX, thanks", "E10 5XX"),
        ("Tango Foxtrot six nine nine Romeo Uniform", "TF69 9RU"),
        ("K one A zero B one", "K1A 0B1"),
        ("K-1-A-0-B-1", "K1A 0B1"),
        ("nine oh two one oh", "90210"),
        ("90210-1234", "90210-1234"),
        ("one oh one one seven", "10117"),
    ],
)
def test_well_formed_ones_are_sure(text: str, postcode: str) -> None:
    found = find("postcode", text)[0]
    assert (found.value, found.score) == (postcode, 1.0)


@pytest.mark.parametrize(
    ("text", "postcode"),
    [
        ("t s 6 9 9 are you", "TS69 9RU"),
        ("and 11:6 Zed p", "M11 6ZP"),
        ("be t one 6 f r", "BT1 6FR"),
        ("s 7 K free b l", "S7K 3BL"),
        ("tango susan 2 w 5 u r", "TS2W 5UR"),
        ("m 7 h v d n", "M7H 5DN"),
        ("o 4 9 n r", "L4 9NR"),
    ],
)
def test_misheard_characters_are_repaired_by_their_place(text: str, postcode: str) -> None:
    found = find("postcode", text)
    assert postcode in [f.value for f in found[:2]]
    assert all(f.score < 1.0 for f in found)


def test_an_area_that_does_not_exist_is_doubted() -> None:
    assert max(found.score for found in find("postcode", "q x 1 2 a b")) <= 0.7


@pytest.mark.parametrize("text", ["I want to return 2 shirts", "12", "order AB44812", "", "see you at 5", "4481207"])
def test_what_is_no_postcode(text: str) -> None:
    assert find("postcode", text) == []


def test_countries_can_be_chosen() -> None:
    assert find_postcodes("90210", ["GB"]) == []
    assert find_postcodes("K1A 0B1", ["CA"])[0].value == "K1A 0B1"
    assert find_postcodes("K1A 0B1", ["US"]) == []
