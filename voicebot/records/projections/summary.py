"""A call in one object: the row of a list, the last line of `calls show --json`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voicebot.percentile import percentile
from voicebot.records.events.audio import Dtmf
from voicebot.records.events.base import Record, plain
from voicebot.records.events.call import CallAnswered, CallEnded, CallStarted, Fault, RecordingStarted
from voicebot.records.events.dialogue import EngineEffect, Said, Understood
from voicebot.records.events.handoff import CallbackRecorded, HandoffRequested, Transfer
from voicebot.records.events.hearing import Interruption
from voicebot.records.events.oms import OmsAnswered, OmsRequested
from voicebot.records.events.turn import TurnCommitted, TurnLatency
from voicebot.records.projections.transcript import transcript

CONTAINED, HANDED_OFF, ABANDONED, UNFINISHED = "contained", "handed_off", "abandoned", "unfinished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a list of calls shows.

    Attributes:
        outcome: `handed_off` (a human has the call, or will call back), `abandoned` (over before any answer was
            heard), `contained` (ended without a human), `unfinished` (no end in the log).
        intents, flows: in order of first appearance.
        turns: committed turns of the caller.
        p50_ms, p95_ms: voice to voice, over the call's turns; None without any.
    """

    call: str
    started: str
    ended: str | None = None
    duration_ms: float = 0.0
    transport: str = ""
    caller: str | None = None
    called: str | None = None
    language: str = ""
    codec: str = ""
    outcome: str = UNFINISHED
    ended_by: str = ""
    end_reason: str = ""
    intents: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    turns: int = 0
    p50_ms: float | None = None
    p95_ms: float | None = None
    reads: int = 0
    failed_reads: int = 0
    interruptions: int = 0
    keys: int = 0
    faults: tuple[str, ...] = ()
    handoff: str | None = None
    transferred: bool = False
    callback_due: str | None = None
    recording: str | None = None
    flows_version: str = ""
    policies_version: str = ""

    def to_json(self) -> dict[str, Any]:
        found: dict[str, Any] = plain(self)
        return found

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Summary:
        """Fields that this version does not know are left out, those it misses get their defaults."""
        known = {f.name for f in dataclasses.fields(cls)}
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items() if k in known}
        return cls(**values)


def summarise(records: Sequence[Record]) -> Summary:
    """Sum a call up; also while it is still going on.

    Raises:
        ValueError: there are no records.
    """
    if not records:
        raise ValueError("a call without records cannot be summed up")
    first, last = records[0], records[-1]
    found: dict[str, Any] = {"call": first.call_id, "started": first.wall, "duration_ms": round(last.at_ms, 1)}
    intents: dict[str, None] = {}
    flows: dict[str, None] = {}
    faults: list[str] = []
    latencies: list[float] = []
    counts: dict[str, Any] = dict.fromkeys(("turns", "reads", "failed_reads", "interruptions", "keys"), 0)
    for record in records:
        match record.event:
            case CallStarted() as event:
                names = ("transport", "caller", "called", "language", "flows_version", "policies_version")
                found |= {name: getattr(event, name) for name in names}
            case CallAnswered(codec=codec):
                found["codec"] = codec
            case RecordingStarted(file=file):
                found["recording"] = file
            case CallEnded() as event:
                found |= {"ended": record.wall, "ended_by": event.by, "end_reason": event.reason}
                found["duration_ms"] = event.duration_ms or found["duration_ms"]
            case Fault() as event:
                faults.append(f"{event.where}: {event.what}")
            case Understood(intent=str() as intent):
                intents.setdefault(intent)
            case EngineEffect(flow=str() as flow) | Said(flow=str() as flow):
                flows.setdefault(flow)
            case TurnCommitted():
                counts["turns"] += 1
            case TurnLatency(voice_to_voice_ms=ms):
                latencies.append(ms)
            case OmsRequested():
                counts["reads"] += 1
            case OmsAnswered(status="timeout" | "unavailable" | "bad_answer"):
                counts["failed_reads"] += 1
            case Interruption(verdict="stop"):
                counts["interruptions"] += 1
            case Dtmf():
                counts["keys"] += 1
            case HandoffRequested(handoff=handoff):
                found["handoff"] = handoff
            case Transfer(status="accepted"):
                found["transferred"] = True
            case CallbackRecorded(due=due):
                found["callback_due"] = due
            case _:
                pass
    return Summary(
        **found,
        **counts,
        intents=tuple(intents),
        flows=tuple(flows),
        faults=tuple(faults),
        p50_ms=_rounded(percentile(latencies, 50)),
        p95_ms=_rounded(percentile(latencies, 95)),
        outcome=_outcome(records, found),
    )


def _outcome(records: Sequence[Record], found: Mapping[str, Any]) -> str:
    if found.get("handoff") or found.get("callback_due"):
        return HANDED_OFF
    if not found.get("ended"):
        return UNFINISHED
    answered = any(line.speaker == "bot" and line.role == "answer" and line.heard for line in transcript(records))
    return CONTAINED if answered else ABANDONED


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
