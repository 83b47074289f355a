"""A small shop's conversations, to be changed and tried on recorded calls; and calls recorded with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from voicebot.dialogue import codec, schema
from voicebot.dialogue.commands import Command, Understanding
from voicebot.dialogue.context import Context
from voicebot.dialogue.effects import BookCallback, Decide, Effect, Handoff, Query, Say
from voicebot.dialogue.engine import Engine
from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.inputs import (
    CallbackBooked,
    CallOpened,
    Decided,
    HandoffResult,
    Heard,
    Input,
    KeysPressed,
    QueryAnswered,
    UserSaid,
    UserSilent,
)
from voicebot.dialogue.rerun.decisions import decider
from voicebot.dialogue.rerun.outcome import Rerun
from voicebot.dialogue.rerun.run import Mode, Version, rerun
from voicebot.policy import documents
from voicebot.policy.book import PolicyBook
from voicebot.records.projections.steps import Step

NOW = "2026-11-21T10:00:00Z"
TODAY = "2026-11-21"

FLOWS = """\
shop: {name: Small Shop}
---
pattern: main
slots:
  wish: {type: wish}
steps:
  - say: "This is {{ shop.name | name }}."
    role: greeting
  - id: wish
    ask: wish
    prompt: What can I do for you?
    on: {deny: bye}
    next: wish
  - id: bye
    link: patterns/goodbye
---
pattern: goodbye
steps:
  - say: Goodbye.
    role: goodbye
  - end: goodbye
---
pattern: goodbye_again
steps:
  - say: See you.
    role: goodbye
  - end: goodbye
---
pattern: not_understood
steps:
  - say: I didn't get that.
    role: repair
---
pattern: silence
steps:
  - say: Are you there?
    role: repair
---
pattern: oms_unavailable
steps:
  - say: I can't look that up now.
    role: repair
---
pattern: internal_failure
steps:
  - say: Something went wrong.
    role: repair
---
pattern: still_waiting
steps:
  - say: One moment.
    role: repair
---
pattern: repeat
steps:
  - say: "{{ last_said }}"
---
flow: human_agent
triggers: {human_agent: [a human please]}
steps:
  - say: I'll connect you.
  - handoff: {reason: caller_asked, queue: default}
    into: handed
  - say: Nobody is free.
---
flow: wismo
triggers: {wismo: [where is my order]}
slots:
  order_number: {type: order_number, confirm: never}
  human: {type: yes_no}
steps:
  - ask: order_number
    prompt: What is the order number?
    on: {deny: to_human}
  - query: find_orders
    args: {number: order_number}
    into: found
    filler: Let me look.
  - branch:
      - {if: size(found.orders) > 0, next: tell}
      - {next: nothing}
  - id: nothing
    say: "There is no order {{ order_number | order_number }}."
    next: done
  - id: tell
    set: {order: "found.orders[0]"}
  - decide: late
    facts: {days: order.days}
    into: late
  - branch:
      - {if: late.outcome.offer == 'voucher', next: sorry}
      - {next: on_time}
  - id: on_time
    say: "Order {{ order.number | order_number }} is on its way."
    next: done
  - id: sorry
    say: "Order {{ order.number | order_number }} is late."
  - id: offer
    ask: human
    prompt: Do you want a colleague?
  - branch:
      - {if: human, next: to_human}
      - {next: done}
  - id: to_human
    link: human_agent
"""

POLICIES = """\
policy: late
version: 1
vocab: {days: int}
outcomes: {offer: [voucher, nothing]}
rules:
  - {id: late, when: {days: ">= 3"}, then: {offer: voucher}}
  - {id: soon, when: {}, then: {offer: nothing}}
"""

ORDERS = {"4481207": 0, "5530418": 4}
#: For `flows`: the call ends where a colleague was offered.
ENDS_THERE = (
    "  - id: offer\n    ask: human\n    prompt: Do you want a colleague?\n",
    "  - id: offer\n    end: goodbye\n",
)


def flows(*changes: tuple[str, str]) -> FlowSet:
    """The shop's flows, with pieces of text exchanged; not linted, for they are too small to pass."""
    shop: dict[str, Any] = {}
    found: dict[str, schema.Flow] = {}
    for document in documents.read(_changed(FLOWS, changes)):
        match dict(document.data):
            case {"shop": facts}:
                shop = facts
            case {"pattern": name, **rest}:
                found[f"patterns/{name}"] = _flow(f"patterns/{name}", rest)
            case {"flow": name, **rest}:
                found[name] = _flow(name, rest)
    return FlowSet(flows=found, shop=shop, version=str(hash(changes)))


def _flow(name: str, raw: Mapping[str, Any]) -> schema.Flow:
    def action(step: Mapping[str, Any]) -> str:
        return next(key for key in schema.STEPS if key in step)

    steps = [{"id": f"{action(step)}_{number}", **step} for number, step in enumerate(raw["steps"], 1)]
    return schema.Flow.model_validate({**raw, "name": name, "steps": steps})


