"""A call as lines of text for people: `calls show`, and the live terminal. Colours are the reader's business."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voicebot.records.events.audio import Dtmf, PlaybackEnded
from voicebot.records.events.base import Record
from voicebot.records.events.call import CallAnswered, CallEnded, CallStarted, Fault
from voicebot.records.events.dialogue import EngineEffect, Said, Understood
from voicebot.records.events.handoff import CallbackRecorded, HandoffRequested, Transfer
from voicebot.records.events.hearing import EndOfTurn, Interruption
from voicebot.records.events.oms import OmsAnswered
from voicebot.records.events.policy import PolicyDecided
from voicebot.records.events.turn import SpeculationDropped, TurnCommitted, TurnLatency
from voicebot.records.projections.acts import told
from voicebot.records.projections.reads import reads
from voicebot.records.projections.summary import Summary, summarise
from voicebot.records.projections.transcript import Line, transcript
from voicebot.records.projections.waterfall import Turn, waterfall

#: Columns of a waterfall bar.
CHART_WIDTH = 48
_LABEL_WIDTH = 14
_EARLIEST_MS = -1_000.0
_VALUE_LIMIT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One line. `style` is what it is about: `caller`, `bot`, `note`, `oms`, `policy`, `act`, `time`, `handoff`,
    `fault`, `call`, `title`, `bar`."""

    style: str
    text: str
    at_ms: float | None = None

    def __str__(self) -> str:
        return f"{clock(self.at_ms)}  {self.text}" if self.at_ms is not None else self.text


def clock(at_ms: float) -> str:
    """`1:02.3`: minutes, seconds and tenths since the call was answered."""
    tenths = max(0, round(at_ms / 100))
    return f"{tenths // 600:>3}:{tenths // 10 % 60:02}.{tenths % 10}"


def describe(record: Record) -> Shown | None:
    """What a person watching a live call should see of one event; None for what only programs need."""
    about = _note(record)
    match record.event:
        case TurnCommitted(text=text) if text:
            about = ("caller", f"caller  {text}")
        case Said(text=text):
            about = ("bot", f"bot     {text}")
        case Dtmf(key=key):
            about = ("caller", f"caller  [key {key}]")
        case PlaybackEnded(complete=False) as event if event.heard:
            about = ("bot", f"        heard only: {event.heard}")
        case TurnLatency() as event:
            marks = ", ".join(f"{name} {ms:.0f}" for name, ms in sorted(event.marks.items(), key=lambda m: m[1]))
            saved = f", {event.saved_by_prefetch_ms:.0f} ms saved by prefetch" if event.saved_by_prefetch_ms else ""
            about = ("time", f"        voice to voice {event.voice_to_voice_ms:.0f} ms ({marks}{saved})")
    return Shown(style=about[0], text=about[1], at_ms=record.at_ms) if about else None


def _note(record: Record) -> tuple[str, str] | None:
    """Events that are not words, as (style, text)."""
    match record.event:
        case CallStarted() as event:
            return "call", f"call    {event.transport} from {event.caller or 'withheld'} to {event.called or '-'}"
        case CallAnswered() as event:
            return "call", f"call    answered, {event.codec} {event.sample_rate_hz} Hz"
        case CallEnded() as event:
            return "call", f"call    ended by {event.by}: {event.reason}"
        case Fault() as event:
            return "fault", f"fault   {event.where}: {event.what}{f' ({event.fix})' if event.fix else ''}"
        case Understood() as event:
            commands = ", ".join(_command(command) for command in event.commands) or "nothing"
            intent = f"{event.intent} {event.confidence:.2f}: " if event.intent else ""
            return "note", f"        understood {intent}{commands}"
        case EngineEffect(effect={"kind": "matched"} as found):
            heard = f", heard {', '.join(found['hypotheses'])}" if found["hypotheses"] else ""
            value = f"{found['value'] or 'nothing'} {found['confidence']:.2f}"
            return "note", f"        {found['slot']} {found['decision']}: {value}{heard}"
        case EndOfTurn() as event:
            return "note", f"        end of turn: {event.reason} ({event.silence_ms:.0f} ms of silence)"
        case Interruption() as event:
            verb = "interrupted" if event.verdict == "stop" else "speech over the bot ignored"
            return "note", f"        {verb}: {event.reason}"
        case SpeculationDropped() as event:
            return "note", f"        speculation dropped: {event.reason}"
        case OmsAnswered() as event:
            where = "cache" if event.cached else f"{event.took_ms:.0f} ms"
            return "oms", f"        oms {event.op}: {event.status}, {where}{f' ({event.cause})' if event.cause else ''}"
        case PolicyDecided() as event:
            because = f" because {'; '.join(event.reasons)}" if event.reasons else ""
            return "policy", f"        policy {event.policy}, rule {event.rule}: {pairs(event.outcome)}{because}"
        case HandoffRequested() as event:
            return "handoff", f"        hand-off to {event.queue} ({event.reason}), packet {event.handoff}"
        case Transfer() as event:
            detail = f": {event.detail}" if event.detail else ""
            return "handoff", f"        transfer to {event.target} {event.status}{detail}"
        case CallbackRecorded() as event:
            return "handoff", f"        call-back to {event.number} due {event.due}"
        case event:
            act = told(event)
            return ("act", f"        {act}") if act is not None else None


