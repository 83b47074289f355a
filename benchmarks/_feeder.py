"""Speaks clips to the peer in real time, from a process of its own: it keeps its clock whatever the bot is doing.

A busy interpreter on the bot's side then delays the bot, as it would with a socket, and not the measurement.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import soxr

from voicebot.caller import clips, g711
from voicebot.caller.measure import percentile
from voicebot.caller.voiced import clip_sound, clip_voice

RATE_HZ = 16_000
STEP_S = 0.020
FRAME = int(RATE_HZ * STEP_S)
_LINE_BYTES = 2 * FRAME
_STOP_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How the feeder kept time since it was last told to begin."""

    late_p99_ms: float | None
    scheduling: str


@dataclass(frozen=True, slots=True)
class Feeder:
    """The feeding process: orders go down the pipe, audio comes out of `line`, one message of 20 ms a frame."""

    pipe: Connection
    line: socket.socket

    def begin(self) -> None:
        """Feed from now on, on a new clock: silence, until a clip is played."""
        self.pipe.send("begin")

    def play(self, clip: Path) -> list[float] | None:
        """Feed a clip; blocks until it has been fed. When its voice began and ended (monotonic, s); None: no voice."""
        self.pipe.send(clip)
        answer: list[float] | None = self.pipe.recv()
        return answer

    def rest(self) -> Kept:
        """Feed nothing until told to begin."""
        self.pipe.send("rest")
        while True:
            answer = self.pipe.recv()
            if isinstance(answer, Kept):
                return answer


@contextmanager
def feeding() -> Iterator[Feeder]:
    """A feeder; stopped when left."""
    context = multiprocessing.get_context("spawn")
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    mine, its = context.Pipe()
    process = context.Process(target=_run, args=(its, far), name="peer-feeder", daemon=True)
    process.start()
    its.close()
    far.close()
    near.setblocking(False)
    try:
        yield Feeder(mine, near)
    finally:
        mine.close()
        process.join(_STOP_S)
        if process.is_alive():
            process.kill()
        near.close()


def telephone_frames(path: Path) -> tuple[list[bytes], tuple[int, int] | None]:
    """A clip as telephones deliver it (8 kHz mu-law): 20 ms frames at 16 kHz; first and last voiced (or loud) one."""
    pcm = clips.load(path)
    pcm = np.pad(pcm, (0, -len(pcm) % 160))
    line = g711.decode("pcmu", g711.encode("pcmu", pcm))
    wide = soxr.resample(line, clips.RATE_HZ, RATE_HZ).astype(np.int16)
    frames = [wide[i : i + FRAME].tobytes() for i in range(0, len(wide) - FRAME + 1, FRAME)]
    return frames, clip_voice(pcm) or clip_sound(pcm)


def hurry() -> str:
    """Ask for real-time scheduling of this process; what was granted."""
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    return "SCHED_RR" if os.sched_getscheduler(0) == os.SCHED_RR else "SCHED_OTHER"


def _run(orders: Connection, line: socket.socket) -> None:
    scheduling = hurry()
    with contextlib.suppress(EOFError, OSError):
        while True:
            if orders.recv() == "begin":
                _feed(orders, line, scheduling)


def _feed(orders: Connection, line: socket.socket, scheduling: str) -> None:
    """Silence and clips on the absolute clock, until told to rest."""
    silence, late_ms = bytes(_LINE_BYTES), list[float]()
    origin, step = time.monotonic(), 0
    frames: Sequence[bytes] = ()
    voice, sent, at = (0, 0), list[float](), 0
    while True:
        if at == len(frames) and orders.poll():
            order = orders.recv()
            if order == "rest":
                orders.send(Kept(late_p99_ms=percentile(late_ms, 99), scheduling=scheduling))
                return
            loaded, voiced = telephone_frames(order)
            # Reading a clip takes longer than a frame: a new clock, so that it is not made up for in a burst.
            origin, step = time.monotonic(), 0
            if voiced is None:
                orders.send(None)
            else:
                frames, voice, sent, at = loaded, voiced, [], 0
        time.sleep(max(0.0, origin + step * STEP_S - time.monotonic()))
        now = time.monotonic()
        late_ms.append((now - origin - step * STEP_S) * 1000)
        step += 1
        if at == len(frames):
            line.send(silence)
            continue
        line.send(frames[at])
        sent.append(now)
        at += 1
        if at == len(frames):
            orders.send([sent[voice[0]], sent[voice[1]]])
