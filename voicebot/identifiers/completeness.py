"""Does the text so far complete what the flow waits for? Pure; drives the end-of-turn decision."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache

from voicebot.identifiers.amounts import find_amounts
from voicebot.identifiers.correction import find_correction
from voicebot.identifiers.dates import find_dates
from voicebot.identifiers.email import find_emails
from voicebot.identifiers.found import Found
from voicebot.identifiers.names import find_names
from voicebot.identifiers.numbers import (
    find_order_numbers,
    find_phones,
    find_tracking_numbers,
)
from voicebot.identifiers.postcodes import find_postcodes
from voicebot.identifiers.quantities import find_quantities
from voicebot.identifiers.spelling import find_spellings
from voicebot.identifiers.spoken import runs
from voicebot.identifiers.vocabulary import TENS
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
        "double triple dot underscore dash plus hash point hyphen",
    )
)
#: "I want to know where my order is"; but "what I want to know is …".
_ASKS = re.compile(
    r"\b(?:know|tell|ask|asking|wonder|wondering|see|check|find|sure|idea|understand|remember)\b.*"
    r"\b(?:where|what|who|how|when|which)\b.+ (?:is|are|was|were)$"
)
#: Words after which the thing asked for is still to come, when the flow waits for a value.
_ANNOUNCING = frozenset(
    table(
        "number order address email postcode zip code phone digits id its name surname letter letters date amount",
        "price total spelled spelt spelling that's it's capital",
    )
)
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
#: Parts of an e-mail address: more of it follows until its end was said. "At" alone is none: "I'm at home".
ADDRESS_PART = re.compile(
    r"\b(?:dot|underscore|dash|hyphen)\b|@|\w\.\w|(?:\b[a-z0-9]\b\W*){2}"
    r"|\bat(?! (?:the|home|work|my|a|an|all|least|once)\b)(?: \w+){0,2}\W*$",
    re.IGNORECASE,
)
#: Words after which a date goes on.
_DATE_GOES_ON = re.compile(
    r"\b(?:last|next|this|the day|day before|before|ago on"
    r"|(?<!last )(?<!this )(?<!next )(?:days?|weeks?|months?|years?))\W*$",
    re.IGNORECASE,
)
#: Number words behind which another one belongs to the same number.
_MORE_DIGITS = frozenset({*TENS, "hundred", "thousand"})
_YEAR_LAST = re.compile(r"\b(?:19|20)\d\d\W*$")
#: Dates need a day from which they are told; which one does not matter here.
_SOME_DAY = date(2026, 1, 1)

_Finder = Callable[[str], list[Found]]


def _dates(text: str) -> list[Found]:
    return find_dates(text, _SOME_DAY)


#: Kind -> finder and the score from which the value counts as said in full (above 1.0: never).
_VALUES: Mapping[str, tuple[_Finder, float]] = {
    "order_number": (find_order_numbers, 1.0),
    "tracking_number": (find_tracking_numbers, 1.0),
    "phone": (find_phones, 1.0),
    "email": (find_emails, 0.45),
    "postcode": (find_postcodes, 1.0),
    "name": (find_names, 2.0),
    "spelling": (find_spellings, 2.0),
    "date": (_dates, 0.95),
    "amount": (find_amounts, 0.95),
    "quantity": (find_quantities, 0.9),
    "yes_no": (find_yes_no, 0.7),
}
#: Kinds whose value may go on although it is one: "twenty" … "four".
_MEASURES = frozenset({"date", "amount", "quantity", "yes_no", "choice"})


def completeness(kind: str, text: str, choices: Sequence[str] = ()) -> Completeness:
    """How far `text` completes an expectation of `kind` (`open` when nothing in particular is expected)."""
    return _completeness(kind, text, tuple(choices))


@lru_cache(maxsize=256)
def _completeness(kind: str, text: str, choices: tuple[str, ...]) -> Completeness:
    """The same words are judged again and again while the caller is silent."""
    words = [stripped for word in _words(text) if (stripped := word.strip(".-"))]
    if not words:
        return Completeness.INCOMPLETE
    dangles = (_dangling(words) and not text.rstrip().endswith("?")) or _TRAILS_OFF.search(text) is not None
    if _holds_value(kind, text, choices):
        return Completeness.PLAUSIBLE if dangles and kind in _MEASURES else Completeness.COMPLETE
    announces = kind in _VALUES and kind != "yes_no" and words[-1] in _ANNOUNCING and not _REFUSES.search(text)
    if dangles or announces or _OPENING.fullmatch(text):
        return Completeness.INCOMPLETE
    if _goes_on(kind, text):
        return Completeness.INCOMPLETE
    if (_CLOSING.search(text) and not _lone(kind, words)) or _asks(words):
        return Completeness.COMPLETE
    return Completeness.PLAUSIBLE


def completes(kind: str, text: str, choices: Sequence[str] = ()) -> bool:
    """Whether `text` certainly holds all that an expectation of `kind` waits for."""
    return completeness(kind, text, choices) is Completeness.COMPLETE


@lru_cache(maxsize=256)
def holds(kind: str, text: str) -> bool:
    """Whether there is any reading of a value of `kind` in `text`, however doubtful."""
    finder, _ = _VALUES.get(kind, (None, 0.0))
    return finder is not None and bool(finder(text))


def _words(text: str) -> list[str]:
    return re.findall(r"[\w'’.-]+", text.lower().replace("’", "'"))


def _dangling(words: list[str]) -> bool:
    """The sentence cannot end here; but with a lone letter behind another one, or a question inside."""
    letter = len(words[-1]) == 1 and len(words) > 1 and len(words[-2]) == 1
    return words[-1] in _DANGLING and not letter and not _asks(words)


def _lone(kind: str, words: list[str]) -> bool:
    """One word where a value is dictated: "bye" may have been "five"."""
    return len(words) == 1 and kind in _VALUES and kind != "yes_no"


def _asks(words: list[str]) -> bool:
    """A question inside the sentence ends it."""
    return _ASKS.search(" ".join(words)) is not None


def _holds_value(kind: str, text: str, choices: Sequence[str]) -> bool:
    if kind == "choice" or choices:
        low = text.lower()
        return any(re.search(rf"\b{re.escape(choice.lower())}\b", low) for choice in choices) or _ends_in_order(text)
    finder, enough = _VALUES.get(kind, (None, 0.0))
    if finder is None:
        # An order number is complete wherever it is said; so is a farewell or a question.
        return _ends_in_order(text)
    found = finder(text)
    if any(reading.score >= enough for reading in found):
        return not _may_go_on(kind, text, found[0])
    if kind == "date" and found and _YEAR_LAST.search(text):
        return True
    return kind in ("order_number", "phone", "tracking_number") and find_correction(text) is not None


def _ends_in_order(text: str) -> bool:
    return any(found.score >= 1.0 and _at_end(found, text) for found in find_order_numbers(text))


def _may_go_on(kind: str, text: str, best: Found) -> bool:
    """The value is one, and so is what it may become: "dot co" … "dot uk", "twenty" … "four"."""
    if kind == "email":
        return best.value.endswith(".co")
    return kind in ("quantity", "date") and _words(text)[-1].strip(".") in _MORE_DIGITS


def _goes_on(kind: str, text: str) -> bool:
    """What was said so far is a piece of a value."""
    match kind:
        case "digits" | "quantity" | "amount" | "name" | "spelling":
            return False
        case "email":
            return ADDRESS_PART.search(text) is not None and not _REFUSES.search(text)
        case "date":
            return not _dates(text) and (_DATE_GOES_ON.search(text) is not None or _digits_going_on(text))
    return _digits_going_on(text)


def _at_end(found: Found, text: str) -> bool:
    return not re.search(r"\w", text[found.span[1] :])


def _digits_going_on(text: str) -> bool:
    """A short or odd digit group at the very end: the caller is still dictating."""
    found = runs(text)
    if not found or re.search(r"\w", text[found[-1].end :]):
        return False
    last = found[-1].text
    return any(c.isdigit() for c in last) and len(last) >= (_DIGITS_GOING_ON if len(found) == 1 else 2)
