"""Which utterances are decoded again, and which of the hypotheses counts. No audio, no model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.identifiers.familiar import Familiar
from voicebot.listening.dictation import (
    Alphabet,
    canonical,
    dictation,
    familiarised,
    in_passing,
    is_clear,
    is_too_short,
    settled,
    weighed,
)


@pytest.mark.parametrize(
    ("kind", "text", "alphabet", "free"),
    [
        ("order_number", "4-4-8 1207", Alphabet.DIGITS, "4481207"),
        ("order_number", "It's 448 1207.", Alphabet.DIGITS, "4481207"),
        ("order_number", "ABC 48-120", Alphabet.BOTH, "ABC48120"),
        ("postcode", "SW1A 1AA", Alphabet.BOTH, "SW1A1AA"),
        ("postcode", "15213", Alphabet.DIGITS, "15213"),
        ("phone", "412, 555, 0123", Alphabet.DIGITS, "4125550123"),
        ("date", "7 17 57", Alphabet.DIGITS, "71757"),
        ("spelling", "S-M-I-T-H.", Alphabet.LETTERS, "SMITH"),
        ("spelling", "ROB ERT", Alphabet.LETTERS, "ROBERT"),
        ("name", "C R E L", Alphabet.LETTERS, "CREL"),
    ],
)
def test_what_is_dictated_is_decoded_again(kind: str, text: str, alphabet: Alphabet, free: str) -> None:
    heard = dictation(kind, text)
    assert heard is not None
    assert (heard.alphabet, heard.free) == (alphabet, free)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("order_number", "I don't have it with me."),
        ("order_number", "it ends in 3"),
        ("order_number", "4481207, no sorry, 4481208"),
        ("spelling", "Where is my order?"),
        ("name", "Jane Smith"),
        ("date", "December 18, 1944."),
        ("date", "last Tuesday"),
        ("open", "4481207"),
        ("spelling", ""),
    ],
)
def test_what_is_said_in_words_is_not(kind: str, text: str) -> None:
    assert dictation(kind, text) is None


def test_words_before_the_characters_are_taken_as_given() -> None:
    heard = dictation("order_number", "My order is, GW 48-120")
    assert heard is not None
    assert (heard.carrier, heard.free) == ("My order is,", "GW48120")


def test_a_word_that_announces_nothing_was_letters() -> None:
    heard = dictation("spelling", "Beary N N N A N")
    assert heard is not None
    assert (heard.carrier, heard.free) == ("", "BEARYNNNAN")
    announced = dictation("name", "That's spelled S-M-I-T-H.")
    assert announced is not None
    assert (announced.carrier, announced.free) == ("That's spelled", "SMITH")


def test_a_lone_word_before_digits_was_a_digit() -> None:
    heard = dictation("order_number", "for 4 8 1 2 0 7")
    assert heard is not None
    assert heard.carrier == ""
    announced = dictation("order_number", "It's 4481207")
    assert announced is not None
    assert announced.carrier == "It's"


def test_values_have_their_canonical_form() -> None:
    assert canonical("postcode", "SW1A1AA") == "SW1A 1AA"
    assert canonical("phone", "4125550123") == "+14125550123"
    assert canonical("phone", "5550123") == "5550123"
    assert canonical("date", "71757") == "1957-07-17"
    assert canonical("order_number", "448120") is None


def test_a_fitting_value_comes_before_likelier_ones_that_do_not_fit() -> None:
    heard = dictation("order_number", "7885 8347")
    assert heard is not None
    outcome = weighed(heard, [{"785834": -1.4, "7858347": -2.7}])
    assert [h.text for h in outcome.nbest] == ["7858347", "785834"]
    assert outcome.value == "7858347"


def test_a_form_does_not_finish_what_was_not_said() -> None:
    heard = dictation("order_number", "4481")
    assert heard is not None
    assert weighed(heard, [{"4481": -1.0, "4481111": -2.0}]).value is None


def test_windows_are_added_up() -> None:
    heard = dictation("spelling", "TAVID")
    assert heard is not None
    one, other = {"TAVID": -3.0, "DAVID": -3.6}, {"DAVID": -1.0}
    assert weighed(heard, [one]).value == "TAVID"
    assert weighed(heard, [one, other]).value == "DAVID"


def test_no_word_has_a_letter_three_times_in_a_row() -> None:
    heard = dictation("spelling", "WILLLIAMS")
    assert heard is not None
    assert [h.text for h in weighed(heard, [{"WILLLIAMS": -3.0, "WILLIAMS": -6.0}]).nbest] == ["WILLIAMS"]


def test_the_callers_own_numbers_come_first_unless_they_are_far_fetched() -> None:
    heard = dictation("order_number", "4481207")
    assert heard is not None
    window = {"4481207": -2.0, "4481209": -4.0, "4481277": -30.0}
    assert weighed(heard, [window], ["4481209"]).value == "4481209"
    assert weighed(heard, [window], ["4481277"]).value == "4481207"


def test_one_window_is_enough_when_it_is_clear_and_agrees() -> None:
    heard = dictation("order_number", "4481207")
    assert heard is not None
    assert settled(heard, {"4481207": -2.0, "4481209": -7.0})
    assert not settled(heard, {"4481207": -2.0, "4481209": -3.0})
    assert not settled(heard, {"4481209": -2.0})
    assert not settled(heard, {})


def test_one_window_is_enough_when_only_it_has_a_value_of_the_right_form() -> None:
    heard = dictation("order_number", "448 120")
    assert heard is not None
    assert settled(heard, {"4481207": -2.0, "448120": -2.5})
    assert not settled(heard, {"448120": -2.0, "4481207": -2.5})
    assert not settled(heard, {"4481207": -2.0, "4481209": -2.5})


def test_letters_written_like_a_word_are_letters() -> None:
    for text, free in (("JVpe 870", "JVPE870"), ("Sfqqk 6881", "SFQQK6881")):
        heard = dictation("order_number", text)
        assert heard is not None
        assert (heard.free, heard.alphabet, heard.carrier) == (free, Alphabet.BOTH, "")
    named = dictation("order_number", "Number JV 870")
    assert named is not None
    assert named.carrier == "Number"


def test_no_letter_comes_three_times_in_a_row() -> None:
    heard = dictation("order_number", "U-T-F-F-F-8")
    assert heard is not None
    assert weighed(heard, [{"UTFFF8": -1.0, "UTSFF8": -2.0}]).nbest[0].text == "UTFF8"
    digits = dictation("order_number", "4480002")
    assert digits is not None
    assert weighed(digits, [{"4480002": -1.0}]).value == "4480002"


@given(st.sampled_from(["order_number", "postcode", "phone", "date"]), st.text("0448 owel,-abAB", max_size=30))
def test_any_text_is_long_enough_or_not(kind: str, text: str) -> None:
    heard = dictation(kind, text)
    if heard is not None:
        assert is_too_short(heard, text) in (True, False)


def test_what_is_likeliest_of_all_lengths_was_said_whatever_the_free_text_lacks() -> None:
    heard = dictation("order_number", "448, oh well, we too!")
    assert heard is not None
    assert weighed(heard, [{"4480022": -2.0, "448002": -3.0}]).value == "4480022"
    assert weighed(heard, [{"448002": -2.0, "4480022": -3.0}]).value is None
    assert weighed(heard, [{"4480022": -2.0}, {"448002": -2.0}]).value is None


def test_a_free_text_of_the_right_form_is_a_candidate() -> None:
    heard = dictation("phone", "201-464-608-3")
    assert heard is not None
    assert weighed(heard, [{"2146460083": -5.0, "214646083": -2.0}]).value == "+12014646083"
    assert weighed(heard, [{}]).value == "+12014646083"
    short = dictation("order_number", "44812")
    assert short is not None
    assert weighed(short, [{}]).nbest == ()


@pytest.mark.parametrize(
    ("text", "free"),
    [
        ("Where's my order 44481207?", "44481207"),
        ("track order 448 120", "448120"),
        ("44481207", None),
        ("order 4481207 please", None),
        ("I have 3 of them", None),
        ("it is 448 12 or 449 1207", None),
    ],
)
def test_an_order_number_at_the_end_of_a_sentence_is_looked_at_again(text: str, free: str | None) -> None:
    heard = in_passing(text)
    assert (heard.free if heard else None) == free


def test_a_likely_number_of_the_right_length_is_clear() -> None:
    heard = dictation("order_number", "448 1207")
    assert heard is not None
    assert is_clear(heard, -0.6)
    assert not is_clear(heard, -1.2)
    longer = dictation("order_number", "448 12071")
    assert longer is not None
    assert not is_clear(longer, -0.2)


def test_half_a_number_is_not_decoded_again() -> None:
    half, nearly = dictation("order_number", "448 12"), dictation("order_number", "448 120")
    assert half is not None
    assert nearly is not None
    assert is_too_short(half, "448 12")
    assert not is_too_short(nearly, "448 120")


def test_words_among_the_digits_may_have_been_digits() -> None:
    heard, sentence = dictation("order_number", "448, a wolf, 22"), dictation("order_number", "it is 448 1")
    assert heard is not None
    assert sentence is not None
    assert not is_too_short(heard, "448, a wolf, 22")
    assert is_too_short(sentence, "it is 448 1")


def test_spelled_letters_are_weighed_with_words_that_exist() -> None:
    familiar = Familiar(["pittsburgh"])
    heard = dictation("spelling", "P-I-T-T-S-V-U-R-G-H")
    assert heard is not None
    window = {"PITTSVURGH": -1.0, "PITTSBURGH": -2.5}
    alone = weighed(heard, [window])
    assert alone.value == "PITTSVURGH"
    assert familiarised(heard, alone, (), familiar).value == "PITTSBURGH"
    assert familiarised(heard, alone, ("PITTSVURGH",), familiar) is alone, "the caller's own name comes first"


def test_numbers_are_no_words() -> None:
    heard = dictation("order_number", "448120")
    assert heard is not None
    outcome = weighed(heard, [{"4481207": -1.0}])
    assert familiarised(heard, outcome, (), Familiar(["pittsburgh"])) is outcome
