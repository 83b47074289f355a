"""The peer bot as a child process, given clips block by block."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from _common import ROOT

from voicebot import weights

_READY_S = 120.0
_LINE_S = 60.0
_STOP_S = 20.0


class PeerError(Exception):
    """The peer did not start, or stopped answering this program."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A running peer."""

    process: subprocess.Popen[str]
    rows: Queue[dict[str, Any]]

    def block(self, clips: Sequence[Path | tuple[Path, int]]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Play clips one after the other: its turns, and how its feed kept time (`pacing_p99_ms`, `scheduling`).

        A pair is a clip that is played over the bot, so many milliseconds after it began to speak.

        Raises:
            PeerError: it died, or said nothing for a minute.
        """
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps([_told(clip) for clip in clips]) + "\n")
            self.process.stdin.flush()
        except OSError as error:
            raise PeerError("the peer has died") from error
        turns: list[dict[str, Any]] = []
        while True:
            row = self.next(_LINE_S)
            if row["event"] == "block":
                return turns, row
            turns.append(row)

    def next(self, timeout_s: float) -> dict[str, Any]:
        try:
            row = self.rows.get(timeout=timeout_s)
        except Empty:
            raise PeerError(f"the peer said nothing for {timeout_s:.0f} s") from None
        if row["event"] == "end":
            raise PeerError("the peer has died")
        return row


def _told(clip: Path | tuple[Path, int]) -> str | list[str | int]:
    return str(clip) if isinstance(clip, Path) else [str(clip[0]), clip[1]]


@contextmanager
def peer(folder: Path, *, warm_up: Path, reply: str | None = None) -> Iterator[Peer]:
    """Start the peer with the same models and voice as ours, and perhaps another reply; stop it by its own pid.

    Raises:
        PeerError: it was not ready in time.
    """
    command = [
        sys.executable,
        str(Path(__file__).with_name("peer_pipecat.py")),
        *("--model", str(weights.whisper_base(folder / "cache"))),
        *("--voice", str(weights.piper_voice())),
        *("--warm-up", str(warm_up)),
        *(("--reply", reply) if reply else ()),
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        rows: Queue[dict[str, Any]] = Queue()

        def follow() -> None:
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith("{"):
                    rows.put(json.loads(line))
            rows.put({"event": "end"})

        threading.Thread(target=follow, name="peer-output", daemon=True).start()
        started = Peer(process, rows)
        try:
            started.next(_READY_S)
            yield started
        finally:
            process.terminate()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
