"""Plays a recorded call's inputs to an engine with another version of the flows.

The caller's turns, keys, silences and playbacks come as they were recorded. What the new version asks for is answered
from the log, at the recorded time where it is the same request; policies are decided anew. The run ends early where
the log has no answer, and where what the caller said next no longer fits what the new version asks.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from voicebot.dialogue import codec
from voicebot.dialogue.commands import Alternative, Understanding
from voicebot.dialogue.context import Context
from voicebot.dialogue.effects import Decide, Effect
from voicebot.dialogue.engine import Engine
from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.inputs import Decided, Input, UserSaid
from voicebot.dialogue.rerun.answers import Answers, addressed, answers_to
from voicebot.dialogue.rerun.canon import NUMBERED, canonical
from voicebot.dialogue.rerun.course import FREE_KEYS, Standing, free_of, same_commands, same_question, still_mean
from voicebot.dialogue.rerun.outcome import OtherCourse, OtherDecision, Rerun, Unanswered, Visit
from voicebot.dialogue.rerun.retrace import RAN, retrace
from voicebot.dialogue.understand import in_language
from voicebot.records.projections.reads import Read
from voicebot.records.projections.steps import Step
from voicebot.records.redaction import CARD, CODE

Understand = Callable[[str, Context, Sequence[Alternative]], Understanding]
Mode = Literal["auto", "recorded", "anew"]

#: Inputs that come from the caller or about the caller: nothing to give once the call is over.
_IDLE = frozenset({"user_silent", "heard", "failed"})
#: Where the engine's own faults are recorded.
_OWN_FAULT = "dialogue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What calls are run again with.

    Attributes:
        flows: to be tried.
        decide: the policies to be tried: the decision on an effect's facts at a time (UTC, ISO 8601).
        understand: the flows' interpreter; only asked for turns that are understood anew.
        mode: `auto` understands a turn anew where the question is not the recorded one; `recorded` never does, `anew`
            always.
    """

    flows: FlowSet
    decide: Callable[[Decide, str], Mapping[str, Any]]
    understand: Understand
    mode: Mode = "auto"


class _StopError(Exception):
    """The run ends here."""

    def __init__(self, stopped: Unanswered | OtherCourse) -> None:
        self.stopped = stopped
        super().__init__()


def rerun(
    steps: Sequence[Step], version: Version, reads: Iterable[Read] = (), *, recorded: FlowSet | None = None
) -> Rerun:
    """Run a recorded call again.

    Args:
        steps: of the recorded call.
        reads: what was asked of the order system, also ahead of need.
        recorded: the flows that the call was recorded with, where they are at hand.
    """
    run = _Run(steps, version, reads)
    stopped: Unanswered | OtherCourse | None = None
    played = 0
    try:
        for at, _ in enumerate(steps):
            played = at + 1
            run.play(at)
        if not steps:
            raise _StopError(Unanswered(turn=0, why="the log holds no dialogue"))
    except _StopError as stop:
        stopped = stop.stopped
        if isinstance(stopped, OtherCourse):
            played -= 1  # the caller's words were not given
    paths = retrace(steps, recorded) if recorded is not None else None
    return Rerun(
        old_path=tuple(visit for visits in paths[:played] for visit in visits) if paths is not None else None,
        new_path=tuple(run.visits),
        old=tuple(step for step in steps[:played] if step.effects),
        new=tuple(run.steps),
        stopped=stopped,
        anew=tuple(run.anew),
        decisions=tuple(run.decisions),
    )


