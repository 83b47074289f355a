"""The dialogue's place in the pipeline: between the ears and the mouth.

An eager transcription starts a *fork* of the conversation; its answer is understood, looked up, decided and synthesised
while the ears still wait to be sure. When the turn ends with the same words the fork is committed and the voice is
ready; when the caller goes on, it is dropped. Verdicts are taken one at a time, in order, by one task.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from pipecat.frames.frames import (
    CancelFrame,
    EagerEndOfTurnCancelFrame,
    EagerTranscriptionFrame,
    EndFrame,
    Frame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    StartFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from voicebot.call.conversation import Conversation, Floor
from voicebot.call.delivery import Deed, Delivery, Prepared
from voicebot.call.frames import (
    ExpectFrame,
    HeardSoFar,
    KeysFrame,
    PlaybackEndedFrame,
    PlaybackStartedFrame,
    SilentFrame,
    SpeakFrame,
    TurnEndedFrame,
)
from voicebot.call.prefetch import own_orders, prefetches
from voicebot.call.waterfall import TurnClock
from voicebot.dialogue.commands import Understanding
from voicebot.dialogue.effects import Effect, Expect, HangUp, Say
from voicebot.dialogue.inputs import Failed, Heard, Input, KeysPressed, UserSaid, UserSilent
from voicebot.dialogue.understand import Interpreter, in_language
from voicebot.dialogue.wording import Wording
from voicebot.listening.agreement import Agreement
from voicebot.listening.recognition import PARTING, Expectation
from voicebot.records.events.call import Fault
from voicebot.records.events.dialogue import Understood
from voicebot.records.events.turn import SpeculationDropped, TurnCommitted

log = logging.getLogger(__name__)

#: While the bot says goodbye.
_PARTING = Expect(kind=PARTING)
#: Noise shorter than this without words is no turn.
WORDLESS_TURN_MS = 1500.0

#: Frames of the ears that the dialogue takes one at a time, in order.
VERDICTS = (EagerTranscriptionFrame, EagerEndOfTurnCancelFrame, TurnEndedFrame, KeysFrame, SilentFrame)


class Attempt:
    """A turn that may not be over, and what it would say: the floor of its fork."""

    def __init__(self, room: Conversation, delivery: Delivery, heard: HeardSoFar, understood: Understood) -> None:
        self.heard, self.understood = heard, understood
        self.clock = TurnClock(room.now_ms, heard)
        self.prepared: list[Prepared] = []
        self.expect: Expect | None = None
        self._delivery = delivery
        self.fork = room.fork(self._floor)

    def _floor(self, effect: Effect) -> None:
        if isinstance(effect, Say):
            self.prepared.append(watched(self._delivery.prepare(effect), self.clock))
        elif isinstance(effect, Expect):
            self.expect = effect

    def holds_for(self, heard: HeardSoFar) -> bool:
        """Whether this is still the answer to what was heard."""
        same = self.heard.turn == heard.turn and self.heard.recognition.text == heard.recognition.text
        return same and not self.fork.stale

    def drop(self) -> None:
        self.fork.drop()
        for prepared in self.prepared:
            prepared.cancel()


def watched(prepared: Prepared, clock: TurnClock) -> Prepared:
    """Note when the first answer is known, and when its voice is ready."""
    clock.mark("answer_ready")
    if prepared.speech:
        prepared.speech[0].add_done_callback(lambda _: clock.mark("speech_ready"))
    return prepared


class Talk(FrameProcessor):
    """Runs one call's conversation.

    Args:
        interpreter: text to commands, shared.
        build: makes the conversation, given the floor that its effects go to.
        delivery: makes the queue to the mouth, given how to push a clause.
        speculate: False works on a turn only when it is certainly over.
    """

    def __init__(
        self,
        *,
        interpreter: Interpreter,
        build: Callable[[Floor], Conversation],
        delivery: Callable[[Callable[[SpeakFrame], Awaitable[None]]], Delivery],
        speculate: bool = True,
    ) -> None:
        super().__init__(name="Talk")
        self._interpreter = interpreter
        self._conversation = build(self._floor)
        self._delivery = delivery(self.push_frame)
        self._speculate = speculate
        self._verdicts: asyncio.Queue[Frame | Input] = asyncio.Queue()
        self._attempt: Attempt | None = None
        self._agreement = Agreement()
        self._committed_turn = 0
        self._clock: TurnClock | None = None
        self._turn_says: set[str] = set()
        self._last_said = ""
        self._tasks: list[asyncio.Task[None]] = []

    # --- frames -----------------------------------------------------------------------------------------------------

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case StartFrame():
                self._tasks = [
                    self.create_task(self._work(), "verdicts"),
                    self.create_task(self._delivery.run(), "delivery"),
                ]
            case EndFrame() | CancelFrame():
                await self._stop()
            case InterruptionFrame():
                self._delivery.cut()
            case InterimTranscriptionFrame(result=HeardSoFar() as heard):
                room = self._conversation
                text = heard.recognition.text
                agreed = text if heard.to_a_pause else self._agreement.heard(heard.turn, text)
                room.reads.foresee(prefetches(agreed, own_orders(room.engine.context(room.line.state))))
            case PlaybackStartedFrame():
                self._first_sound(frame)
            case PlaybackEndedFrame():
                self._delivery.played(frame.utterance)
                self._verdicts.put_nowait(frame)
            case _ if isinstance(frame, VERDICTS):
                self._verdicts.put_nowait(frame)
        await self.push_frame(frame, direction)

    def give(self, given: Input) -> None:
        """Queue an input from outside the pipeline (call opened, hand-off result …)."""
        self._verdicts.put_nowait(given)

    def worded(self, wording: Wording) -> str:
        """A wording as the eye reads it."""
        return self._conversation.worded(wording)

    async def _stop(self) -> None:
        self._delivery.close()
        for task in self._tasks:
            await self.cancel_task(task)
        self._tasks.clear()
        self._drop("the call ended")
        await self._conversation.close()

    # --- verdicts, one at a time ------------------------------------------------------------------------------------

    async def _work(self) -> None:
        while True:
            verdict = await self._verdicts.get()
            try:
                await self._take(verdict)
            except Exception as error:
                room, what = self._conversation, f"{type(error).__name__} on {type(verdict).__name__}"
                log.error("call %s: failed: %s", room.log.call_id, what)
                log.debug("the fault", exc_info=error)
                room.log.append(Fault(where="talk", what=what))
                room.feed(Failed(where="talk", now=room.now()))

    async def _take(self, verdict: Frame | Input) -> None:
        room = self._conversation
        match verdict:
            case EagerTranscriptionFrame(result=HeardSoFar() as heard):
                await self._try(heard)
            case EagerEndOfTurnCancelFrame():
                self._drop("the caller went on")
            case TurnEndedFrame(heard=HeardSoFar() as heard, failed=failed):
                await self._commit(heard, failed=failed)
            case KeysFrame(keys=keys):
                self._drop("keys were pressed")
                self._clock = None
                room.feed(KeysPressed(keys=keys, now=room.now()))
            case SilentFrame(silent_ms=silent_ms):
                if not self._delivery.busy:
                    room.feed(UserSilent(silent_ms=silent_ms, now=room.now()))
            case PlaybackEndedFrame() as ended:
                whole = ended.complete and not self._delivery.lost(ended.utterance)
                room.feed(Heard(utterance=ended.utterance, complete=whole, heard=ended.heard, now=room.now()))
                await self._renew()
            case Frame():
                pass
            case _:
                room.feed(verdict)
                await self._renew()

    async def _try(self, heard: HeardSoFar) -> None:
        """Work on a turn that may not be over."""
        if not self._speculate or not heard.recognition.text or heard.turn <= self._committed_turn:
            return
        if self._attempt is not None and self._attempt.holds_for(heard):
            self._attempt.heard = heard
            return
        attempt = await self._attempted(heard)
        self._drop("the words changed")
        self._attempt = attempt

    async def _renew(self) -> None:
        """The conversation moved on under an attempt (a playback ended, an answer came): try again on what is now."""
        stale = self._attempt
        if stale is not None and stale.fork.stale and self._verdicts.empty():
            attempt = await self._attempted(stale.heard)  # first, so that reads and synthesis under way are shared
            self._drop("the conversation moved on")
            self._attempt = attempt

    async def _commit(self, heard: HeardSoFar, *, failed: bool) -> None:
        """The turn is over: release what was prepared for these words, or do it now."""
        self._committed_turn = heard.turn
        if not heard.recognition.text:
            self._drop("no words")
            if failed or heard.recognition.audio_ms >= WORDLESS_TURN_MS:
                where = "recogniser" if failed else "hearing"
                self._conversation.feed(Failed(where=where, now=self._conversation.now()))
            return
        attempt = self._attempt
        speculated = attempt is not None and attempt.holds_for(heard)
        if attempt is None or not speculated:
            self._drop("the words changed")
            attempt = await self._attempted(heard)
        # From here on nothing is awaited: the fork cannot become stale.
        self._attempt = None
        self._delivery.keep_line()
        events = self._conversation.log
        events.begin_turn(heard.turn)
        events.append(attempt.understood)
        events.append(TurnCommitted(text=heard.recognition.text, speculated=speculated))
        self._clock = attempt.clock
        self._clock.merge(heard)
        self._clock.mark("committed")
        self._turn_says = {prepared.say.utterance for prepared in attempt.prepared}
        self._last_said = attempt.prepared[-1].say.utterance if attempt.prepared else ""
        for prepared in attempt.prepared:
            self._delivery.put(prepared)
        if attempt.expect is not None:
            self._expect(attempt.expect)
        attempt.fork.commit()

    async def _attempted(self, heard: HeardSoFar) -> Attempt:
        """Understand first, then fork: what happens meanwhile is part of what is forked."""
        room, recognition = self._conversation, heard.recognition
        started = room.now_ms()
        understanding = await self._interpreter.understand(
            recognition.text,
            room.engine.context(room.line.state),
            alternatives=(*filter(None, [recognition.value]), *((h.text, h.score) for h in recognition.nbest)),
        )
        understanding = in_language(understanding, recognition.language)
        attempt = Attempt(room, self._delivery, heard, understood(understanding, room.now_ms() - started))
        attempt.clock.mark("understood")
        attempt.fork.feed(UserSaid(understanding=understanding, now=room.now()))
        return attempt

    def _drop(self, reason: str) -> None:
        attempt, self._attempt = self._attempt, None
        if attempt is None:
            return
        attempt.drop()
        dropped = SpeculationDropped(reason=reason, text=attempt.heard.recognition.text)
        self._conversation.log.append(dropped, turn=attempt.heard.turn)

    # --- effects of the committed line --------------------------------------------------------------------------------

    def _floor(self, effect: Effect) -> None:
        if isinstance(effect, Expect):
            self._expect(effect)
            return
        if isinstance(effect, Say):
            self._turn_says.add(effect.utterance)
            self._last_said = effect.utterance
            prepared = self._delivery.prepare(effect)
            self._delivery.put(prepared if self._clock is None else watched(prepared, self._clock))
        elif isinstance(effect, Deed):
            self._delivery.put(effect)
            if isinstance(effect, HangUp):
                self._expect(_PARTING)

    def _expect(self, effect: Expect) -> None:
        expectation = Expectation(
            kind=effect.kind,
            choices=effect.choices,
            patience=effect.patience,
            bias=effect.bias,
            begun=effect.begun,
        )
        frame = ExpectFrame(expectation=expectation, silence_ms=effect.silence_ms, question=self._last_said)
        self.create_task(self.push_frame(frame, FrameDirection.UPSTREAM), "expect")

    def _first_sound(self, frame: PlaybackStartedFrame) -> None:
        clock = self._clock
        if clock is None or frame.utterance not in self._turn_says:
            return
        self._clock = None
        latency = clock.finish(frame.position_ms)
        self._conversation.log.append(latency)


def understood(found: Understanding, took_ms: float) -> Understood:
    """The event of an understanding."""
    return Understood(
        text=found.text,
        intent=found.intent,
        confidence=round(found.confidence, 3),
        slots=dict(found.slots),
        commands=tuple({"name": c.name, "args": dict(c.args), "confidence": c.confidence} for c in found.commands),
        took_ms=round(took_ms, 1),
    )
