"""The dialogue in the pipeline: speculation, commit, interruption, silence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from call_fakes import NOW, Room, answer, room
from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    EagerTranscriptionFrame,
    EndFrame,
    Frame,
    InterimTranscriptionFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from voicebot.call.conversation import Conversation, Floor
from voicebot.call.delivery import Delivery
from voicebot.call.frames import (
    HeardSoFar,
    PlaybackEndedFrame,
    PlaybackStartedFrame,
    SilentFrame,
    SpeakFrame,
    TurnEndedFrame,
)
from voicebot.call.talk import Talk
from voicebot.dialogue.commands import Understanding
from voicebot.dialogue.context import Context
from voicebot.dialogue.effects import CommitAction, Expect, Say
from voicebot.dialogue.inputs import Answered, Failed, Input, UserSaid, UserSilent
from voicebot.dialogue.wording import text
from voicebot.listening.recognition import Recognition
from voicebot.records.events.call import Fault
from voicebot.records.events.dialogue import EngineInput
from voicebot.records.events.turn import SpeculationDropped, TurnCommitted, TurnLatency
from voicebot.speaking.clauses import Clause
from voicebot.speaking.speech import Speech


class Reader:
    """Understands nothing but passes the words on."""

    async def understand(
        self, text: str, context: Context, alternatives: Sequence[str | tuple[str, float]] = ()
    ) -> Understanding:
        await asyncio.sleep(0)  # as a thread would
        return Understanding(text=text)

    async def close(self) -> None: ...


class Voice:
    async def synthesise(self, text: str, *, deadline: float | None = None) -> Speech:
        return Speech(text=text, pcm=b"\0\0" * 160)


class Sink(FrameProcessor):
    """The mouth: keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.spoken: list[str] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, SpeakFrame):
            self.spoken.append(frame.display)
        await self.push_frame(frame, direction)


