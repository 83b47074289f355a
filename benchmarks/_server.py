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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_READY_S = 180.0
_STOP_S = 30.0
_VOICEBOT = (sys.executable, "-m", "voicebot")


class ServerError(Exception):
    """The server did not start, or a call to it failed."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, listening on loopback."""

    sip: str
    pid: int
    log: Path


@contextmanager
def serving(folder: Path, *, oms_latency_ms: int) -> Iterator[Server]:
    """Start `voicebot serve` with its data in `folder` and the demo shop slowed down; stop it by its own pid.

    Raises:
        ServerError: it was not ready in time; the message has its last words.
    """
    sip_port, http_port, oms_port = _free_ports(3)
    log = folder / "serve.log"
    environment = os.environ | {"VOICEBOT_OMS__DEMO_PORT": str(oms_port), "VOICEBOT_SIP__HOST": "127.0.0.1"}
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
            _slow_down(oms_port, oms_latency_ms)
            yield Server(f"sip:shop@127.0.0.1:{sip_port}", process.pid, log)
        finally:
            process.terminate()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()


def place_call(server: Server, clips: Sequence[Path], *, caller: str, options: Sequence[str] = ()) -> dict[str, Any]:
    """Ring the server with `voicebot call` in a process of its own; the summary.

    Raises:
        ServerError: the call failed.
    """
    says = [part for clip in clips for part in ("--say", str(clip))]
    done = subprocess.run(
        [*_VOICEBOT, "call", server.sip, *says, "--from", caller, "--json", *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        raise ServerError(f"the call failed: {done.stderr.strip()[-400:]}")
    summary: dict[str, Any] = json.loads(lines[-1])
    return summary


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


def _slow_down(port: int, latency_ms: int) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/admin/faults",
        data=json.dumps({"latency_ms": latency_ms}).encode(),
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
