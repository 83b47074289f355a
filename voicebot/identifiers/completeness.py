"""Does the text so far complete what the flow waits for? Pure; drives the end-of-turn decision."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping, Sequence

from voicebot.identifiers.correction import find_correction
from voicebot.identifiers.email import find_emails
from voicebot.identifiers.found import Found
from voicebot.identifiers.numbers import (
    find_order_numbers,
    find_phones,
    find_postcodes,
    find_tracking_numbers,
)
from voicebot.identifiers.spoken import runs
from voicebot.identifiers.vocabulary import words as table
from voicebot.identifiers.yes_no import find_yes_no


class Completeness(enum.Enum):
    """How finished a text looks."""

    COMPLETE = "complete"
    """It holds what was asked for, and nothing dangles: nobody needs to wait."""
    PLAUSIBLE = "plausible"
    """It may be all; only silence and the turn model can tell."""
    INCOMPLETE = "incomplete"
    """More must follow: "my order number is", "four seven two"."""


#: Words after which a sentence goes on.
_DANGLING = frozenset(
    table(
        "a an the my your his her our their this these and or but so because if when while that which who whose to of",
        "in on at for from with by about into is are was were am be has have had i i'm i've i'd it's he she we they um",
        "uh er erm like well then than as also can could would will should may might do does did don't didn't not",
        "double triple dot underscore dash plus hash",
    )
)
#: Words after which the thing asked for is still to come, when the flow waits for a value.
_ANNOUNCING = frozenset(table("number order address email postcode zip code phone digits id its name letter letters"))
_CLOSING = re.compile(
    r"(?:\?|\b(?:please|thanks|thank you|goodbye|bye|bye bye|that's (?:it|all)|that is all|help me))\W*$", re.IGNORECASE
)
#: A greeting alone: what the caller wants is still to come.
_OPENING = re.compile(
    r"\W*(?:(?:um|uh|oh|yes|yeah|okay|ok|and)\W+)*(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|excuse me)\b"
    r"(?:\W+(?:there|hi|hello|um|uh|so|yes|yeah|please|sir|ma'am))*\W*",
    re.IGNORECASE,
)
_REFUSES = re.compile(r"\b(?:no|not|lost|forgot|without|\w+n['’]t|cannot|where|what)\b", re.IGNORECASE)
_TRAILS_OFF = re.compile(r"(?:\.\.\.|…|,|-|:)\s*$")
_DIGITS_GOING_ON = 3

_Finder = Callable[[str], list[Found]]

#: Kind -> finder and the score from which the value counts as said in full.
_VALUES: Mapping[str, tuple[_Finder, float]] = {
    "order_number": (find_order_numbers, 0.9),
    "tracking_number": (find_tracking_numbers, 1.0),
    "phone": (find_phones, 1.0),
    "email": (find_emails, 0.7),
    "postcode": (find_postcodes, 1.0),
    "yes_no": (find_yes_no, 0.6),
}


def completeness(kind: str, text: str, choices: Sequence[str] = ()) -> Completeness:
    """How far `text` completes an expectation of `kind` (`open` when nothing in particular is expected)."""
    words = re.findall(r"[\w'’.-]+", text.lower().replace("’", "'"))
    words = [stripped for word in words if (stripped := word.strip(".-"))]
    if not words:
        return Completeness.INCOMPLETE
    dangles = (words[-1] in _DANGLING and not text.rstrip().endswith("?")) or _TRAILS_OFF.search(text) is not None
    if _holds_value(kind, text, choices):
        return Completeness.PLAUSIBLE if dangles and kind in ("yes_no", "choice") else Completeness.COMPLETE
    announces = kind in _VALUES and kind != "yes_no" and words[-1] in _ANNOUNCING and not _REFUSES.search(text)
    if dangles or announces or _OPENING.fullmatch(text):
        return Completeness.INCOMPLETE
    if _digits_going_on(text):
        return Completeness.INCOMPLETE if kind != "digits" else Completeness.PLAUSIBLE
    if _CLOSING.search(text):
        return Completeness.COMPLETE
    return Completeness.PLAUSIBLE


def completes(kind: str, text: str, choices: Sequence[str] = ()) -> bool:
    """Whether `text` certainly holds all that an expectation of `kind` waits for."""
    return completeness(kind, text, choices) is Completeness.COMPLETE


def _holds_value(kind: str, text: str, choices: Sequence[str]) -> bool:
    if kind == "choice" or choices:
        low = text.lower()
        return any(re.search(rf"\b{re.escape(choice.lower())}\b", low) for choice in choices)
    finder, enough = _VALUES.get(kind, (None, 0.0))
    if finder is None:
        # An order number is complete wherever it is said; so is a farewell or a question.
        return any(found.score >= 1.0 and _at_end(found, text) for found in find_order_numbers(text))
    if any(found.score >= enough for found in finder(text)):
        return True
    return kind in ("order_number", "phone", "tracking_number") and find_correction(text) is not None


def _at_end(found: Found, text: str) -> bool:
    return not re.search(r"\w", text[found.span[1] :])


def _digits_going_on(text: str) -> bool:
    """A short or odd digit group at the very end: the caller is still dictating."""
    found = runs(text)
    if not found or re.search(r"\w", text[found[-1].end :]):
        return False
    last = found[-1].text
    return any(c.isdigit() for c in last) and len(last) >= (_DIGITS_GOING_ON if len(found) == 1 else 2)
