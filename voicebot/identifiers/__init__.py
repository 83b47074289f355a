"""Identifiers in spoken text: pure functions from words to values. No audio, no models, no I/O."""

from datetime import date
from functools import lru_cache

from voicebot.identifiers.amounts import find_amounts
from voicebot.identifiers.completeness import Completeness, completeness, completes
from voicebot.identifiers.correction import Correction, apply_correction, find_correction
from voicebot.identifiers.dates import find_dates, is_interval
from voicebot.identifiers.email import find_emails
from voicebot.identifiers.evidence import rank
from voicebot.identifiers.found import Found
from voicebot.identifiers.grounding import Decision, Grounding, doubt, ground, sound_distance
from voicebot.identifiers.names import find_names
from voicebot.identifiers.numbers import FINDERS, find_phones
from voicebot.identifiers.quantities import find_quantities
from voicebot.identifiers.spelling import find_spellings
from voicebot.identifiers.spoken import digits, runs
from voicebot.identifiers.yes_no import find_yes_no, yes_no

__all__ = [
    "KINDS",
    "Completeness",
    "Correction",
    "Decision",
    "Found",
    "Grounding",
    "apply_correction",
    "completeness",
    "completes",
    "digits",
    "doubt",
    "find",
    "find_correction",
    "find_phones",
    "ground",
    "is_interval",
    "rank",
    "runs",
    "sound_distance",
    "yes_no",
]

_FINDERS = {
    **FINDERS,
    "name": find_names,
    "spelling": find_spellings,
    "email": find_emails,
    "quantity": find_quantities,
    "yes_no": find_yes_no,
}
#: What `find` can look for.
KINDS = (*_FINDERS, "date", "amount")
#: Kinds that are read in one country another way than in the next.
_BY_REGION = frozenset({"date", "amount", "phone"})
#: Searches that are remembered: in one turn the same words are looked through several times, to see whether there is a
#: wish beside the values, and then for the values. Few enough that words are forgotten soon after their call.
_REMEMBERED = 256


def find(
    kind: str, text: str, *, today: date | None = None, region: str = "US", near: date | None = None
) -> list[Found]:
    """Values of `kind` in `text`, best first; nothing for a kind that has no grammar.

    Args:
        kind: one of `KINDS`.
        text: what was said.
        today: the local date, for dates; without it only those said with their year are found.
        region: ISO 3166 country: the order of day and month, the currency of "dollars", a telephone number's country.
        near: a date that was said before, which "no, the fifteenth" is about.
    """
    days = (today, near) if kind == "date" else (None, None)
    return list(_found(kind, text, days, region if kind in _BY_REGION else ""))


@lru_cache(maxsize=_REMEMBERED)
def _found(kind: str, text: str, days: tuple[date | None, date | None], region: str) -> tuple[Found, ...]:
    match kind:
        case "date":
            return tuple(find_dates(text, days[0], region=region, near=days[1]))
        case "amount":
            return tuple(find_amounts(text, region=region))
        case "phone":
            return tuple(find_phones(text, region))
    finder = _FINDERS.get(kind)
    return tuple(finder(text)) if finder else ()
