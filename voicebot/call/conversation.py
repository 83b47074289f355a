"""The dialogue's engine room: inputs in, effects out, reads and decisions run in between.

The engine is pure; this is the thin shell that executes what it asks for. One conversation has one committed *line*.
A turn that may not be over yet is tried on a *fork*: the same engine on a copy of the state, reads and decisions
included. Committing a fork makes it the line; dropping it leaves no trace but the OMS answers in the cache. Effects
that cannot be taken back (hand-off, call-back, hang-up) reach the floor only after the commit.

Voice (`call.talk`) and text (`cli.chat`) are two floors of the same conversation.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from voicebot.call.deciding import decided
from voicebot.dialogue import codec
from voicebot.dialogue.effects import COMMIT_ONLY, CommitAction, Decide, Effect, PlanAction, Query, Say
from voicebot.dialogue.engine import Engine, State
from voicebot.dialogue.inputs import Answered, Decided, Failed, Input, QueryAnswered
from voicebot.dialogue.wording import Wording
from voicebot.policy.book import PolicyBook
from voicebot.records.events.base import CallEvent
from voicebot.records.events.call import Fault
from voicebot.records.events.dialogue import EngineEffect, EngineInput, Said
from voicebot.records.log import EventLog
from voicebot.speaking.verbaliser import shown

log = logging.getLogger(__name__)


class Reads(Protocol):
    """The call's window on the OMS: never raises, failures are a `status`."""

    async def query(
        self, op: str, args: Mapping[str, Any], *, request: str, why: str = "turn", deadline_s: float
    ) -> Mapping[str, Any]: ...

    def prefetch(self, op: str, args: Mapping[str, Any]) -> None:
        """Begin a read that will probably be needed."""
        ...

    def foresee(self, reads: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """The same for all that a hypothesis allows; what it hears otherwise than before is given up."""
        ...


#: Where effects come out. Before a fork is committed it receives only `Say` and `Expect`.
Floor = Callable[[Effect], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Deadlines of the engine room, in seconds."""

    read_deadline_s: float = 4.0
    filler_after_commit_s: float = 0.2


class Line:
    """One course of the conversation: the committed one, or a fork of it."""

    def __init__(self, room: Conversation, state: State, floor: Floor, *, committed: bool) -> None:
        self._room = room
        self._floor = floor
        self._journal: list[tuple[float, CallEvent]] = []
        self._held: list[Effect] = []
        self._reads: dict[str, asyncio.Task[None]] = {}
        self._committed = asyncio.Event()
        self._successor: Line | None = None
        self.state = state
        self.version = 0
        self.dropped = False
        if committed:
            self._committed.set()

    @property
    def committed(self) -> bool:
        return self._committed.is_set()

    @property
    def waiting(self) -> bool:
        """Whether reads are still under way."""
        return bool(self._reads)

    async def settled(self) -> None:
        """Wait until no read is under way on this line."""
        while self._reads:
            await asyncio.wait(set(self._reads.values()))

    def feed(self, first: Input) -> None:
        """Step the engine with an input, and with the decisions it asks for, until it only waits."""
        todo: deque[Input] = deque([first])
        while todo:
            given = todo.popleft()
            self.version += 1
            if isinstance(given, Answered):
                self._room.answered(given.request)
            self._note(EngineInput(input=codec.to_json(given)))
            self.state, effects = self._room.engine.step(self.state, given)
            where = self._room.engine.context(self.state)
            for effect in effects:
                self._note(EngineEffect(effect=codec.to_json(effect), flow=where.flow, step=where.step))
                match effect:
                    case Query():
                        self._reads[effect.request] = asyncio.create_task(self._read(effect))
                    case Decide():
                        todo.append(self._decide(effect))
                    case _ if isinstance(effect, COMMIT_ONLY) and not self.committed:
                        self._held.append(effect)
                    case _:
                        self._out(effect)

    def _out(self, effect: Effect) -> None:
        if isinstance(effect, Say):
            at = self._room.engine.context(self.state)
            self._note(
                Said(
                    utterance=effect.utterance,
                    text=self._room.written(effect),
                    role=effect.role,
                    flow=at.flow,
                    step=at.step,
                )
            )
        elif isinstance(effect, PlanAction | CommitAction) and effect.filler:
            self._room.fillers[effect.request] = asyncio.create_task(self._say_filler(effect))
        self._floor(effect)

    def commit(self, floor: Floor) -> None:
        """Make what happened on this fork true; effects go to `floor` from now on."""
        for at_ms, event in self._journal:
            self._room.log.append(event, at_ms=at_ms)
        self._journal.clear()
        self._floor = floor
        self._committed.set()
        for effect in self._held:
            self._out(effect)
        self._held.clear()

    def drop(self) -> None:
        """Forget this fork; reads under way go on in the cache of `Reads`, their answers are not used here."""
        self.dropped = True
        for task in self._reads.values():
            task.cancel()

    def succeed(self, successor: Line) -> None:
        """Answers to reads still under way here belong to `successor` from now on."""
        self._successor = successor

    def _note(self, event: CallEvent) -> None:
        if self.committed:
            self._room.log.append(event)
        else:
            self._journal.append((self._room.now_ms(), event))

    def _decide(self, effect: Decide) -> Decided:
        decision = self._room.policies.decide(effect.policy, effect.facts, today=self._room.today())
        self._note(decided(decision))
        return Decided(request=effect.request, decision=decision.to_json(), now=self._room.now())

    async def _read(self, query: Query) -> None:
        """Run one read; say the filler when the answer will miss the turn."""
        filler = asyncio.create_task(self._say_filler(query)) if query.filler else None
        try:
            result = await self._room.reads.query(
                query.op,
                query.args,
                request=query.request,
                why="turn" if self.committed else "speculation",
                deadline_s=self._room.timing.read_deadline_s,
            )
        finally:
            if filler is not None:
                filler.cancel()
            self._reads.pop(query.request, None)
        answer = QueryAnswered(request=query.request, result=result, now=self._room.now())
        heir = self
        while heir._successor is not None:
            heir = heir._successor
        if not heir.dropped:
            self._room.guarded(heir, answer)

    async def _say_filler(self, query: Query | PlanAction | CommitAction) -> None:
        await self._committed.wait()
        await asyncio.sleep(self._room.timing.filler_after_commit_s)
        self._out(Say(utterance=f"{query.request}-filler", wording=query.filler, role="filler"))


class Conversation:
    """Everything a call says and decides, without its audio.

    Args:
        engine, policies: the flow and policy versions this call stays on.
        reads: the call's OMS reads.
        log: the call's event log.
        floor: receives effects of the committed line.
        now: UTC ISO 8601; today: the shop's date, ISO 8601; now_ms: media clock.
        language: BCP 47, for dates and money in what is written down.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        policies: PolicyBook,
        reads: Reads,
        log: EventLog,
        floor: Floor,
        now: Callable[[], str],
        today: Callable[[], str],
        now_ms: Callable[[], float],
        timing: Timing | None = None,
        language: str = "en",
    ) -> None:
        self.engine, self.policies, self.reads, self.log = engine, policies, reads, log
        self.now, self.today, self.now_ms = now, today, now_ms
        self.timing = timing or Timing()
        self.floor = floor
        self.language = language
        self.fillers: dict[str, asyncio.Task[None]] = {}
        """By request: what will be said if the order system takes its time with a plan or a write."""
        self._history: list[Line] = []
        self.line = Line(self, engine.start(), floor, committed=True)

    def feed(self, given: Input) -> None:
        """Give the committed line an input; a fault inside becomes a `Failed` input, never an exception."""
        self.guarded(self.line, given)

    def guarded(self, line: Line, given: Input) -> None:
        try:
            line.feed(given)
        except Exception as error:
            what = f"{type(error).__name__} on {type(given).__name__}"
            log.error("call %s: the dialogue failed: %s", self.log.call_id, what)  # its message may hold caller's words
            log.debug("the fault", exc_info=error)
            self.log.append(Fault(where="dialogue", what=what))
            if not isinstance(given, Failed):
                self.guarded(line, Failed(where="dialogue", now=self.now()))

    def written(self, say: Say) -> str:
        """A wording as the eye reads it, the same as in captions: `Mon, Nov 23`, not `2026-11-23`."""
        return self.worded(say.wording)

    def worded(self, wording: Wording) -> str:
        """See `written`."""
        today = date.fromisoformat(self.today())
        return "".join(shown(part.kind, part.value, today=today, code=self.language) for part in wording)

    def answered(self, request: str) -> None:
        """No need to fill the time any more."""
        if (filler := self.fillers.pop(request, None)) is not None:
            filler.cancel()

    def fork(self, floor: Floor) -> Fork:
        """Try a turn that may not be over; `floor` receives what it would say."""
        return Fork(self, floor)

    def succeeded(self, line: Line) -> None:
        """`line` is history; its reads may still be under way."""
        self._history = [past for past in (*self._history, line) if past.waiting]

    async def close(self) -> None:
        """Reads and fillers end with the call."""
        for line in (*self._history, self.line):
            line.drop()
        for request in list(self.fillers):
            self.answered(request)


class Fork:
    """A turn being tried. Use once: `feed`, then `commit` or `drop`."""

    def __init__(self, room: Conversation, floor: Floor) -> None:
        self._room = room
        self._base = room.line
        self._base_version = room.line.version
        self.line = Line(room, room.line.state, floor, committed=False)

    @property
    def stale(self) -> bool:
        """Whether the committed line moved on since the fork was made."""
        return self._room.line is not self._base or self._base.version != self._base_version

    def feed(self, given: Input) -> None:
        self._room.guarded(self.line, given)

    def commit(self) -> None:
        """Make the fork the line. Only when it is not stale. What it held back goes to the conversation's floor."""
        if self.stale:
            raise RuntimeError("a stale fork cannot be committed")
        self._base.succeed(self.line)
        self._room.succeeded(self._base)
        self._room.line = self.line
        self.line.commit(self._room.floor)

    def drop(self) -> None:
        self.line.drop()
