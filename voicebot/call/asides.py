"""What a flow developer may ask about a text conversation: where it stands, and how it came to that. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.rerun.retrace import retrace
from voicebot.dialogue.state import State
from voicebot.records.events.actions import ActionBegun
from voicebot.records.events.base import Record
from voicebot.records.events.dialogue import Understood
from voicebot.records.events.handoff import CallbackRecorded, HandoffRequested
from voicebot.records.events.messages import MessageSent
from voicebot.records.events.oms import OmsAnswered, OmsRequested
from voicebot.records.events.policy import PolicyDecided
from voicebot.records.events.verification import CodeSent
from voicebot.records.projections.steps import steps

#: Events after which a turn cannot be taken back.
LASTING = (ActionBegun, HandoffRequested, CallbackRecorded, MessageSent, CodeSent)
_LONGEST = 100


def standing(state: State, flows: FlowSet) -> Iterator[str]:
    """Flows being run, the open question, the slots and variables that hold something."""
    if state.ended:
        yield "the conversation has ended"
    for depth, frame in enumerate(state.stack):
        yield f"{'  ' * depth}{frame.flow}.{frame.step}" + (f", asked {frame.asked} times" if frame.asked else "")
    if state.pending is not None:
        yield f"waits for the answer to {state.pending.kind} {state.pending.id}"
    slots = {slot for flow in flows.flows.values() for slot in flow.slots}
    for name, value in sorted(state.facts.items()):
        if value is not None:
            yield f"{'slot' if name in slots else 'variable'} {name} = {_short(value)}"
    for name, plan in state.plans.items():
        agreed = {True: "agreed to", False: "declined"}.get(plan["answer"], "not agreed to yet")
        yield f"plan {name}: {plan['action']}, {agreed}, needs level {plan['needs']}"
    for subject, level in state.verified.items():
        yield f"verified: level {level} for {subject}"


def reasons(records: Sequence[Record], flows: FlowSet) -> Iterator[str]:
    """How the last turn came about: what was understood, read and decided, and the steps that ran."""
    last = max((record.turn for record in records), default=0)
    for record in records:
        if record.turn != last:
            continue
        match record.event:
            case Understood() as event:
                names = ", ".join(_command(command) for command in event.commands)
                wish = f"{event.intent} ({event.confidence:.2f})" if event.intent else "no wish"
                yield f"understood: {wish}; {names}; {event.took_ms:.1f} ms"
            case OmsRequested() as event:
                yield f"asked: {event.op} {_short(dict(event.args))}"
            case OmsAnswered() as event:
                yield f"answered: {event.status}, {event.took_ms:.0f} ms"
            case PolicyDecided() as event:
                yield f"decided: {event.policy}, row {event.rule or '(none)'}: {_short(dict(event.outcome))}"
                yield from (f"  {reason}" for reason in event.reasons)
                yield from (f"  not {miss}" for miss in event.near_misses)
            case _:
                pass
    recorded = steps(records)
    visits = retrace(recorded, flows) or []
    path = [f"{v.flow}.{v.step}" for step, ran in zip(recorded, visits, strict=False) if step.turn == last for v in ran]
    if path:
        yield "ran: " + " -> ".join(path)


def _command(command: Any) -> str:
    args = {key: value for key, value in dict(command.get("args", {})).items() if key != "heard"}
    return f"{command.get('name')} {_short(args)}" if args else str(command.get("name"))


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
