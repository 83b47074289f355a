"""Where each turn's time went, from the caller's last voiced sample to the first sound of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from voicebot.records.events.audio import SpeechStopped
from voicebot.records.events.base import Record, plain
from voicebot.records.events.hearing import EndOfTurn, Partial
from voicebot.records.events.oms import OmsRequested
from voicebot.records.events.turn import SpeculationDropped, TurnCommitted, TurnLatency
from voicebot.records.projections.reads import Read, reads

#: Milestones in the order in which they are due.
MARKS = (
    "vad_stop",
    "decode_start",
    "text",
    "understood",
    "answer_ready",
    "speech_ready",
    "committed",
    "first_audio",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBar:
    """One question to the order system; times as in `Turn`. `took_ms` and `status` are None while it is open."""

    request: str
    op: str
    why: str
    from_ms: float | None
    took_ms: float | None = None
    status: str | None = None
    cached: bool = False
    saved_ms: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn of the caller's; times are milliseconds after their last voiced sample, earlier ones negative.

    Attributes:
        marks: milestones reached, in order of time.
        voice_to_voice_ms: to the first sound of the answer; None when there was none.
        saved_by_prefetch_ms: time that the caller did not wait, because reads were made or begun before.
        dropped: speculative attempts that were thrown away.
    """

    number: int
    text: str
    speech_end_ms: float | None
    marks: tuple[tuple[str, float], ...] = ()
    voice_to_voice_ms: float | None = None
    saved_by_prefetch_ms: float = 0.0
    speculated: bool = False
    dropped: int = 0
    partials: int = 0
    end_reason: str = ""
    reads: tuple[ReadBar, ...] = ()

    def to_json(self) -> dict[str, object]:
        found: dict[str, object] = plain(self)
        return found | {"marks": dict(self.marks), "reads": [plain(read) for read in self.reads]}


@dataclass(slots=True)
class _Draft:
    """A turn while its events come together."""

    speech_end_ms: float | None = None
    partials: int = 0
    dropped: int = 0
    end_reason: str = ""
    committed: TurnCommitted | None = None
    number: int = 0
    latency: TurnLatency | None = None
    reads: list[Read] = field(default_factory=list)


def waterfall(records: Sequence[Record]) -> list[Turn]:
    """All committed turns, in order.

    Work that began before a turn was committed (prefetch, speculation) belongs to the turn that it ran ahead of.
    """
    asked = {id(read.asked): read for read in reads(records)}
    done: list[_Draft] = []
    ahead = _Draft()
    for record in records:
        match record.event:
            case SpeechStopped(position_ms=position):
                ahead.speech_end_ms = position
            case Partial():
                ahead.partials += 1
            case SpeculationDropped():
                ahead.dropped += 1
            case EndOfTurn(reason=reason):
                ahead.end_reason = reason
            case OmsRequested(why=why):
                owner = done[-1] if why == "turn" and done else ahead
                owner.reads.append(asked[id(record)])
            case TurnCommitted() as event:
                ahead.committed, ahead.number = event, record.turn
                done.append(ahead)
                ahead = _Draft()
            case TurnLatency() as event:
                answered = next((draft for draft in reversed(done) if draft.number == record.turn), None)
                if answered is not None and answered.latency is None:
                    answered.latency = event
            case _:
                pass
    return [_turn(draft) for draft in done]


def _turn(draft: _Draft) -> Turn:
    latency = draft.latency
    marks = sorted(latency.marks.items(), key=lambda mark: (mark[1], _due(mark[0]))) if latency else []
    bars = tuple(_bar(read, draft.speech_end_ms) for read in draft.reads)
    saved = latency.saved_by_prefetch_ms if latency else 0.0
    return Turn(
        number=draft.number,
        text=draft.committed.text if draft.committed else "",
        speech_end_ms=draft.speech_end_ms,
        marks=tuple(marks),
        voice_to_voice_ms=latency.voice_to_voice_ms if latency else None,
        saved_by_prefetch_ms=saved or round(sum(bar.saved_ms for bar in bars), 1),
        speculated=draft.committed.speculated if draft.committed else False,
        dropped=draft.dropped,
        partials=draft.partials,
        end_reason=draft.end_reason,
        reads=bars,
    )


def _bar(read: Read, end_ms: float | None) -> ReadBar:
    request, answer = read.request, read.answer
    return ReadBar(
        request=request.request,
        op=request.op,
        why=request.why,
        from_ms=None if end_ms is None else round(read.asked.at_ms - end_ms, 1),
        took_ms=answer.took_ms if answer else None,
        status=answer.status if answer else None,
        cached=answer.cached if answer else False,
        saved_ms=answer.saved_ms if answer else 0.0,
    )


def _due(mark: str) -> int:
    return MARKS.index(mark) if mark in MARKS else len(MARKS)
