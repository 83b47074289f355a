"""Which of several values are said in words: sizes, colours, kinds of a product. English. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from voicebot.identifiers.vocabulary import words

_UNITS = words("zero one two three four five six seven eight nine")
_TEENS = words("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
_TENS = words("twenty thirty forty fifty sixty seventy eighty ninety")
_LONGEST_WORDS = 300
_MOST_VALUES = 200
_NUMBER = re.compile(r"(\d{1,3})(\.5)?\Z")
#: Neither in the middle of a word or a number, nor the ending of "it's".
_BEGIN, _END = r"(?<![\w'])(?<!\d\.)", r"(?![\w']|\.\d)"
#: A number is not the beginning of a longer one: "ten and a half", "forty two".
_NO_MORE = r"(?! (?:and a half|a half|point|1/2)\b|½)"


class _Hit(NamedTuple):
    start: int
    end: int
    value: str
    as_written: bool

    @property
    def length(self) -> int:
        return self.end - self.start


def spotted(said: str, values: Sequence[str], said_as: Mapping[str, str]) -> tuple[str, ...]:
    """The values that `said` says, in the order in which they are said.

    Of values that share words the longest wins: "extra large" is XL and not L, "navy blue" not navy. A value that only
    `said_as` knows takes its words as well, though it is not among the values. Of equally long ones a value that is
    said as it is written goes before one that is said in another way, and two of the same rank are both there.

    Args:
        said: the caller's words.
        values: at most 200 count.
        said_as: value -> regular expression of how it is also said, any case.
    """
    text = " ".join(said[:_LONGEST_WORDS].split())
    known = dict.fromkeys([*values[:_MOST_VALUES], *said_as])
    hits = [hit for value in known for hit in _hits(text, value, said_as.get(value, ""))]
    taken: list[_Hit] = []
    for hit in sorted(hits, key=lambda hit: (-hit.length, not hit.as_written)):
        rivals = [other for other in taken if hit.start < other.end and other.start < hit.end]
        if all(other[:2] == hit[:2] and other.as_written == hit.as_written for other in rivals):
            taken.append(hit)
    among = frozenset(values)
    return tuple(dict.fromkeys(hit.value for hit in sorted(taken) if hit.value in among))


def flat(values: Any) -> list[str]:
    """The values of a list, and of lists in it, as text."""
    if isinstance(values, list | tuple):
        return [value for part in values for value in flat(part)]
    return [str(values)] if isinstance(values, str | int | float) and not isinstance(values, bool) else []


def _hits(text: str, value: str, said_as: str) -> Iterator[_Hit]:
    written, other = _patterns(value, said_as)
    found = {match.span() for match in written.finditer(text)}
    yield from (_Hit(*span, value, True) for span in found if span[0] < span[1])
    for match in other.finditer(text) if other is not None else ():
        if match.span() not in found and match.start() < match.end():
            yield _Hit(*match.span(), value, False)


@lru_cache(maxsize=1024)
def _patterns(value: str, said_as: str) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
    """How a value is said as it is written (a number also in words), and in another way."""
    number = _NUMBER.match(value)
    plain = _number(int(number[1]), half=bool(number[2])) if number else r"[\s-]+".join(map(re.escape, value.split()))
    written = re.compile(rf"{_BEGIN}(?:{plain}){_END}" if plain else r"(?!)", re.IGNORECASE)
    try:
        other = re.compile(rf"{_BEGIN}(?:{said_as}){_END}", re.IGNORECASE) if said_as else None
    except re.error:  # the shop's own mistake: the value is still known as it is written
        other = None
    return written, other


def _number(number: int, *, half: bool) -> str:
    said = _in_words(number)
    if half:
        point = r"(?: point five| and a half| a half| 1/2|½)"
        return "|".join([rf"{number}(?:\.5|{point})", *([rf"(?:{said}){point}"] if said else [])])
    return rf"(?:{number}{f'|{said}' if said else ''}){_NO_MORE}"


def _in_words(number: int) -> str:
    """A pattern of "forty two"; of "two", but not behind "forty"; empty above 99."""
    if number == 1:
        return "(?<=size )one"  # "the red one"
    if number < 10:
        return "".join(f"(?<!{ten}[ -])" for ten in _TENS) + _UNITS[number]
    if number < 20:
        return _TEENS[number - 10]
    if number > 99:
        return ""
    ten, unit = _TENS[number // 10 - 2], number % 10
    return rf"{ten}[ -]?{_UNITS[unit]}" if unit else rf"{ten}(?![ -](?:{'|'.join(_UNITS[1:])})\b)"
