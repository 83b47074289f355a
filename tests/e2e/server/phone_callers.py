"""Callers: `voicebot call`, baresip, a handset for sipp, and what they say."""

from __future__ import annotations

import itertools
import json
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from live_server import ROOT, LiveServer, environment, voicebot
from sip_rtp_peer import SILENT_PCMU, RtpPeer

from voicebot.caller import g711
from voicebot.caller.clips import RATE_HZ, load
from voicebot.caller.g711 import Pcm

CLIPS = ROOT / "audio_fixtures"
_NUMBERS = itertools.count(14155559000)
_PACKET = 160


def clip(name: str) -> Path:
    return CLIPS / f"{name}.flac"


def new_number() -> str:
    """A caller's number that no other test and no customer has."""
    return f"+{next(_NUMBERS)}"


def known_as(number: str) -> str:
    """The header by which a network vouches for a caller's number (RFC 3325)."""
    return f"P-Asserted-Identity: <sip:{number}@carrier.example>\n"


def timeline(*parts: float | str) -> Pcm:
    """Clips by name and pauses in seconds, one after the other: int16 at 8 kHz."""
    pieces = [load(clip(part)) if isinstance(part, str) else np.zeros(int(part * RATE_HZ), np.int16) for part in parts]
    return np.concatenate(pieces)


# `voicebot call`


@dataclass(frozen=True)
class Placed:
    """How a call by `voicebot call` went."""

    code: int
    rows: list[dict[str, Any]]
    errors: str

    @property
    def summary(self) -> dict[str, Any]:
        return self.rows[-1]

    def row(self, event: str) -> dict[str, Any]:
        return next(row for row in self.rows if row["event"] == event)


class Caller:
    """A call in progress. Turns are clips by name, or keys; `@barge=MS` interrupts the bot."""

    def __init__(self, server: LiveServer, turns: Sequence[str], number: str, *options: str) -> None:
        said = [argument for turn in turns for argument in _turn(turn)]
        # The voice pauses between its sentences, longer on a busy machine: only a real silence is an end.
        command = voicebot("call", server.address(), "--json", "--from", number, "--settle-ms", "1600")
        self.number = number
        self._process = subprocess.Popen(
            [*command, *said, *options],
            cwd=server.folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, timeout_s: float = 90) -> Placed:
        """Wait until the call is over."""
        try:
            out, err = self._process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            out, err = self._process.communicate()
            raise AssertionError(f"the caller does not end: {out}{err}") from None
        return Placed(self._process.returncode, [json.loads(line) for line in out.splitlines()], err)

    def __enter__(self) -> Caller:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self.leave()

    def leave(self) -> Placed:
        """Hang up now (or give up, while it rings)."""
        self._process.terminate()
        return self.finish(15)


def _turn(turn: str) -> list[str]:
    name, _, barge = turn.partition("@")
    keys = all(key in "0123456789*#" for key in name)
    return ["--dtmf" if keys else "--say", (name if keys else str(clip(name))) + (f"@{barge}" if barge else "")]


def place(server: LiveServer, *turns: str, number: str, options: Sequence[str] = ()) -> Caller:
    return Caller(server, turns, number, *options)


class Callers:
    """Callers who begin one after the other and then speak at the same time. Leaving the context awaits them all."""

    _APART_S = 1.5

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(8, "caller")
        self._calls: dict[str, Callable[[str], Any]] = {}
        self._under_way: dict[str, tuple[str, Future[Any]]] = {}

    def __enter__(self) -> Callers:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def begin(self, name: str, call: Callable[[str], Any]) -> None:
        """Run a whole call in a thread of its own; it is given the caller's number."""
        self._calls[name] = call
        self._begin(name)
        time.sleep(self._APART_S)

    def _begin(self, name: str) -> None:
        number = new_number()
        self._under_way[name] = number, self._pool.submit(self._calls[name], number)

    def outcome(self, name: str, timeout_s: float = 100) -> tuple[str, Any]:
        """A caller's number and what came of the call. Asked again, by a test that is tried again, it calls again."""
        if name not in self._under_way:
            self._begin(name)
        number, call = self._under_way.pop(name)
        return number, call.result(timeout_s)


# A handset, for callers whose signalling is sipp's


class Handset:
    """The media of a sipp caller: silence at 20 ms spacing, and what it is told to say; listens meanwhile."""

    def __init__(self) -> None:
        self._peer = RtpPeer()
        self._said: queue.SimpleQueue[bytes | str] = queue.SimpleQueue()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._talk, daemon=True)

    @property
    def port(self) -> int:
        return self._peer.port

    def __enter__(self) -> Handset:
        self._peer.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        self._peer.__exit__(kind, error, trace)

    def lift(self) -> None:
        """Wait for the first sound of the line, then keep it open."""
        self._peer.wait_far()
        self._thread.start()

    def _talk(self) -> None:
        while not self._over.is_set():
            try:
                item = self._said.get_nowait()
            except queue.Empty:
                item = SILENT_PCMU
            if isinstance(item, str):
                self._peer.press(item)
            else:
                self._peer.send([item])

    def say(self, pcm: Pcm) -> None:
        """Queue speech; returns at once."""
        octets = g711.encode("pcmu", np.pad(pcm, (0, -len(pcm) % _PACKET)))
        for i in range(0, len(octets), _PACKET):
            self._said.put(octets[i : i + _PACKET])

    def press(self, keys: str) -> None:
        """Queue keys; returns at once."""
        for key in keys:
            self._said.put(key)
            for _ in range(3):
                self._said.put(SILENT_PCMU)

    def answer_over(self, timeout_s: float = 40, quiet_s: float = 1.6) -> None:
        """Wait until everything was said, the bot spoke after it, and is quiet."""
        end_s = time.monotonic() + timeout_s
        while not self._said.empty():
            time.sleep(0.02)
        began_s = time.monotonic()
        while True:
            # A list only grows: its copy is safe beside the receiving thread.
            loud = [packet.at_s for packet in self._peer.received[-1500:] if packet.at_s > began_s and packet.loud]
            if loud and time.monotonic() - loud[-1] > quiet_s:
                return
            assert time.monotonic() < end_s, "the bot does not come to an end" if loud else "the bot says nothing"
            time.sleep(0.1)


# baresip's command-line client


def baresip_home(folder: Path, source: Path, *, number: str, sip_port: int) -> None:
    """Configuration that plays `source` (8 kHz) to the far end and records it in `dump-*-dec.wav`."""
    (folder / "config").write_text(
        f"module_path /usr/lib/baresip/modules\nsip_listen 127.0.0.1:{sip_port}\nnet_interface 127.0.0.1\n"
        f"audio_source aufile,{source}\naudio_player aufile,{folder}/unused.wav\n"
        # Its own buffer in front of the encoder drops and repeats frames on a busy machine unless it holds enough.
        "audio_txmode thread\naudio_buffer 200-2000\n"
        "ausrc_srate 8000\nauplay_srate 8000\nausrc_channels 1\nauplay_channels 1\n"
        f"module g711.so\nmodule aufile.so\nmodule sndfile.so\nsnd_path {folder}\nmodule stdio.so\n"
        "module_tmp account.so\nmodule_app menu.so\n"
    )
    (folder / "accounts").write_text(f"<sip:{number}@127.0.0.1>;regint=0;audio_codecs=PCMU\n")
    (folder / "contacts").write_text("")
