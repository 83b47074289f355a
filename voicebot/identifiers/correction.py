"""Corrections of a value just given: "no, it ends in 3", "the third letter is a D", "eight, not three", "no, M as in
Mike". Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from voicebot.identifiers.examples import example_after
from voicebot.identifiers.names import cased
from voicebot.identifiers.sound import swap_cost
from voicebot.identifiers.spoken import runs
from voicebot.identifiers.tokens import tokens
from voicebot.identifiers.vocabulary import words

_ORDINALS: Mapping[str, int] = {
    **{w: i for i, w in enumerate(words("first second third fourth fifth sixth seventh eighth ninth tenth"))},
    **{w: i for i, w in enumerate(words("1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th"))},
}
_COUNTS: Mapping[str, int] = {w: i for i, w in enumerate(words("zero one two three four five six"))}
_ORDINAL = "|".join(_ORDINALS)
_COUNT = "|".join([*_COUNTS, *map(str, range(1, 7))])
_UNIT = r"(?:digits?|numbers?|figures?|characters?|letters?|ones?)"
_IS = r"(?:is|are|was|were|should be|should read|'s|has to be)"

_AT_END = re.compile(
    rf"\b(?:ends?|ending|finishes|finishing) (?:in|with|on)\b|\blast (?:(?:{_COUNT}) )?{_UNIT} (?:actually )?{_IS}",
    re.I,
)
_AT_START = re.compile(
    rf"\b(?:starts?|starting|begins?|beginning) (?:in|with|on)\b|\bfirst (?:(?:{_COUNT}) ){_UNIT} {_IS}", re.I
)
_AT_PLACE = re.compile(rf"\b(?P<ordinal>{_ORDINAL})(?P<back> to (?:the )?last)? {_UNIT} (?:actually )?{_IS}", re.I)
_ADDED = re.compile(r"\b(?P<said>[a-z0-9]+)(?: (?:as in|for|like) \w+)? (?:at|on) the end\b", re.I)
_TAKEN_BACK = re.compile(r"^\W*(?:no|nope|sorry|actually|not quite|wrong)\b", re.I)
#: "a D" is the letter D, not the letters A and D.
_ARTICLE = re.compile(r"\b(?:an?|the letter|letter) (?=[a-z]\b)", re.I)
_NOT_BUT = re.compile(r"\bnot\b|\binstead of\b|\brather than\b", re.I)
#: A character is changed for one that sounds so near, and nearer than any other in the value by the second figure.
_ALIKE, _CLEARLY = 0.6, 0.15


@dataclass(frozen=True, slots=True)
class Correction:
    """What to change in a value that was given before.

    Attributes:
        position: `end`, `start`, `append`, `place` (one character at `index`), `replace` (`old` wherever it is once),
            or `alike` (the one character that sounds most like the right one).
        digits: the right characters, digits or capitals.
        index: 0-based, from the end when negative; for `place`.
        old: the wrong characters; for `replace`.
    """

    position: str
    digits: str
    index: int = 0
    old: str = ""


def find_correction(text: str) -> Correction | None:
    """The correction that `text` makes, or None when it makes none (a whole new number is none)."""
    text = _ARTICLE.sub(lambda match: " " * len(match.group()), text)
    if (match := _ADDED.search(text)) and len(said := _first_run(match["said"])) == 1:
        return Correction("append", said)
    if match := _AT_PLACE.search(text):
        said = _first_run(text[match.end() :])
        place = _ORDINALS[match["ordinal"].lower()]
        return Correction("place", said, index=-place - 1 if match["back"] else place) if len(said) == 1 else None
    for pattern, position in ((_AT_END, "end"), (_AT_START, "start")):
        if match := pattern.search(text):
            said = _first_run(text[match.end() :])
            return Correction(position, said) if said else None
    return _replacement(text) or _example(text)


def apply_correction(correction: Correction, value: str) -> str | None:
    """`value` corrected, in its own manner of capitals, or None when the correction does not fit it."""
    made = _applied(correction, value.upper())
    if made is None or value == value.upper():
        return made
    return made.lower() if value.islower() else cased(made)


def _applied(correction: Correction, value: str) -> str | None:
    new = correction.digits
    if correction.position in ("end", "start") and len(new) > len(value):
        return None
    match correction.position:
        case "end":
            return value[: len(value) - len(new)] + new
        case "start":
            return new + value[len(new) :]
        case "append" if "@" not in value:
            return value + new
        case "place" if -len(value) <= correction.index < len(value):
            index = correction.index % len(value)
            return value[:index] + new + value[index + 1 :]
        case "alike":
            return _alike(new, value)
        case "replace" if value.count(correction.old) == 1:
            return value.replace(correction.old, new)
    return None


def _replacement(text: str) -> Correction | None:
    """ "eight, not three" and "not three, eight": the negated one is wrong."""
    match = _NOT_BUT.search(text)
    if match is None:
        return None
    before, after = runs(text[: match.start()]), runs(text[match.end() :])
    after_parts = [r.text for r in runs(re.sub(r",|\bbut\b|\bit'?s\b", " ; ", text[match.end() :]))]
    if before and after:
        new, old = before[-1].text, after[0].text
    elif len(after_parts) == 2:
        old, new = after_parts
    else:
        return None
    return Correction("replace", new, old=old) if 0 < len(old) <= 4 and len(new) == len(old) and new != old else None


def _example(text: str) -> Correction | None:
    """ "no, M as in Mike": one letter alone, with its example, after the value was refused."""
    if not _TAKEN_BACK.search(text):
        return None
    stream = tokens(text)
    given = [
        example
        for index, token in enumerate(stream)
        if len(token.text) == 1 and (example := example_after(stream, index))
    ]
    said = runs(text)
    return Correction("alike", given[0][0]) if len(given) == 1 and len(said) == 1 and len(said[0].text) == 1 else None


def _alike(new: str, value: str) -> str | None:
    """The only character that is likely to have been misheard for `new`, replaced."""
    costs = sorted((swap_cost(was, new), index) for index, was in enumerate(value) if was != new)
    if not costs or costs[0][0] > _ALIKE or (len(costs) > 1 and costs[1][0] - costs[0][0] < _CLEARLY):
        return None
    index = costs[0][1]
    return value[:index] + new + value[index + 1 :]


def _first_run(text: str) -> str:
    found = runs(text)
    return found[0].text if found and found[0].start < 24 else ""
