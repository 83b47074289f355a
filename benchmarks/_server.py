"""Our server as a child process of a benchmark: own data, own ports, a slow order system; and callers to ring it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _witness import watching

from voicebot.records.database import StoreError
from voicebot.records.events.base import Record
from voicebot.records.events.call import CallEnded
from voicebot.records.store import read_store

_READY_S = 180.0
_STOP_S = 30.0
_CALL_S = 600.0
_LOG_S = 10.0
_VOICEBOT = (sys.executable, "-m", "voicebot")


class ServerError(Exception):
    """The server did not start, or a call to it failed."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, listening on loopback."""

    sip: str
    pid: int
    log: Path
    data: Path


@dataclass(frozen=True, slots=True)
class Placed:
    """A call that was made: the caller's summary, the server's log of it, and the processor time of the caller."""

    summary: dict[str, Any]
    records: Sequence[Record]
    caller: dict[str, Any]


@contextmanager
def serving(
    folder: Path, *, oms_latency_ms: int, oms_p99_ms: int | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Start `voicebot serve` with its data in `folder` and the demo shop slowed down; stop it by its own pid.

    Args:
        oms_latency_ms: what every answer of the shop takes; with `oms_p99_ms` the median.
        settings: further variables of the server's environment, as in `VOICEBOT_OMS__CACHE_TTL_S`.

    Raises:
        ServerError: it was not ready in time; the message has its last words.
    """
    sip_port, http_port, oms_port = _free_ports(3)
    log = folder / "serve.log"
    environment = os.environ | {"VOICEBOT_OMS__DEMO_PORT": str(oms_port), "VOICEBOT_SIP__HOST": "127.0.0.1"}
    environment |= settings or {}
    ports = ("--sip-port", str(sip_port), "--http-port", str(http_port))
    command = (*_VOICEBOT, "serve", *ports, "--data-dir", str(folder / "data"), "--json")
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=folder, env=environment
        ) as process,
    ):
        try:
            _until_ready(process, log)
            slow_down(f"http://127.0.0.1:{oms_port}", oms_latency_ms, oms_p99_ms)
            yield Server(f"sip:shop@127.0.0.1:{sip_port}", process.pid, log, folder / "data")
        finally:
            process.terminate()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()


def place_call(server: Server, clips: Sequence[Path], *, caller: str, options: Sequence[str] = ()) -> Placed:
    """Ring the server with `voicebot call` in a process of its own, and read what the server recorded of it.

    Raises:
        ServerError: the call failed, or the server kept no log of it.
    """
    before = set(_calls(server))
    says = [part for clip in clips for part in ("--say", str(clip))]
    command = [*_VOICEBOT, "call", server.sip, *says, "--from", caller, "--json", *options]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process,
        watching(process.pid) as watch,
    ):
        try:
            out, errors = process.communicate(timeout=_CALL_S)
        finally:
            process.kill()
    lines = out.splitlines()
    if process.returncode or not lines:
        raise ServerError(f"the call failed: {errors.strip()[-400:]}")
    return Placed(json.loads(lines[-1]), _log_of_new_call(server, before), watch.media())


def _calls(server: Server) -> list[str]:
    try:
        store = read_store(server.data)
    except StoreError:
        return []
    try:
        return [call.call for call in store.calls(limit=1000)]
    finally:
        store.close()


def _log_of_new_call(server: Server, before: set[str]) -> Sequence[Record]:
    """Wait until the one new call has its end on disk."""
    until = time.monotonic() + _LOG_S
    while time.monotonic() < until:
        new = [call for call in _calls(server) if call not in before]
        if len(new) > 1:
            raise ServerError("somebody else called the server meanwhile")
        if new:
            store = read_store(server.data)
            try:
                records = store.records(new[0])
            finally:
                store.close()
            if records and isinstance(records[-1].event, CallEnded):
                return records
        time.sleep(0.1)
    raise ServerError("the server kept no complete log of the call")


def _until_ready(process: subprocess.Popen[str], log: Path) -> None:
    ready, lines = threading.Event(), process.stdout
    assert lines is not None

    def follow() -> None:
        for line in lines:
            if '"ready"' in line:
                ready.set()

    threading.Thread(target=follow, name="server-output", daemon=True).start()
    until = time.monotonic() + _READY_S
    while not ready.wait(0.1):
        if process.poll() is not None or time.monotonic() > until:
            raise ServerError(f"the server was not ready: {log.read_text()[-800:]}")


def slow_down(shop: str, latency_ms: int, p99_ms: int | None) -> None:
    """Let a demo shop's answers take this long.

    Args:
        shop: its URL.
        latency_ms: of every answer; with `p99_ms` the median.
    """
    request = urllib.request.Request(
        f"{shop}/admin/faults",
        data=json.dumps({"latency_ms": latency_ms, "latency_p99_ms": p99_ms}).encode(),
        headers={"content-type": "application/json"},
        method="PUT",
    )
    with urllib.request.urlopen(request, timeout=10):
        return


def _free_ports(count: int) -> list[int]:
    """Ports that are free for UDP and TCP just now."""
    held: list[socket.socket] = []
    ports: list[int] = []
    try:
        while len(ports) < count:
            tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
            held += [tcp, udp]
            tcp.bind(("127.0.0.1", 0))
            port = tcp.getsockname()[1]
            try:
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
            ports.append(port)
    finally:
        for one in held:
            one.close()
    return ports
