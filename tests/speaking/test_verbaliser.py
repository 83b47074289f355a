from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.speaking.verbaliser import shown, spoken

TODAY = date(2026, 11, 21)  # a Saturday

KINDS = [
    *(
        "text",
        "plain",
        "order_number",
        "tracking_number",
        "digits",
        "letter",
        "phone",
        "email",
        "date",
        "time",
        "money",
    ),
    *("count", "name", "carrier", "list", "unheard_of"),
]


def said(kind: str, value: str) -> str:
    return spoken(kind, value, today=TODAY)


@pytest.mark.parametrize(
    ("kind", "value", "spoken"),
    [
        ("order_number", "4481207", "four four eight, one two zero seven"),
        ("order_number", "#4481207", "four four eight, one two zero seven"),
        ("order_number", "1234", "one two three four"),
        ("order_number", "12345", "one two three, four five"),
        ("order_number", "123456", "one two three, four five six"),
        ("order_number", "12345678", "one two three four, five six seven eight"),
        ("order_number", "AB-1207", "ay B, one two zero seven"),
        ("tracking_number", "1Z999", "one, Z, nine nine nine"),
        ("digits", "90210", "nine zero two, one zero"),
        ("letter", "m", "M as in Mike"),
        ("letter", "7", "seven"),
        ("phone", "+14155552671", "plus one, four one five, five five five, two six seven one"),
        ("phone", "5552671", "five five five, two six seven one"),
        ("email", "john.smith@gmail.com", "john dot smith at gmail dot com"),
        ("email", "jdx_42@shop-mail.co.uk", "J D X underscore four two at shop dash mail dot C O dot U K"),
        ("date", "2026-11-21", "today"),
        ("date", "2026-11-22", "tomorrow"),
        ("date", "2026-11-20", "yesterday"),
        ("date", "2026-11-24", "Tuesday, November the twenty-fourth"),
        ("date", "2026-11-24T10:00:00Z", "Tuesday, November the twenty-fourth"),
        ("date", "2027-11-24", "Wednesday, November the twenty-fourth, twenty twenty-seven"),
        ("time", "14:30", "two thirty P M"),
        ("time", "09:05", "nine oh five A M"),
        ("time", "9:05", "nine oh five A M"),
        ("time", "17:00", "five P M"),
        ("time", "12:00", "noon"),
        ("time", "00:00", "midnight"),
        ("time", "2026-11-24T18:15:00", "six fifteen P M"),
        ("money", "1999 EUR", "nineteen euros and ninety-nine cents"),
        ("money", "2000 EUR", "twenty euros"),
        ("money", "100 USD", "one dollar"),
        ("money", "101 GBP", "one pound and one penny"),
        ("money", "99 EUR", "ninety-nine cents"),
        ("money", "0 EUR", "zero euros"),
        ("money", "500 JPY", "five hundred yen"),
        ("money", "1500 KWD", "one Kuwaiti dinar and five hundred fils"),
        ("money", "-1050 EUR", "minus ten euros and fifty cents"),
        ("money", "12345 TND", "twelve point three four five Tunisian dinars"),
        ("money", "123456 EUR", "one thousand two hundred and thirty-four euros and fifty-six cents"),
        ("count", "3", "three"),
        ("carrier", "DHL", "D H L"),
        ("carrier", "UPS", "U P S"),
        ("carrier", "FedEx", "Fed Ex"),
        ("carrier", "Royal Mail", "Royal Mail"),
        ("list", "a, b, c", "a, b and c"),
        ("list", "red shoes; blue, wide hat", "red shoes and blue, wide hat"),
        ("list", "4481207, 4481208", "four four eight, one two zero seven and four four eight, one two zero eight"),
        ("list", "only one", "only one"),
        ("name", "Zoë O'Neil", "Zoë O'Neil"),
        ("plain", "a blue mug", "a blue mug"),
    ],
)
def test_values_as_they_are_said(kind: str, value: str, spoken: str) -> None:
    assert said(kind, value) == spoken


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", ["", "???", "soon", "12 XX YY", "EUR 12", "2026-13-45", "25:99", "@"])
def test_what_is_not_of_its_kind_is_said_like_any_other_text(kind: str, value: str) -> None:
    assert isinstance(said(kind, value), str)
    if kind in ("date", "time", "money", "count"):
        assert said(kind, value) == said("text", value)


@given(st.sampled_from(KINDS), st.text(max_size=40))
def test_no_value_is_an_error(kind: str, value: str) -> None:
    said(kind, value)
    shown(kind, value, today=TODAY)


@given(st.from_regex(r"[A-Z]{0,3}[0-9]{1,20}", fullmatch=True))
def test_every_digit_of_an_identifier_is_said_once_in_short_groups(value: str) -> None:
    groups = [group.split() for group in said("order_number", value).split(", ")]
    assert sum(len(group) for group in groups) == len(value)
    assert all(len(group) <= 4 for group in groups)
    digits = [group for group in groups if group[0].islower() and group[0] != "ay"]
    assert all(len(group) > 1 for group in digits) or sum(char.isdigit() for char in value) == 1


@given(st.dates(min_value=TODAY - timedelta(days=150), max_value=TODAY + timedelta(days=150)))
def test_every_near_date_has_words_without_digits_or_year(day: date) -> None:
    spoken = said("date", day.isoformat())
    assert not any(char.isdigit() for char in spoken)
    assert "twenty twenty" not in spoken


