"""What the turn tracker wants done, as data; the ears do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voicebot.listening.pauses import Span
from voicebot.listening.recognition import Recognition, Urgency

Inputs = Mapping[str, float | str | bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceBegan:
    """Voice was confirmed; it began at `position_ms`."""

    position_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceCeased:
    """Voice fell silent; its last sample was at `position_ms`."""

    position_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnBegan:
    """The voice is the caller's turn, no noise over the bot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decode:
    """Decode the audio from `from_ms` to `to_ms` of the media clock.

    Attributes:
        utterance, revision: to be handed back with the result.
        voice_end_ms: last voiced sample in it; more voice makes the result old.
        chunk: it is the first part of a long turn; the rest follows separately.
        skips: middles of long pauses, to be left out.
    """

    utterance: int
    revision: int
    urgency: Urgency
    from_ms: float
    to_ms: float
    voice_end_ms: float
    chunk: bool = False
    skips: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Ask the turn model about the audio up to `to_ms`."""

    utterance: int
    from_ms: float
    to_ms: float
    voice_end_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Interim:
    """Words so far, while the caller speaks. `to_a_pause`: all that was said up to one; else a word may be cut."""

    recognition: Recognition
    revision: int
    voice_end_ms: float
    to_a_pause: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Eager:
    """Words of a turn that may be over."""

    recognition: Recognition
    revision: int
    voice_end_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EagerWithdrawn:
    """The caller went on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnOver:
    """The turn is over; `recognition` is all of it."""

    recognition: Recognition
    revision: int
    voice_end_ms: float
    reason: str
    silence_ms: float
    waited_for_ms: float
    inputs: Inputs = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldBot:
    """Pause the bot's voice where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseBot:
    """Nothing is held any more; what was held had ended by itself. No verdict on the voice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeBot:
    """It was no interruption."""

    reason: str
    overlap_ms: float
    text: str
    backchannel: bool
    """It was one: encouragement to go on."""
    announced: bool
    """A turn had been announced for it, which ends without words for the dialogue."""
    inputs: Inputs = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StopBot:
    """It is an interruption."""

    reason: str
    overlap_ms: float
    inputs: Inputs = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """Nobody has spoken for so long."""

    silent_ms: float


Action = (
    VoiceBegan
    | VoiceCeased
    | TurnBegan
    | Decode
    | Score
    | Interim
    | Eager
    | EagerWithdrawn
    | TurnOver
    | HoldBot
    | ReleaseBot
    | ResumeBot
    | StopBot
    | Silent
)
