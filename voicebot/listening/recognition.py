"""Recognised speech, and the boundary behind which a recogniser sits."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

#: float32 in -1..1, 16 kHz mono.
Audio = npt.NDArray[np.float32]

#: `Expectation.kind` while the bot says goodbye: nothing is waited for.
PARTING = "parting"


class Urgency(enum.IntEnum):
    """Order in the pool's queue, before the deadline."""

    FINAL = 0
    EAGER = 1
    PARTIAL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What the flow waits for: sets bias, grammar and patience. Mirrors the dialogue's `Expect` effect.

    Attributes:
        begun: words of the value that were said in an earlier turn.
    """

    kind: str = "open"
    choices: tuple[str, ...] = ()
    patience: str = "normal"
    bias: tuple[str, ...] = ()
    begun: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    text: str
    score: float
    """Mean token log-probability."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """Text of an utterance. `text` is empty when there was no speech (or only what models make up of noise).

    Attributes:
        nbest: best first, of the constrained decode when the expectation allows one.
        value: the expected identifier in canonical form, when one was found and the expectation asks for one.
        confidence: exp(mean token log-probability), 0..1.
        no_speech: probability that there is no speech.
        audio_ms / decode_ms: length of the audio, time spent decoding.
        language: ISO 639-1 of the speech, when it is hardly the one that was listened for; `text` is then made up.
    """

    text: str
    nbest: tuple[Hypothesis, ...] = ()
    value: str | None = None
    confidence: float = 0.0
    no_speech: float = 0.0
    audio_ms: float = 0.0
    decode_ms: float = 0.0
    language: str | None = None


#: Takes text that is not yet certain.
Early = Callable[[str], None]


@dataclass(slots=True)
class Ticket:
    """What asker and recogniser tell each other about one decoding.

    Attributes:
        early: told the free text when a second decoding will take its time to confirm it; in the event loop.
        begun: it takes a worker's time already, whether it is still wanted or not.
    """

    early: Early | None = None
    begun: bool = False


class Recogniser(Protocol):
    """A shared, bounded pool. Requests are ordered by urgency, then deadline; cancelled ones are dropped."""

    async def recognise(
        self,
        audio: Audio,
        *,
        expect: Expectation,
        urgency: Urgency,
        deadline: float | None = None,
        ticket: Ticket | None = None,
    ) -> Recognition:
        """Decode `audio`.

        Raises:
            PoolFullError: the queue is at its bound and the work is not final.
            ModelError: decoding failed.
        """
        ...


class PoolFullError(Exception):
    """Too much work is waiting; partial and eager work is refused first."""