@pytest.mark.parametrize(
    ("kind", "value", "display"),
    [
        ("money", "1999 EUR", "€19.99"),
        ("money", "500 JPY", "¥500"),
        ("date", "2026-11-24", "Tue, Nov 24"),
        ("date", "2028-01-02", "Jan 2, 2028"),
        ("time", "2026-11-24T18:15:00", "18:15"),
        ("order_number", "4481207", "4481207"),
        ("money", "lots", "lots"),
    ],
)
def test_values_as_they_are_shown(kind: str, value: str, display: str) -> None:
    assert shown(kind, value, today=TODAY) == display


def test_a_language_without_a_table_is_spoken_in_english() -> None:
    assert spoken("count", "2", today=TODAY, code="xx-YY") == "two"
    assert spoken("count", "2", today=TODAY, code="en-ZA") == "two"


@pytest.mark.parametrize(
    ("code", "kind", "value", "words"),
    [
        ("en-US", "date", "2026-12-01", "Tuesday, December the first"),
        ("en-GB", "date", "2026-12-01", "Tuesday the first of December"),
        ("en-GB", "date", "2027-12-24", "Friday the twenty-fourth of December, twenty twenty-seven"),
        ("en-GB", "tracking_number", "ZA12", "zed ay, one two"),
        ("de", "date", "2026-12-01", "Dienstag, erster Dezember"),
        ("de", "date", "2026-11-23", "übermorgen"),
        ("de", "date", "2027-12-24", "Freitag, vierundzwanzigster Dezember zweitausendsiebenundzwanzig"),
        ("de", "time", "09:05", "neun Uhr fünf"),
        ("de", "time", "01:00", "ein Uhr"),
        ("de", "time", "00:00", "Mitternacht"),
        ("de", "money", "10100 EUR", "einhundertein Euro"),
        ("de", "money", "101 GBP", "ein Pfund und ein Penny"),
        ("de", "money", "2101 SEK", "einundzwanzig Schwedische Kronen und ein Öre"),
        ("de", "money", "100 SEK", "eine Schwedische Krone"),
        ("de", "order_number", "4481207", "vier vier acht, eins zwei null sieben"),
        ("de", "email", "j.schmidt@gmx.de", "J Punkt schmidt at G M X Punkt D E"),
        ("de", "phone", "+4930901820", "plus vier neun, drei null, neun null eins, acht zwei null"),
        ("de", "carrier", "DHL Express", "D H L Express"),
        ("de", "list", "Hose, Hemd, Hut", "Hose, Hemd und Hut"),
        ("es", "date", "2026-12-01", "martes uno de diciembre"),
        ("es", "date", "2027-12-24", "viernes veinticuatro de diciembre de dos mil veintisiete"),
        ("es", "time", "13:01", "una y uno de la tarde"),
        ("es", "time", "22:15", "diez y quince de la noche"),
        ("es", "money", "2101 EUR", "veintiún euros y un céntimo"),
        ("es", "money", "2100 GBP", "veintiuna libras"),
        ("es", "money", "-500 USD", "menos cinco dólares"),
        ("es", "email", "ana_01@correo.es", "ana guion bajo cero uno arroba correo punto E S"),
        ("es", "order_number", "1234", "uno dos tres cuatro"),
        ("fr", "date", "2026-12-01", "mardi premier décembre"),
        ("fr", "date", "2026-11-23", "après-demain"),
        ("fr", "time", "01:00", "une heure"),
        ("fr", "time", "21:21", "vingt et une heures vingt et une"),
        ("fr", "time", "12:00", "midi"),
        ("fr", "money", "2100 GBP", "vingt et une livres"),
        ("fr", "money", "8050 EUR", "quatre-vingts euros et cinquante centimes"),
        ("fr", "order_number", "4481207", "quatre quatre huit, un deux zéro sept"),
        ("fr", "list", "un pull, un sac", "un pull et un sac"),
    ],
)
def test_values_as_they_are_said_in_other_languages(code: str, kind: str, value: str, words: str) -> None:
    assert spoken(kind, value, today=TODAY, code=code) == words


@pytest.mark.parametrize("code", ["en-US", "en-GB", "de", "es", "fr"])
@pytest.mark.parametrize("kind", ["money", "date", "time", "count", "order_number"])
def test_no_figure_is_left_in_any_language(code: str, kind: str) -> None:
    value = {"money": "123456 EUR", "date": "2028-02-29", "time": "23:59", "count": "1985"}.get(kind, "90210")
    assert not any(char.isdigit() for char in spoken(kind, value, today=TODAY, code=code))


@pytest.mark.parametrize(
    ("code", "value", "display"),
    [
        ("en-GB", "2026-11-24", "Tue 24 Nov"),
        ("de", "2026-11-24", "Di., 24. Nov."),
        ("fr", "2026-11-24", "mar. 24 nov."),
    ],
)
def test_dates_are_shown_as_they_are_written_there(code: str, value: str, display: str) -> None:
    assert shown("date", value, today=TODAY, code=code) == display


@pytest.mark.parametrize(
    ("kind", "value"), [("plain", "shoe " * 900), ("list", "a shoe, " * 900), ("digits", "7" * 900)]
)
def test_a_value_without_end_does_not_occupy_the_voice(kind: str, value: str) -> None:
    assert len(said(kind, value).split()) <= 80
