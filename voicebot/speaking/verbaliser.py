"""Values as they are said: `4481207` becomes "four four eight, one two zero seven".

Pure. A part is `(kind, value)` with the kinds of the dialogue's wording. A value that is not of its kind's form is said
like any other text: the caller hears something odd rather than nothing.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

from babel.dates import format_skeleton
from babel.numbers import format_currency, get_currency_precision

from voicebot.speaking import values, written
from voicebot.speaking.languages import Language, language
from voicebot.speaking.lexicon import EMPTY, Lexicon

#: `(kind, value)`.
SpokenPart = tuple[str, str]

#: A value is said in one breath and cannot be cut: one without end would occupy the voice that all calls share.
_MOST_WORDS = 80


def spoken(kind: str, value: str, *, today: date, code: str = "en", lexicon: Lexicon = EMPTY) -> str:
    """One part as it is said.

    Args:
        today: the shop's local date, for "tomorrow".
        code: BCP 47 language of the wording.
        lexicon: how names are said.
    """
    words = language(code)
    if kind == "list":
        return " ".join(_list(value, words, today, lexicon).split()[:_MOST_WORDS])
    rule, said = values.RULES.get(kind), ""
    if rule is not None:
        with suppress(ValueError, KeyError, ArithmeticError):
            said = rule(value, words, today)
    said = said or written.said(value, words, today, lexicon)
    return " ".join(said.split()[:_MOST_WORDS]) if kind != "text" else said


def absorbs(kind: str, value: str, before: str, *, today: date, code: str = "en") -> bool:
    """Whether the word `before` a value is not said with it: "on" before "tomorrow"."""
    words = language(code)
    return kind == "date" and before.lower() in words.before_days and values.relative(value, today, words) is not None


def shown(kind: str, value: str, *, today: date, code: str = "en") -> str:
    """One part as the eye reads it, in captions and transcripts."""
    locale = language(code).locale
    try:
        if kind == "money":
            minor, currency = values.sum_of(value)
            return format_currency(minor / 10 ** get_currency_precision(currency), currency, locale=locale)
        if kind == "date":
            day = values.day_of(value)
            skeleton = "MMMEd" if abs((day - today).days) <= values.FAR_DAYS else "yMMMd"
            return format_skeleton(skeleton, day, locale=locale)
        if kind == "time":
            return values.time_of(value).strftime("%H:%M")
    except (ValueError, KeyError, ArithmeticError):
        pass
    return value


def _list(value: str, words: Language, today: date, lexicon: Lexicon) -> str:
    items = [
        _item(item.strip(), words, today, lexicon)
        for item in re.split(r"[;\n]" if re.search(r"[;\n]", value) else ",", value)
        if item.strip()
    ]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {words.and_} {items[-1]}"


def _item(item: str, words: Language, today: date, lexicon: Lexicon) -> str:
    if re.fullmatch(r"#?[A-Z]{0,4}-?\d{4,}", item):
        return values.grouped(item, words)
    return written.said(item, words, today, lexicon)
