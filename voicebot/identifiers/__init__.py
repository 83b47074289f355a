"""Identifiers in spoken text: pure functions from words to values. No audio, no models, no I/O."""

from voicebot.identifiers.completeness import Completeness, completeness, completes
from voicebot.identifiers.correction import Correction, apply_correction, find_correction
from voicebot.identifiers.email import find_emails
from voicebot.identifiers.found import Found
from voicebot.identifiers.grounding import Decision, Grounding, ground, sound_distance
from voicebot.identifiers.numbers import FINDERS, find_phones
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
    "find",
    "find_correction",
    "find_phones",
    "ground",
    "runs",
    "sound_distance",
    "yes_no",
]

_FINDERS = {**FINDERS, "email": find_emails, "yes_no": find_yes_no}
#: What `find` can look for.
KINDS = tuple(_FINDERS)


def find(kind: str, text: str) -> list[Found]:
    """Values of `kind` in `text`, best first; nothing for a kind that has no grammar."""
    finder = _FINDERS.get(kind)
    return finder(text) if finder else []
