"""A file in place of a caller: the same ears, on a clock that waits for the models."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest
from ears_call import Loudness, Script

from voicebot.call.rehearsal import Happened, Scene, rehearse
from voicebot.listening import Listening
from voicebot.listening.recognition import Audio, Expectation, Recognition, Ticket, Urgency
from voicebot.listening.settings import ListeningSettings


def listening(script: Script) -> Listening:
    return Listening(settings=ListeningSettings(), recogniser=script, turn_model=script, voice_activity=Loudness)


def sound(*parts: tuple[int, float]) -> Audio:
    """(milliseconds, level) one after the other."""
    return np.concatenate([np.full(ms * 16, level, np.float32) for ms, level in parts])


def of(story: Sequence[Happened], kind: str) -> list[Happened]:
    return [happened for happened in story if happened.kind == kind]


async def test_a_turn_with_its_decision_and_its_reasons() -> None:
    scene = Scene(expectation=Expectation(kind="order_number", patience="dictation"))
    script = Script(text="4481207")
    story = await rehearse(listening(script), sound((500, 0), (800, 0.5), (200, 0)), scene)
    assert [happened.data["position_ms"] for happened in of(story, "audio.speech_started")] == [500.0]
    (end,) = of(story, "hearing.end_of_turn")
    assert end.data["reason"] == "says all that was asked for"
    assert end.data["inputs"]["expects"] == "order_number"
    (turn,) = of(story, "ears.turn")
    assert turn.data["text"] == "4481207"
    assert 1500 < turn.at_ms < 1800
    assert all(expect.kind == "order_number" for _, expect, _ in script.asked)


async def test_the_same_file_gives_the_same_story() -> None:
    class Slow(Script):
        async def recognise(
            self,
            audio: Audio,
            *,
            expect: Expectation,
            urgency: Urgency,
            deadline: float | None = None,
            ticket: Ticket | None = None,
        ) -> Recognition:
            await asyncio.sleep(0.01)
            return Recognition(text="hello there", confidence=0.9, audio_ms=len(audio) / 16, decode_ms=10)

    audio = sound((300, 0), (900, 0.5), (1200, 0), (500, 0.5))
    fast = await rehearse(listening(Script(text="hello there")), audio)
    slow = await rehearse(listening(Slow()), audio)
    assert slow == fast
    assert slow


async def test_decodings_take_as_long_as_the_scene_says() -> None:
    audio = sound((300, 0), (800, 0.5))
    quick, late = [
        of(await rehearse(listening(Script(text="4481207")), audio, Scene(answers_in_ms=ms)), "ears.turn")[0].at_ms
        for ms in (40, 900)
    ]
    assert late - quick > 400


async def test_an_interruption_stops_the_bot() -> None:
    scene = Scene(bot=((200.0, 5000.0),))
    story = await rehearse(listening(Script(text="no stop please")), sound((1000, 0), (1200, 0.5)), scene)
    (verdict,) = of(story, "hearing.interruption")
    assert verdict.data["verdict"] == "stop"
    (ended,) = of(story, "ears.bot_ends")
    assert 1000 < ended.at_ms < 2000


async def test_a_cough_holds_the_bot_and_lets_it_go_on() -> None:
    scene = Scene(bot=((200.0, 3000.0),))
    story = await rehearse(listening(Script(text="")), sound((1000, 0), (200, 0.5)), scene)
    (held,), (released,) = of(story, "ears.hold_bot"), of(story, "ears.release_bot")
    (ended,) = of(story, "ears.bot_ends")
    assert ended.at_ms == pytest.approx(3000 + released.at_ms - held.at_ms, abs=80)
    assert of(story, "ears.stop_bot") == []


async def test_silence_is_told_as_often_as_the_scene_says() -> None:
    story = await rehearse(listening(Script()), sound((4000, 0)), Scene(silence_ms=2000, tail_ms=100))
    assert [happened.data["silent_ms"] for happened in of(story, "ears.silent")] == [2000, 4000]


async def test_a_bark_every_few_seconds_does_not_keep_the_caller_from_being_asked() -> None:
    barks = sound(*[part for _ in range(5) for part in ((400, 0.5), (3600, 0.0))])
    story = await rehearse(listening(Script(text="")), barks, Scene(tail_ms=0))
    assert len(of(story, "ears.silent")) == 2


async def test_a_recogniser_that_fails_is_a_fault_in_the_story() -> None:
    story = await rehearse(listening(Script(fails=True)), sound((300, 0), (1500, 0.5)))
    assert of(story, "call.fault")
    assert of(story, "ears.turn")[0].data["failed"]


@pytest.mark.parametrize("audio", [np.zeros(0, np.float32), np.full(777, np.nan, np.float32), np.ones(5, np.float32)])
async def test_any_audio_is_taken(audio: Audio) -> None:
    assert await rehearse(listening(Script()), audio, Scene(silence_ms=0, tail_ms=200)) == []


def test_as_json() -> None:
    assert Happened(at_ms=1.23456, kind="ears.keys", data={"keys": "1"}).to_json() == {
        "at_ms": 1.2,
        "kind": "ears.keys",
        "data": {"keys": "1"},
    }
