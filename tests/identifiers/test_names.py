from __future__ import annotations

import pytest

from voicebot.identifiers import find
from voicebot.identifiers.names import cased


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("it's Jane Smith", "Jane Smith"),
        ("Jane Smith.", "Jane Smith"),
        ("jane smith", "Jane Smith"),
        ("The name on the account is Bob Geldof", "Bob Geldof"),
        ("Yes, this is Mr. Fox speaking.", "Fox"),
        ("Hi. My name is Chloe Zhang. I had a question about my order.", "Chloe Zhang"),
        ("first name Yusuf, last name Rossi", "Yusuf Rossi"),
        ("Ludwig van der Berg", "Ludwig van der Berg"),
        ("tina o brien", "Tina O'Brien"),
        ("Tina O'Brien", "Tina O'Brien"),
        ("It's Mary Smith-Jones", "Mary Smith-Jones"),
        ("de la Cruz", "de la Cruz"),
        ("MCDONALD", "McDonald"),
    ],
)
def test_spoken_names(text: str, name: str) -> None:
    assert find("name", text)[0].value == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("S-M-I-T-H", "Smith"),
        ("J-A-N-E S-M-I-T-H", "Jane Smith"),
        ("last name Smith, S-M-I-T-H", "Smith"),
        ("last name Smith, S-M-Y-T-H", "Smyth"),
        ("Jane Smith, S-M-Y-T-H-E", "Jane Smythe"),
        ("Jane Smith, J-A-N-E S-M-I-T-H.", "Jane Smith"),
        ("Catherine, K-A-T-H-R-Y-N, Jones", "Kathryn Jones"),
        ("My surname's Drav, D as in dog, R as in Robert, A-V-K.", "Dravk"),
        ("Smith. S as in Sam, M as in Mary, I, T, H.", "Smith"),
        ("Smith with a y", "Smyth"),
        ("Anne Clark with an e", "Anne Clarke"),
        ("Steven with a ph", "Stephen"),
        ("Catherine with a K", "Katherine"),
        ("Scot with two t's", "Scott"),
        ("Clarke without an e", "Clark"),
    ],
)
def test_a_spelling_wins_over_what_was_heard(text: str, name: str) -> None:
    assert find("name", text)[0].value == name


def test_a_spelling_of_another_word_does_not_replace_the_name() -> None:
    values = [found.value for found in find("name", "Jane Miller, B-O-B")]
    assert "Jane Miller" in values


def test_a_spelled_name_is_surer_than_a_spoken_one() -> None:
    assert find("name", "Smith, S-M-I-T-H")[0].score > find("name", "Smith")[0].score > find("name", "smith")[0].score


@pytest.mark.parametrize(
    "text",
    [
        "It's broken",
        "I'm calling about my order",
        "hello",
        "Where is my order?",
        "I want to return the shoes",
        "I'd like to speak to a human",
        "Yes.",
        "I need an XL",
        "",
        "4481207",
    ],
)
def test_what_is_no_name(text: str) -> None:
    assert all(found.score < 0.6 for found in find("name", text))


@pytest.mark.parametrize(
    ("spelled", "written"),
    [
        ("SMITH", "Smith"),
        ("MCDONALD", "McDonald"),
        ("O'BRIEN", "O'Brien"),
        ("LUDWIG VAN DER BERG", "Ludwig van der Berg"),
        ("SMITH-JONES", "Smith-Jones"),
        ("DeVito", "DeVito"),
        ("VAN", "Van"),
    ],
)
def test_names_have_their_capitals(spelled: str, written: str) -> None:
    assert cased(spelled) == written
