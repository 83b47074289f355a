"""One step of the engine at work: runs flows until they wait for something. Lives only inside `Engine.step`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from voicebot.dialogue import doubts, questions, schema
from voicebot.dialogue.effects import BookCallback, Decide, Effect, Handoff, HangUp, Query, Say
from voicebot.dialogue.flowset import MAIN, FlowSet
from voicebot.dialogue.render import Template, UnspeakableError, joined, merged
from voicebot.dialogue.scope import Scope
from voicebot.dialogue.state import Frame, Request, State
from voicebot.dialogue.wording import Wording
from voicebot.policy.expressions import Expression

#: Transitions of one step; more means that the flows run in a circle.
MAX_TRANSITIONS = 300
MAX_DEPTH = 24


class Turn:
    """Mutable while a step is computed; `state()` and `effects` are what comes out."""

    def __init__(self, flows: FlowSet, state: State) -> None:
        self.flows = flows
        self.before = state
        self.call = state.call
        self.stack = list(state.stack)
        self.facts = dict(state.facts)
        self.previous = dict(state.previous)
        self.waiting = state.waiting
        self.silence_ms = state.silence_ms
        self.pending = state.pending
        self.background = list(state.background)
        self.heard, self.doubt = dict(state.heard), state.doubt
        self.attempts = dict(state.attempts)
        self.denied, self.offered = state.denied, state.offered
        self.partial = state.partial
        self.choice, self.options = state.choice, state.options
        self.misses, self.silences = state.misses, state.silences
        self.human_requests = state.human_requests
        self.utterances, self.requests = state.utterances, state.requests
        self.intent, self.last_flow = state.intent, state.last_flow
        self.cut_off = state.cut_off
        self.ended, self.leaving = state.ended, state.leaving
        self.effects: list[Effect] = []
        self.fresh: set[str] = set()
        """Slots filled in this step: a flow started in the same breath does not clear them."""
        self._said: list[Wording] = []
        self._quiet = False
        self._failing = False

    def state(self) -> State:
        said = merged([part for wording in self._said for part in wording]) if self._said else self.before.last_said
        return State(
            call=self.call,
            stack=tuple(self.stack),
            facts=self.facts,
            previous=self.previous,
            waiting=self.waiting,
            silence_ms=self.silence_ms,
            pending=self.pending,
            background=tuple(self.background),
            heard=self.heard,
            doubt=self.doubt,
            attempts=self.attempts,
            denied=self.denied,
            offered=self.offered,
            partial=self.partial,
            choice=self.choice,
            options=self.options,
            misses=self.misses,
            silences=self.silences,
            human_requests=self.human_requests,
            utterances=self.utterances,
            requests=self.requests,
            last_said=said,
            intent=self.intent,
            last_flow=self.last_flow,
            cut_off=self.cut_off,
            ended=self.ended,
            leaving=self.leaving,
        )

    # Where the conversation stands

    @property
    def asking(self) -> schema.Ask | None:
        """The question that is waiting for the caller."""
        step = self.current()
        return step if isinstance(step, schema.Ask) and self.pending is None else None

    def current(self) -> schema.Step | None:
        place = self.flows.place(self.stack[-1].flow, self.stack[-1].step) if self.stack else None
        return place.step if place else None

    def slot(self, name: str) -> schema.Slot | None:
        """The slot as the innermost flow being run declares it, or else the one that ended last."""
        names = [frame.flow for frame in reversed(self.stack)] + [self.last_flow]
        return next((f.slots[name] for n in names if (f := self.flows.flows.get(n)) and name in f.slots), None)

    def scope(self) -> Scope:
        """Facts for conditions and wordings."""
        return Scope(
            self.facts,
            {
                "call": lambda: self.call,
                "shop": lambda: self.flows.shop,
                "dialogue": self._dialogue,
                "last_said": lambda: self.before.last_said,
                "choices": lambda: joined([option.label for option in self.options]),
            },
        )

    def _dialogue(self) -> dict[str, Any]:
        """Facts about the conversation itself."""
        slot, kind = self._question() or ("", "")
        return {
            "misses": self.misses,
            "silences": self.silences,
            "intent": self.intent,
            "human_requests": self.human_requests,
            "last_flow": self.last_flow,
            "slot": slot,
            "kind": kind,
            "keypad": kind in schema.KEYPAD,
            "heard": self.heard,
            "doubt": doubts.facts(self.doubt),
            "pending": self.pending.kind if self.pending else "",
            "said_before": bool(self.before.last_said),
        }

    def _question(self) -> tuple[str, str] | None:
        """Slot and type of the innermost question on the stack, also when a pattern runs on top of it."""
        for frame in reversed(self.stack):
            place = self.flows.place(frame.flow, frame.step)
            if place and isinstance(place.step, schema.Ask):
                return place.step.ask, self.flows.flows[frame.flow].slots[place.step.ask].type
        return None

    # Moving

    def goto(self, step: str) -> None:
        self.stack[-1] = Frame(self.stack[-1].flow, step)

    def push(self, flow: str, step: str | None = None, *, anew: bool = True) -> None:
        """Begin a flow on top; `anew` empties what it filled the last time."""
        if flow not in self.flows.flows or len(self.stack) >= MAX_DEPTH:
            self.fail()
            return
        if anew:
            for name in self.flows.written[flow] - self.fresh:
                self.facts.pop(name, None)
                self.attempts.pop(name, None)
        self.stack.append(Frame(flow, step or self.flows.first(flow)))
        self.waiting = False

    def pattern(self, name: str) -> None:
        self.push(f"patterns/{name}")

    def go_on(self) -> None:
        """Let the caller go on, without asking again."""
        self.waiting = False
        if "patterns/go_on" in self.flows.flows:
            self.pattern("go_on")
        else:
            self._quiet = True

    def drop_to_main(self) -> None:
        """Forget every flow being run; the bottom one goes on after its question."""
        self.pending = None
        self.waiting = False
        frame = self.stack[0] if self.stack else Frame(MAIN, self.flows.first(MAIN))
        place = self.flows.place(frame.flow, frame.step)
        if place and isinstance(place.step, schema.Ask):
            frame = Frame(frame.flow, place.step.next or place.following)
        self.stack = [frame]

    def fail(self) -> None:
        """Something in the flows is wrong: say so honestly once; when that fails too, end the call."""
        if self._failing:
            self.hang_up("failure")
            return
        self._failing = True
        self.drop_to_main()
        self.pattern("internal_failure")

    def hang_up(self, reason: str) -> None:
        self.effects.append(HangUp(reason=reason))
        self.close()
        self.leaving = True

    def close(self) -> None:
        self.ended, self.waiting, self.pending, self.stack = True, False, None, []

    # Running

    def run(self) -> None:
        """Until the flows wait for the caller or for an answer, or the call has ended."""
        left = MAX_TRANSITIONS
        while not (self.ended or self.waiting):
            if self.pending is not None and len(self.stack) <= self.pending.depth:
                return
            if left == 0:
                self.fail()
                left = MAX_TRANSITIONS
                if self.ended:
                    return
            left -= 1
            if not self.stack:
                self.hang_up("done")
                return
            self._advance()

    def _advance(self) -> None:
        frame = self.stack[-1]
        place = self.flows.place(frame.flow, frame.step)
        if place is None:
            self.stack.pop()
            if not frame.flow.startswith("patterns/"):
                self.last_flow = frame.flow
            return
        step = place.step
        onwards = step.next or place.following
        if step.if_ is not None and not frame.asked and not step.if_.holds(self.scope()):
            self.goto(place.following)
            return
        try:
            _RUN[type(step)](self, step, onwards)
        except UnspeakableError:
            self.fail()

    def _say(self, step: schema.Say, onwards: str) -> None:
        self.speak(self.render(step.say), step.role, step.interruptible)
        self.goto(onwards)

    def _ask(self, step: schema.Ask, onwards: str) -> None:
        frame = self.stack[-1]
        slot = self.flows.flows[frame.flow].slots[step.ask]
        if slot.type != "wish" and self.facts.get(step.ask) is not None:
            self.goto(onwards)
            return
        if step.choices is not None:
            self.choice, self.options = step.ask, questions.options(self, step.choices)
            if not self.options:
                raise UnspeakableError(step.ask)
        if not self._quiet:
            lines = step.again[min(frame.asked, len(step.again)) - 1] if frame.asked and step.again else step.prompt
            self.speak(self.render(lines), "repair" if frame.asked and self.misses else "ask")
            self.stack[-1] = dataclasses.replace(frame, asked=frame.asked + 1)
            self.silence_ms = step.silence_ms
        self._quiet = False
        self.waiting = True
        self.effects.append(questions.expectation(self, step, slot))

    def known(self, slot: schema.Slot) -> tuple[str, ...]:
        """Likely values of a slot."""
        values = slot.known.value(self.scope()) if slot.known is not None else None
        return tuple(v for v in values if isinstance(v, str)) if isinstance(values, list) else ()

    def _query(self, step: schema.Query, onwards: str) -> None:
        request = self._request("query", step.into, background=step.background)
        args = {name: value for name, value in self._values(step.args).items() if value is not None}
        filler = self.render(step.filler) if step.filler else ()
        self.effects.append(Query(request=request, op=step.query, args=args, filler=filler))
        if step.background:
            self.goto(onwards)

    def _decide(self, step: schema.Decide, _onwards: str) -> None:
        request = self._request("decide", step.into)
        self.effects.append(Decide(request=request, policy=step.decide, facts=self._values(step.facts)))

    def _handoff(self, step: schema.Handoff, _onwards: str) -> None:
        what = step.handoff
        summary = _text(what.summary.render(self.scope())) if what.summary is not None else ""
        request = self._request("handoff", step.into)
        self.effects.append(Handoff(request=request, reason=what.reason, queue=what.queue, summary=summary))

    def _callback(self, step: schema.Callback, _onwards: str) -> None:
        number = step.callback.number.value(self.scope())
        if not isinstance(number, str) or not number:
            raise UnspeakableError("callback.number")
        request = self._request("callback", step.into)
        self.effects.append(BookCallback(request=request, number=number, reason=step.callback.reason))

    def _branch(self, step: schema.Branch, _onwards: str) -> None:
        scope = self.scope()
        self.goto(next(case.next for case in step.branch if case.if_ is None or case.if_.holds(scope)))

    def _set(self, step: schema.Set, onwards: str) -> None:
        values = self._values(step.set)
        self.facts.update(values)
        slots = self.flows.flows[self.stack[-1].flow].slots
        given = {name: value for name, value in values.items() if name in slots and value is not None}
        self.previous.update(given)
        for name in given:
            doubts.settle(self, name)
        self.goto(onwards)

    def _link(self, step: schema.Link, _onwards: str) -> None:
        self.stack.pop()
        self.push(step.link)

    def _call(self, step: schema.Call, onwards: str) -> None:
        self.goto(onwards)
        self.push(step.call)

    def _end(self, step: schema.End, _onwards: str) -> None:
        self.hang_up(step.end)

    def _wait(self, step: schema.Wait, _onwards: str) -> None:
        self.stack.pop()
        if self.asking is not None:
            self._quiet = True
            self.silence_ms = step.wait.silence_ms

    def _cancel(self, _step: schema.Cancel, onwards: str) -> None:
        pattern = self.stack[-1].flow
        self.drop_to_main()
        self.stack.append(Frame(pattern, onwards))

    # Answers

    def answered(self, result: Mapping[str, Any] | None) -> None:
        """The pending request was answered: note the answer and go on after its step."""
        request, self.pending = self.pending, None
        if request is None:
            return
        del self.stack[request.depth :]
        self.facts[request.into] = result
        frame = self.stack[-1]
        place = self.flows.place(frame.flow, frame.step)
        if place is None:
            return
        status = result.get("status") if result else None
        if isinstance(place.step, schema.Query) and status not in ("ok", "not_found"):
            if place.step.on_failure is not None:
                self.goto(place.step.on_failure)
            else:
                self.drop_to_main()
                self.pattern("oms_unavailable")
            return
        self.goto(place.step.next or place.following)

    # Small parts

    def _request(self, kind: str, into: str, *, background: bool = False) -> str:
        self.requests += 1
        request = Request(id=f"r{self.requests}", kind=kind, into=into, depth=len(self.stack))
        if background:
            self.background.append(request)
        else:
            self.pending = request
        return request.id

    def _values(self, expressions: Mapping[str, Expression]) -> dict[str, Any]:
        scope = self.scope()
        return {name: expression.value(scope) for name, expression in expressions.items()}

    def render(self, lines: Mapping[str, tuple[Template, ...]]) -> Wording:
        """The next variant in the call's language (English where it has none)."""
        language = str(self.call.get("language", "en"))[:2]
        variants = lines.get(language) or lines.get("en") or next(iter(lines.values()))
        return variants[self.utterances % len(variants)].render(self.scope())

    def speak(self, wording: Wording, role: str, interruptible: bool = True) -> None:
        self.utterances += 1
        if self._said:
            self._said.append(_SPACE)
        self._said.append(wording)
        self.effects.append(
            Say(utterance=f"u{self.utterances}", wording=wording, role=role, interruptible=interruptible)
        )


_SPACE: Wording = Template(" ", (" ",)).render({})
_RUN: Mapping[type[schema.Step], Callable[[Turn, Any, str], None]] = {
    schema.Say: Turn._say,
    schema.Ask: Turn._ask,
    schema.Query: Turn._query,
    schema.Ground: doubts.run_ground,
    schema.Decide: Turn._decide,
    schema.Branch: Turn._branch,
    schema.Set: Turn._set,
    schema.Link: Turn._link,
    schema.Call: Turn._call,
    schema.Handoff: Turn._handoff,
    schema.Callback: Turn._callback,
    schema.End: Turn._end,
    schema.Wait: Turn._wait,
    schema.Confirm: doubts.run_confirm,
    schema.Instead: doubts.run_instead,
    schema.Cancel: Turn._cancel,
}


def _text(wording: Wording) -> str:
    return "".join(part.value for part in wording)