class Line:
    """A running pipeline around `Talk`."""

    def __init__(self, rule: Any, speculate: bool = True) -> None:
        self.sink = Sink()
        self.room: Room | None = None
        self.rule = rule
        self.deeds: list[Any] = []

        def build(floor: Floor) -> Conversation:
            self.room = room(rule, floor=floor)
            return self.room.conversation

        def delivery(push: Any) -> Delivery:
            async def perform(deed: Any) -> None:
                self.deeds.append(deed)

            return Delivery(
                voice=Voice(),
                split=lambda say: [Clause(spoken=say.text, display=say.text, fixed=True)],
                push=push,
                perform=perform,
                on_fault=lambda where, what: None,
            )

        self.talk = Talk(interpreter=Reader(), build=build, delivery=delivery, speculate=speculate)
        self.worker = PipelineWorker(
            Pipeline([self.talk, self.sink]), enable_rtvi=False, enable_turn_tracking=False, idle_timeout_secs=None
        )

    @property
    def events(self) -> list[Any]:
        assert self.room is not None
        return self.room.log.events

    def kinds(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    async def send(self, *frames: Frame) -> None:
        for frame in frames:
            await self.worker.queue_frame(frame)
            await self.settle()

    async def settle(self) -> None:
        for _ in range(60):
            await asyncio.sleep(0)


@asynccontextmanager
async def line(rule: Any, speculate: bool = True) -> AsyncIterator[Line]:
    made = Line(rule, speculate)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(made.worker)
    started = asyncio.Event()

    async def on_started(*_: object) -> None:
        started.set()

    made.worker.add_event_handler("on_pipeline_started", on_started)
    running = asyncio.create_task(runner.run())
    await asyncio.wait_for(started.wait(), 5)
    try:
        yield made
    finally:
        await made.worker.queue_frame(EndFrame())
        await asyncio.wait_for(running, 5)


def heard(words: str, revision: int = 1, turn: int = 1) -> HeardSoFar:
    recognition = Recognition(text=words, audio_ms=900.0)
    return HeardSoFar(turn=turn, revision=revision, recognition=recognition, speech_end_ms=0.0)


def eager(words: str, revision: int = 1) -> EagerTranscriptionFrame:
    return EagerTranscriptionFrame(text=words, user_id="caller", timestamp=NOW, result=heard(words, revision))


def over(words: str, revision: int = 1, turn: int = 1) -> TurnEndedFrame:
    return TurnEndedFrame(heard=heard(words, revision, turn))


def echo(given: Input) -> tuple[Any, ...]:
    match given:
        case UserSaid():
            return (Say(utterance="u1", wording=text(f"You said {given.understanding.text}.")), Expect())
        case UserSilent():
            return (Say(utterance="u2", wording=text("Are you there?")),)
    return ()


async def test_an_answer_prepared_early_is_heard_only_when_the_turn_is_over() -> None:
    async with line(echo) as call:
        await call.send(eager("hello"))
        assert call.sink.spoken == []
        assert call.kinds(TurnCommitted) == []
        await call.send(over("hello"))
        assert call.sink.spoken == ["You said hello."]
        assert [event.speculated for event in call.kinds(TurnCommitted)] == [True]


async def test_a_caller_who_goes_on_makes_the_early_answer_disappear() -> None:
    async with line(echo) as call:
        await call.send(eager("my number is"), EagerEndOfTurnCancelFrame(), over("my number is 7", revision=2))
        assert call.sink.spoken == ["You said my number is 7."]
        assert [event.reason for event in call.kinds(SpeculationDropped)] == ["the caller went on"]
        assert [event.speculated for event in call.kinds(TurnCommitted)] == [False]


async def test_other_final_words_replace_the_early_answer() -> None:
    async with line(echo) as call:
        await call.send(eager("yes"), over("yes but later", revision=2))
        assert call.sink.spoken == ["You said yes but later."]


async def test_without_speculation_the_answer_is_made_at_the_end() -> None:
    async with line(echo, speculate=False) as call:
        await call.send(eager("hello"), over("hello"))
        assert call.sink.spoken == ["You said hello."]
        assert [event.speculated for event in call.kinds(TurnCommitted)] == [False]


async def test_a_turn_without_words_is_no_turn() -> None:
    async with line(echo) as call:
        await call.send(over(""))
        assert call.sink.spoken == []
        assert call.kinds(TurnCommitted) == []


async def test_silence_is_answered_unless_the_bot_is_about_to_speak() -> None:
    async with line(echo) as call:
        await call.send(SilentFrame(silent_ms=7000))
        assert call.sink.spoken == ["Are you there?"]
        await call.send(SilentFrame(silent_ms=7000))
        assert call.sink.spoken == ["Are you there?"]


async def test_the_waterfall_ends_with_the_first_sound_of_the_answer() -> None:
    async with line(echo) as call:
        await call.send(eager("hello"), over("hello"))
        started = PlaybackStartedFrame(utterance="u1", position_ms=310.0)
        await call.talk.queue_frame(started, FrameDirection.UPSTREAM)
        await call.settle()
        (latency,) = call.kinds(TurnLatency)
        assert latency.voice_to_voice_ms == 310.0
        assert {"understood", "answer_ready", "committed", "first_audio"} <= set(latency.marks)


async def test_a_number_that_two_partials_agree_on_is_looked_up_before_the_turn_is_over() -> None:
    async with line(answer) as call:
        assert call.room is not None
        words = "my order is 4481207"
        frame = InterimTranscriptionFrame(text=words, user_id="caller", timestamp=NOW, result=heard(words))
        await call.send(frame)
        assert call.room.orders.prefetched == [], "one hypothesis alone may be wrong"
        await call.send(frame)
        assert call.room.orders.prefetched == [("find_orders", {"number": "4481207"})]
        assert call.sink.spoken == []


async def test_of_words_up_to_a_pause_one_hypothesis_is_enough() -> None:
    async with line(answer) as call:
        assert call.room is not None
        words = "my order is 4481207"
        result = replace(heard(words), to_a_pause=True)
        await call.send(InterimTranscriptionFrame(text=words, user_id="caller", timestamp=NOW, result=result))
        assert call.room.orders.prefetched == [("find_orders", {"number": "4481207"})]


async def test_a_recogniser_that_fails_is_admitted() -> None:
    def rule(given: Input) -> tuple[Any, ...]:
        return (
            (Say(utterance="u1", wording=text("Sorry, I could not hear that.")),) if isinstance(given, Failed) else ()
        )

    async with line(rule) as call:
        await call.send(TurnEndedFrame(heard=heard(""), failed=True))
        assert call.sink.spoken == ["Sorry, I could not hear that."]


async def test_an_attempt_is_renewed_when_the_conversation_moves_on_under_it() -> None:
    async with line(echo) as call:
        await call.send(eager("yes"))
        await call.talk.queue_frame(PlaybackEndedFrame(utterance="u0", complete=False), FrameDirection.UPSTREAM)
        await call.settle()
        await call.send(over("yes"))
        assert call.sink.spoken == ["You said yes."]
        assert [event.reason for event in call.kinds(SpeculationDropped)] == ["the conversation moved on"]
        assert [event.speculated for event in call.kinds(TurnCommitted)] == [True]


async def test_an_eager_text_that_was_overtaken_by_its_own_end_is_forgotten() -> None:
    async with line(echo) as call:
        await call.send(over("yes"), eager("yes"), over("no", revision=1, turn=2))
        assert call.sink.spoken == ["You said yes.", "You said no."]
        assert call.kinds(SpeculationDropped) == []


async def test_an_answer_that_comes_while_the_next_turn_is_understood_is_said_once() -> None:
    async with line(answer) as call:
        assert call.room is not None
        await call.send(over("where is my order"))
        call.room.orders.answer.set_result({"status": "ok"})
        await call.send(over("hello?", turn=2))
        assert call.sink.spoken.count("It is on its way.") <= 2
        assert [event for event in call.events if isinstance(event, Fault)] == []


async def test_a_write_waits_for_the_end_of_the_turn_and_for_nothing_else() -> None:
    commit = CommitAction(request="c1", plan="p1")

    def rule(given: Input) -> tuple[Any, ...]:
        match given:
            case UserSaid():
                return (Say(utterance="u1", wording=text("One moment.")), commit)
            case Answered():
                return (Say(utterance="u2", wording=text(f"It is {given.result['status']}.")),)
        return ()

    async with line(rule) as call:
        await call.send(eager("yes"))
        assert call.deeds == []
        await call.send(over("yes"))
        assert (call.sink.spoken, call.deeds) == (["One moment."], [commit])
        call.talk.give(Answered(request="c1", result={"status": "done"}, now=NOW))
        await call.settle()
        assert call.sink.spoken == ["One moment.", "It is done."]
        assert [event.input["kind"] for event in call.kinds(EngineInput)] == ["user_said", "answered"]


async def test_a_write_of_a_turn_that_was_not_over_never_happens() -> None:
    def rule(given: Input) -> tuple[Any, ...]:
        said_yes = isinstance(given, UserSaid) and given.understanding.text == "yes"
        return (CommitAction(request="c1", plan="p1"),) if said_yes else ()

    async with line(rule) as call:
        await call.send(eager("yes"), EagerEndOfTurnCancelFrame(), over("yes but not the shoes", revision=2))
        assert call.deeds == []
