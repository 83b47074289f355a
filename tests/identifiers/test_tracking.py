from __future__ import annotations

import pytest

from voicebot.identifiers import find
from voicebot.identifiers.tracking import carriers, repairs, shaped

#: Numbers as they are printed in public documentation and test data of the carriers.
GENUINE = {
    "1Z5R89390357567127": "ups",
    "1Z879E930346834440": "ups",
    "1ZXX3150YW44070023": "ups",
    "9400111899223197428497": "usps",
    "420902109400111899223197428497": "usps",
    "RB123456785GB": "s10",
    "986578788855": "fedex",
    "012345678983": "fedex",
    "041441760228964": "fedex",
    "3318810025": "dhl",
}


@pytest.mark.parametrize(("value", "name"), GENUINE.items())
def test_check_digits_of_carriers(value: str, name: str) -> None:
    assert name in [carrier.name for carrier in carriers(value)]


@pytest.mark.parametrize("value", GENUINE)
def test_another_last_digit_fits_no_longer(value: str) -> None:
    place = len(value) - 3 if value.endswith("GB") else len(value) - 1
    wrong = value[:place] + str((int(value[place]) + 1) % 10) + value[place + 1 :]
    assert {c.name for c in shaped(wrong)} == {c.name for c in shaped(value)}
    assert not carriers(wrong)


def test_one_misheard_character_is_repaired() -> None:
    misheard = "1Z5R89390397567127"
    offered = [value for value, _ in repairs(misheard)]
    assert "1Z5R89390357567127" in offered
    assert all(carriers(value) for value in offered)


def test_spoken_numbers() -> None:
    text = "one zee five r eight nine three nine oh three five seven five six seven one two seven"
    (found,) = find("tracking_number", text)
    assert (found.value, found.score) == ("1Z5R89390357567127", 1.0)


def test_letters_written_apart() -> None:
    assert find("tracking_number", "it's RB 123 456 785 GB")[0].value == "RB123456785GB"


def test_a_wrong_check_digit_lowers_the_score_and_offers_repairs() -> None:
    found = find("tracking_number", "1Z5R89390397567127")
    scores = {f.value: f.score for f in found}
    assert found[0].value == "1Z5R89390357567127"
    assert scores["1Z5R89390397567127"] < 0.5 < scores["1Z5R89390357567127"] < 0.9


def test_numbers_of_unknown_carriers_are_kept() -> None:
    (found,) = find("tracking_number", "JD0146000001")
    assert 0.5 < found.score < 0.9


def test_too_few_characters_are_none() -> None:
    assert find("tracking_number", "1Z 5R8") == []
