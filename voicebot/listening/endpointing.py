"""End of turn: one explainable decision from silence, words, sound and what the flow waits for. Pure."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from voicebot.identifiers import Completeness
from voicebot.identifiers.completeness import ADDRESS_PART
from voicebot.identifiers.spoken import runs
from voicebot.listening.actions import Inputs


class Ending(enum.Enum):
    """Is the turn over?"""

    KEEP = "keep"
    """The caller is speaking."""
    MAYBE_OVER = "maybe_over"
    """Silence long enough to prepare an answer, not to give it."""
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How much silence ends a turn, in milliseconds after the last voiced sample.

    Attributes:
        soft: decode and judge; nothing is committed.
        complete: the words hold all that was asked for.
        sure: the words may be all, and the turn model is sure.
        plausible: the words may be all, and the turn model is not sure.
        incomplete: more words must follow.
        cap: whatever the words are.
    """

    soft: float
    complete: float
    sure: float
    plausible: float
    incomplete: float
    cap: float


#: By the patience that the flow asks for. Pauses inside utterances have their 90th percentile at 950 ms, and a voice is
#: noticed up to 70 ms after it has begun. Between dictated digits there are often 200 ms.
PROFILES: Mapping[str, Profile] = {
    "instant": Profile(soft=60, complete=160, sure=240, plausible=450, incomplete=800, cap=1200),
    "normal": Profile(soft=60, complete=180, sure=240, plausible=600, incomplete=1100, cap=1800),
    "dictation": Profile(soft=60, complete=220, sure=500, plausible=1050, incomplete=1400, cap=2400),
}
_SURE, _DOUBTFUL, _UNFINISHED = 0.7, 0.5, 0.15
#: A word or two always sound finished; the turn model says nothing about them.
_SHORT_MS = 450.0
_PAUSE_MARGIN = 1.25
#: A voice is noticed so long after it has begun.
_NOTICED_MS = 80.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of a turn at one moment.

    Attributes:
        silence_ms: since the last voiced sample; 0 while there is voice.
        voiced_ms: voice in this turn.
        text: how far the words complete the expectation; None before they are decoded.
        wordless: they were decoded, and there are none.
        turn_probability: the turn model's, or None.
        turn_awaited: the turn model has been asked and has not answered yet.
        patience: name of a profile.
        answers: the words hold what was asked for.
        dictating: the words are, or hold, pieces of something dictated.
        usual_pause_ms: long pauses inside this caller's own turns; 0 when unknown.
        stirring: there is sound that may be the beginning of a voice.
    """

    silence_ms: float
    voiced_ms: float
    text: Completeness | None = None
    wordless: bool = False
    turn_probability: float | None = None
    turn_awaited: bool = False
    patience: str = "normal"
    answers: bool = False
    dictating: bool = False
    usual_pause_ms: float = 0.0
    stirring: bool = False

    def inputs(self) -> Inputs:
        """For the log; the silence is told beside them."""
        probability = self.turn_probability
        return {
            "patience": self.patience,
            "words": self.text.value if self.text else None,
            "dictating": self.dictating,
            "turn_model": None if probability is None else round(probability, 3),
            "voiced_ms": self.voiced_ms,
            "usual_pause_ms": round(self.usual_pause_ms),
            "stirring": self.stirring,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The verdict, why, and how much silence it takes in this case."""

    ending: Ending
    reason: str
    waited_for_ms: float


#: Digits in any word ("6th Heaven" was "six seven"), and letters written together.
_CHARACTERS = re.compile(r"\d|\b(?!(?:OK|TV|ID|UK|US|USA|SMS|PIN)\b)[A-Z]{2,}\b")


@lru_cache(maxsize=256)
def dictating(text: str) -> bool:
    """Whether there are digits, spelled letters or parts of an address in it: pieces of which more may come."""
    return any(pattern.search(text) for pattern in (ADDRESS_PART, _CHARACTERS)) or bool(runs(text))


def profile(patience: str) -> Profile:
    """The profile of that name; `normal` for an unknown one."""
    return PROFILES.get(patience, PROFILES["normal"])


def fitting(evidence: Evidence) -> Profile:
    """The profile that these words deserve: only answers are instant, and only dictation is not believed finished."""
    limits, normal = profile(evidence.patience), PROFILES["normal"]
    if evidence.patience == "instant" and not evidence.answers:
        return replace(limits, complete=normal.complete)
    if evidence.patience == "dictation" and not evidence.dictating:
        return replace(limits, sure=normal.sure)
    return limits


def decide(evidence: Evidence) -> Decision:
    """Whether the turn is over."""
    limits = fitting(evidence)
    reason, wait = _patience(evidence, limits)
    if evidence.stirring and evidence.silence_ms < wait + _NOTICED_MS:
        return Decision(ending=Ending.MAYBE_OVER, reason="somebody may be speaking again", waited_for_ms=wait)
    if evidence.silence_ms >= wait:
        return Decision(ending=Ending.OVER, reason=reason, waited_for_ms=wait)
    soft = evidence.silence_ms >= limits.soft
    return Decision(ending=Ending.MAYBE_OVER if soft else Ending.KEEP, reason=reason, waited_for_ms=wait)


def _patience(evidence: Evidence, limits: Profile) -> tuple[str, float]:
    """Why, and how long to wait."""
    own = min(evidence.usual_pause_ms * _PAUSE_MARGIN, limits.cap)
    match evidence.text:
        case None:
            return "not yet decoded", limits.cap
        case Completeness.COMPLETE:
            return "says all that was asked for", limits.complete
        case Completeness.INCOMPLETE if evidence.wordless:
            return "no words", limits.plausible
        case Completeness.PLAUSIBLE if evidence.dictating and evidence.patience == "dictation":
            # A piece of a number sounds finished, to the turn model as well.
            return "not all of it yet", max(limits.incomplete, own)
        case Completeness.INCOMPLETE:
            return "more must follow", max(limits.incomplete, own)
    probability = evidence.turn_probability if evidence.voiced_ms >= _SHORT_MS else None
    if probability is not None and probability >= _SURE:
        return "sounds finished", limits.sure
    if probability is not None and probability <= _UNFINISHED:
        return "sounds unfinished", max(limits.incomplete, own)
    if probability is not None and probability < _DOUBTFUL:
        return "may go on", max((limits.plausible + limits.incomplete) / 2, min(own, limits.incomplete))
    if evidence.turn_awaited:
        return "the turn model has yet to answer", limits.incomplete
    return "silence", max(limits.plausible, min(own, limits.incomplete))


class Pauses:
    """A caller's own pauses inside turns: the decaying maximum is what this caller may need."""

    def __init__(self) -> None:
        self.usual_ms = 0.0

    def inside(self, pause_ms: float) -> None:
        """A pause after which the caller went on in the same turn."""
        self.usual_ms = max(pause_ms, 0.8 * self.usual_ms + 0.2 * pause_ms)

    def turn_ended(self) -> None:
        """Patience wears off when it is not needed."""
        self.usual_ms *= 0.9
