"""Frames of our own that travel between ears, dialogue and mouth, beside pipecat's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipecat.frames.frames import ControlFrame, DataFrame, SystemFrame

from voicebot.listening.recognition import Expectation, Recognition
from voicebot.speaking.speech import Speech


@dataclass
class SpeakFrame(DataFrame):
    """Dialogue -> mouth: play this clause of an utterance, after what is already queued.

    Attributes:
        utterance: id of the utterance; several clauses may share it.
        speech: the audio.
        display: the clause as the eye reads it, for captions and heard text.
        last: no more clauses follow for this utterance.
        interruptible: False keeps playing through an interruption.
    """

    utterance: str = ""
    speech: Speech | None = None
    display: str = ""
    last: bool = True
    interruptible: bool = True


@dataclass
class ExpectFrame(SystemFrame):
    """Dialogue -> ears (upstream): what the flow waits for from now on.

    Attributes:
        silence_ms: how often a silence is told.
        question: id of the utterance that asks for it; empty when nothing is said.
    """

    expectation: Expectation = field(default_factory=Expectation)
    silence_ms: int = 7000
    question: str = ""


@dataclass
class ClauseFrame(SystemFrame):
    """Mouth -> ears (upstream): a clause that will be played; what is heard of it soon after is the bot's echo.

    Attributes:
        text: empty when only the end of the utterance is told.
        last: no more clauses follow for this utterance.
    """

    text: str = ""
    utterance: str = ""
    last: bool = True


@dataclass
class ClauseStartedFrame(SystemFrame):
    """Mouth -> ears (upstream): another clause of an utterance is audible; its first one is told by the playback."""

    utterance: str = ""


@dataclass
class PlaybackStartedFrame(SystemFrame):
    """Mouth -> dialogue and ears (upstream): the first sample of an utterance leaves now."""

    utterance: str = ""
    position_ms: float = 0.0
    interruptible: bool = True


@dataclass
class PlaybackEndedFrame(SystemFrame):
    """Mouth -> dialogue and ears (upstream): an utterance ended; what was heard, at the media clock."""

    utterance: str = ""
    position_ms: float = 0.0
    complete: bool = True
    heard_ms: float = 0.0
    heard: str = ""
    unheard: str = ""


@dataclass
class SilentFrame(SystemFrame):
    """Ears -> dialogue: nobody spoke for `silent_ms` since the bot finished."""

    silent_ms: int = 0


@dataclass
class DrainThenHangUpFrame(ControlFrame):
    """Dialogue -> mouth: once everything queued has been played, end the call."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardSoFar:
    """What the ears know of the current turn; travels as `result` of pipecat's interim and eager frames.

    Attributes:
        turn: number of the caller's turn, from 1.
        revision: grows with every decode of the same turn; a later one replaces an earlier one.
        recognition: the text so far.
        speech_end_ms: media clock at the last voiced sample so far.
        marks: milliseconds after `speech_end_ms`: `vad_stop`, `decode_start`, `text`, `committed`.
        to_a_pause: an interim text of all that was said up to a pause; else it may end in the middle of a word.
    """

    turn: int
    revision: int
    recognition: Recognition
    speech_end_ms: float
    marks: Mapping[str, float] = field(default_factory=dict)
    to_a_pause: bool = False


@dataclass
class TurnEndedFrame(SystemFrame):
    """Ears -> dialogue: the caller's turn is over and this is its text (also sent when it is empty).

    Follows an `EagerTranscriptionFrame` of the same turn and revision when the eager text held; a system frame, so that
    it keeps its place among the other verdicts.
    """

    heard: HeardSoFar | None = None
    failed: bool = False
    """There were words, perhaps, but the recogniser failed on them."""


@dataclass
class PausePlaybackFrame(SystemFrame):
    """Ears -> mouth: somebody may be interrupting; hold the voice where it is."""


@dataclass
class ResumePlaybackFrame(SystemFrame):
    """Ears -> mouth: it was no interruption; go on from the same sample."""


@dataclass
class KeysFrame(SystemFrame):
    """Ears -> dialogue: keys collected in one go (terminated by #, by the expected length, or by a pause)."""

    keys: str = ""
