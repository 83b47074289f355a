"""Order, tracking and telephone numbers, postcodes and plain digits in a text. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

from voicebot.identifiers.forms import DIGITS, Form, fit, forms
from voicebot.identifiers.found import Found
from voicebot.identifiers.heard import dictated, letter_heard
from voicebot.identifiers.postcodes import find_postcodes
from voicebot.identifiers.ranking import CORRECTS, best_first
from voicebot.identifiers.spoken import Run, runs
from voicebot.identifiers.tracking import FORMS as TRACKING_FORMS
from voicebot.identifiers.tracking import carriers, repairs, shaped

ORDER_DIGITS = 7
_PREFIX_LEFT_AWAY = 0.8
_ENOUGH_DICTATED, _TRACKING_DICTATED = 4, 9
_MANY = 10
#: Order numbers of a shop that has not said how its own look; see `forms.forms` for the notation.
ORDER_FORMATS = ("#" * ORDER_DIGITS, "@{1,3}#{4,8}")
_PLAUSIBLE_ORDER = re.compile(r"[A-Z]{0,3}\d{5,10}")
_TRACKING = re.compile(r"(?=.*\d{6})[A-Z0-9]{8,30}")


def find_order_numbers(text: str, formats: Sequence[str] = ORDER_FORMATS) -> list[Found]:
    """Order numbers of the given formats, without marks: `4481207`, `AB44812`, best first.

    A format of one length scores 1.0, one that may go on 0.9; a fixed prefix left away, repairs and the rest less.

    Raises:
        ValueError: a format has no place for a character.
    """
    shapes = [_shape(pattern) for pattern in formats]
    digits_only = any(shape.digits == ORDER_DIGITS for shape in shapes)
    found = [
        Found(value, run.span, score)
        for run in _digit_first(text, shapes)
        for value, score in (_as_order(run.text, shapes),)
        if score > 0
    ]
    if digits_only:
        stray = [(run, value) for run in runs(text) if not run.text.isdigit() and (value := as_digits(run.text))]
        found += [Found(value, run.span, 0.9) for run, value in stray if len(value) == ORDER_DIGITS]
    if not any(f.score >= 0.9 for f in found):
        if digits_only:
            found += _joined_orders(text)
        found += _misheard_orders(text, shapes)
    return best_first(found, text)


def find_tracking_numbers(text: str) -> list[Found]:
    """Carriers' numbers, best first: with a fitting check digit; of a known form with one character repaired so that it
    fits; and anything else of eight characters or more with six digits in a row."""
    found = []
    for run in runs(text):
        if _TRACKING.fullmatch(run.text):
            found += [Found(value, run.span, score) for value, score in _as_tracking(run.text)]
    if not any(f.score >= 0.9 or shaped(f.value) for f in found):
        found += _misheard_tracking(text)
    return best_first(found, text)


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
    return best_first(found, text)


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


@dataclass(frozen=True, slots=True)
class _Shape:
    """A format, ready to use: its forms, the score of a number that has one, and its length if it is digits alone."""

    forms: tuple[Form, ...]
    whole: re.Pattern[str]
    tail: re.Pattern[str] | None
    prefix: str
    score: float
    digits: int


@lru_cache(maxsize=256)
def _shape(pattern: str) -> _Shape:
    made = forms(pattern)
    prefix = "".join(itertools.takewhile(lambda place: len(place) == 1, made[0]))
    lengths = {len(form) for form in made}
    return _Shape(
        forms=made,
        whole=re.compile("|".join(_expression(form) for form in made)),
        tail=re.compile("|".join(_expression(form[len(prefix) :]) for form in made)) if prefix else None,
        prefix=prefix,
        score=1.0 if len(lengths) == 1 else 0.9,
        digits=len(made[0]) if len(lengths) == 1 and all(place == DIGITS for place in made[0]) else 0,
    )


def _expression(form: Form) -> str:
    return "".join(f"[{place}]" for place in form)


def _as_order(value: str, shapes: Sequence[_Shape]) -> tuple[str, float]:
    score = max((shape.score for shape in shapes if shape.whole.fullmatch(value)), default=0.0)
    if score:
        return value, score
    for shape in shapes:
        if shape.tail and shape.tail.fullmatch(value):
            return shape.prefix + value, _PREFIX_LEFT_AWAY
    return value, 0.4 if _PLAUSIBLE_ORDER.fullmatch(value) else 0.0


def _misheard_orders(text: str, shapes: Sequence[_Shape]) -> list[Found]:
    """What formats with letters make of a dictation in which a character or two were written as words."""
    lettered = [form for shape in shapes if not shape.digits for form in shape.forms]
    if not lettered or dictated(text).characters < _ENOUGH_DICTATED or not letter_heard(text):
        return []
    return [Found(f.value, f.span, round(0.8 * (1 - f.cost), 3)) for f in fit(text, lettered, most=2, dearest=0.6)]


def _misheard_tracking(text: str) -> list[Found]:
    """What the forms with letters make of a dictation; only where a check digit confirms it."""
    if dictated(text).characters < _TRACKING_DICTATED or not letter_heard(text):
        return []
    fits = fit(text, TRACKING_FORMS, most=_MANY, dearest=1.2)
    return [Found(f.value, f.span, round(0.9 - f.cost / 2, 3)) for f in fits if carriers(f.value)]


def _as_tracking(value: str) -> Iterator[tuple[str, float]]:
    fitting, alike = carriers(value), shaped(value)
    if fitting:
        yield value, 1.0 if any(c.distinct for c in fitting) else 0.9
    elif any(c.distinct for c in alike):
        # It is this carrier's, and something in it was misheard.
        yield value, 0.4
        yield from ((changed, round(0.8 - cost / 2, 3)) for changed, cost in repairs(value))
    else:
        yield value, 0.7 if len(value) >= 10 else 0.6


def _digit_first(text: str, shapes: Sequence[_Shape]) -> list[Run]:
    """Runs with letters, and where a run is no order number as it stands, its digits alone."""
    with_letters = runs(text)
    plain = [run for run in runs(text, letters=False) if run not in with_letters]
    taken = [run.span for run in with_letters if _as_order(run.text, shapes)[1] >= _PREFIX_LEFT_AWAY]
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


def _joined_orders(text: str) -> list[Found]:
    """Groups dictated with words between them ("four four eight … okay … one two oh seven")."""
    groups = runs(text, letters=False)
    joined = []
    for first in range(len(groups)):
        value = groups[first].text
        for last in range(first + 1, len(groups)):
            if CORRECTS.search(text, groups[last - 1].end, groups[last].start):
                break
            value += groups[last].text
            if len(value) == ORDER_DIGITS and len(groups[first].text) >= 2:
                joined.append(Found(value, (groups[first].start, groups[last].end), 0.6))
    return joined