def policies(*changes: tuple[str, str]) -> PolicyBook:
    return PolicyBook.parse({"late.yaml": _changed(POLICIES, changes)})


def _changed(text: str, changes: Sequence[tuple[str, str]]) -> str:
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def version(
    flowset: FlowSet | None = None, book: PolicyBook | None = None, mode: Mode = "auto", understand: Any = None
) -> Version:
    return Version(
        flows=flowset or flows(),
        decide=decider(book or policies(), "UTC"),
        understand=understand or (lambda text, context, alternatives: read(text, context)),
        mode=mode,
    )


def again(steps: Sequence[Step], tried: Version | None = None, *, known: bool = False) -> Rerun:
    """Re-run; `known` when the flows of the recording are at hand."""
    return rerun(steps, tried or version(), recorded=flows() if known else None)


def read(text: str, context: Context) -> Understanding:
    """Understand a few words without a model."""
    match text.lower():
        case "yes" | "no":
            commands = (Command("affirm" if text.lower() == "yes" else "deny"),)
        case "where is my order":
            commands = (Command("start_flow", {"flow": "wismo", "intent": "wismo"}),)
        case "a human":
            commands = (Command("human_agent"),)
        case "again":
            commands = (Command("repeat"),)
        case digits if digits.isdecimal() and context.kind in ("order_number", "phone"):
            commands = (Command("set_slot", {"slot": context.slot, "value": digits}),)
        case _:
            commands = (Command("not_understood"),)
    return Understanding(text=text, commands=commands)


class Call:
    """Records a call's steps, as the engine room does. `hold` names effects that are not answered before `release`."""

    def __init__(
        self, flowset: FlowSet | None = None, *, transfer: str = "no_target", hold: Sequence[str] = ()
    ) -> None:
        self._engine = Engine(flowset or flows())
        self._state, self._turn, self._transfer = self._engine.start(), 0, transfer
        self._decide, self.hold = decider(policies(), "UTC"), set(hold)
        self._held: list[Effect] = []
        self.steps: list[Step] = []
        self._give(CallOpened(now=NOW, today=TODAY))

    def say(self, *texts: str) -> Call:
        for text in texts:
            self._turn += 1
            self._give(UserSaid(understanding=read(text, self._engine.context(self._state)), now=NOW))
        return self

    def press(self, keys: str) -> Call:
        return self._give(KeysPressed(keys=keys, now=NOW))

    def silence(self) -> Call:
        return self._give(UserSilent(silent_ms=7000, now=NOW))

    def hear(self, *, complete: bool) -> Call:
        """What was said last was played, or interrupted."""
        says = [e["utterance"] for step in self.steps for e in step.effects if e["kind"] == "say"]
        return self._give(Heard(utterance=says[-1], complete=complete, heard="This", now=NOW))

    def release(self) -> Call:
        held, self._held, self.hold = self._held, [], set()
        return self._give(*(given for effect in held if (given := self._answer(effect)) is not None))

    def give(self, given: Input) -> Call:
        return self._give(given)

    @property
    def said(self) -> list[str]:
        """Everything that the bot said."""
        effects = (codec.effect_from_json(row) for step in self.steps for row in step.effects)
        return [effect.text for effect in effects if isinstance(effect, Say)]

    def _give(self, *inputs: Input) -> Call:
        todo = list(inputs)
        while todo:
            given = todo.pop(0)
            self._state, effects = self._engine.step(self._state, given)
            at = self._engine.context(self._state)
            rows = tuple(codec.to_json(effect) for effect in effects)
            step = Step(turn=self._turn, input=codec.to_json(given), effects=rows)
            self.steps.append(
                step if not rows else Step(turn=step.turn, input=step.input, effects=rows, flow=at.flow, step=at.step)
            )
            for effect in effects:
                if type(effect).__name__ in self.hold:
                    self._held.append(effect)
                elif (answer := self._answer(effect)) is not None:
                    todo.append(answer)
        return self

    def _answer(self, effect: Effect) -> Input | None:
        match effect:
            case Query():
                return QueryAnswered(request=effect.request, result=_found(effect.args), now=NOW)
            case Decide():
                return Decided(request=effect.request, decision=self._decide(effect, NOW), now=NOW)
            case Handoff():
                return HandoffResult(request=effect.request, status=self._transfer, now=NOW)
            case BookCallback():
                return CallbackBooked(request=effect.request, number=effect.number, due=NOW, now=NOW)
        return None


def _found(args: Mapping[str, Any]) -> Mapping[str, Any]:
    number = str(args.get("number"))
    orders = [{"number": number, "days": ORDERS[number]}] if number in ORDERS else []
    return {"status": "ok" if orders else "not_found", "orders": orders}
