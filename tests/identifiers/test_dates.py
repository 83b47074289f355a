"""Dates as callers say them and recognisers write them. Today is Saturday, 21 November 2026."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.identifiers import find, is_interval
from voicebot.identifiers.dates import find_dates
from voicebot.identifiers.vocabulary import words

TODAY = date(2026, 11, 21)


def first(text: str, today: date | None = TODAY, **how: object) -> str | None:
    found = find_dates(text, today, **how)  # type: ignore[arg-type]
    return found[0].value if found else None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("yesterday", "2026-11-20"),
        ("the day before yesterday", "2026-11-19"),
        ("last night", "2026-11-20"),
        ("tomorrow", "2026-11-22"),
        ("last Tuesday", "2026-11-17"),
        ("on Monday", "2026-11-16"),
        ("Friday", "2026-11-20"),
        ("last Saturday", "2026-11-14"),
        ("the Friday before last", "2026-11-13"),
        ("last week on Tuesday", "2026-11-10"),
        ("Tuesday last week", "2026-11-10"),
        ("on Tuesday of last week", "2026-11-10"),
        ("next Friday", "2026-11-27"),
        ("three days ago", "2026-11-18"),
        ("3 days ago", "2026-11-18"),
        ("a week ago", "2026-11-14"),
        ("two weeks ago on Friday", "2026-11-06"),
        ("a week ago Tuesday", "2026-11-10"),
        ("a fortnight ago", "2026-11-07"),
        ("a month ago", "2026-10-21"),
        ("in three days", "2026-11-24"),
        ("the fifteenth", "2026-11-15"),
        ("on the 25th", "2026-10-25"),
        ("Monday the sixteenth", "2026-11-16"),
        ("Tuesday the 17th of November", "2026-11-17"),
        ("March third", "2026-03-03"),
        ("the third of March", "2026-03-03"),
        ("December third", "2025-12-03"),
        ("3rd of March twenty twenty six", "2026-03-03"),
        ("November 3, 2026", "2026-11-03"),
        ("15 November", "2026-11-15"),
        ("twenty-first of October", "2026-10-21"),
        ("March third last year", "2025-03-03"),
        ("the 3rd of last month", "2026-10-03"),
        ("the tenth of the eleventh", "2026-11-10"),
        ("Black Friday", "2025-11-28"),
        ("Cyber Monday", "2025-12-01"),
        ("Christmas Eve", "2025-12-24"),
        ("Christmas 2024", "2024-12-25"),
        ("Easter", "2026-04-05"),
        ("on the Fourth of July", "2026-07-04"),
        ("2026-11-03", "2026-11-03"),
        ("03/04/2026", "2026-03-04"),
        ("25/12/2025", "2025-12-25"),
        ("it was, uh, March, um, the third", "2026-03-03"),
    ],
)
def test_days(text: str, day: str) -> None:
    assert first(text) == day


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("last week", "2026-11-09/2026-11-15"),
        ("last weekend", "2026-11-14/2026-11-15"),
        ("the weekend before last", "2026-11-07/2026-11-08"),
        ("last month", "2026-10-01/2026-10-31"),
        ("I bought it in March", "2026-03-01/2026-03-31"),
        ("in December", "2025-12-01/2025-12-31"),
        ("March 2025", "2025-03-01/2025-03-31"),
        ("last year", "2025-01-01/2025-12-31"),
        ("at the end of last month", "2026-10-22/2026-10-31"),
        ("early March", "2026-03-01/2026-03-10"),
        ("at the beginning of the month", "2026-11-01/2026-11-10"),
        ("a couple of days ago", "2026-11-18/2026-11-19"),
        ("three or four days ago", "2026-11-17/2026-11-18"),
    ],
)
def test_intervals_where_no_day_is_named(text: str, span: str) -> None:
    value = first(text)
    assert value == span
    assert is_interval(span)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("twelve ten sixty nine", "1969-12-10"),
        ("five twenty six forty five", "1945-05-26"),
        ("eleven nine sixty eight", "1968-11-09"),
        ("oh six oh seven six six", "1966-06-07"),
        ("five two five five five", "1955-05-25"),
        ("three fourteen sixty seven", "1967-03-14"),
        ("11,968.", "1968-11-09"),
        ("52645", "1945-05-26"),
        ("729 58", "1958-07-29"),
        ("328-61", "1961-03-28"),
        ("5, 2, 5, 5, 5", "1955-05-25"),
        ("121069", "1969-12-10"),
        ("May 9, 62", "1962-05-09"),
        ("may ninth sixty two", "1962-05-09"),
        ("eighteen february nineteen seventy", "1970-02-18"),
        ("ninth of september nineteen sixty four", "1964-09-09"),
        ("july twelfth nineteen oh six", "1906-07-12"),
        ("march third two thousand and six", "2006-03-03"),
    ],
)
def test_birthdays(text: str, day: str) -> None:
    assert first(text) == day
    assert first(text, today=None) == day, "nobody needs to know what day it is"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("03/04/2026", "2026-04-03"),
        ("08-09 1986", "1986-09-08"),
        ("25/12 19:47", "1947-12-25"),
        ("22 7 1962", "1962-07-22"),
        ("22nd of July 1960 2", "1962-07-22"),
        ("10th July 2000 and 7", "2007-07-10"),
        ("2512 1947", "1947-12-25"),
        ("13 to 1979", "1979-02-13"),
    ],
)
def test_days_first_elsewhere_and_what_recognisers_make_of_it(text: str, day: str) -> None:
    assert first(text, region="GB") == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "the first order",
        "the second one please",
        "I may have it",
        "they march on",
        "four four eight one two oh seven",
        "4155550134",
        "40 in 1914",
        "half a year ago",
        "one of those days",
        "the sun",
        "32/13/2026",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert first(text) is None


def test_an_ambiguous_date_has_both_readings() -> None:
    assert [f.value for f in find_dates("03/04/2026", TODAY)] == ["2026-03-04", "2026-04-03"]
    assert [f.score < 0.5 for f in find_dates("03/04/2026", TODAY)] == [False, True]


def test_what_lies_ahead_is_meant_where_it_is_asked_for() -> None:
    assert first("on Monday", future=True) == "2026-11-23"
    assert first("the fifteenth", future=True) == "2026-12-15"
    assert first("Black Friday", future=True) == "2026-11-27"
    assert first("March third", future=True) == "2027-03-03"


def test_a_day_alone_is_in_the_month_of_the_date_it_corrects() -> None:
    assert first("no, the fifteenth", near=date(2026, 9, 5)) == "2026-09-15"
    assert first("no, October fifteenth", near=date(2026, 9, 5)) == "2026-10-15"


def test_what_is_taken_back_does_not_count() -> None:
    assert first("on Monday, no, sorry, on Tuesday") == "2026-11-17"
    kept, taken_back = find_dates("on Monday, no, the fifth", TODAY)
    assert (kept.value, taken_back.value) == ("2026-11-05", "2026-11-16")
    assert taken_back.score < kept.score


def test_today_in_passing_is_hardly_a_date() -> None:
    assert find_dates("today", TODAY)[0].score == 1.0
    assert find_dates("can you help me with my order today please", TODAY)[0].score < 0.6


def test_without_a_today_only_whole_dates_are_found() -> None:
    assert find("date", "last Tuesday") == []
    assert find("date", "March third") == []
    assert find("date", "March third 2026")[0].value == "2026-03-03"
    assert find("date", "last Tuesday", today=TODAY)[0].value == "2026-11-17"


def test_the_twenty_ninth_of_february_is_the_last_one_there_was() -> None:
    assert first("February 29th") == "2024-02-29"
    assert first("February 30th") is None


def test_the_span_covers_what_was_said() -> None:
    text = "I ordered it two weeks ago on Friday, I think"
    (found,) = find_dates(text, TODAY)
    assert text[slice(*found.span)] == "two weeks ago on Friday"


@given(st.text(max_size=60), st.dates(date(1905, 1, 1), date(2200, 1, 1)), st.booleans())
def test_no_text_breaks_it(text: str, today: date, future: bool) -> None:
    for found in find_dates(text, today, future=future):
        assert 0 <= found.span[0] < found.span[1] <= len(text)


_WORDS = words("last next the of march may third 3rd 15 ago two weeks days on friday 12 oh six 1999 / - . , end week")


@given(st.lists(st.sampled_from(_WORDS), max_size=9), st.dates(date(1905, 1, 1), date(2200, 1, 1)))
def test_no_words_of_dates_break_it(said: list[str], today: date) -> None:
    for found in find_dates(" ".join(said), today):
        for day in found.value.split("/"):
            date.fromisoformat(day)
