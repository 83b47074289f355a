"""One step of the engine at work: runs flows until they wait for something. Lives only inside `Engine.step`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from voicebot.dialogue import acting, doubts, kinds, naming, schema
from voicebot.dialogue.effects import Effect, HangUp, Say
from voicebot.dialogue.flowset import MAIN, FlowSet
from voicebot.dialogue.render import Template, UnspeakableError, joined, merged
from voicebot.dialogue.scope import Scope
from voicebot.dialogue.state import Frame, Request, State
from voicebot.dialogue.steps import RUN
from voicebot.dialogue.wording import Wording
from voicebot.policy.expressions import Expression

#: Transitions of one step; more means that the flows run in a circle.
MAX_TRANSITIONS = 300
MAX_DEPTH = 24


#: Told of every step that runs: its flow, its id, and which way it went (`run`, `left out`, `case 2`, `on deny`,
#: `failed`).
Watch = Callable[[str, str, str], None]


class Turn:
    """Mutable while a step is computed; `state()` and `effects` are what comes out."""

    def __init__(self, flows: FlowSet, state: State, watch: Watch | None = None) -> None:
        self.flows = flows
        self._watch = watch
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
        self.plans, self.verified, self.verifying = dict(state.plans), dict(state.verified), state.verifying
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
        self.changed = ""
        """Slot that the caller gave or corrected in this step, outside the question for it."""
        self.failed = state.failed
        self.words = ""
        """What the caller says in this step."""
        self.fresh: set[str] = set()
        """Slots filled in this step: a flow started in the same breath does not clear them."""
        self._said: list[Wording] = []
        self.quiet = False
        self._failing = False

    def state(self) -> State:
        said = merged(list(_all(self._said))) if self._said else self.before.last_said
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
            plans=self.plans,
            verified=self.verified,
            verifying=self.verifying,
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
            failed=self.failed,
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
            "intent": next((frame.intent for frame in reversed(self.stack) if frame.intent), self.intent),
            "changed": self.changed,
            "failed": self.failed,
            "human_requests": self.human_requests,
            "last_flow": self.last_flow,
            "slot": slot,
            "kind": kind,
            "keypad": kind in kinds.KEYPAD,
            "heard": self.heard,
            "doubt": doubts.facts(self.doubt),
            "pending": self.pending.kind if self.pending else "",
            "verifying": self._verifying(),
            "said_before": bool(self.before.last_said),
            "wish": self.wish(),
            "named": naming.named(self.wish()),
            "names": list(naming.names(self.wish())),
            "points_back": naming.points_back(self.wish()),
        }

    def wish(self) -> str:
        """Words of the wish that is being dealt with; empty where it was not put in words."""
        return next((frame.wish for frame in reversed(self.stack) if frame.intent), "")

    def take_from_wish(self, name: str, slot: schema.Slot) -> bool:
        """Fill a slot with what the wish names, when it names one thing. Once: who is asked again must answer."""
        depth = next((n for n in range(len(self.stack) - 1, -1, -1) if self.stack[n].intent), None)
        if depth is None or not slot.from_wish or name in self.stack[depth].wished:
            return False
        frame = self.stack[depth]
        value = naming.named(frame.wish) if slot.type == "text" else naming.meant(frame.wish, self.options)
        if not value:
            return False
        self.stack[depth] = dataclasses.replace(frame, wished=(*frame.wished, name))
        self.facts[name] = self.previous[name] = value
        return True

    def _verifying(self) -> dict[str, int]:
        """`level` that is wanted, and `have`, what is proved."""
        subject = self.verifying.get("subject", "")
        return {"level": self.verifying.get("level", 0), "have": acting.proved(self, subject)}

    def _question(self) -> tuple[str, str] | None:
        """Slot and type of the innermost question on the stack, also when a pattern runs on top of it."""
        for frame in reversed(self.stack):
            place = self.flows.place(frame.flow, frame.step)
            if place and isinstance(place.step, schema.Ask):
                return place.step.ask, self.flows.flows[frame.flow].slots[place.step.ask].type
        return None

    # Moving

    def goto(self, step: str) -> None:
        self.stack[-1] = dataclasses.replace(self.stack[-1], step=step, asked=0)

    def push(self, flow: str, step: str | None = None, *, anew: bool = True, intent: str = "", wish: str = "") -> None:
        """Begin a flow on top; `anew` empties what it filled the last time, `intent` is the wish that began it, and
        `wish` its words."""
        if flow not in self.flows.flows or len(self.stack) >= MAX_DEPTH:
            self.fail()
            return
        if anew:
            for name in self.flows.written[flow] - self.fresh:
                self.facts.pop(name, None)
                self.attempts.pop(name, None)
        self.stack.append(Frame(flow, step or self.flows.first(flow), intent=intent, wish=wish))
        self.waiting = False

    def digress(self, flow: str, intent: str, wish: str = "") -> None:
        """Begin a flow in the middle of another one, whose facts it must not change; one that only waits has none."""
        top = self.stack[-1] if self.stack else None
        under_way = len(self.stack) > 1 and top is not None and (top.asked or top.step != self.flows.first(top.flow))
        saved = dict(self.facts) if under_way else None
        self.push(flow, intent=intent, wish=wish)
        if self.stack and self.stack[-1].flow == flow:
            self.stack[-1] = dataclasses.replace(self.stack[-1], saved=saved)

    def pattern(self, name: str) -> None:
        self.push(f"patterns/{name}")

    def go_on(self) -> None:
        """Let the caller go on, without asking again."""
        self.waiting = False
        if "patterns/go_on" in self.flows.flows:
            self.pattern("go_on")
        else:
            self.quiet = True

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
        self._run()
        acting.give_up_left(self)

    def _run(self) -> None:
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
            if frame.saved is not None:
                self.facts = dict(frame.saved)
            if not frame.flow.startswith("patterns/"):
                self.last_flow = frame.flow
            return
        step = place.step
        onwards = step.next or place.following
        if step.if_ is not None and not frame.asked and not step.if_.holds(self.scope()):
            self.took(step, "left out")
            self.goto(place.following)
            return
        self.took(step, "run")
        try:
            RUN[type(step)](self, step, onwards)
        except UnspeakableError:
            self.fail()

    def took(self, step: schema.Step, way: str) -> None:
        """Tell who watches which way a step went."""
        if self._watch is not None and self.stack:
            self._watch(self.stack[-1].flow, step.id, way)

    def leave_by(self, asking: schema.Ask, command: str) -> None:
        """Leave the open question by its way out for a command."""
        self.waiting = False
        self.took(asking, f"on {command}")
        self.goto(asking.on[command])

    def known(self, slot: schema.Slot) -> tuple[str, ...]:
        """Likely values of a slot."""
        values = slot.known.value(self.scope()) if slot.known is not None else None
        return tuple(v for v in values if isinstance(v, str)) if isinstance(values, list) else ()

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
        if not _went_wrong(request.kind, result or {}):
            self.goto(place.step.next or place.following)
            return
        self.took(place.step, "failed")
        self.failed = request.kind
        way_out = getattr(place.step, "on_failure", None)
        if way_out is not None:
            self.goto(way_out)
        else:
            self.drop_to_main()
            self.pattern(_FAILED[request.kind])

    # Small parts

    def request(self, kind: str, into: str, *, background: bool = False) -> str:
        self.requests += 1
        request = Request(id=f"r{self.requests}", kind=kind, into=into, depth=len(self.stack))
        if background:
            self.background.append(request)
        else:
            self.pending = request
        return request.id

    def values(self, expressions: Mapping[str, Expression]) -> dict[str, Any]:
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

    def says_again(self) -> bool:
        """Whether what has been said in this step holds all that was said before."""
        before, now = ("".join(part.value for part in wording) for wording in (self.before.last_said, _all(self._said)))
        return bool(before) and before in now


def _all(said: Sequence[Wording]) -> Wording:
    return tuple(part for wording in said for part in wording)


_SPACE: Wording = Template(" ", (" ",)).render({})
#: Patterns that take over where a step has no way out of its own.
_FAILED = {"query": "oms_unavailable", "plan": "action_failed", "commit": "action_failed"}
_GOOD = {"query": ("ok", "not_found"), "plan": ("ok", "not_allowed"), "commit": ("done",)}


def _went_wrong(kind: str, result: Mapping[str, Any]) -> bool:
    """Whether the answer is none that its step goes on with."""
    return kind in _GOOD and result.get("status") not in _GOOD[kind]
