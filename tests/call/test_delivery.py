"""Order to the mouth, cuts, and deeds that wait for silence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from voicebot.call.delivery import Deed, Delivery
from voicebot.call.frames import SpeakFrame
from voicebot.dialogue.effects import AbandonPlan, CommitAction, Handoff, HangUp, PlanAction, Say
from voicebot.dialogue.wording import text
from voicebot.errors import ModelError
from voicebot.speaking.clauses import Clause
from voicebot.speaking.speech import Speech

BREAKS = Handoff(request="h9", reason="risk")


class Voice:
    """Speaks at once; refuses words with `broken`; holds words with `slow` until released."""

    def __init__(self) -> None:
        self.release = asyncio.Event()

    async def synthesise(self, text: str, *, deadline: float | None = None) -> Speech:
        if "flaw" in text:
            raise ArithmeticError("a flaw of ours")
        if "broken" in text:
            raise ModelError("cannot be spoken")
        if "slow" in text:
            await self.release.wait()
        return Speech(text=text, pcm=b"\0\0" * 160)


def split(say: Say) -> Sequence[Clause]:
    return [Clause(spoken=piece, display=piece, fixed=True) for piece in say.text.split("|")]


class Stage:
    def __init__(self) -> None:
        self.voice = Voice()
        self.pushed: list[SpeakFrame] = []
        self.deeds: list[Deed] = []
        self.faults: list[str] = []
        self.delivery = Delivery(
            voice=self.voice,
            split=split,
            push=self._push,
            perform=self._perform,
            on_fault=lambda where, what: self.faults.append(where),
        )

    async def _push(self, frame: SpeakFrame) -> None:
        self.pushed.append(frame)

    async def _perform(self, deed: Deed) -> None:
        if deed == BREAKS:
            raise OSError("gone")
        self.deeds.append(deed)

    @property
    def words(self) -> list[str]:
        return [frame.display for frame in self.pushed]


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    stage = Stage()
    task = asyncio.create_task(stage.delivery.run())
    try:
        yield stage
    finally:
        stage.delivery.close()
        task.cancel()


async def turns(count: int = 10) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def say(words: str, utterance: str = "u1", *, interruptible: bool = True) -> Say:
    return Say(utterance=utterance, wording=text(words), interruptible=interruptible)


async def test_clauses_leave_in_order_and_only_the_last_is_last() -> None:
    async with staged() as stage:
        stage.delivery.put(stage.delivery.prepare(say("slow one|two")))
        stage.delivery.put(stage.delivery.prepare(say("three", "u2")))
        await turns()
        assert stage.words == []
        stage.voice.release.set()
        await turns()
        assert stage.words == ["slow one", "two", "three"]
        assert [frame.last for frame in stage.pushed] == [False, True, True]


async def test_nothing_prepared_is_heard_before_it_is_put() -> None:
    async with staged() as stage:
        prepared = stage.delivery.prepare(say("hello"))
        await turns()
        assert stage.words == []
        stage.delivery.put(prepared)
        await turns()
        assert stage.words == ["hello"]


async def test_a_deed_waits_until_what_was_said_before_is_played() -> None:
    transfer = Handoff(request="h1", reason="caller_asked")
    async with staged() as stage:
        stage.delivery.put(stage.delivery.prepare(say("I will connect you.")))
        stage.delivery.put(transfer)
        await turns()
        assert stage.deeds == []
        stage.delivery.played("u1")
        await turns()
        assert stage.deeds == [transfer]


async def test_an_interruption_drops_words_but_not_deeds() -> None:
    transfer = Handoff(request="h1", reason="caller_asked")
    async with staged() as stage:
        stage.delivery.put(stage.delivery.prepare(say("one|slow two")))
        stage.delivery.put(stage.delivery.prepare(say("three", "u2")))
        stage.delivery.put(transfer)
        await turns()
        stage.delivery.cut()
        stage.voice.release.set()
        await turns()
        assert stage.words == ["one"]
        assert stage.deeds == [transfer]


async def test_an_uninterruptible_utterance_is_said_to_its_end() -> None:
    async with staged() as stage:
        stage.delivery.put(stage.delivery.prepare(say("slow legal notice|in two parts", interruptible=False)))
        await turns()
        stage.delivery.cut()
        stage.voice.release.set()
        await turns()
        assert stage.words == ["slow legal notice", "in two parts"]


async def test_words_that_cannot_be_spoken_do_not_stop_the_call() -> None:
    async with staged() as stage:
        stage.delivery.put(stage.delivery.prepare(say("one|broken")))
        stage.delivery.put(stage.delivery.prepare(say("three", "u2")))
        await turns()
        assert stage.faults == ["speaking"]
        assert (stage.delivery.lost("u1"), stage.delivery.lost("u2")) == (True, False)
        assert [(frame.utterance, frame.speech is None, frame.last) for frame in stage.pushed] == [
            ("u1", False, False),
            ("u1", True, True),
            ("u2", False, True),
        ]


async def test_a_hang_up_not_yet_begun_is_forgotten_when_the_caller_goes_on() -> None:
    async with staged() as stage:
        stage.delivery.put(stage.delivery.prepare(say("slow goodbye")))
        stage.delivery.put(HangUp(reason="goodbye"))
        await turns()
        stage.delivery.keep_line()
        stage.voice.release.set()
        await turns()
        stage.delivery.played("u1")
        await turns()
        assert stage.deeds == []


async def test_who_interrupts_the_goodbye_is_not_hung_up_on() -> None:
    async with staged() as stage:
        stage.delivery.put(stage.delivery.prepare(say("Goodbye!")))
        stage.delivery.put(HangUp(reason="goodbye"))
        await turns()
        stage.delivery.cut()
        await turns()
        assert stage.deeds == []
        assert not stage.delivery.busy


async def test_a_fault_of_any_kind_costs_one_item_only() -> None:
    async with staged() as stage:
        stage.delivery.put(stage.delivery.prepare(say("flaw")))
        stage.delivery.played("u1")
        stage.delivery.put(BREAKS)
        stage.delivery.put(stage.delivery.prepare(say("three", "u3")))
        await turns()
        stage.delivery.played("u1")
        await turns()
        assert stage.words[-1] == "three"
        assert stage.faults == ["speaking", "delivery"]


async def test_the_order_system_works_while_the_filler_is_spoken() -> None:
    acts: list[Deed] = [AbandonPlan(plan="p1"), PlanAction(request="p2", action="cancel", order="o1")]
    async with staged() as stage:
        stage.delivery.put(stage.delivery.prepare(say("Let me check.")))
        for act in acts:
            stage.delivery.put(act)
        await turns()
        assert stage.words == ["Let me check."]
        assert stage.deeds == acts


async def test_an_interruption_does_not_stop_a_write() -> None:
    commit = CommitAction(request="c1", plan="p1")
    async with staged() as stage:
        stage.delivery.put(stage.delivery.prepare(say("One moment.")))
        stage.delivery.put(commit)
        stage.delivery.cut()
        await turns()
        assert stage.deeds == [commit]