def show(records: Sequence[Record]) -> list[Shown]:
    """A whole call: header, conversation with what was done about it, waterfalls."""
    return [
        *header(summarise(records)),
        Shown(style="title", text=""),
        *conversation(records),
        *(line for turn in waterfall(records) for line in [Shown(style="title", text=""), *chart(turn)]),
    ]


def header(summary: Summary) -> list[Shown]:
    """Who called, when, and what became of it."""
    ended = f", ended by {summary.ended_by} ({summary.end_reason})" if summary.ended else ""
    latency = f"{summary.p50_ms:.0f} / {summary.p95_ms:.0f} ms" if summary.p50_ms is not None else "-"
    facts = [
        ("call", summary.call),
        ("started", f"{summary.started}, {summary.duration_ms / 1000:.1f} s{ended}"),
        ("from", f"{summary.caller or 'withheld'} to {summary.called or '-'} by {summary.transport} {summary.codec}"),
        ("outcome", summary.outcome + (f", packet {summary.handoff}" if summary.handoff else "")),
        ("intents", ", ".join(summary.intents) or "-"),
        ("flows", ", ".join(summary.flows) or "-"),
        ("turns", f"{summary.turns}, voice to voice p50 / p95 {latency}, {summary.interruptions} interruptions"),
        ("reads", f"{summary.reads}, {summary.failed_reads} failed"),
        ("recording", summary.recording or "-"),
    ]
    lines = [Shown(style="call", text=f"{name:<10}{value}") for name, value in facts]
    return lines + [Shown(style="fault", text=f"{'fault':<10}{fault}") for fault in summary.faults]


def conversation(records: Sequence[Record]) -> list[Shown]:
    """Words of both sides with reads, decisions and hand-off between them, by the media clock."""
    asked = {id(read.answered): read.request for read in reads(records) if read.answered is not None}
    timed: list[tuple[float, int, Shown]] = []
    for line in transcript(records):
        at = line.at_ms if line.start_ms is None else line.start_ms
        timed.append((at, line.seq, Shown(style=line.speaker, text=spoken(line), at_ms=at)))
    for record in records:
        about = _note(record)
        if about is None or isinstance(record.event, CallStarted):
            continue
        style, text = about
        if (request := asked.get(id(record))) is not None:
            text += f" <- {pairs(request.args)} [{request.why}]"
        timed.append((record.at_ms, record.seq, Shown(style=style, text=text, at_ms=record.at_ms)))
    return [shown for _, _, shown in sorted(timed, key=lambda entry: entry[:2])]


def spoken(line: Line) -> str:
    """One line of the transcript; what the caller did not hear stands in brackets."""
    who = f"{line.speaker:<8}"
    if line.speaker == "caller":
        mark = {"keys": f"[keys {line.text}]", "backchannel": f"({line.text or 'sound'})"}.get(line.kind)
        return who + (mark or (line.text if line.status == "committed" else f"{line.text} [turn not taken]"))
    if line.status == "heard":
        return who + line.text
    if line.status == "playing":
        return f"{who}{line.text} [still playing]"
    return who + " ".join(part for part in (line.heard, f"[not heard: {line.unheard or line.text}]") if part)


def chart(turn: Turn, width: int = CHART_WIDTH) -> list[Shown]:
    """A turn's waterfall; column 0 is the first thing that happened for it."""
    total = f"{turn.voice_to_voice_ms:.0f} ms" if turn.voice_to_voice_ms is not None else "no answer"
    saved = f", {turn.saved_by_prefetch_ms:.0f} ms saved by prefetch" if turn.saved_by_prefetch_ms else ""
    ahead = ", speculated" if turn.speculated else ""
    title = Shown(style="title", text=f"turn {turn.number}: {total} voice to voice{ahead}{saved}")
    spans: list[tuple[str, str, float, float, str]] = []
    for read in turn.reads:
        if read.from_ms is not None and read.took_ms is not None:
            note = " cached" if read.cached else "" if read.status == "ok" else f" {read.status}"
            spans.append(("oms", read.op, read.from_ms, read.from_ms + read.took_ms, note))
    before = 0.0
    for name, ms in turn.marks:
        spans.append(("bar", name, before, ms, ""))
        before = max(before, ms)
    if not spans:
        return [title]
    start = max(_EARLIEST_MS, min(0.0, *(span[2] for span in spans)))
    scale = width / max(1.0, max(span[3] for span in spans) - start)
    return [title, *(_bar(span, start, scale, width) for span in spans)]


def _bar(span: tuple[str, str, float, float, str], start: float, scale: float, width: int) -> Shown:
    style, name, begin, end, note = span
    left = min(width - 1, max(0, round((begin - start) * scale)))
    size = min(width - left, max(1, round((max(end, start) - max(begin, start)) * scale)))
    drawn = (" " * left + "█" * size).ljust(width)
    return Shown(style=style, text=f"  {name:<{_LABEL_WIDTH}}|{drawn}|{end:7.0f} ms{note}")


def pairs(values: Mapping[str, Any]) -> str:
    """`a=1, b=two`, long values shortened."""
    shown = ((name, str(value)) for name, value in values.items() if value not in (None, "", (), [], {}))
    return ", ".join(f"{k}={v if len(v) <= _VALUE_LIMIT else v[:_VALUE_LIMIT] + '…'}" for k, v in shown) or "-"


def _command(command: Mapping[str, Any]) -> str:
    args = command.get("args")
    name = str(command.get("name", "?"))
    return f"{name}({pairs(args)})" if isinstance(args, Mapping) and args else name
