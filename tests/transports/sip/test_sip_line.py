from __future__ import annotations

import asyncio

import numpy as np
import pytest
from sip_fakes import FakeMedia

from voicebot.transports.sip.line import FRAME_BYTES, SILENCE, Line
from voicebot.transports.sip.media_watch import MediaWatch


def line_over(media: FakeMedia) -> Line:
    line = Line(media, MediaWatch(never_sent_s=60, silent_s=30, hold_s=900), tx_queue_ms=40)
    line.start(0.0)
    return line


def noise(rate: int, ms: int, channels: int = 1) -> bytes:
    return np.random.default_rng(3).integers(-5000, 5000, rate * ms // 1000 * channels, dtype=np.int16).tobytes()


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (16000, 1), (48000, 2)])
def test_every_codec_becomes_16_khz_mono_frames(rate: int, channels: int) -> None:
    media = FakeMedia(rate_hz=rate, channels=channels)
    line = line_over(media)
    frames = []
    for i in range(1, 11):
        media.incoming += noise(rate, 20, channels)
        frames += line.take(i * 0.02)
    assert [len(frame) for frame in frames] == [FRAME_BYTES] * 10
    assert all(np.frombuffer(frame, np.int16).any() for frame in frames[1:])


def test_a_packet_time_of_30_ms_gives_frames_of_20() -> None:
    media = FakeMedia()
    line = line_over(media)
    frames = []
    for i in range(1, 31):
        if i % 3 == 1:
            media.incoming += noise(8000, 60)
        frames += line.take(i * 0.02)
    assert len(frames) == 30
    assert SILENCE not in frames[1:]


def test_odd_bytes_are_kept_for_later() -> None:
    media = FakeMedia(rate_hz=48000, channels=2)
    line = line_over(media)
    data = noise(48000, 100, 2)
    frames = []
    for i in range(0, len(data), 1111):
        media.incoming += data[i : i + 1111]
        frames += line.take(0.0)
    frames += line.take(0.1)
    assert len(frames) == 5
    assert SILENCE not in frames


def test_silence_stands_in_when_nothing_arrives() -> None:
    line = line_over(FakeMedia())
    frames = [frame for i in range(1, 101) for frame in line.take(i * 0.02)]
    assert frames == [SILENCE] * 98


def test_a_renegotiation_to_another_codec_is_followed() -> None:
    media = FakeMedia(rate_hz=8000)
    line = line_over(media)
    media.incoming = noise(8000, 20)
    assert len(line.take(0.02)) == 1
    media.rate_hz = 0
    line.take(0.04)
    media.rate_hz, media.incoming = 16000, noise(16000, 40)
    assert [len(frame) for frame in line.take(0.06)] == [FRAME_BYTES] * 2


async def test_writing_waits_until_the_native_queue_has_room() -> None:
    media = FakeMedia(rate_hz=16000)
    line = line_over(media)
    frame = noise(16000, 20)
    for _ in range(3):
        assert await line.write(frame)
    assert line.queued_ms == 60
    waiting = asyncio.create_task(line.write(frame))
    await asyncio.sleep(0.03)
    assert not waiting.done()
    media.transmit(20)
    assert await waiting
    assert line.queued_ms == 60
    assert media.sent == frame


async def test_a_flush_empties_the_queue_and_the_filter() -> None:
    media = FakeMedia(rate_hz=8000)
    line = line_over(media)
    await line.write(noise(16000, 20))
    line.flush()
    assert line.queued_ms == 0
    await line.write(SILENCE)
    assert not any(media.queued)


async def test_on_hold_audio_goes_nowhere_and_takes_its_time() -> None:
    media = FakeMedia()
    line = line_over(media)
    line.held = True
    started = asyncio.get_running_loop().time()
    assert await line.write(noise(16000, 20))
    assert asyncio.get_running_loop().time() - started > 0.015
    assert media.queued == b""


async def test_a_sender_that_takes_nothing_does_not_block_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicebot.transports.sip.line._STALLED_S", 0.02)
    media = FakeMedia(rate_hz=16000, queued=noise(16000, 100))
    assert await line_over(media).write(noise(16000, 20))
    assert media.flushes == 1


async def test_writing_to_a_closed_line_is_refused() -> None:
    line = line_over(FakeMedia())
    line.close()
    assert await line.write(SILENCE) is False
    assert line.queued_ms == 0
