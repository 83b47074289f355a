"""The state of one utterance while it is heard."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from voicebot.listening.recognition import Recognition


@dataclass(slots=True)
class Utterance:
    """Voice that may be a turn. Times are milliseconds on the media clock.

    Attributes:
        started_ms / from_ms: where the voice began; where the audio that is still to be decoded begins.
        voiced_ms / voice_end_ms: voice so far; its last sample.
        real: it is the caller's turn, not just voice over the bot.
        announced: the dialogue was told so.
        quiet: a silence was noticed; `result` and `probability` are asked for.
        held: the bot's voice is held because of it.
        eager_out: an eager text is out that would have to be withdrawn.
        pending: revisions being decoded.
        chunk: revision of the beginning that is being decoded for good; 0 when none is.
        deciding: the turn is over, the last decoding is awaited.
        parts: decoded beginnings of a long turn.
        result: text of the rest, valid while no voice follows `result_end_ms`.
        heard_text / heard_voiced_ms: latest words of any decoding, and how much of the voice it saw.
        probability: of the turn model, valid while no voice follows `probability_end_ms`.
    """

    id: int
    started_ms: float
    from_ms: float
    voiced_ms: float
    voice_end_ms: float
    real: bool = False
    announced: bool = False
    quiet: bool = False
    held: bool = False
    eager_out: bool = False
    revision: int = 0
    asked_ms: float = 0.0
    asked_voiced_ms: float = 0.0
    deciding: bool = False
    chunk: int = 0
    pending: set[int] = field(default_factory=set)
    parts: list[Recognition] = field(default_factory=list)
    result: Recognition | None = None
    result_end_ms: float = -1.0
    heard_text: str | None = None
    heard_voiced_ms: float = 0.0
    probability: float | None = None
    probability_end_ms: float = -1.0

    def current_result(self) -> Recognition | None:
        """All words, when nothing was said since they were decoded."""
        if self.result is None or self.result_end_ms < self.voice_end_ms:
            return None
        return self.joined(self.result)

    def keep_part(self, recognition: Recognition, until_ms: float) -> None:
        """The audio up to `until_ms` is decoded for good."""
        self.parts.append(recognition)
        self.from_ms, self.result, self.chunk = until_ms, None, 0
        self.pending.clear()

    def joined(self, last: Recognition) -> Recognition:
        """The parts and `last` as one."""
        if not self.parts:
            return last
        parts = [*self.parts, last]
        spoken = [part for part in parts if part.text]
        return replace(
            last,
            text=" ".join(part.text for part in spoken),
            confidence=min((part.confidence for part in spoken), default=0.0),
            audio_ms=sum(part.audio_ms for part in parts),
        )