class _Run:
    def __init__(self, steps: Sequence[Step], version: Version, reads: Iterable[Read]) -> None:
        self._recorded, self._version = steps, version
        self._engine = Engine(version.flows, watch=self._watch)
        self._answers = Answers(steps, reads)
        self._state = self._engine.start()
        self._at = 0
        self._old, self._new = Standing(), Standing()
        self._awaited: dict[str, list[str]] = defaultdict(list)
        """Recorded request -> requests of this run that its answer is for."""
        self._twins: dict[str, str] = {}
        """Request of this run -> the recorded one that it is the same as."""
        self.steps: list[Step] = []
        self.visits: list[Visit] = []
        self.anew: list[int] = []
        self.decisions: list[OtherDecision] = []

    def play(self, at: int) -> None:
        """Give the recorded step's input, if it is one that comes from outside, or its answer to those who wait."""
        self._at, step = at, self._recorded[at]
        request, now = answers_to(step.input), self._now()
        if step.input.get("kind") == "decided":
            pass  # decided anew as soon as it is asked
        elif request is not None:
            for waiting in self._awaited.pop(request, ()):
                self._feed(self._read(addressed(step.input, waiting, now)))
        elif (given := self._outside(step)) is not None:
            self._feed(given)
        self._old = self._old.after(step.effects, step.flow)
        if step.input.get("kind") == "handoff_result" and step.input.get("status") == "transferred":
            self._old = Standing(None, left=True)

    def _watch(self, flow: str, step: str, way: str) -> None:
        if way == RAN:
            self.visits.append(Visit(self._recorded[self._at].turn, flow, step))

    # --- what comes from outside

    def _outside(self, step: Step) -> Input | None:
        gone = self._new.left and not self._old.left
        match step.input.get("kind"):
            case "user_said":
                if gone:
                    raise self._other_course()
                return self._said(step)
            case "keys_pressed":
                keys = str(step.input.get("keys"))
                self._whole(keys)
                if gone or not (same_question(self._old, self._new) or keys in FREE_KEYS):
                    raise self._other_course()
            case "heard":
                utterance = self._utterance(str(step.input.get("utterance")))
                return None if gone or utterance is None else self._read({**step.input, "utterance": utterance})
            case kind if kind in _IDLE and gone:
                return None
        return self._read(step.input)

    def _said(self, step: Step) -> Input:
        given = self._read(step.input)
        assert isinstance(given, UserSaid)
        recorded, found = given.understanding, given.understanding
        mode = self._version.mode
        fits = self._old.question == self._new.question and still_mean(recorded.commands, self._version.flows)
        if mode == "anew" or (mode == "auto" and not fits):
            self._whole(recorded.text)
            context = self._engine.context(self._state)
            found = self._version.understand(recorded.text, context, recorded.alternatives)
            found = in_language(found, _language(recorded))
        else:
            self._whole([dict(command.args) for command in recorded.commands])
        if not same_question(self._old, self._new):
            sure = mode != "auto" or same_commands(found.commands, recorded.commands)
            if not (sure and free_of(found.commands, self._old, self._new)):
                raise self._other_course()
        if found is not recorded:
            self.anew.append(step.turn)
        return UserSaid(understanding=found, now=given.now)

    def _other_course(self) -> _StopError:
        turn = self._recorded[self._at].turn
        return _StopError(OtherCourse(turn=turn, old=self._old, new=self._new))

    def _whole(self, value: Any) -> None:
        """Stop where the log keeps a mark in place of what the caller said."""
        text = canonical(value)
        if CARD in text or CODE in text:
            raise self._unanswered(why="a card number was taken out of the log")

    def _utterance(self, recorded: str) -> str | None:
        """The utterance of this run that stands where the recorded one stood; None when there is none.

        Counted from the end of what was said in a turn: how that ended is what matters.
        """
        old = [(s.turn, e["utterance"]) for s in self._recorded[: self._at] for e in s.effects if e["kind"] == "say"]
        place = next((number for number, (_, utterance) in enumerate(old) if utterance == recorded), None)
        if place is None:
            return recorded  # a filler: the engine never knew it
        turn = old[place][0]
        from_end = sum(other == turn for other, _ in old[place:])
        new = [e["utterance"] for s in self.steps if s.turn == turn for e in s.effects if e["kind"] == "say"]
        return new[-from_end] if from_end <= len(new) else None

    # --- the engine, and what it asks for

    def _feed(self, first: Input) -> None:
        """As the engine room does: an input, then the answers that are there at once."""
        todo = deque([first])
        while todo:
            given = todo.popleft()
            try:
                self._state, effects = self._engine.step(self._state, given)
            except Exception as error:
                if self._failed_then():
                    return
                raise self._unanswered(why=f"the engine failed: {type(error).__name__}") from error
            where = self._engine.context(self._state)
            rows = [self._renumbered(codec.to_json(effect)) for effect in effects]
            if rows:
                turn = self._recorded[self._at].turn
                self.steps.append(Step(turn=turn, input={}, effects=rows, flow=where.flow, step=where.step))
            self._new = self._new.after(rows, where.flow)
            if self._state.ended and not self._state.leaving:
                self._new = Standing(None, left=True)
            for effect, row in zip(effects, rows, strict=True):
                answer = self._answer(effect, row)
                if answer is not None:
                    todo.append(answer)

    def _failed_then(self) -> bool:
        """Whether the engine failed on this input in the recorded call, too: how it went on comes next."""
        after = self._recorded[self._at + 1].input if self._at + 1 < len(self._recorded) else {}
        return after.get("kind") == "failed" and after.get("where") == _OWN_FAULT

    def _answer(self, effect: Effect, row: Mapping[str, Any]) -> Input | None:
        """What is known at once; None when there is nothing to answer, or it comes at its recorded time."""
        request = getattr(effect, "request", None)
        if not isinstance(request, str):
            return None
        now = self._now()
        if isinstance(effect, Decide):
            return Decided(request=request, decision=self._decided(effect, row, now), now=now)
        asked = self._answers.find(row, self._at)
        if asked is None:
            raise self._unanswered(effect=row)
        self._twins[request] = asked.id
        if asked.answer is None or (asked.at <= self._at < asked.answered_at):
            self._awaited[asked.id].append(request)
            return None
        return self._read(addressed(asked.answer, request, now))

    def _decided(self, effect: Decide, row: Mapping[str, Any], now: str) -> Mapping[str, Any]:
        new = self._version.decide(effect, now)
        recorded = self._answers.recorded(row, self._at)
        old = recorded.get("decision") if recorded is not None else None
        if isinstance(old, Mapping) and _verdict(old) != _verdict(new):
            turn = self._recorded[self._at].turn
            self.decisions.append(OtherDecision(turn=turn, policy=effect.policy, old=old, new=new))
        return new

    def _renumbered(self, row: dict[str, Any]) -> dict[str, Any]:
        """Other fields that name a request of this run name the recorded one, so that effects can be compared."""
        named = {name: value for name, value in row.items() if name not in NUMBERED and isinstance(value, str)}
        return {**row, **{name: self._twins[value] for name, value in named.items() if value in self._twins}}

    def _unanswered(self, effect: Mapping[str, Any] | None = None, why: str = "") -> _StopError:
        return _StopError(Unanswered(turn=self._recorded[self._at].turn, effect=effect, why=why))

    def _read(self, row: Mapping[str, Any]) -> Input:
        try:
            return codec.input_from_json(row)
        except ValueError as error:
            raise self._unanswered(why=f"the log holds an input that cannot be read: {error}") from None

    def _now(self) -> str:
        return str(self._recorded[self._at].input.get("now", ""))


def _verdict(decision: Mapping[str, Any]) -> str:
    return canonical({name: decision.get(name) for name in ("rule", "outcome")})


def _language(recorded: Understanding) -> str | None:
    """The other language that the words were heard in."""
    languages = (c.args.get("language") for c in recorded.commands if c.name == "other_language")
    return next((language for language in languages if isinstance(language, str)), None)
