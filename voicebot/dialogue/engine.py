"""The dialogue engine: a pure function from state and input to state and effects.

No clock, no I/O, no randomness: every fact comes in with an input, every deed goes out as an effect. Whatever the order
of inputs, a step ends, does not raise, and leaves the caller with something said, something expected, an answer on its
way, or the call ended.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any

from voicebot.dialogue import acting, answers, dictation, doubts, kinds, schema, wishes
from voicebot.dialogue.commands import MISSES, PATTERNS, POLITE, Command
from voicebot.dialogue.context import Context
from voicebot.dialogue.effects import Effect
from voicebot.dialogue.farewell import goes_on
from voicebot.dialogue.flowset import MAIN, FlowSet
from voicebot.dialogue.inputs import (
    Answered,
    CallbackBooked,
    CallOpened,
    Decided,
    Failed,
    HandoffResult,
    Heard,
    Input,
    KeysPressed,
    QueryAnswered,
    UserSaid,
    UserSilent,
)
from voicebot.dialogue.keys import key_command
from voicebot.dialogue.lint import HUMAN
from voicebot.dialogue.state import State
from voicebot.dialogue.turn import Turn, Watch

__all__ = ["Engine", "State"]

_PHONE = re.compile(r"\+?\d{6,15}\Z")


class Engine:
    """Runs the flows of one version. Immutable; shared by all calls on that version.

    Args:
        watch: is told of every step that runs; for coverage.
    """

    def __init__(self, flows: FlowSet, *, watch: Watch | None = None) -> None:
        self.flows = flows
        self._watch = watch

    @property
    def version(self) -> str:
        """Of the flows."""
        return self.flows.version

    def start(self) -> State:
        """The state before anything happened; the first input is `CallOpened`."""
        return State()

    def step(self, state: State, event: Input) -> tuple[State, tuple[Effect, ...]]:
        """What `event` makes of the conversation. `state` is not changed."""
        if state.ended and not state.leaving:
            return state, ()
        turn = Turn(self.flows, state, self._watch)
        turn.call = {**turn.call, "now": event.now}
        if state.ended:
            if not goes_on(turn, event):
                return turn.state(), tuple(turn.effects)
        elif not turn.stack:
            _open(turn, event)
            if isinstance(event, CallOpened):
                turn.run()
                return turn.state(), tuple(turn.effects)
        _HANDLERS[type(event)](turn, event)
        turn.run()
        return turn.state(), tuple(turn.effects)

    def context(self, state: State) -> Context:
        """What understanding and the ears should know."""
        turn = Turn(self.flows, state)
        frame = state.stack[-1] if state.stack else None
        asking = turn.asking if state.waiting else None
        names = [f.flow for f in reversed(state.stack)] + [state.last_flow]
        slots: dict[str, schema.Slot] = {}
        for name in names:
            for slot, spec in self.flows.flows[name].slots.items() if name in self.flows.flows else ():
                slots.setdefault(slot, spec)
        kind = slots[asking.ask].type if asking else "open"
        chosen = next((slot for slot, spec in slots.items() if spec.type == "choice"), None)
        return Context(
            language=str(state.call.get("language", "en")),
            today=str(state.call.get("today", "")),
            flow=frame.flow if frame else None,
            step=frame.step if frame else None,
            kind="open" if kind in ("wish", "text") else kind,
            slot=asking.ask if asking else None,
            slots={slot: spec.type for slot, spec in slots.items()},
            values={slot: _held(state, slot) for slot in slots},
            known={slot: known for slot, spec in slots.items() if (known := turn.known(spec))},
            choice=state.choice if state.choice in slots else chosen,
            options=state.options if state.choice in slots else (),
            doubt=doubts.asked_about(state, kind, asking.ask if asking else None),
            denied=state.denied,
            attempts=doubts.earlier(state, asking.ask) if asking else (),
            partial=state.partial[1] if asking and state.partial[0] == asking.ask else "",
            running=tuple(frame.flow for frame in state.stack),
            pending=state.pending is not None,
        )


def _held(state: State, slot: str) -> Any:
    value = state.facts.get(slot)
    return dictation.written(state.previous.get(slot) if value is None else value)


def _open(turn: Turn, event: Input) -> None:
    number = event.caller_number if isinstance(event, CallOpened) else None
    plain = re.sub(r"[\s().-]", "", number or "")
    turn.call = {
        "caller_number": plain if _PHONE.match(plain) else None,
        "today": event.today if isinstance(event, CallOpened) else event.now[:10],
        "now": event.now,
        "language": event.language if isinstance(event, CallOpened) else "en",
    }
    turn.push(MAIN)


def _opened_again(turn: Turn, event: CallOpened) -> None:
    """A call is opened once."""


def _said(turn: Turn, event: UserSaid) -> None:
    turn.words = event.understanding.text
    _commands(turn, event.understanding.commands)


def _keys(turn: Turn, event: KeysPressed) -> None:
    _commands(turn, (key_command(turn, event.keys),))


def _commands(turn: Turn, commands: tuple[Command, ...]) -> None:
    """Carry out what the caller wants."""
    turn.silences = 0
    weighty = tuple(command for command in commands if command.name not in POLITE)
    polite = tuple(command for command in commands if command.name in POLITE)
    # Yes and no to a question count beside a wish; politeness does not.
    chosen = (*(polite if not weighty or _answers(turn) else ()), *weighty)
    if turn.pending is not None and not _interrupts(turn, weighty):
        turn.pattern("still_waiting")
        return
    handled = False
    for command in chosen:
        if turn.ended:
            return
        handled = _apply(turn, command) or handled
    if handled:
        turn.misses = 0
        return
    turn.misses += 1
    names = {command.name for command in commands}
    turn.pattern(next((name for name in MISSES if name in names), "not_understood"))


def _answers(turn: Turn) -> bool:
    asking = turn.asking
    slot = turn.slot(asking.ask) if asking else None
    return slot is not None and slot.type == "yes_no"


def _interrupts(turn: Turn, weighty: tuple[Command, ...]) -> bool:
    """Whether what was said makes the awaited answer worthless. What is done meanwhile cannot be taken back."""
    if turn.pending is None or turn.pending.kind in answers.NOT_TWICE:
        return False
    if not any(command.name not in ("repeat", "slower", "hold_on", "bot_challenge") for command in weighty):
        return False
    del turn.stack[turn.pending.depth :]
    turn.pending = None
    return True


def _apply(turn: Turn, command: Command) -> bool:
    """Carry out one command; False when it means nothing here."""
    if command.name in ("start_flow", "human_agent"):
        return _start(turn, command)
    if command.name in ("set_slot", "correct_slot"):
        return _fill(turn, command)
    if dictation.keep(turn, command):
        return True
    asking = turn.asking
    if asking is not None:
        if command.name in asking.on:
            turn.leave_by(asking, command.name)
            return True
        slot = turn.slot(asking.ask)
        if slot is not None and slot.type == "yes_no" and command.name in ("affirm", "deny"):
            turn.waiting = False
            _note(turn, asking.ask, command.name == "affirm")
            if asking.confirms is not None:
                acting.answer(turn, asking.confirms, yes=command.name == "affirm")
            return True
    if command.name in PATTERNS:
        name = command.name if f"patterns/{command.name}" in turn.flows.flows else "repeat"
        turn.waiting = False
        turn.pattern(name)
        return True
    return False


def _wish_granted(turn: Turn) -> None:
    """A wish that was asked for is answered by beginning a flow: afterwards the conversation goes on behind it."""
    asking = turn.asking
    turn.waiting = False
    if asking is not None and (slot := turn.slot(asking.ask)) is not None and slot.type == "wish":
        place = turn.flows.place(turn.stack[-1].flow, turn.stack[-1].step)
        turn.goto(asking.next or (place.following if place else kinds.DONE))


def _note(turn: Turn, slot: str, value: Any) -> None:
    turn.facts[slot] = value
    if value is not None:
        turn.previous[slot] = value
        turn.partial = dictation.NOTHING
    turn.fresh.add(slot)


def _start(turn: Turn, command: Command) -> bool:
    asking = turn.asking
    if command.name == "human_agent":
        turn.human_requests += 1
        if asking is not None and "human_agent" in asking.on:
            turn.leave_by(asking, "human_agent")
            return True
    flow = HUMAN if command.name == "human_agent" else str(command.args.get("flow", ""))
    known = turn.flows.flows.get(flow)
    if known is None or known.is_pattern:
        return False
    intent = command.args.get("intent")
    turn.intent = intent if isinstance(intent, str) else flow
    wish = wishes.told(str(command.args.get("words", turn.words)), str(turn.call.get("language", "en")))
    _wish_granted(turn)
    for depth, frame in enumerate(turn.stack):
        if frame.flow == flow:  # said again: go on with it
            turn.stack[depth] = dataclasses.replace(frame, wish=wish, wished=()) if wish else frame
            again = known.on_again
            if again is not None and (again.if_ is None or again.if_.holds(turn.scope())):
                del turn.stack[depth + 1 :]
                turn.goto(again.next)
            while len(turn.stack) > depth + 1 and turn.stack[-1].flow.startswith("patterns/"):
                turn.stack.pop()
            acting.ask_again(turn)
            return True
    while len(turn.stack) > 1 and turn.stack[-1].flow.startswith("patterns/"):
        turn.stack.pop()
    acting.ask_again(turn)
    turn.digress(flow, turn.intent, wish)
    return True


def _fill(turn: Turn, command: Command) -> bool:
    """Give a slot a value, and go where the flow wants to be then."""
    name, value = command.args.get("slot"), command.args.get("value")
    if not isinstance(name, str) or not (value is None or isinstance(value, str | int | bool)):
        return False
    if value is None and command.name == "set_slot":
        return False
    for depth in range(len(turn.stack) - 1, -1, -1):
        frame = turn.stack[depth]
        slot = turn.flows.flows[frame.flow].slots.get(name)
        if slot is None or (depth == 0 and command.name == "correct_slot" and _last_has(turn, name)):
            continue
        value = dictation.typed(turn, slot, value)
        place = turn.flows.place(frame.flow, frame.step)
        asked = place is not None and isinstance(place.step, schema.Ask) and place.step.ask == name
        if value is None and not (command.name == "correct_slot" and slot.on_change):
            return False
        del turn.stack[depth + 1 :]
        turn.waiting = False
        if command.name == "correct_slot":
            doubts.take_back(turn, name, value)
        _note(turn, name, value)
        acting.unconfirm(turn)
        doubts.note_heard(turn, name, command.args.get("heard"))
        if not (asked and value is not None) and slot.on_change is not None:
            turn.changed = name
            turn.goto(slot.on_change)
        elif asked and command.name == "set_slot":
            doubts.doubted(turn, name, slot)
        return True
    return _fill_last(turn, name, value)


def _last_has(turn: Turn, name: str) -> bool:
    flow = turn.flows.flows.get(turn.last_flow)
    return flow is not None and name in flow.slots and flow.slots[name].on_change is not None


def _fill_last(turn: Turn, name: str, value: Any) -> bool:
    """A correction of what the flow that just ended was told: take it up again."""
    if not _last_has(turn, name):
        return False
    slot = turn.flows.flows[turn.last_flow].slots[name]
    typed = dictation.typed(turn, slot, value)
    if typed is None and value is not None:
        return False
    _wish_granted(turn)
    doubts.take_back(turn, name, typed)
    _note(turn, name, typed)
    acting.unconfirm(turn)
    doubts.settle(turn, name)
    turn.changed = name
    turn.push(turn.last_flow, slot.on_change, anew=False, intent=turn.intent)
    return True


_HANDLERS: Mapping[type[Any], Callable[[Turn, Any], None]] = {
    CallOpened: _opened_again,
    UserSaid: _said,
    KeysPressed: _keys,
    UserSilent: answers.silent,
    QueryAnswered: answers.query_answered,
    Decided: answers.decided,
    Heard: answers.heard,
    HandoffResult: answers.handoff_result,
    CallbackBooked: answers.callback_booked,
    Answered: answers.answered,
    Failed: answers.failed,
}
