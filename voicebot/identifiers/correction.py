"""Corrections of a value just given: "no, it ends in 3", "the third digit is a five", "eight, not three". Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from voicebot.identifiers.spoken import runs
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
_AT_PLACE = re.compile(rf"\b(?P<ordinal>{_ORDINAL})(?: to last)? {_UNIT} (?:actually )?{_IS}", re.I)
_NOT_BUT = re.compile(r"\bnot\b|\binstead of\b|\brather than\b", re.I)


@dataclass(frozen=True, slots=True)
class Correction:
    """What to change in a value that was given before.

    Attributes:
        position: `end`, `start`, `place` (one character at `index`), or `replace` (`old` wherever it stands once).
        digits: the right characters.
        index: 0-based, for `place`.
        old: the wrong characters, for `replace`.
    """

    position: str
    digits: str
    index: int = 0
    old: str = ""


def find_correction(text: str) -> Correction | None:
    """The correction that `text` makes, or None when it makes none (a whole new number is none)."""
    for pattern, position in ((_AT_END, "end"), (_AT_START, "start")):
        if match := pattern.search(text):
            said = _first_run(text[match.end() :])
            return Correction(position, said) if said else None
    if match := _AT_PLACE.search(text):
        said = _first_run(text[match.end() :])
        return Correction("place", said, index=_ORDINALS[match["ordinal"].lower()]) if len(said) == 1 else None
    return _replacement(text)


def apply_correction(correction: Correction, value: str) -> str | None:
    """`value` corrected, or None when the correction does not fit it."""
    new = correction.digits
    if correction.position in ("end", "start") and len(new) > len(value):
        return None
    match correction.position:
        case "end":
            return value[: len(value) - len(new)] + new
        case "start":
            return new + value[len(new) :]
        case "place" if correction.index < len(value):
            return value[: correction.index] + new + value[correction.index + 1 :]
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
    return Correction("replace", new, old=old) if 0 < len(old) <= 4 and len(new) == len(old) else None


def _first_run(text: str) -> str:
    found = runs(text)
    return found[0].text if found and found[0].start < 24 else ""
