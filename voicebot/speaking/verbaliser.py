"""Values as they are said: `4481207` becomes "four four eight, one two zero seven".

Pure. A part is `(kind, value)` with the kinds of the dialogue's wording. A value that is not of its kind's form is said
as it is written: the caller hears something odd rather than nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time

import phonenumbers
from babel.core import UnknownLocaleError
from babel.dates import format_date, get_day_names, get_month_names
from babel.numbers import UnknownCurrencyError, format_currency, get_currency_name, get_currency_precision

from voicebot.speaking.languages import Currency, Language, language

#: `(kind, value)`.
SpokenPart = tuple[str, str]

_FAR_DAYS = 200
"""A date further away than this is said with its year."""
_VOWELS = frozenset("aeiouy")


def speak(parts: Sequence[SpokenPart], *, today: date, code: str = "en") -> str:
    """The wording as text for a voice.

    Args:
        parts: `(kind, value)` in order; spaces and punctuation are in the `text` parts.
        today: the shop's local date, for "tomorrow".
        code: BCP 47 language of the wording.
    """
    said = ""
    for kind, value in parts:
        before, piece = spoken(kind, value, before=said, today=today, code=code)
        said = numbered(before, code) + piece
    return said


def spoken(kind: str, value: str, *, before: str = "", today: date, code: str = "en") -> tuple[str, str]:
    """One part as it is said, and the text before it, which a relative day may shorten ("on" + "tomorrow")."""
    words = language(code)
    if kind == "date" and _relative(value, today, words) is not None:
        before = _without_preposition(before, words)
    rule = _RULES.get(kind)
    if rule is None:
        return before, value
    try:
        return before, rule(value, words, today) or value
    except (ValueError, KeyError, ArithmeticError):
        return before, value


def numbered(text: str, code: str = "en") -> str:
    """A number sign at the end of the text before a value, in words."""
    return f"{text[:-1]}{language(code).number_sign} " if text.endswith("#") else text


def shown(kind: str, value: str, *, today: date, code: str = "en") -> str:
    """One part as the eye reads it, in captions and transcripts."""
    locale = language(code).locale
    try:
        if kind == "money":
            minor, currency = _money(value)
            return format_currency(minor / 10 ** get_currency_precision(currency), currency, locale=locale)
        if kind == "date":
            day = _date(value)
            skeleton = "EEE, MMM d" if abs((day - today).days) <= _FAR_DAYS else "MMM d, y"
            return format_date(day, skeleton, locale=locale)
        if kind == "time":
            return _time(value).strftime("%H:%M")
    except (ValueError, KeyError, ArithmeticError):
        pass
    return value


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
    return len(token) > 2 and not _VOWELS.isdisjoint(token.lower())


def _date(value: str) -> date:
    return datetime.fromisoformat(value).date() if len(value) > 10 else date.fromisoformat(value)


def _relative(value: str, today: date, words: Language) -> str | None:
    try:
        return words.relative_days.get((_date(value) - today).days)
    except ValueError:
        return None


def _without_preposition(before: str, words: Language) -> str:
    head, _, last = before.rstrip().rpartition(" ")
    if before.endswith(" ") and last.lower() in words.before_days:
        return f"{head} " if head else ""
    return before


def _spoken_date(value: str, words: Language, today: date) -> str:
    relative = _relative(value, today, words)
    if relative is not None:
        return relative
    day = _date(value)
    weekday = get_day_names("wide", locale=words.locale)[day.weekday()]
    month = get_month_names("wide", locale=words.locale)[day.month]
    return words.day(weekday, month, day.day, day.year if abs((day - today).days) > _FAR_DAYS else None)


def _time(value: str) -> time:
    return datetime.fromisoformat(value).time() if len(value) > 8 else time.fromisoformat(value.zfill(5))


def _spoken_time(value: str, words: Language, _: date) -> str:
    at = _time(value)
    return words.time(at.hour, at.minute)


def _money(value: str) -> tuple[int, str]:
    amount, currency = value.split()
    return int(amount), currency.upper()


def _spoken_money(value: str, words: Language, _: date) -> str:
    amount, code = _money(value)
    places = get_currency_precision(code)
    major, minor = divmod(abs(amount), 10**places)
    sign = f"{words.minus} " if amount < 0 else ""
    names = words.currencies.get(code) or _unlisted(code, words)
    whole = f"{words.number(major)} {names.major[major != 1]}"
    if not minor:
        return sign + whole
    if names.minor is None:
        fraction = " ".join(words.digits[int(digit)] for digit in f"{minor:0{places}d}")
        return f"{sign}{words.number(major)} {words.point} {fraction} {names.major[1]}"
    part = f"{words.number(minor)} {names.minor[minor != 1]}"
    return sign + (f"{whole} {words.and_} {part}" if major else part)


def _unlisted(code: str, words: Language) -> Currency:
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


def _list(value: str, words: Language, _: date) -> str:
    items = [
        _item(item.strip(), words)
        for item in re.split(r"[;\n]" if re.search(r"[;\n]", value) else ",", value)
        if item.strip()
    ]
    if len(items) < 2:
        return value
    return f"{', '.join(items[:-1])} {words.and_} {items[-1]}"


def _item(item: str, words: Language) -> str:
    return grouped(item, words) if re.fullmatch(r"#?[A-Z]{0,4}-?\d{4,}", item) else item


_RULES: Mapping[str, Callable[[str, Language, date], str]] = {
    "order_number": _identifier,
    "tracking_number": _identifier,
    "digits": _identifier,
    "phone": _phone,
    "email": _email,
    "date": _spoken_date,
    "time": _spoken_time,
    "money": _spoken_money,
    "count": _count,
    "carrier": _carrier,
    "list": _list,
}
