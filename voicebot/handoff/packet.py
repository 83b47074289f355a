"""What the human who takes over must know: one JSON document, projected from the call's events.

Nothing is made up: what the log does not tell is null. The fields from `reason` to `suggested_next_step` are what an
agent reads before saying hello.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voicebot.handoff.actions import actions, proved
from voicebot.handoff.advice import next_step, one_line
from voicebot.handoff.case import case_of
from voicebot.records.events.audio import PlaybackEnded
from voicebot.records.events.base import Record, plain
from voicebot.records.events.call import CallStarted, Fault, RecordingStarted
from voicebot.records.events.dialogue import EngineEffect, Said, Understood
from voicebot.records.events.handoff import CallbackRecorded, HandoffRequested
from voicebot.records.events.policy import PolicyDecided
from voicebot.records.projections.transcript import Line, transcript

#: Words by which a greeting says that a machine speaks (EU AI Act, article 50(1)), in the languages of shipped wording.
_DISCLOSURE = re.compile(
    r"\b(a\.?i\.?|artificial|automated|automatic|virtual|digital|bot|robot|assistant|ki|künstlich\w*|automatisch\w*|virtuell\w*"
    r"|assistent\w*|ia|artificiel\w*|automatique|virtuel\w*|asistente|artificiale?|automatizad[oa]|assistente)\b",
    re.IGNORECASE,
)

#: Words by which an answer binds the shop.
_PROMISE = re.compile(
    r"\b(will|won't|(?:we|i|you|it)'ll|going to|refund\w*|credit\w*|voucher|replace\w*|call you back|expected"
    r"|should (?:arrive|be)|by (?:the )?(?:end|\d|tomorrow|mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun"
    r"|jul|aug|sep|oct|nov|dec))",
    re.IGNORECASE,
)
_PROMISE_LANGUAGES = ("en",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where the rest can be fetched; relative to the server when `base_url` is empty."""

    base_url: str = ""

    def transcript(self, call_id: str) -> str:
        return f"{self.base_url.rstrip('/')}/api/calls/{call_id}"

    def recording(self, call_id: str) -> str:
        return f"{self.base_url.rstrip('/')}/api/calls/{call_id}/recording"


def packet(records: Sequence[Record], handoff: str | None = None, *, links: Links | None = None) -> dict[str, Any]:
    """Project a call onto its hand-off packet.

    Args:
        records: the call so far, in order; what happened after the hand-off is welcome.
        handoff: which hand-off; None takes the last.

    Raises:
        ValueError: there are no records.
    """
    if not records:
        raise ValueError("a call without records has no packet")
    places = links or Links()
    call_id = records[0].call_id
    started = next((r.event for r in records if isinstance(r.event, CallStarted)), None)
    requested = _requested(records, handoff)
    recording = next((r.event for r in records if isinstance(r.event, RecordingStarted)), None)
    lines = transcript(records)
    case = case_of(records, lines)
    intents = _intents(records, lines)
    return {
        "handoff_id": requested.handoff if requested else handoff,
        "call_id": call_id,
        "reason": requested.reason if requested else None,
        "one_line_summary": (requested.summary if requested else "") or one_line(requested, intents, case),
        "open_question": _open_question(records, lines),
        "suggested_next_step": next_step(requested, case, records),
        "queue": requested.queue if requested else None,
        "language": started.language if started else None,
        "caller": {
            "number": started.caller if started else None,
            "called": started.called if started else None,
            "transport": started.transport if started else None,
        },
        "started_at": records[0].wall,
        "identity": proved(records, case.identity()),
        "intents": intents,
        "order_snapshot": case.snapshot(),
        "order_candidates": list(case.candidates),
        "reads": case.reads_tried(),
        "actions": actions(records),
        "policy_decisions": [_decision(r, r.event) for r in records if isinstance(r.event, PolicyDecided)],
        "promises_made": _promises(records, lines, started.language if started else None),
        "faults": [{"where": e.where, "what": e.what} for r in records if isinstance(e := r.event, Fault)],
        "sentiment": None,
        "compliance": {"ai_disclosed_at": _disclosed_at(records), "recording_consent": None, "pci_pauses": None},
        "transcript_ref": places.transcript(call_id),
        "recording_ref": places.recording(call_id) if recording else None,
    }


def _requested(records: Sequence[Record], handoff: str | None) -> HandoffRequested | None:
    found = [r.event for r in records if isinstance(r.event, HandoffRequested)]
    wanted = [event for event in found if handoff is None or event.handoff == handoff]
    return wanted[-1] if wanted else None


