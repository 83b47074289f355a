"""A conversation without audio: the same engine room as a call, with a reader and a writer for a floor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipecat.frames.frames import Frame

from voicebot.call.asides import LASTING
from voicebot.call.clock import CallClock
from voicebot.call.conversation import Conversation, Timing
from voicebot.call.deeds import Deeds
from voicebot.call.delivery import Deed
from voicebot.call.house import House
from voicebot.call.talk import understood
from voicebot.call.writing import needs_of, spoken_in
from voicebot.dialogue import codec
from voicebot.dialogue.effects import Effect, HangUp, Say
from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.inputs import CallOpened, Heard, Input, UserSaid
from voicebot.dialogue.state import State
from voicebot.records.events.base import Record
from voicebot.records.events.call import CallAnswered, CallEnded, CallStarted
from voicebot.records.events.dialogue import TakenBack, Understood
from voicebot.records.events.turn import TurnCommitted

#: Longest wait for what comes of a deed; the order side has shorter deadlines of its own.
_DEED_S = 60.0


class TextCall:
    """One text conversation, logged like a call.

    Attributes:
        ended: the bot has said goodbye.
    """

    def __init__(self, house: House, *, call_id: str, caller: str | None) -> None:
        self._house, self._caller, self._call_id = house, caller, call_id
        self._edition = house.editions.enter(call_id)
        self._clock = CallClock(house.orders.settings.shop_zone)
        self._log = house.logs.open(call_id, clock=self._clock.now_ms)
        self._reads = house.orders.for_call(self._log)
        self._writes = house.writes.for_call(
            self._log,
            caller=caller,
            spoken=spoken_in(self._log),
            needs=needs_of(self._edition.policies, house.orders, self._log, self._clock.today),
        )
        self._effects: list[Effect] = []
        self._results: list[Input] = []
        self._turn = 0
        self._before: list[State] = []
        self.ended = False
        self._conversation = Conversation(
            engine=self._edition.engine,
            policies=self._edition.policies,
            reads=self._reads,
            log=self._log,
            floor=self._effects.append,
            now=self._clock.utc,
            today=self._clock.today,
            now_ms=self._clock.now_ms,
            timing=Timing(
                read_deadline_s=house.settings.read_deadline_s,
                filler_after_commit_s=house.settings.read_deadline_s,  # readers do not mind silence
            ),
            language=house.settings.language,
        )
        self._deeds = Deeds(
            leg=None,
            desk=house.handoff,
            writes=self._writes,
            events=self._log,
            written=self._conversation.worded,
            records=lambda: self._log.records,
            give=self._results.append,
            push=self._hang_up,
            now=self._clock.utc,
            transfer_timeout_s=0.0,
        )

    async def open(self) -> dict[str, Any]:
        """The greeting."""
        house = self._house
        self._clock.start()
        self._log.append(
            CallStarted(
                transport="text",
                caller=self._caller,
                language=house.settings.language,
                flows_version=self._edition.id,
                policies_version=self._edition.policies.version,
            )
        )
        self._log.append(CallAnswered(codec="text", sample_rate_hz=0))
        now, today, language = self._clock.utc(), self._clock.today(), house.settings.language
        return await self._answer(CallOpened(now=now, today=today, caller_number=self._caller, language=language), None)

    @property
    def state(self) -> State:
        """Where the conversation stands."""
        return self._conversation.line.state

    @property
    def flows(self) -> FlowSet:
        """The flows that it runs on."""
        return self._edition.engine.flows

    @property
    def records(self) -> Sequence[Record]:
        """Its event log so far."""
        return self._log.records

    def back(self) -> bool:
        """Take the caller's last turn back; False when there is none, or when something was done in it for good."""
        done = any(record.turn == self._turn and isinstance(record.event, LASTING) for record in self._log.records)
        if not self._before or done or self.ended:
            return False
        self._conversation.line.state = self._before.pop()
        self._log.append(TakenBack(since_turn=self._turn))
        return True

    async def say(self, text: str) -> dict[str, Any]:
        """One turn of the caller."""
        room = self._conversation
        self._before.append(room.line.state)
        started = self._clock.now_ms()
        found = await self._edition.interpreter.understand(text, room.engine.context(room.line.state))
        event = understood(found, self._clock.now_ms() - started)
        self._turn += 1
        self._log.begin_turn(self._turn)
        self._log.append(event)
        self._log.append(TurnCommitted(text=text, speculated=False))
        return await self._answer(UserSaid(understanding=found, now=self._clock.utc()), event)

    async def close(self) -> None:
        await self._conversation.close()
        await self._reads.close()
        await self._writes.close()
        by, reason = ("bot", "goodbye") if self.ended else ("caller", "hung up")
        self._log.append(CallEnded(by=by, reason=reason, duration_ms=round(self._clock.now_ms())))
        self._house.editions.leave(self._call_id)

    async def _answer(self, given: Input, event: Understood | None) -> dict[str, Any]:
        self._effects.clear()
        room = self._conversation
        room.feed(given)
        told = await self._settle()
        at = room.engine.context(room.line.state)
        return {
            "say": [room.written(effect) for effect in told if isinstance(effect, Say)],
            "flow": at.flow,
            "step": at.step,
            "intent": event.intent if event else None,
            "commands": list(event.commands) if event else [],
            "effects": [codec.to_json(effect) for effect in told],
            "ended": self.ended,
        }

    async def _settle(self) -> list[Effect]:
        """Work off effects until the bot waits for the caller."""
        room, told = self._conversation, list[Effect]()
        while True:
            await room.line.settled()
            effects, self._effects[:] = list(self._effects), []
            told += effects
            for effect in effects:
                if isinstance(effect, Say):
                    # What is written is read.
                    heard, now = room.written(effect), self._clock.utc()
                    room.feed(Heard(utterance=effect.utterance, complete=True, heard=heard, now=now))
                elif isinstance(effect, Deed):
                    await self._perform(effect)
            results, self._results[:] = list(self._results), []
            for result in results:
                room.feed(result)
            if not (effects or results or room.line.waiting):
                return told

    async def _perform(self, deed: Deed) -> None:
        if isinstance(deed, HangUp):
            self.ended = True
        else:
            await self._deeds(deed)
            await self._deeds.settled(_DEED_S)

    async def _hang_up(self, _: Frame) -> None:
        self.ended = True
