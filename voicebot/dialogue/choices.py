"""Which of several options a caller means: by position, date, number, or words of its name. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from voicebot.dialogue.state import Option

_ORDINALS = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4, "5th": 4,
    "last": -1, "former": 0, "latter": -1,
}  # fmt: skip
_NUMBERS = {"one": 0, "two": 1, "three": 2, "four": 3, "1": 0, "2": 1, "3": 2, "4": 3}
_NEWEST = re.compile(r"\b(?:latest|newest|most recent|newer|more recent|later)\b")
_OLDEST = re.compile(r"\b(?:oldest|older|earliest|earlier)\b")
_OTHER = re.compile(r"\b(?:the other|other one|not (?:that|this) one|(?:different|another|wrong) (?:one|order))\b")
_ONLY_OTHER = re.compile(
    r"\W*(?:(?:no|sorry|wait|actually|i mean|i meant|please)\W+)*"
    r"(?:the other one|not (?:that|this) one|a? ?different one|the wrong one)\W*"
)
_NONE = re.compile(r"^\W*(?:neither|none)\b|\b(?:neither|none|not (?:any|either)) of (?:them|these|those)\b")
_ORDINAL = re.compile(rf"\b(?:the )?({'|'.join(_ORDINALS)})(?: (?:one|order|option))?\b")
_NUMBERED = re.compile(r"\b(?:number|option|order) (one|two|three|four|[1-4])\b|^(one|two|three|four|[1-4])$")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_ENDING = re.compile(r"\b(?:end(?:s|ing)?|finish(?:es|ing)?) (?:in|with|on) (\d{1,6})\b")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
#: Of "I'm", "it's": no size M, no size S.
_SHORT_FORM = re.compile(r"['’](?:m|s|d|ll|re|ve)\b")
_NOT = re.compile(r"\b\w+n['’]t\b")
_WORD = re.compile(r"[a-z0-9]+")
_COMMON = frozenset({
    "the", "a", "an", "and", "or", "of", "from", "for", "with", "one", "order", "orders", "item", "items", "other",
    "others", "my", "it", "is", "was", "i", "mean", "that", "this", "those", "these", "on", "in", "to", "please",
    "yes", "no", "think", "want", "bought", "ordered", "which", "where", "s",
})  # fmt: skip


def means_other(text: str) -> bool:
    """Whether the caller wants another option than the one taken."""
    return _OTHER.search(text.lower()) is not None


def says_only_other(text: str) -> bool:
    """Whether that is all: "no, the other one", but not "the other bookshelf"."""
    return _ONLY_OTHER.fullmatch(text.lower()) is not None


def means_none(text: str) -> bool:
    """Whether the caller wants none of the options: "neither of them"."""
    return _NONE.search(text.lower()) is not None


def pick(text: str, options: Sequence[Option], today: str = "") -> str | None:
    """Value of the one option that `text` means, or None when it is none or several.

    Args:
        text: the caller's words.
        options: at most nine.
        today: ISO 8601, for "the one from Monday".
    """
    words = text.lower()
    if not options:
        return None
    if match := _ENDING.search(words):
        return _only([o.value for o in options if o.value.endswith(match.group(1))])
    by_words = _by_words(words, options)
    if by_words is not None:
        return by_words
    dated = _by_date(words, options, today)
    if dated is not None:
        return dated
    if match := _ORDINAL.search(words):
        return _at(_ORDINALS[match.group(1)], options)
    if match := _NUMBERED.search(words.strip(" .!?")):
        return _at(_NUMBERS[match.group(1) or match.group(2)], options)
    return None


def _at(position: int, options: Sequence[Option]) -> str | None:
    return options[position].value if -len(options) <= position < len(options) else None


def _only(values: Sequence[str]) -> str | None:
    return values[0] if len(values) == 1 else None


def words_of(option: Option) -> frozenset[str]:
    """Words of its name and its clues that may tell it from others, in the form that `stem` gives them."""
    texts = [part.value for part in option.label if part.kind != "date"]
    texts += [clue for clue in option.clues if not _ISO.match(clue)]
    words = {word for text in texts for word in _WORD.findall(text.lower())}
    return frozenset(stem(word) for word in words) - _COMMON


def stem(word: str) -> str:
    """The singular of most plurals; other words as they are."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _written_out(words: str) -> str:
    """ "I'm" has no m in it; "can't" is "cannot", and of "don't" only the "not" tells anything."""
    return _SHORT_FORM.sub("", _NOT.sub(" not", re.sub(r"\bcan['’]t\b", "cannot", words)))


def _by_words(words: str, options: Sequence[Option]) -> str | None:
    """Words that fewer options share weigh more; a tie is no answer."""
    own = [words_of(option) for option in options]
    shared = Counter(word for each in own for word in each)
    said = {stem(word) for word in _WORD.findall(_written_out(words))} - _COMMON
    scores = [sum(1.0 / shared[word] for word in said & each if shared[word] < len(options)) for each in own]
    best = max(scores)
    if best == 0.0 or scores.count(best) > 1:
        return None
    return options[scores.index(best)].value


def _by_date(words: str, options: Sequence[Option], today: str) -> str | None:
    dates = [next((date.fromisoformat(c) for c in option.clues if _is_date(c)), None) for option in options]
    if all(day is None for day in dates):
        return None
    known = [day for day in dates if day is not None]
    if _NEWEST.search(words):
        return _only([o.value for o, day in zip(options, dates, strict=True) if day == max(known)])
    if _OLDEST.search(words):
        return _only([o.value for o, day in zip(options, dates, strict=True) if day == min(known)])
    wanted = [day for day in known if _said(words, day, today)]
    return _only([o.value for o, day in zip(options, dates, strict=True) if day in wanted])


def _is_date(text: str) -> bool:
    try:
        return bool(_ISO.match(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _said(words: str, day: date, today: str) -> bool:
    if re.search(rf"\b{_WEEKDAYS[day.weekday()]}\b", words):
        return True
    month = _MONTHS[day.month - 1]
    if re.search(
        rf"\b{month}(?: the)? {day.day}(?:st|nd|rd|th)?\b|\b{day.day}(?:st|nd|rd|th)?(?: of)? {month}\b", words
    ):
        return True
    if not _is_date(today):
        return False
    now = date.fromisoformat(today)
    if re.search(r"\byesterday\b", words):
        return day == now - timedelta(days=1)
    if re.search(r"\btoday\b", words):
        return day == now
    if re.search(r"\blast week\b", words):
        monday = now - timedelta(days=now.weekday())
        return monday - timedelta(days=7) <= day < monday
    return False
