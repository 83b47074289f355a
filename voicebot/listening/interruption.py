"""Speech over the bot: hold the voice at once, then stop for good or go on from the same sample. Pure."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from voicebot.identifiers.completeness import holds
from voicebot.listening.actions import Inputs
from voicebot.listening.guards import normalised
from voicebot.listening.recognition import PARTING
from voicebot.listening.remarks import (
    echoes,
    is_backchannel,
    is_courtesy,
    is_for_somebody_else,
    is_hum,
    is_particle,
    is_parting,
)

#: Held this soon: it is as soon as a voice is told from a click.
PAUSE_AFTER_MS = 60.0
#: Voice without recognised words holds the bot no longer than this.
_WORDLESS_HOLD_MS = 1600.0
#: Silence after which short sounds are judged.
_JUDGE_SILENCE_MS = 120.0
#: After words that were hardly understood, clearer ones may follow.
_UNCLEAR_SILENCE_MS = 300.0
#: Whatever is not decoded yet: silence after which the bot goes on, and voice after which it stops.
_SILENCE_CAP_MS, _UNDECODED_CAP_MS = 1000.0, 1200.0
#: More voice than in a back-channel or a cough.
_NO_SOUND_MS = 600.0
#: Nobody reacts sooner to what the bot says.
_REACTION_MS = 600.0
#: So much quieter than this caller speaks to us, it is somebody else, or meant for somebody else, or our own echo.
QUIETER_DB = 10.0
_ECHO_QUIETER_DB = 4.0
#: The same where nobody is interrupted: a caller who has become quieter must still be heard.
_FAR_QUIETER_DB = 12.0
#: A voice is as loud as it gets within so much of it.
_LEVEL_KNOWN_MS = 400.0
#: Confidence from which words are believed. Coughs and barks are "heard" at 0.25-0.4, short real words from 0.4 on.
_BELIEVED, _BELIEVED_LIKELY, _BELIEVED_ORDER = 0.4, 0.3, 0.22
_LONG_MS = 700.0
_FEW_WORDS = 2
#: Words that break in; and those of them that noise is hardly ever taken for.
_STOPS = frozenset({"no", "stop", "wait", "hold", "sorry", "hello", "hang", "but", "actually", "excuse", "help"})
_ORDERS = frozenset({"stop", "wait", "hold", "hang", "excuse"})
#: Reasons of verdicts.
ANSWERS = "answers the question"
BACKCHANNEL = "back-channel"
TOO_QUIET = "too quiet to be meant for us"
_UNCLEAR = "unclear"
_ANSWER_KINDS = frozenset({"yes_no", "choice"})


class Verdict(enum.Enum):
    """What to do about speech over the bot."""

    WAIT = "wait"
    """Too early to tell; the bot goes on, or stays held."""
    PAUSE = "pause"
    STOP = "stop"
    RESUME = "resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """What is known of speech over the bot at one moment.

    Attributes:
        voiced_ms: voice so far.
        silence_ms: since the last voiced sample.
        text: words decoded so far; None before the first decoding that succeeded.
        confidence: the recogniser's, in these words, 0..1.
        text_covers_ms: how much of the voice the last decoding saw, also when it failed at the end of the voice.
        kind: what the flow waits for; `parting` when the bot is saying goodbye.
        held: the bot's voice is held already.
        interruptible: False for what must be heard to its end.
        after_ms: how long the bot had been speaking when the voice began; negative when the voice was first.
        quieter_db: how far its loudest moment lies under the loudest of this caller's turns; None when not known.
        aside: the voice before this one was too quiet to be meant for us.
        like_ours: the words are those that the bot is saying.
    """

    voiced_ms: float
    silence_ms: float
    text: str | None = None
    confidence: float = 1.0
    text_covers_ms: float = 0.0
    kind: str = "open"
    held: bool = False
    interruptible: bool = True
    after_ms: float = float("inf")
    quieter_db: float | None = None
    aside: bool = False
    like_ours: bool = False

    def inputs(self) -> Inputs:
        """For the log, without the words."""
        return {
            "words": len(self.text.split()) if self.text is not None else None,
            "confidence": round(self.confidence, 2) if self.text else None,
            "voiced_ms": self.voiced_ms,
            "silence_ms": round(self.silence_ms),
            "expects": self.kind,
            "quieter_db": None if self.quieter_db is None else round(self.quieter_db, 1),
            "aside": self.aside,
            "like_ours": self.like_ours,
        }

    @property
    def fallen_silent(self) -> bool:
        return self.silence_ms >= _JUDGE_SILENCE_MS

    @property
    def decoded_all(self) -> bool:
        return self.text_covers_ms >= self.voiced_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The verdict, and why."""

    verdict: Verdict
    reason: str


