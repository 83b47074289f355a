from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.speaking.languages import language
from voicebot.speaking.written import said, segments

TODAY = date(2026, 11, 21)  # a Saturday


def say(text: str, code: str = "en") -> str:
    return said(text, language(code), TODAY)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("3 parcels", "three parcels"),
        ("1,234,567 and 1,299.50", "one million two hundred and thirty-four thousand five hundred and sixty-seven"
         " and one thousand two hundred and ninety-nine point five zero"),
        ("0.5 and 1.299", "zero point five and one point two nine nine"),
        ("in 2026", "in twenty twenty-six"),
        ("1234 pieces", "one thousand two hundred and thirty-four pieces"),
        ("order 4481207", "order four four eight, one two zero seven"),
        ("#1207 and 007", "number one two zero seven and zero zero seven"),
        ("-5 or −3", "minus five or minus three"),
        ("(20%) off", "(twenty percent) off"),
        ("20°C", "twenty degrees C"),
        ("$5, $19.99, € 20 and 19,99 €", "five dollars, nineteen dollars and ninety-nine cents, twenty euros and"
         " nineteen euros and ninety-nine cents"),
        ("30 GBP", "thirty pounds"),
        ("¥500 and ¥5.5", "five hundred yen and five point five yen"),
        ("at 9:30", "at nine thirty A M"),
        ("the 24th of May", "the twenty-fourth of May"),
        ("on 2026-11-24.", "on Tuesday, November the twenty-fourth."),
        ("from 2026-13-45", "from two zero two six - one three - four five"),
        ("XT-500", "XT-five hundred"),
        ("iPhone15 with 256GB", "iPhone fifteen with two hundred and fifty-six G B"),
        ("1Z999AA10123456", "one, Z, nine nine nine, ay ay, one zero one two, three four five six"),
        ("AC/DC & more", "AC DC and more"),
        ("help@shop.example, please", "help at shop dot example, please"),
        ("https://www.shop.example/returns?id=5#top!", "shop dot example slash returns!"),
        ("www.shop.co.uk.", "shop dot co dot uk."),
        ("Sale 🎉 👩‍👩‍👧 now ❤️", "Sale now"),
        ("**bold** _and_ `code` ~ | ^", "bold and code"),
        ("<b>Big</b> <break time='9s'/>sale", "Big sale"),
        ("<speak><audio src='x'/>hi</speak>", "hi"),
        ("AT&amp;T", "AT and T"),
        ("[[dʒoʊ]]", "dʒoʊ"),
        ("O'Neil's café — really?", "O'Neil's café — really?"),
        ("a\u200bb\x00c\u202e", "abc"),
        ("   ", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_english(text: str, spoken: str) -> None:
    assert say(text) == spoken


@pytest.mark.parametrize(
    ("code", "text", "spoken"),
    [
        ("de", "1.299 Stück", "eintausendzweihundertneunundneunzig Stück"),
        ("de", "3,5 kg", "drei Komma fünf kg"),
        ("de", "19,99 € statt 1 €", "neunzehn Euro und neunundneunzig Cent statt ein Euro"),
        ("de", "20% um 14:30", "zwanzig Prozent um vierzehn Uhr dreißig"),
        ("de", "am 2026-11-24", "am Dienstag, vierundzwanzigster November"),
        ("es", "21,01 € y 20 %", "veintiún euros y un céntimo y veinte por ciento"),
        ("es", "a las 13:15", "a las una y quince de la tarde"),
        ("fr", "1 £ et 21,50 €", "une livre et vingt et un euros et cinquante centimes"),
        ("fr", "à 21:21", "à vingt et une heures vingt et une"),
        ("en-GB", "on 2026-11-24", "on Tuesday the twenty-fourth of November"),
        ("xx-YY", "3 €", "three euros"),
    ],
)
def test_other_languages(code: str, text: str, spoken: str) -> None:
    assert say(text, code) == spoken


@pytest.mark.parametrize("code", ["en-US", "en-GB", "de", "es", "fr"])
@given(text=st.text(alphabet=st.sampled_from("0123456789.,:-#%€$ @abcXYZ/<>[]&'\u00a0٣🎉"), max_size=40))
def test_every_text_has_words_without_ascii_figures_or_markup(code: str, text: str) -> None:
    spoken = say(text, code)
    assert not set(spoken) & set("0123456789[]<>#%€$🎉")
    written = "".join(segment.written for segment in segments(text, language(code), TODAY))
    assert "".join(written.split()) == "".join(text.split())


@pytest.mark.parametrize(
    "text", ["9" * 50_000, "1," * 20_000, "a" * 50_000, "a.@" * 20_000, "<" * 50_000, "-#" * 20_000]
)
def test_long_text_is_done_quickly_and_a_word_without_end_has_one(text: str) -> None:
    assert max(map(len, say(text).split()), default=0) <= 60