def _intents(records: Sequence[Record], lines: Sequence[Line]) -> list[dict[str, Any]]:
    """What the caller wanted, in order; `status` is `answered` when an answer of that time was heard, else `open`."""
    found: list[dict[str, Any]] = []
    since: list[int] = []
    for record in records:
        if not isinstance(event := record.event, Understood):
            continue
        if event.intent and (not found or found[-1]["name"] != event.intent):
            found.append({"name": event.intent, "confidence": event.confidence, "slots": {}, "status": "open"})
            since.append(record.turn)
        if found:
            found[-1]["slots"] |= plain(event.slots)
    answered = [line.turn for line in lines if line.speaker == "bot" and line.role == "answer" and line.heard]
    for intent, begin, end in zip(found, since, [*since[1:], None], strict=False):
        if intent["name"] == "human_agent":
            intent["status"] = "handed_off"
        elif any(begin <= turn and (end is None or turn < end) for turn in answered):
            intent["status"] = "answered"
    return found


def _open_question(records: Sequence[Record], lines: Sequence[Line]) -> str | None:
    """What the caller last said that got no answer; else what they were asked and left open; else None."""
    wishes = {r.turn for r in records if isinstance(r.event, Understood) and r.event.intent == "human_agent"}
    for line in reversed(lines):
        if line.speaker == "bot" and line.heard and line.role == "answer":
            return None
        if line.speaker == "bot" and line.heard and line.role == "ask":
            return line.text
        if line.speaker == "caller" and line.kind == "speech" and line.turn not in wishes:
            return line.text
    return None


def _decision(record: Record, event: PolicyDecided) -> dict[str, Any]:
    names = ("policy", "version", "rule", "outcome", "facts", "reasons", "near_misses")
    return {name: plain(getattr(event, name)) for name in names} | {"at": record.wall}


def _promises(records: Sequence[Record], lines: Sequence[Line], language: str | None) -> list[dict[str, Any]]:
    """What was said that binds the shop, and how much of it the caller heard.

    Taken for a promise: an answer in the turn of a policy decision, or one in words of commitment. In languages whose
    words of commitment are not known here, every answer.
    """
    known = (language or "").split("-")[0] in _PROMISE_LANGUAGES
    decided = {r.turn for r in records if isinstance(r.event, PolicyDecided)}
    dates = _dates(records)
    found = [
        {
            "what": line.text,
            "by_when": dates.get(line.utterance),
            "heard": _heard(line),
            "heard_text": line.heard,
            "turn": line.turn,
        }
        for line in lines
        if line.speaker == "bot"
        and line.role == "answer"
        and (not known or line.turn in decided or _PROMISE.search(line.text))
    ]
    for record in records:
        if isinstance(event := record.event, CallbackRecorded):
            what = f"a call back to {event.number}"
            found.append({"what": what, "by_when": event.due, "heard": None, "heard_text": None, "turn": record.turn})
    return found


def _heard(line: Line) -> str | None:
    return {"heard": "all", "interrupted": "part", "not_played": "none"}.get(line.status)


def _dates(records: Sequence[Record]) -> dict[str, str]:
    """Utterance -> the date in its wording, where there is exactly one."""
    found: dict[str, str] = {}
    for record in records:
        if not isinstance(record.event, EngineEffect):
            continue
        utterance, wording = record.event.effect.get("utterance"), record.event.effect.get("wording")
        if isinstance(utterance, str) and isinstance(wording, list | tuple):
            dates = [part.get("value") for part in wording if isinstance(part, Mapping) and part.get("kind") == "date"]
            if len(dates) == 1 and isinstance(dates[0], str):
                found[utterance] = dates[0]
    return found


def _disclosed_at(records: Sequence[Record]) -> str | None:
    """When the caller had heard (or read) that a machine speaks."""
    by_ear = not any(isinstance(r.event, CallStarted) and r.event.transport == "text" for r in records)
    greetings: dict[str, str] = {}
    for record in records:
        match record.event:
            case Said(role="greeting") as event:
                greetings[event.utterance] = event.text
                reached = "" if by_ear else event.text
            case PlaybackEnded() as event if event.utterance in greetings:
                reached = event.heard or (greetings[event.utterance] if event.complete else "")
            case _:
                continue
        if _DISCLOSURE.search(reached):
            return record.wall
    return None
