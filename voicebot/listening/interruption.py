"""Speech over the bot: hold the voice at once, then stop for good or go on from the same sample. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from voicebot.identifiers import find
from voicebot.identifiers.vocabulary import words
from voicebot.listening.actions import Inputs
from voicebot.listening.guards import normalised
from voicebot.listening.recognition import PARTING

#: Held this soon: a cough is over by then, a word is not.
PAUSE_AFTER_MS = 90.0
#: Voice without recognised words holds the bot no longer than this.
_WORDLESS_HOLD_MS = 1600.0
#: Silence after which short sounds are judged.
_JUDGE_SILENCE_MS = 120.0
#: Whatever is not decoded yet: silence after which the bot goes on, and voice after which it stops.
_SILENCE_CAP_MS, _UNDECODED_CAP_MS = 600.0, 1200.0
_BACKCHANNEL_WORDS = frozenset(
    words(
        "mhm mm hm hmm mmm mmhm mmhmm uh huh um ah oh aha ok okay yeah yes yep yup right sure alright all got it i see",
        "good great cool nice fine perfect exactly really wow so true understood",
    )
)
_MAX_BACKCHANNEL_WORDS = 3
#: "Yes. … Please.": said when the bot speaks already, these belong to the turn that it answers.
_COURTESY_WORDS = frozenset({"please", "thanks", "thank", "you", "sir", "madam", "ma'am"})
#: Said over the bot's goodbye, these take leave too and want no answer.
_PARTING_WORDS = _BACKCHANNEL_WORDS | frozenset(
    words("bye goodbye cheers ta thanks thank you too that's that is all it nothing else no have a day evening one")
)
_MAX_PARTING_WORDS = 10
#: Nobody reacts sooner to what the bot says.
_REACTION_MS = 600.0
_STOPS = frozenset({"no", "stop", "wait", "hold", "sorry", "hello", "hang", "but", "actually", "excuse", "help"})
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
        text_covers_ms: how much of the voice the last decoding saw, also when it failed at the end of the voice.
        kind: what the flow waits for; `parting` when the bot is saying goodbye.
        held: the bot's voice is held already.
        interruptible: False for what must be heard to its end.
        after_ms: how long the bot had been speaking when the voice began; negative when the voice was first.
    """

    voiced_ms: float
    silence_ms: float
    text: str | None = None
    text_covers_ms: float = 0.0
    kind: str = "open"
    held: bool = False
    interruptible: bool = True
    after_ms: float = float("inf")

    def inputs(self) -> Inputs:
        """For the log, without the words."""
        return {
            "words": len(self.text.split()) if self.text is not None else None,
            "voiced_ms": self.voiced_ms,
            "silence_ms": round(self.silence_ms),
            "expects": self.kind,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The verdict, and why."""

    verdict: Verdict
    reason: str


def is_backchannel(text: str) -> bool:
    """ "Mhm", "okay", "I see": encouragement, no wish to speak."""
    said = normalised(text).split()
    return 0 < len(said) <= _MAX_BACKCHANNEL_WORDS and all(word in _BACKCHANNEL_WORDS for word in said)


def is_parting(text: str) -> bool:
    """ "Thanks, bye", "that's all, you too": a leave-taking, and nothing besides."""
    said = normalised(text).split()
    return 0 < len(said) <= _MAX_PARTING_WORDS and _PARTING_WORDS.issuperset(said) and set(said) != {"no"}


def judge(overlap: Overlap) -> Judgement:
    """Decide about speech over the bot."""
    if not overlap.interruptible:
        return Judgement(verdict=Verdict.WAIT, reason="must be heard to its end")
    if overlap.text:
        return _by_words(overlap, overlap.text)
    fallen_silent = overlap.silence_ms >= _JUDGE_SILENCE_MS
    decoded_all = overlap.text_covers_ms >= overlap.voiced_ms
    if fallen_silent and decoded_all:
        return Judgement(verdict=Verdict.RESUME, reason="not decoded" if overlap.text is None else "no words")
    if overlap.silence_ms >= _SILENCE_CAP_MS:
        return Judgement(verdict=Verdict.RESUME, reason="not decoded")
    if _goes_on(overlap):
        return Judgement(verdict=Verdict.STOP, reason="goes on")
    if overlap.held and overlap.voiced_ms >= _WORDLESS_HOLD_MS and overlap.text is not None:
        return Judgement(verdict=Verdict.RESUME, reason="voice without words")
    if not overlap.held and overlap.voiced_ms >= PAUSE_AFTER_MS:
        return Judgement(verdict=Verdict.PAUSE, reason="voice")
    return Judgement(verdict=Verdict.WAIT, reason="too early")


def _by_words(overlap: Overlap, text: str) -> Judgement:
    fallen_silent = overlap.silence_ms >= _JUDGE_SILENCE_MS
    said = normalised(text).split()
    afterword = overlap.after_ms < _REACTION_MS and _COURTESY_WORDS.issuperset(said)
    if not afterword and overlap.kind in _ANSWER_KINDS and find("yes_no", text):
        return Judgement(verdict=Verdict.STOP, reason="answers the question")
    parting = overlap.kind == PARTING and is_parting(text)
    if not (afterword or parting or is_backchannel(text)):
        if len(said) >= 2 or _STOPS.intersection(said) or fallen_silent:
            return Judgement(verdict=Verdict.STOP, reason="words")
        return _hold(overlap, "one word")
    decoded_all = overlap.text_covers_ms >= overlap.voiced_ms
    if fallen_silent and (decoded_all or overlap.silence_ms >= _SILENCE_CAP_MS):
        reason = "afterword" if afterword else "parting" if parting else "back-channel"
        return Judgement(verdict=Verdict.RESUME, reason=reason)
    if _goes_on(overlap):
        return Judgement(verdict=Verdict.STOP, reason="goes on")
    return _hold(overlap, "back-channel so far")


def _goes_on(overlap: Overlap) -> bool:
    """Much voice whose words nobody knows: more than a back-channel or a cough, so it is taken for an interruption."""
    speaking = overlap.silence_ms < _JUDGE_SILENCE_MS
    return overlap.held and speaking and overlap.voiced_ms - overlap.text_covers_ms >= _UNDECODED_CAP_MS


def _hold(overlap: Overlap, reason: str) -> Judgement:
    return Judgement(verdict=Verdict.WAIT if overlap.held else Verdict.PAUSE, reason=reason)
