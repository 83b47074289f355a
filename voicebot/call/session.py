"""One live call, from the answer to its last event."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import date
from pathlib import Path

from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.workers.runner import WorkerRunner

from voicebot.call.clock import CallClock
from voicebot.call.conversation import Conversation, Floor, Timing
from voicebot.call.deeds import Deeds
from voicebot.call.delivery import Delivery
from voicebot.call.ears import Ears
from voicebot.call.frames import SpeakFrame
from voicebot.call.house import House
from voicebot.call.leg import CallLeg
from voicebot.call.mouth import Mouth
from voicebot.call.talk import Talk
from voicebot.call.writing import needs_of, spoken_in
from voicebot.dialogue.effects import Say
from voicebot.dialogue.inputs import CallOpened
from voicebot.listening import Listening
from voicebot.oms.desk import CallReads
from voicebot.records.events.call import CallAnswered, CallEnded, CallStarted, Fault, RecordingStarted
from voicebot.records.live import LiveLog
from voicebot.records.recording import StereoRecorder
from voicebot.speaking import Speaking
from voicebot.speaking.clauses import Clause, split
from voicebot.speaking.speech import SAMPLE_RATE_HZ

log = logging.getLogger(__name__)

#: Longest that one step of closing a call may take, in seconds.
CLOSE_S = 5.0
#: The same for writes and messages under way: they are finished and written down even when the caller has hung up. As
#: long as a message that waits for its label may take.
WRITES_CLOSE_S = 30.0
#: And for all steps together.
LONGEST_CLOSE_S = WRITES_CLOSE_S + 3 * CLOSE_S


class CallSession:
    """Assembles the pipeline of one call and keeps its books. Use once.

    Args:
        house: what all calls share; its ears and voice must be there.
        leg: the call.
    """

    def __init__(self, house: House, leg: CallLeg) -> None:
        if house.listening is None or house.speaking is None:
            raise ValueError("a voice call needs ears and a voice")
        self._house, self._leg = house, leg
        self._listening: Listening = house.listening
        self._speaking: Speaking = house.speaking
        self._edition = house.editions.enter(leg.id)
        self._clock = CallClock(house.orders.settings.shop_zone)
        self.log: LiveLog = house.logs.open(leg.id, clock=self._clock.now_ms)
        self._reads: CallReads = house.orders.for_call(self.log)
        self._writes = house.writes.for_call(
            self.log,
            caller=leg.caller,
            spoken=spoken_in(self.log),
            needs=needs_of(self._edition.policies, house.orders, self.log, self._clock.today),
        )
        self._tape: StereoRecorder | None = None
        self._worker: PipelineWorker | None = None
        self._deeds: Deeds | None = None

    async def run(self) -> None:
        """Answer, talk, and write the end down; returns when the call is over."""
        leg, house = self._leg, self._house
        self.log.append(
            CallStarted(
                transport=leg.kind,
                caller=leg.caller,
                called=leg.called,
                headers=dict(leg.headers),
                language=house.settings.language,
                flows_version=self._edition.id,
                policies_version=self._edition.policies.version,
            )
        )
        if leg.caller:
            # At ring time: behind the greeting the caller's orders cost no time at all.
            self._reads.prefetch("find_orders", {"phone": leg.caller})
        try:
            await self._talk()
        except Exception as error:
            self.log.append(Fault(where="session", what=f"{type(error).__name__}: {error}"))
            raise
        finally:
            await self._close()

    async def _talk(self) -> None:
        leg, settings = self._leg, self._house.settings
        if settings.record:
            file = Path("recordings") / f"{leg.id}.wav"
            self._tape = StereoRecorder(self._house.data_dir / file, self._house.recording, rate_hz=SAMPLE_RATE_HZ)
            self.log.append(RecordingStarted(file=str(file), sample_rate_hz=SAMPLE_RATE_HZ))
        talk = self._build_talk()
        ears = Ears(
            self._listening, self.log, position_ms=self._clock.now_ms, tape=self._tape, language=settings.language
        )
        mouth = Mouth(leg, self.log, self._speaking.settings, position_ms=self._clock.now_ms, tape=self._tape)
        transport = leg.transport
        self._worker = worker = PipelineWorker(
            Pipeline([transport.input(), ears, talk, mouth, transport.output()]),
            params=PipelineParams(audio_in_sample_rate=SAMPLE_RATE_HZ, audio_out_sample_rate=SAMPLE_RATE_HZ),
            enable_rtvi=False,
            enable_turn_tracking=False,
            idle_timeout_secs=None,
            cancel_timeout_secs=5.0,
        )

        async def connected(*_: object) -> None:
            self._clock.start()
            self.log.append(CallAnswered(codec=leg.codec, sample_rate_hz=SAMPLE_RATE_HZ))
            now, today = self._clock.utc(), self._clock.today()
            talk.give(CallOpened(now=now, today=today, caller_number=leg.caller, language=settings.language))

        async def disconnected(*_: object) -> None:
            await worker.cancel(reason="the call ended")

        transport.add_event_handler("on_client_connected", connected)
        transport.add_event_handler("on_client_disconnected", disconnected)

        runner = WorkerRunner(handle_sigint=False, handle_sigterm=False)
        await runner.add_workers(worker)
        limit = asyncio.create_task(self._limit())
        try:
            await runner.run()
        finally:
            limit.cancel()

    async def _limit(self) -> None:
        await asyncio.sleep(self._house.settings.max_duration_s)
        await self._leg.hangup("the call reached its longest duration")

    def _build_talk(self) -> Talk:
        house, settings = self._house, self._house.settings
        # Talk makes its conversation and its delivery itself, because each of them calls back into it.
        talk: list[Talk] = []

        def conversation(floor: Floor) -> Conversation:
            return Conversation(
                engine=self._edition.engine,
                policies=self._edition.policies,
                reads=self._reads,
                log=self.log,
                floor=floor,
                now=self._clock.utc,
                today=self._clock.today,
                now_ms=self._clock.now_ms,
                timing=Timing(
                    read_deadline_s=settings.read_deadline_s, filler_after_commit_s=settings.filler_after_ms / 1000
                ),
                language=settings.language,
            )

        def delivery(push: Callable[[SpeakFrame], Awaitable[None]]) -> Delivery:
            return Delivery(
                voice=self._speaking.voice,
                split=self._split,
                push=push,
                perform=deeds,
                on_fault=lambda where, what: self.log.append(Fault(where=where, what=what)),
            )

        self._deeds = deeds = Deeds(
            leg=self._leg,
            desk=house.handoff,
            writes=self._writes,
            events=self.log,
            written=lambda wording: talk[0].worded(wording),
            records=lambda: self.log.records,
            give=lambda given: talk[0].give(given),
            push=lambda frame: talk[0].push_frame(frame),
            now=self._clock.utc,
            transfer_timeout_s=settings.transfer_timeout_s,
        )
        talk.append(
            Talk(
                interpreter=self._edition.interpreter,
                build=conversation,
                delivery=delivery,
                speculate=settings.speculate,
            )
        )
        return talk[0]

    def _split(self, say: Say) -> tuple[Clause, ...]:
        return split(
            [(part.kind, part.value) for part in say.wording],
            today=date.fromisoformat(self._clock.today()),
            code=self._house.settings.language,
            first_words=self._speaking.settings.first_clause_words,
            lexicon=self._speaking.lexicon,
        )

    async def _close(self) -> None:
        """Whatever happened, the books are closed and nothing of the call stays behind."""
        async with AsyncExitStack() as stack:
            stack.callback(self._house.editions.leave, self._leg.id)
            stack.callback(self._write_end)
            if self._tape is not None:
                stack.push_async_callback(self._within, CLOSE_S, self._tape.close)
            stack.push_async_callback(self._within, WRITES_CLOSE_S, self._writes.close)
            stack.push_async_callback(self._reads.close)
            if self._deeds is not None:
                stack.push_async_callback(self._deeds.settled)
            stack.push_async_callback(self._within, CLOSE_S, self._leg.hangup, "the conversation ended")

    async def _within(self, seconds: float, close: Callable[..., Awaitable[object]], *args: object) -> None:
        """A step of closing that may fail or hang without keeping the others from being taken."""
        try:
            async with asyncio.timeout(seconds):
                await close(*args)
        except Exception as error:
            log.error("call %s was not closed cleanly: %s", self.log.call_id, type(error).__name__)

    def _write_end(self) -> None:
        end = self._leg.ended
        self.log.append(
            CallEnded(
                by=end.by if end else "bot",
                reason=end.reason if end else "the conversation ended",
                duration_ms=round(self._clock.now_ms()),
            )
        )
