"""Postcodes: United States, Britain, Canada, Germany; misheard characters are repaired by what a place allows. Pure.

British forms and the letters of each place follow Royal Mail's Programmers' Guide to the Postcode Address File and BS
7666; Canadian ones Canada Post's addressing guidelines; five digits serve as ZIP code and as German Postleitzahl.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from voicebot.identifiers.forms import DIGITS, LETTERS, Fit, Form, fit
from voicebot.identifiers.found import Found
from voicebot.identifiers.heard import dictated, letter_heard
from voicebot.identifiers.spoken import runs

#: First letters of the British post areas, by what may follow; "-" is nothing.
_AREAS: Mapping[str, str] = {
    "A": "BL",
    "B": "-ABDHLNRST",
    "C": "ABFHMORTVW",
    "D": "ADEGHLNTY",
    "E": "-CHNX",
    "F": "KY",
    "G": "-LUY",
    "H": "ADGPRSUX",
    "I": "GMPV",
    "J": "E",
    "K": "ATWY",
    "L": "-ADELNSU",
    "M": "-EKL",
    "N": "-EGNPRW",
    "O": "LX",
    "P": "AEHLOR",
    "R": "GHM",
    "S": "-AEGKLMNOPRSTWY",
    "T": "ADFNQRSW",
    "U": "B",
    "W": "-ACDFNRSV",
    "Y": "O",
    "Z": "E",
}
_THIRD = "ABCDEFGHJKPSTUW"
_FOURTH = "ABEHMNPRVWXY"
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"
_CANADIAN_FIRST = "ABCEGHJKLMNPRSTVXY"
_CANADIAN = "ABCEGHJKLMNPRSTVWXYZ"


def _british(area: Form, last: str) -> tuple[Form, ...]:
    inward = (DIGITS, _INWARD, _INWARD)
    return ((*area, DIGITS, *inward), (*area, DIGITS, DIGITS, *inward), (*area, DIGITS, last, *inward))


_LONE = "".join(first for first, seconds in _AREAS.items() if "-" in seconds)
_BRITISH: tuple[Form, ...] = (
    *_british((_LONE,), _THIRD),
    *(f for first, seconds in _AREAS.items() for f in _british((first, seconds.strip("-")), _FOURTH)),
)
#: Any letters for the area: a new one, or one that was misheard.
_ANY_AREA: tuple[Form, ...] = (*_british((LETTERS,), _THIRD), *_british((LETTERS, LETTERS), _FOURTH))
#: Country (ISO 3166) -> the forms of its postcodes.
FORMS: Mapping[str, tuple[Form, ...]] = {
    "US": ((DIGITS,) * 5, (DIGITS,) * 9),
    "GB": _BRITISH,
    "CA": ((_CANADIAN_FIRST, DIGITS, _CANADIAN, DIGITS, _CANADIAN, DIGITS),),
    "DE": ((DIGITS,) * 5,),
}
COUNTRIES = tuple(FORMS)
_ALL = tuple(dict.fromkeys(form for made in FORMS.values() for form in made))
_REPAIRED, _NO_AREA = 0.85, 0.7
_DEAREST = 1.9
_ENOUGH_HEARD = 4


def find_postcodes(text: str, countries: Sequence[str] = COUNTRIES) -> list[Found]:
    """Postcodes as their post offices write them: `90210`, `90210-1234`, `SW1A 1AA`, `K1A 0B1`, best first.

    Well-formed ones score 1.0; when there is none, what the forms make of misheard characters scores lower.
    """
    allowed = tuple(dict.fromkeys(form for country in countries for form in FORMS.get(country, ())))
    said = runs(text)
    whole = [Found(written(run.text), run.span, 1.0) for run in said if is_one(run.text, allowed)]
    digit = any(c.isdigit() for run in said for c in run.text)
    if whole or not digit or dictated(text).characters < _ENOUGH_HEARD or not letter_heard(text):
        return whole
    doubtful = _ANY_AREA if "GB" in countries else ()
    shaped = [Found(written(run.text), run.span, _NO_AREA) for run in said if is_one(run.text, doubtful)]
    # Digits alone need no repair here: a wrong digit is as well-formed as the right one.
    lettered = [form for form in allowed if any(place != DIGITS for place in form)]
    repaired = [Found(written(f.value), f.span, _score(f)) for f in fit_postcodes(text, lettered)]
    return sorted([*shaped, *repaired], key=lambda f: -f.score)


def fit_postcodes(text: str, among: Sequence[Form] = _ALL, *, dearest: float = _DEAREST) -> list[Fit]:
    """Characters without the space, with their costs: for those who weigh several hypotheses."""
    return fit(text, among, dearest=dearest)


def written(value: str) -> str:
    """A postcode's characters with the space or hyphen that its country writes."""
    if value.isdigit():
        return value if len(value) <= 5 else f"{value[:5]}-{value[5:]}"
    return f"{value[:-3]} {value[-3:]}"


def bare(value: str) -> str:
    """The characters alone, upper case."""
    return re.sub(r"[^A-Z0-9]", "", value.upper())


def is_one(value: str, allowed: Sequence[Form]) -> bool:
    """Whether the characters `value` have one of the forms."""
    return any(
        len(form) == len(value) and all(c in place for c, place in zip(value, form, strict=True)) for form in allowed
    )


def _score(found: Fit) -> float:
    return round(max(0.1, _REPAIRED - 0.4 * found.cost), 3)
