from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from voicebot.dialogue.loader import load_flows
from voicebot.speaking.clauses import split
from voicebot.speaking.lexicon import EMPTY, FILE, Lexicon, LexiconError, load_lexicon, parse_lexicon

FLOWS = Path(__file__).parents[2] / "flows"
TEXT = """\
lexicon: en
words:
  Nike: nigh-kee
  Nike Air: nigh-kee air
  H&M: aitch and em
  3M: three em
  IKEA: {ipa: aɪkˈiːə}
---
lexicon: de
words:
  Nike: Naiki
"""
ENGLISH = parse_lexicon(TEXT, "en-US")


def said(text: str, kind: str = "text") -> str:
    clauses = split([(kind, text)], today=date(2026, 11, 21), lexicon=ENGLISH)
    return " ".join(clause.spoken for clause in clauses)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Your NIKE shoes.", "Your nigh-kee shoes."),
        ("The Nike Air, please.", "The nigh-kee air, please."),
        ("Nike's best.", "nigh-kee's best."),
        ("From H&M or 3M.", "From aitch and em or three em."),
        ("Nikes and Snike.", "Nikes and Snike."),
        ("An IKEA lamp.", "An IKEA lamp."),
        ("20% off Nike!", "twenty percent off nigh-kee!"),
    ],
)
def test_names_are_said_by_their_spelling(text: str, spoken: str) -> None:
    assert said(text) == spoken


def test_names_inside_values_and_lists_are_said_too() -> None:
    assert said("Nike shoes", "plain").rstrip(",") == "nigh-kee shoes"
    assert said("a hat, Nike shoes", "list").rstrip(",") == "a hat and nigh-kee shoes"


def test_the_eye_sees_what_was_written() -> None:
    (clause,) = split([("text", "Two H&M hats.")], today=date(2026, 11, 21), lexicon=ENGLISH)
    assert clause.display == "Two H&M hats."


def test_sounds_reach_the_voice_alone_and_only_in_capitals_where_written_so() -> None:
    assert ENGLISH.phonetic("An IKEA lamp, ikea.") == "An [[aɪkˈiːə]] lamp, ikea."


@pytest.mark.parametrize("lexicon", [ENGLISH, EMPTY])
def test_no_text_smuggles_sounds_in(lexicon: Lexicon) -> None:
    assert "[" not in lexicon.phonetic("An [[ˈiːvəl]] lamp [[")


@pytest.mark.parametrize(("code", "said_as"), [("de-DE", "Naiki"), ("de", "Naiki"), ("en-GB", "nigh-kee")])
def test_a_region_has_the_names_of_its_language(code: str, said_as: str) -> None:
    assert parse_lexicon(TEXT, code).names[0].say == said_as
    assert parse_lexicon(TEXT, "fr").names == ()


def test_only_sounds_change_what_a_voice_makes_of_a_text() -> None:
    other = parse_lexicon(TEXT.replace("nigh-kee", "nykee"), "en")
    assert other.fingerprint == ENGLISH.fingerprint
    assert parse_lexicon(TEXT.replace("kˈiːə", "kˈeːə"), "en").fingerprint != ENGLISH.fingerprint


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("lexicon: en\nwords:\n  Nike nigh", [":2: L003", "there are no words"]),
        ("lexicon: en\nwords:\n  Nike: [", [":3: L001"]),
        ("lexicon: en\nwords:\n  Nike: a\n  Nike: b", [":4: L004"]),
        ("lexicon: en\nwords:\n  Nike: a\n  nike: b", [":4: L004", "line 3"]),
        ("lexicon: en\nwords:\n  Nike: {sounds: a}", [":3: L002"]),
        ("lexicon: en\nwords:\n  Nike: {ipa: a, say: b}", [":3: L002"]),
        ("lexicon: en\nwords:\n  Nike: ''", [":3: L003"]),
        ("lexicon: en\nwords:\n  Nike: 5", [":3: L003"]),
        ("lexicon: en\nwords:\n  Nike: '[[x]]'", [":3: L003"]),
        ("lexicon: en\nwords:\n  '!!!': x", [":3: L003"]),
        ("lexicon: en\nwords: {}\nmore: 1", [":3: L002"]),
        ("words: {Nike: x}", ["L003", "not a lexicon"]),
        ("- a", ["L003"]),
        ("lexicon: en\nwords:\n  Nike: ''\n  '!': x", [":3: L003", ":4: L003"]),
    ],
)
def test_a_mistake_is_found_where_it_stands(text: str, found: list[str]) -> None:
    with pytest.raises(LexiconError) as error:
        parse_lexicon(text, "en", file="shop.yaml")
    assert all(part in str(error.value) for part in found), str(error.value)
    assert "shop.yaml:" in str(error.value)


def test_sounds_that_the_voice_lacks_are_refused() -> None:
    ENGLISH.check({"a", "ɪ", "k", "ˈ", "i", "ː", "ə"})
    with pytest.raises(LexiconError, match=r":7: L005 .*'ə'"):
        ENGLISH.check({"a", "ɪ", "k", "ˈ", "i", "ː"})


def test_a_file_that_is_asked_for_must_be_there(tmp_path: Path) -> None:
    assert load_lexicon(tmp_path / FILE, "en") is EMPTY
    with pytest.raises(LexiconError, match="cannot be read"):
        load_lexicon(tmp_path / FILE, "en", required=True)


def test_the_shipped_lexicon_is_sound_and_no_flow() -> None:
    assert load_lexicon(FLOWS / FILE, "en", required=True).names
    assert load_flows(FLOWS).flows
