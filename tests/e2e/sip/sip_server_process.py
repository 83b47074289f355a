"""Starts `sip_echo_app.py` and reads what it tells."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[2]


class ServerProcess:
    """One process; its events are collected by a thread."""

    def __init__(self, port: int, rtp_min: int, rtp_max: int, log: Path, **options: Any) -> None:
        self.port = port
        self.events: list[dict[str, Any]] = []
        self._log = log.open("wb")
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        self.process = subprocess.Popen(
            [sys.executable, str(_HERE / "sip_echo_app.py"), *map(str, (port, rtp_min, rtp_max)), json.dumps(options)],
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={**os.environ, "PYTHONPATH": path, "VOICEBOT_SIP_PASSWORD": "open sesame"},
        )
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def wait(
        self, event: str, *, after: int = 0, count: int = 1, timeout_s: float = 10.0, **facts: Any
    ) -> dict[str, Any]:
        """The `count`-th event of that name and facts among those after the first `after` events."""
        end_s = time.monotonic() + timeout_s
        while True:
            found = [e for e in self.events[after:] if e["event"] == event]
            if len(found) >= count:
                return found[count - 1]
            assert time.monotonic() < end_s, f"no {event} among {self.events[after:]}"
            time.sleep(0.01)

    def stop(self) -> int:
        self.process.terminate()
        try:
            code = self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self._thread.join()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._log.close()
        return code


def mark(process: ServerProcess) -> int:
    """How many events there were so far: what comes later is counted from here."""
    return len(process.events)
