"""The state of one utterance while it is heard."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from voicebot.listening.actions import Decode
from voicebot.listening.pauses import Span, skipped
from voicebot.listening.recognition import Recognition, Urgency

#: First hypothesis of speech over the bot; the verdict waits for it.
_FIRST_OVERLAP_PARTIAL_MS = 260.0
_OVERLAP_PARTIAL_EVERY_MS = 250.0
_CHEAP_PARTIAL_MS = 3000.0  # longer speech costs more to decode and is decoded less often


@dataclass(slots=True)
class Utterance:
    """Voice that may be a turn. Times are milliseconds on the media clock.

    Attributes:
        started_ms / from_ms: where the voice began; where the audio that is still to be decoded begins.
        voiced_ms / voice_end_ms: voice so far; its last sample.
        peak_dbfs: level of its loudest frame.
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
        heard_text / heard_confidence / heard_voiced_ms: latest words of any decoding, how sure the recogniser is of
            them, and how much of the voice it saw.
        probability: of the turn model, valid while no voice follows `probability_end_ms`.
        score_awaited_ms: end of the voice that the turn model has been asked about and has not judged yet.
        skips: middles of long pauses.
        stirring: in the latest frame there is sound that may be the beginning of a voice.
    """

    id: int
    started_ms: float
    from_ms: float
    voiced_ms: float
    voice_end_ms: float
    peak_dbfs: float = -120.0
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
    heard_confidence: float = 0.0
    heard_voiced_ms: float = 0.0
    probability: float | None = None
    probability_end_ms: float = -1.0
    score_awaited_ms: float = -1.0
    skips: list[Span] = field(default_factory=list)
    stirring: bool = False

    def partial_due(self, now_ms: float, every_ms: float) -> bool:
        """Whether it is time for another hypothesis; none while one is being made."""
        first = not self.asked_voiced_ms
        dearer = max(1.0, (now_ms - self.from_ms) / _CHEAP_PARTIAL_MS)
        every = every_ms * dearer if self.real else _OVERLAP_PARTIAL_EVERY_MS
        due = _FIRST_OVERLAP_PARTIAL_MS if first and not self.real else every
        return not self.pending and now_ms - (self.started_ms if first else self.asked_ms) >= due

    def request(self, now_ms: float, urgency: Urgency, *, chunk: bool = False) -> Decode:
        """Have all of it decoded up to now; replaces what is still waiting."""
        self.revision += 1
        self.asked_ms, self.asked_voiced_ms = now_ms, self.voiced_ms
        self.pending = {self.revision}
        self.chunk = self.revision if chunk else self.chunk
        return Decode(
            utterance=self.id,
            revision=self.revision,
            urgency=urgency,
            from_ms=self.from_ms,
            to_ms=now_ms,
            voice_end_ms=self.voice_end_ms,
            chunk=chunk,
            skips=tuple(span for span in self.skips if span[0] >= self.from_ms),
        )

    def goes_on(self, now_ms: float) -> None:
        """Voice again, after a pause; what was asked about the silence need not be waited for."""
        self.quiet = self.deciding = False
        if not self.chunk:
            self.pending.clear()
        if middle := skipped(self.voice_end_ms, now_ms):
            self.skips.append(middle)

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
