"""Keys that come as tones in the audio: pressed once, and never words."""

from __future__ import annotations

import numpy as np
from ears_call import Call, call
from pipecat.frames.frames import InputAudioRawFrame, UserStartedSpeakingFrame
from pipecat.processors.frame_processor import FrameDirection

from voicebot.call.frames import ExpectFrame, KeysFrame
from voicebot.listening.recognition import Expectation
from voicebot.records.events.audio import Dtmf

_HZ = {"1": (697, 1209), "2": (697, 1336), "4": (770, 1209), "0": (941, 1336), "7": (852, 1209), "8": (852, 1336)}


async def tones(at: Call, keys: str) -> None:
    """Each 100 ms long, 100 ms apart, loud enough to be a voice."""
    t = np.arange(1600) / 16_000
    for key in keys:
        low, high = _HZ[key]
        pair = np.sin(2 * np.pi * low * t) + np.sin(2 * np.pi * high * t)
        pcm = (8000 * pair).astype("<i2").tobytes() + bytes(3200)
        for start in range(0, len(pcm), 640):
            at.ms += 20
            frame = InputAudioRawFrame(audio=pcm[start : start + 640], sample_rate=16_000, num_channels=1)
            await at.ears.process_frame(frame, FrameDirection.DOWNSTREAM)
    await at.settled()


def keys_of(at: Call) -> list[str]:
    return [frame.keys for frame in at.of(KeysFrame)]


async def test_a_number_typed_as_tones() -> None:
    async with call() as at:
        await at.up(ExpectFrame(expectation=Expectation(kind="order_number")))
        await tones(at, "4481207")
        assert keys_of(at) == ["4481207"]
        assert [event.key for event in at.log.of(Dtmf)] == list("4481207")
        assert not at.of(UserStartedSpeakingFrame)
        assert at.script.asked == []


async def test_the_recording_keeps_what_was_on_the_line() -> None:
    async with call() as at:
        await tones(at, "1")
        assert at.tape.ms == 200


async def test_tones_beside_events_are_pressed_once() -> None:
    async with call() as at:
        await at.up(ExpectFrame(expectation=Expectation(kind="order_number")))
        for key in "4481207":
            await tones(at, key)
            await at.press(key)
        await at.settled()
        assert keys_of(at) == ["4481207"]


async def test_events_beside_tones_are_pressed_once() -> None:
    async with call() as at:
        await at.up(ExpectFrame(expectation=Expectation(kind="order_number")))
        for key in "4481207":
            await at.press(key)
            await tones(at, key)
        assert keys_of(at) == ["4481207"]
