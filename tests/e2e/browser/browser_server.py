"""`voicebot serve` as its own process, on free ports."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any


class ServeProcess:
    """The server as an operator starts it; use as a context, `web` is where it answers."""

    def __init__(self, data_dir: Path, log: Path, *, ready_within_s: float) -> None:
        self.data_dir = data_dir
        self.web = ""
        self._log = log
        self._ready_within_s = ready_within_s
        self._ready = threading.Event()

    def __enter__(self) -> ServeProcess:
        environment = {
            **os.environ,
            "VOICEBOT_SIP__HOST": "127.0.0.1",
            "VOICEBOT_SIP__RTP_PORT_MIN": "24500",
            "VOICEBOT_SIP__RTP_PORT_MAX": "24899",
        }
        ports = ("--sip-port", str(_free_port()), "--http-port", "0")
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "voicebot", "serve", *ports, "--data-dir", str(self.data_dir), "--json"],
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._ready.wait(self._ready_within_s) or not self.web:
            self.__exit__()
            raise AssertionError(f"the server is not ready:\n{self._log.read_text('utf-8', 'replace')[-4000:]}")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(5)
        assert self._process.stdout is not None
        self._process.stdout.close()

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def calls_show(self, call: str, *flags: str) -> str:
        """What `voicebot calls show` prints."""
        command = [sys.executable, "-m", "voicebot", "calls", "show", call, "--data-dir", str(self.data_dir), *flags]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def events(self, call: str) -> list[dict[str, Any]]:
        """The call's event log, as `calls show --json` prints it."""
        lines = [json.loads(line) for line in self.calls_show(call, "--json").splitlines()]
        return [line for line in lines if line["kind"] != "summary"]

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            if told["event"] == "ready":
                self.web = told["web"]
                self._ready.set()
        self._ready.set()  # it ended: nothing more to wait for


def _free_port() -> int:
    """A port that is free for UDP and TCP."""
    for _ in range(50):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            udp.bind(("127.0.0.1", 0))
            port: int = udp.getsockname()[1]
            try:
                tcp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")
