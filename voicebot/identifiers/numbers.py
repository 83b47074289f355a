"""Order, tracking and telephone numbers, postcodes and plain digits in a text. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import phonenumbers

from voicebot.identifiers.found import Found
from voicebot.identifiers.spoken import Run, runs

ORDER_DIGITS = 7
_ORDER_WITH_LETTERS = re.compile(r"[A-Z]{1,3}\d{4,8}")
_PLAUSIBLE_ORDER = re.compile(r"[A-Z]{0,3}\d{5,10}")
_TRACKING = re.compile(r"(?=.*\d{6})[A-Z0-9]{8,30}")
_ZIP = re.compile(r"\d{5}(?:\d{4})?")
_UK_POSTCODE = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})")
_CORRECTS = re.compile(r"\b(?:no|sorry|actually|wait|i mean|rather|correction)\b", re.IGNORECASE)


def find_order_numbers(text: str) -> list[Found]:
    """Order numbers: seven digits, or one to three letters and digits; other lengths with a low score."""
    found = [Found(run.text, run.span, score) for run in _digit_first(text) if (score := _order_score(run.text)) > 0]
    stray = [(run, value) for run in runs(text) if not run.text.isdigit() and (value := as_digits(run.text))]
    found += [Found(value, run.span, 0.9) for run, value in stray if len(value) == ORDER_DIGITS]
    if not any(f.score >= 0.9 for f in found):
        found += _joined_orders(text)
    return _best_first(found, text)


def find_tracking_numbers(text: str) -> list[Found]:
    """Carriers' numbers: eight characters or more, with at least six digits in a row."""
    fitting = [run for run in runs(text) if _TRACKING.fullmatch(run.text)]
    found = [Found(run.text, run.span, 1.0 if len(run.text) >= 10 else 0.6) for run in fitting]
    return _best_first(found, text)


def find_phones(text: str, region: str = "US") -> list[Found]:
    """Telephone numbers in E.164. `region` (ISO 3166) is assumed when no country code is dictated."""
    found = []
    for run in runs(text, letters=False):
        plus = re.search(r"(?:\+|\bplus)\s*$", text[: run.start], re.IGNORECASE) is not None
        if not 7 <= len(run.text) <= 15:
            continue
        try:
            number = phonenumbers.parse(("+" if plus else "") + run.text, region)
        except phonenumbers.NumberParseException:
            continue
        reason = phonenumbers.is_possible_number_with_reason(number)
        possible = reason == phonenumbers.ValidationResult.IS_POSSIBLE
        # Some plans have valid numbers as short as an order number: without a country code these are doubtful.
        sure = phonenumbers.is_valid_number(number) and (plus or len(run.text) > ORDER_DIGITS)
        score = 1.0 if sure else 0.7 if possible else 0.0
        if score:
            value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            found.append(Found(value, run.span, score))
    return _best_first(found, text)


def find_postcodes(text: str) -> list[Found]:
    """US ZIP codes (five or nine digits) and British postcodes."""
    found = []
    for run in runs(text):
        if _ZIP.fullmatch(run.text):
            value = run.text if len(run.text) == 5 else f"{run.text[:5]}-{run.text[5:]}"
            found.append(Found(value, run.span, 1.0))
        elif uk := _UK_POSTCODE.fullmatch(run.text):
            found.append(Found(f"{uk[1]} {uk[2]}", run.span, 1.0))
    return _best_first(found, text)


def find_digits(text: str) -> list[Found]:
    """Every dictated digit string."""
    return [Found(run.text, run.span, 1.0) for run in runs(text, letters=False)]


#: Finders by kind, for `find`.
FINDERS: Mapping[str, Callable[[str], list[Found]]] = {
    "order_number": find_order_numbers,
    "tracking_number": find_tracking_numbers,
    "phone": find_phones,
    "postcode": find_postcodes,
    "digits": find_digits,
}


def _digit_first(text: str) -> list[Run]:
    """Runs with letters, and where a run is no order number as it stands, its digits alone."""
    with_letters = runs(text)
    plain = [run for run in runs(text, letters=False) if run not in with_letters]
    taken = [run.span for run in with_letters if _order_score(run.text) >= 0.9]
    return with_letters + [run for run in plain if not any(s <= run.start and run.end <= e for s, e in taken)]


#: Letters that recognisers write for a digit amid digits.
_DIGIT_FOR = str.maketrans({"A": "8", "O": "0", "I": "1", "L": "1", "S": "5", "B": "8", "Z": "2", "T": "2"})


def as_digits(value: str) -> str | None:
    """A run that is mostly digits with its stray letters read as the digits they sound or look like; else None."""
    letters = sum(c.isalpha() for c in value)
    if letters == 0:
        return value
    leading = len(value) - len(value.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    digits = value.translate(_DIGIT_FOR)
    return digits if letters <= 2 and not leading and digits.isdigit() and len(value) >= 3 * letters else None


def _order_score(value: str) -> float:
    if value.isdigit() and len(value) == ORDER_DIGITS:
        return 1.0
    if _ORDER_WITH_LETTERS.fullmatch(value):
        return 0.9
    return 0.4 if _PLAUSIBLE_ORDER.fullmatch(value) else 0.0


def _joined_orders(text: str) -> list[Found]:
    """Groups dictated with words between them ("four four eight … okay … one two oh seven")."""
    groups = runs(text, letters=False)
    joined = []
    for first in range(len(groups)):
        value = groups[first].text
        for last in range(first + 1, len(groups)):
            if _CORRECTS.search(text, groups[last - 1].end, groups[last].start):
                break
            value += groups[last].text
            if len(value) == ORDER_DIGITS and len(groups[first].text) >= 2:
                joined.append(Found(value, (groups[first].start, groups[last].end), 0.6))
    return joined


def _best_first(found: Sequence[Found], text: str) -> list[Found]:
    """By score; among equals the last said wins when the caller corrected himself in between, else the first."""
    corrected = len(found) > 1 and _CORRECTS.search(text, min(f.span[1] for f in found)) is not None
    sign = -1 if corrected else 1
    return sorted(found, key=lambda f: (-f.score, sign * f.span[0]))
