from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.records import recording
from voicebot.records.recording import BOT, CALLER, RecordingThread, StereoRecorder, Timeline

FRAME_MS = 20


def tone(value: int, ms: float = FRAME_MS, rate: int = 16_000) -> bytes:
    return np.full(int(ms * rate / 1000), value, "<i2").tobytes()


def stereo(raw: bytes) -> npt.NDArray[np.int16]:
    return np.frombuffer(raw, "<i2").reshape(-1, 2)


def at(track: npt.NDArray[np.int16], ms: float, channel: int) -> int:
    return int(track[int(ms * 16), channel])


# --- the time line ---


def test_audio_lies_where_it_was_heard_and_gaps_are_silent() -> None:
    timeline = Timeline(16_000)
    out = timeline.place(CALLER, tone(1, 100), 0.0)
    out += timeline.place(BOT, tone(2, 50), 300.0)
    out += timeline.finish()
    track = stereo(out)
    assert len(track) == 350 * 16
    assert [at(track, ms, CALLER) for ms in (0, 99, 101, 340)] == [1, 1, 0, 0]
    assert [at(track, ms, BOT) for ms in (0, 299, 300, 349)] == [0, 0, 2, 2]


def test_small_disagreements_of_clocks_leave_no_holes() -> None:
    timeline = Timeline(16_000)
    out = b""
    for number, jitter in enumerate([0, 7, -9, 12, -3, 0]):
        out += timeline.place(BOT, tone(5), number * FRAME_MS + jitter)
    track = stereo(out + timeline.finish())
    assert track[:, BOT].tolist() == [5] * (6 * 320)


def test_clocks_that_drift_are_brought_together_again() -> None:
    timeline = Timeline(16_000)
    out = b""
    for number in range(1000):
        out += timeline.place(CALLER, tone(1), number * FRAME_MS * 1.01)  # a clock 1 % fast
    true_end = 999 * FRAME_MS * 1.01 + FRAME_MS
    length_ms = len(out + timeline.finish()) / 64
    assert abs(length_ms - true_end) <= recording.SNAP_MS


def test_without_positions_audio_continues() -> None:
    timeline = Timeline(16_000)
    out = timeline.place(CALLER, tone(1)) + timeline.place(CALLER, tone(2)) + timeline.finish()
    assert stereo(out)[:, CALLER].tolist() == [1] * 320 + [2] * 320


def test_flushed_audio_is_taken_out() -> None:
    timeline = Timeline(16_000)
    out = timeline.place(CALLER, tone(1, 400), 0.0)
    for number in range(10):
        out += timeline.place(BOT, tone(2), number * FRAME_MS)
    timeline.cut(BOT, 130.0)
    out += timeline.place(BOT, tone(3), 140.0)
    track = stereo(out + timeline.finish())
    assert [at(track, ms, BOT) for ms in (129, 131, 139, 141, 159, 161, 199)] == [2, 0, 0, 3, 3, 0, 0]
    assert at(track, 131, CALLER) == 1


def test_what_comes_after_its_place_was_written_is_counted_and_dropped() -> None:
    timeline = Timeline(16_000)
    timeline.place(CALLER, tone(1, 2000), 0.0)
    timeline.place(BOT, tone(2, 100), 0.0)
    assert timeline.late == 1600
    timeline.place(BOT, tone(2, 100), 1e9)
    assert timeline.late == 3200
    assert timeline.end == 32_000


def test_odd_bytes_are_ignored() -> None:
    timeline = Timeline(16_000)
    timeline.place(CALLER, b"\1\0\2", 0.0)
    assert timeline.finish() == b"\1\0\0\0"


PLACED = st.lists(
    st.tuples(
        st.sampled_from(["caller", "bot", "cut"]), st.one_of(st.none(), st.floats(-100, 5000)), st.integers(0, 300)
    ),
    max_size=40,
)


@given(PLACED)
def test_the_line_has_no_gaps_and_holds_little(placed: list[tuple[str, float | None, int]]) -> None:
    timeline = Timeline(8_000)
    out = b""
    for what, at_ms, ms in placed:
        if what == "cut":
            timeline.cut(BOT, at_ms or 0.0)
        else:
            out += timeline.place(CALLER if what == "caller" else BOT, tone(1, ms, 8_000), at_ms)
        assert len(out) == timeline.final * 4
        assert timeline.end - timeline.final <= recording.HOLD_MS * 8
    out += timeline.finish()
    assert len(out) == timeline.end * 4
    assert set(np.frombuffer(out, "<i2").tolist()) <= {0, 1}