def judge(overlap: Overlap) -> Judgement:
    """Decide about speech over the bot."""
    if not overlap.interruptible:
        return Judgement(verdict=Verdict.WAIT, reason="must be heard to its end")
    if _far_off(overlap):
        return Judgement(verdict=Verdict.RESUME, reason=TOO_QUIET)
    if overlap.text:
        return _by_words(overlap, overlap.text)
    if overlap.fallen_silent and overlap.decoded_all:
        return Judgement(verdict=Verdict.RESUME, reason="not decoded" if overlap.text is None else "no words")
    if overlap.silence_ms >= _SILENCE_CAP_MS:
        verdict = Verdict.STOP if overlap.voiced_ms >= _NO_SOUND_MS else Verdict.RESUME
        return Judgement(verdict=verdict, reason="not decoded")
    if _goes_on(overlap):
        return Judgement(verdict=Verdict.STOP, reason="goes on")
    if overlap.held and overlap.voiced_ms >= _WORDLESS_HOLD_MS and overlap.text is not None:
        return Judgement(verdict=Verdict.RESUME, reason="voice without words")
    if not overlap.held and overlap.voiced_ms >= PAUSE_AFTER_MS:
        return _hold(overlap, "voice")
    return Judgement(verdict=Verdict.WAIT, reason="too early")


def stray(
    text: str, confidence: float, answers: bool, expected: Sequence[str], quieter_db: float | None, bot_words: str
) -> str | None:
    """Why words that nobody spoke over are no turn all the same; None when they are one.

    Args:
        confidence: the recogniser's.
        answers: they hold what the flow waits for.
        expected: words that may come, such as letters to choose from.
        quieter_db: as in `Overlap`.
        bot_words: what the bot said when they began; empty when it was silent.
    """
    quieter = quieter_db or 0.0
    if bot_words and echoes(text, bot_words) and (quieter_db is None or quieter >= _ECHO_QUIETER_DB):
        return "echo of the bot"
    if confidence < _BELIEVED_LIKELY and 0 < len(text.split()) <= _FEW_WORDS and not any(c.isdigit() for c in text):
        return _UNCLEAR  # a sneeze is "no!", too
    if answers:
        return None
    if is_hum(text) and normalised(text) not in {normalised(word) for word in expected}:
        return "a hum"
    if is_for_somebody_else(text):
        return "meant for somebody else"
    return TOO_QUIET if text and quieter >= _FAR_QUIETER_DB else None


def _by_words(overlap: Overlap, text: str) -> Judgement:
    said = normalised(text).split()
    afterword = overlap.after_ms < _REACTION_MS and is_courtesy(text)
    if not afterword and overlap.kind in _ANSWER_KINDS and _believed(overlap) and holds("yes_no", text):
        return Judgement(verdict=Verdict.STOP, reason=ANSWERS)
    no_interruption = _no_interruption(overlap, text, afterword=afterword)
    if no_interruption is None:
        if _quiet(overlap):
            return _hold(overlap, "quiet so far")
        if len(said) >= 2 or _STOPS.intersection(said) or overlap.fallen_silent:
            return Judgement(verdict=Verdict.STOP, reason="words")
        return _hold(overlap, "one word")
    over = overlap.fallen_silent and (no_interruption != _UNCLEAR or overlap.silence_ms >= _UNCLEAR_SILENCE_MS)
    if over and (overlap.decoded_all or overlap.silence_ms >= _SILENCE_CAP_MS):
        return Judgement(verdict=Verdict.RESUME, reason=no_interruption)
    if _goes_on(overlap):
        return Judgement(verdict=Verdict.STOP, reason="goes on")
    return _hold(overlap, f"{no_interruption} so far")


def _no_interruption(overlap: Overlap, text: str, *, afterword: bool) -> str | None:
    """Why these words, if they are all, leave the bot its turn; None when they do not."""
    if afterword:
        return "afterword"
    if overlap.kind == PARTING and is_parting(text):
        return "parting"
    if is_backchannel(text):
        return BACKCHANNEL
    if overlap.like_ours and (overlap.quieter_db is None or overlap.quieter_db >= _ECHO_QUIETER_DB):
        return "echo of the bot"
    if is_for_somebody_else(text):
        return "meant for somebody else"
    if not _believed(overlap) or is_particle(text):
        return _UNCLEAR
    return None


def _believed(overlap: Overlap) -> bool:
    """Whether the recogniser is sure enough that these words were said, not made up of a cough."""
    said = normalised(overlap.text or "").split()
    if _ORDERS.intersection(said):
        return overlap.confidence >= _BELIEVED_ORDER
    likely = overlap.voiced_ms >= _LONG_MS or bool(_STOPS.intersection(said))
    return overlap.confidence >= (_BELIEVED_LIKELY if likely else _BELIEVED)


def _quiet(overlap: Overlap) -> bool:
    return overlap.quieter_db is not None and overlap.quieter_db >= QUIETER_DB


def _far_off(overlap: Overlap) -> bool:
    """Quiet, and not only because the voice has just begun."""
    return _quiet(overlap) and (overlap.voiced_ms >= _LEVEL_KNOWN_MS or overlap.fallen_silent)


def _goes_on(overlap: Overlap) -> bool:
    """Much voice whose words nobody knows: more than a back-channel or a cough, so it is taken for an interruption."""
    undecoded_ms = overlap.voiced_ms - overlap.text_covers_ms
    return overlap.held and not overlap.fallen_silent and undecoded_ms >= _UNDECODED_CAP_MS


def _hold(overlap: Overlap, reason: str) -> Judgement:
    """People who talk in the background do not hold the bot with every phrase."""
    wait = overlap.held or (overlap.aside and _quiet(overlap))
    return Judgement(verdict=Verdict.WAIT if wait else Verdict.PAUSE, reason=reason)
