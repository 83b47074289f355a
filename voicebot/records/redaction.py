"""A net under the rule that callers never give card numbers by voice: PCI DSS 4.0.1, requirement 3.3.1.

Finds payment card numbers (ISO/IEC 7812: 13-19 digits, Luhn check) in digits or in spoken words, and the security code
beside them, and takes them out of a text before it is stored or shown. It sees one text at a time: a number that is
dictated over several turns is not found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CARD = "[card number]"
CODE = "[security code]"

_SHORTEST, _LONGEST = 13, 19

_UNITS = {
    **dict(
        zip(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"), "0123456789", strict=True)
    ),
    **{"oh": "0", "o": "0", "nought": "0", "null": "0", "niner": "9"},
}
_TEENS = {
    **{"ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14"},
    **{"fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19"},
}
_TENS = dict(
    zip(("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), "23456789", strict=True)
)
_TIMES = {"double": 2, "triple": 3, "treble": 3}
#: Words that people put between the groups of a number.
_BETWEEN = frozenset(("and", "then", "dash", "hyphen", "space", "uh", "um", "er", "uhm"))

_TOKEN = re.compile(r"\d+|[^\W\d_]+|[^\w\s]|_")
#: What may stand between groups without a doubt, and what may only when the groups are short: a list of order numbers
#: is not one long number.
_HYPHENS = frozenset("-–·")
_STOPS = frozenset(".,/")
_LONGEST_GROUP = 6

#: Issuer prefixes and lengths by network; used where a longer run of digits holds more than the number.
_NETWORKS = re.compile(
    r"4\d{12}(?:\d{3}(?:\d{3})?)?|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|(?:6011|64[4-9]\d|65\d\d|62\d\d|81\d\d)\d{12,15}"
    r"|3(?:0[0-5]|[689]\d)\d{11,16}|35(?:2[89]|[3-8]\d)\d{12,15}|(?:50|5[6-9]|6\d)\d{11,17}|9792\d{12}"
)
_CODE = re.compile(
    r"\b(cvv2?|cvc2?|cid|security (?:code|number)|card (?:verification|validation) (?:code|value|number))"
    r"((?:\s+(?:is|it's|its|number|code))*\s*:?\s*)((?:\d[\s-]*){3,4}(?!\d)"
    rf"|(?:(?:{'|'.join(sorted([*_UNITS, *_TIMES], key=len, reverse=True))})\b[\s-]*){{2,4}})",
    re.IGNORECASE,
)


def luhn(digits: str) -> bool:
    """Whether the check digit is right (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def redact(text: str) -> str:
    """Replace card numbers and security codes; other text, order and phone numbers included, stays as it is."""
    found = [run for run in _runs(text) if _holds_card(run[2])]
    for start, end, _ in reversed(found):
        text = text[:start] + CARD + text[end:]
    return _CODE.sub(lambda match: f"{match[1]}{match[2]}{CODE}{' ' if match[3][-1:].isspace() else ''}", text)


def redact_all(value: Any) -> Any:
    """`redact` in every string of a JSON value; the very same object when there was nothing to take out."""
    if isinstance(value, str):
        clean = redact(value) if len(value) >= 3 else value
        return value if clean == value else clean
    if isinstance(value, Mapping):
        items = {k: redact_all(v) for k, v in value.items()}
        return items if any(items[k] is not v for k, v in value.items()) else value
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        parts = tuple(redact_all(v) for v in value)
        return parts if any(a is not b for a, b in zip(parts, value, strict=True)) else value
    return value


def _holds_card(digits: str) -> bool:
    if len(digits) < _SHORTEST:
        return False
    if len(digits) <= _LONGEST and luhn(digits):
        return True
    # A longer run: the expiry date or the security code came in the same breath, or digits before it.
    for start in range(len(digits) - _SHORTEST + 1):
        for size in range(min(_LONGEST, len(digits) - start), _SHORTEST - 1, -1):
            window = digits[start : start + size]
            if _NETWORKS.fullmatch(window) and luhn(window):
                return True
    return False


def _runs(text: str) -> list[tuple[int, int, str]]:
    """Stretches of a text that read as digits only: (start, end, digits)."""
    runs: list[tuple[int, int, str]] = []
    run = _Run()
    for token in _TOKEN.finditer(text):
        word = token[0].lower()
        if word in _HYPHENS:
            continue
        if word in _TIMES:
            run.times = _TIMES[word]
        elif word in _STOPS or word in _BETWEEN:
            run.stopped = True
        elif word.isdecimal() or word in _UNITS or word in _TEENS or word in _TENS:
            if run.stopped and max(run.group, len(word) if word.isdecimal() else 1) > _LONGEST_GROUP:
                run.end_into(runs)
                run = _Run()
            run.add(word, token.start(), token.end())
        else:
            run.end_into(runs)
            run = _Run()
    run.end_into(runs)
    return runs


@dataclass(slots=True)
class _Run:
    """Digits read so far."""

    start: int = -1
    end: int = -1
    digits: str = ""
    tens: str = ""
    """`forty` waits for the `one` of forty-one."""
    times: int = 1
    group: int = 0
    """Length of the last group of written digits."""
    stopped: bool = False

    def add(self, word: str, start: int, end: int) -> None:
        self.start, self.end = (start if self.start < 0 else self.start), end
        self.group, self.stopped = (len(word) if word.isdecimal() else 1), False
        if word in _UNITS:
            self.digits += self.tens + _UNITS[word] if self.tens else _UNITS[word] * self.times
            self.tens = ""
        elif word in _TENS:
            self._settle()
            self.tens = _TENS[word]
        else:
            self._settle()
            self.digits += (_TEENS.get(word) or "".join(str(int(digit)) for digit in word)) * self.times
        self.times = 1

    def end_into(self, runs: list[tuple[int, int, str]]) -> None:
        self._settle()
        if self.digits:
            runs.append((self.start, self.end, self.digits))

    def _settle(self) -> None:
        if self.tens:
            self.digits += self.tens + "0"
            self.tens = ""