# --- the file ---


@pytest.fixture
def thread() -> Iterator[RecordingThread]:
    made = RecordingThread()
    yield made
    made.close()


def read(path: Path) -> tuple[int, npt.NDArray[np.int16]]:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (2, 2)
        raw = file.readframes(file.getnframes())
        assert len(raw) == file.getnframes() * 4
        return file.getframerate(), stereo(raw)


async def test_a_call_is_recorded(tmp_path: Path, thread: RecordingThread) -> None:
    recorder = StereoRecorder(tmp_path / "calls" / "c1.wav", thread)
    for number in range(100):
        recorder.caller(tone(1))
        if 50 <= number < 60:
            recorder.bot(tone(2), number * FRAME_MS)
    assert await recorder.close() == 2000
    assert await recorder.close() == 2000
    rate, track = read(tmp_path / "calls" / "c1.wav")
    assert rate == 16_000
    assert track[:, CALLER].tolist() == [1] * 32_000
    assert np.flatnonzero(track[:, BOT]).tolist() == list(range(16_000, 19_200))
    assert recorder.fault == ""
    assert recorder.lost_ms == 0


async def test_the_file_is_valid_while_it_grows(tmp_path: Path, thread: RecordingThread) -> None:
    path = tmp_path / "c1.wav"
    recorder = StereoRecorder(path, thread)
    lengths: list[int] = []
    for _ in range(5):
        for _ in range(50):
            recorder.caller(tone(1))
            await asyncio.get_running_loop().run_in_executor(thread.executor, int)  # after the writes so far
        lengths.append(len(read(path)[1]))
    await recorder.close()
    assert lengths == sorted(lengths)
    assert lengths[-1] >= 5 * 16_000 - 1.0 * 16_000


async def test_a_slow_disk_costs_silence_not_memory_and_not_time(tmp_path: Path, thread: RecordingThread) -> None:
    stuck = threading.Event()
    blocked = asyncio.get_running_loop().run_in_executor(thread.executor, stuck.wait, 10)
    recorder = StereoRecorder(tmp_path / "c1.wav", thread)
    for _ in range(100 * 50):
        recorder.caller(tone(1))
    assert len(recorder._waiting) <= recorder._backlog_bytes
    stuck.set()
    await blocked
    await recorder.close()
    _, track = read(tmp_path / "c1.wav")
    assert len(track) == 100 * 16_000
    assert recorder.lost_ms > 60_000
    assert np.count_nonzero(track[:, CALLER]) == pytest.approx((100_000 - recorder.lost_ms) * 16, abs=32)


async def test_a_disk_that_fails_ends_the_recording_and_nothing_else(
    tmp_path: Path, thread: RecordingThread, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    recorder = StereoRecorder(tmp_path / "file" / "c1.wav", thread)
    for _ in range(200):
        recorder.caller(tone(1))
        await asyncio.sleep(0)
    await recorder.close()
    assert "Error" in recorder.fault
    assert "ends early" in caplog.text


async def test_an_empty_call_leaves_no_file(tmp_path: Path, thread: RecordingThread) -> None:
    assert await StereoRecorder(tmp_path / "c1.wav", thread).close() == 0
    assert not any(files(tmp_path))


def files(directory: Path) -> list[Path]:
    return list(directory.iterdir())


_KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from voicebot.records.recording import RecordingThread, StereoRecorder

async def main():
    recorder = StereoRecorder(Path(sys.argv[1]), RecordingThread())
    for number in range(250):
        recorder.caller(bytes([1, 0]) * 320)
        await asyncio.sleep(0.001)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def test_the_file_survives_kill_nine(tmp_path: Path) -> None:
    path = tmp_path / "c1.wav"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", _KILLED, str(path)], cwd=root, check=False, timeout=30)
    assert done.returncode == -9
    _, track = read(path)
    assert len(track) >= (5000 - 1500) * 16
    assert set(track[:, CALLER].tolist()) == {1}
