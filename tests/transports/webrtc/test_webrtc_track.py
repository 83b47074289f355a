from __future__ import annotations

import asyncio

import numpy as np
import pytest
from aiortc.mediastreams import MediaStreamError

from voicebot.transports.webrtc.track import VoiceTrack


class Clock:
    """A clock that stands still: the track never sleeps when it is ahead of the frames."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_frames_come_in_order_then_silence() -> None:
    clock = Clock()
    track = VoiceTrack(clock=clock)
    await track.write(b"\x01\x00" * 320 + b"\x02\x00" * 100)
    assert track.queued_ms == 40
    values, stamps = [], []
    for _ in range(3):
        frame = await track.recv()
        clock.now += 0.02
        values.append(set(np.unique(frame.to_ndarray())))
        stamps.append(frame.pts)
        assert (frame.sample_rate, frame.samples) == (16_000, 320)
    assert values == [{1}, {0, 2}, {0}]
    assert stamps == [0, 320, 640]
    assert track.queued_ms == 0


async def test_writer_waits_for_room() -> None:
    clock = Clock()
    track = VoiceTrack(clock=clock)
    writing = asyncio.create_task(track.write(bytes(640 * 3)))
    await asyncio.sleep(0)
    assert not writing.done()
    await track.recv()
    await writing
    assert track.queued_ms == 40


async def test_after_a_long_stall_time_is_skipped_not_made_up() -> None:
    clock = Clock()
    track = VoiceTrack(clock=clock)
    first = await track.recv()
    clock.now += 1.02
    second = await track.recv()
    assert (first.pts, second.pts) == (0, 51 * 320)


async def test_stopping_frees_the_writer_and_ends_the_track() -> None:
    track = VoiceTrack()
    writing = asyncio.create_task(track.write(bytes(640 * 5)))
    await asyncio.sleep(0)
    track.stop()
    with pytest.raises(MediaStreamError):
        await writing
    with pytest.raises(MediaStreamError):
        await track.recv()
    await track.drained()
    assert track.queued_ms == 0
