"""Single values as they are said: identifiers, addresses, dates, times, money. Pure.

Each takes the value as the dialogue writes it. One that is not of its form is a `ValueError`, a `KeyError` or an
`ArithmeticError`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time

import phonenumbers
from babel.core import UnknownLocaleError
from babel.dates import get_day_names, get_month_names
from babel.numbers import UnknownCurrencyError, get_currency_name, get_currency_precision

from voicebot.identifiers.vocabulary import ALPHABET
from voicebot.speaking.languages import Currency, Language

FAR_DAYS = 200
"""A date further away than this is said with its year."""
_VOWELS = frozenset("aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýÿœ")
_MOST_CONSONANTS = 4
"""So many consonants in a row are no word that anybody could repeat."""

Rule = Callable[[str, Language, date], str]


def grouped(characters: str, words: Language) -> str:
    """Digits one by one and letters by name, in groups that an ear can hold."""
    runs = re.findall(r"\d+|[^\W\d_]+", characters)
    groups: list[str] = []
    for run in runs:
        at = 0
        for size in _group_sizes(len(run)):
            groups.append(" ".join(_character(char, words) for char in run[at : at + size]))
            at += size
    return ", ".join(groups)


def _group_sizes(length: int) -> tuple[int, ...]:
    """Fours when they come out even, else threes; never a single one at the end."""
    if length <= 4:
        return (length,)
    if length % 4 == 0:
        return (4,) * (length // 4)
    threes, rest = divmod(length, 3)
    if rest == 1:
        return (3,) * (threes - 1) + (4,)
    return (3,) * threes + ((rest,) if rest else ())


def _character(char: str, words: Language) -> str:
    if char.isdecimal():
        return words.digits[int(char)]
    return words.letters.get(char.upper(), char.upper())


def _identifier(value: str, words: Language, _: date) -> str:
    return grouped(value, words)


def _letter(value: str, words: Language, _: date) -> str:
    """ "M as in Mike"; anything but one letter as an identifier."""
    word = ALPHABET.get(value.upper())
    return f"{value.upper()} {words.as_in} {word}" if word else grouped(value, words)


def _phone(value: str, words: Language, _: date) -> str:
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return grouped(value, words)
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    groups = re.findall(r"\d+", written)
    said = [" ".join(words.digits[int(d)] for d in part) for group in groups for part in _chunks(group)]
    return f"{words.plus} {', '.join(said)}"


def _chunks(digits: str) -> list[str]:
    out, at = [], 0
    for size in _group_sizes(len(digits)):
        out.append(digits[at : at + size])
        at += size
    return out


def _email(value: str, words: Language, _: date) -> str:
    said: list[str] = []
    for token in re.findall(r"\d|[^\W\d_]+|.", value.strip()):
        if token.isdecimal():
            said.append(words.digits[int(token)])
        elif token.isalpha():
            said.append(token if _pronounceable(token) else " ".join(_character(c, words) for c in token))
        else:
            said.append(words.symbols.get(token, token))
    return " ".join(said)


def _pronounceable(token: str) -> bool:
    runs = re.split(f"[{''.join(sorted(_VOWELS))}]", re.sub(r"sch|[cpst]h|ck", "s", token.lower()))
    return len(token) > 2 and len(runs) > 1 and max(map(len, runs)) < _MOST_CONSONANTS


def day_of(value: str) -> date:
    """The day of an ISO 8601 date or date and time."""
    return datetime.fromisoformat(value).date() if len(value) > 10 else date.fromisoformat(value)


def relative(value: str, today: date, words: Language) -> str | None:
    """What a day near today is called ("tomorrow"), or None."""
    try:
        return words.relative_days.get((day_of(value) - today).days)
    except ValueError:
        return None


def _spoken_date(value: str, words: Language, today: date) -> str:
    near = relative(value, today, words)
    if near is not None:
        return near
    day = day_of(value)
    weekday = get_day_names("wide", locale=words.locale)[day.weekday()]
    month = get_month_names("wide", locale=words.locale)[day.month]
    return words.day(weekday, month, day.day, day.year if abs((day - today).days) > FAR_DAYS else None)


def time_of(value: str) -> time:
    """The time of day of `H:MM`, `HH:MM:SS` or an ISO 8601 date and time."""
    return datetime.fromisoformat(value).time() if len(value) > 8 else time.fromisoformat(value.zfill(5))


def _spoken_time(value: str, words: Language, _: date) -> str:
    at = time_of(value)
    return words.time(at.hour, at.minute)


def sum_of(value: str) -> tuple[int, str]:
    """Amount in the smallest unit, and the currency, of `1999 EUR`."""
    amount, currency = value.split()
    return int(amount), currency.upper()


def _money(value: str, words: Language, _: date) -> str:
    return money(*sum_of(value), words)


def money(minor_units: int, code: str, words: Language) -> str:
    """An amount in the smallest unit of a currency (ISO 4217), in words.

    Raises:
        ArithmeticError: no numeral is that large.
    """
    places = get_currency_precision(code)
    major, minor = divmod(abs(minor_units), 10**places)
    sign = f"{words.minus} " if minor_units < 0 else ""
    names = currency(code, words)
    whole = f"{words.counted(words.number(major), names.feminine)} {names.major[major != 1]}"
    if not minor:
        return sign + whole
    if names.minor is None:
        fraction = " ".join(words.digits[int(digit)] for digit in f"{minor:0{places}d}")
        return f"{sign}{words.number(major)} {words.point} {fraction} {names.major[1]}"
    part = f"{words.counted(words.number(minor), False)} {names.minor[minor != 1]}"
    return sign + (f"{whole} {words.and_} {part}" if major else part)


def currency(code: str, words: Language) -> Currency:
    """What a currency (ISO 4217) is called; one that nobody knows by its code."""
    if code in words.currencies:
        return words.currencies[code]
    try:
        one, many = (get_currency_name(code, count=count, locale=words.locale) for count in (1, 2))
    except (UnknownCurrencyError, UnknownLocaleError):
        one = many = code
    return Currency((one, many))


def _count(value: str, words: Language, _: date) -> str:
    return words.number(int(value))


def _carrier(value: str, words: Language, _: date) -> str:
    known = words.carriers.get(value.strip().lower())
    if known:
        return known
    return " ".join(
        " ".join(_character(char, words) for char in word) if word.isupper() and len(word) <= 4 else word
        for word in value.split()
    )


RULES: Mapping[str, Rule] = {
    "order_number": _identifier,
    "tracking_number": _identifier,
    "digits": _identifier,
    "letter": _letter,
    "phone": _phone,
    "email": _email,
    "date": _spoken_date,
    "time": _spoken_time,
    "money": _money,
    "count": _count,
    "carrier": _carrier,
}
