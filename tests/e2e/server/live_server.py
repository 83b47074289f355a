"""`voicebot serve` as a process of its own, and what it tells from outside: its output, its web side, its log."""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

import httpx
from call_story import Story
from prepared import with_models

ROOT = Path(__file__).parents[3]
#: Begun at different places by runs at the same time.
_PORTS = itertools.islice(itertools.cycle(range(17000, 17500)), os.getpid() % 25 * 20, None)
_RTP_BLOCKS = itertools.islice(itertools.cycle(range(22000, 24000, 100)), os.getpid() % 20, None)
_ESTABLISHED = "01"


def free_port() -> int:
    """The next port that is free for UDP and TCP on every address."""
    for port in itertools.islice(_PORTS, 500):
        with socket.socket(type=socket.SOCK_STREAM) as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind(("", port))
                udp.bind(("", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port is left")


def environment() -> dict[str, str]:
    """Ours, without settings of a voicebot outside of the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VOICEBOT_")}
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), kept.get("PYTHONPATH"))))}


def voicebot(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "voicebot", *arguments]


def as_toml(sections: Mapping[str, Mapping[str, Any]]) -> str:
    """Settings as `voicebot.toml`."""
    lines = []
    for section, settings in sections.items():
        lines += [f"[{section}]", *(f"{name} = {_value(value)}" for name, value in settings.items())]
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name} = {_value(one)}" for name, one in value.items()) + "}"
    return json.dumps(str(value) if isinstance(value, Path) else value)


class LiveServer:
    """One server in a folder of its own, which is also its working directory.

    Args:
        prepared: folder with what earlier servers made of the model files; becomes the cache of this one.
        sections: settings by section, beside ports and data directory.
    """

    def __init__(self, folder: Path, prepared: Path, sections: Mapping[str, Mapping[str, Any]]) -> None:
        self.folder, self.data_dir = folder, folder / "data"
        self.sip_port, self.http_port, self.shop_port = free_port(), free_port(), free_port()
        rtp = next(_RTP_BLOCKS)
        own: dict[str, dict[str, Any]] = {
            "sip": {"host": "127.0.0.1", "rtp_port_min": rtp, "rtp_port_max": rtp + 99, "trust_asserted": True},
            "oms": {"demo_port": self.shop_port},
        }
        merged = {name: {**own.get(name, {}), **sections.get(name, {})} for name in {**own, **sections}}
        with_models(self.data_dir, prepared)
        (folder / "voicebot.toml").write_text(as_toml(merged), "utf-8")
        self.web = httpx.Client(base_url=f"http://127.0.0.1:{self.http_port}", timeout=10)
        self.process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        self.output: list[dict[str, Any]] = []
        flags = ("--sip-port", str(self.sip_port), "--http-port", str(self.http_port))
        with (self.folder / "server.log").open("ab") as log:
            process = subprocess.Popen(
                voicebot("serve", *flags, "--data-dir", str(self.data_dir), "--json"),
                cwd=self.folder,
                env=environment(),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._reader = threading.Thread(target=self._read, args=(process, self.output), daemon=True)
        self._reader.start()
        return process

    @staticmethod
    def _read(process: subprocess.Popen[str], output: list[dict[str, Any]]) -> None:
        assert process.stdout is not None
        with process.stdout:
            output.extend(json.loads(line) for line in process.stdout)

    def told(self, event: str) -> dict[str, Any] | None:
        return next((row for row in self.output if row["event"] == event), None)

    @property
    def log(self) -> str:
        return (self.folder / "server.log").read_text("utf-8", errors="replace")

    # The process

    def wait_ready(self, timeout_s: float = 90) -> None:
        self.wait("ready", timeout_s=timeout_s)
        assert self.web.get("/readyz").status_code == 200

    def wait(self, event: str, timeout_s: float = 10) -> dict[str, Any]:
        """Until it was printed."""
        end_s = time.monotonic() + timeout_s
        while (row := self.told(event)) is None:
            assert self.process.poll() is None, f"the server ended: {self.log[-3000:]}"
            assert time.monotonic() < end_s, f"no {event!r} in {self.output}: {self.log[-3000:]}"
            time.sleep(0.02)
        return row

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def ended(self, timeout_s: float) -> int:
        """The exit code, once it has ended."""
        code = self.process.wait(timeout_s)
        self._reader.join()
        return code

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.ended(20)
            except subprocess.TimeoutExpired:
                self.kill()
        self.web.close()

    def kill(self) -> None:
        """As a crash would end it."""
        self.process.kill()
        self.ended(10)

    def restart(self) -> None:
        """Start again on the same data and ports."""
        self.process = self._start()
        self.wait_ready()

    @property
    def threads(self) -> int:
        return sum(1 for _ in Path(f"/proc/{self.process.pid}/task").iterdir())

    @property
    def sockets(self) -> list[str]:
        """UDP and TCP sockets that are bound: `protocol address`. Connections are left out."""
        found = []
        for protocol in ("udp", "tcp"):
            table = Path(f"/proc/{self.process.pid}/net/{protocol}").read_text().splitlines()[1:]
            mine, rows = self._inodes(), [line.split() for line in table]
            found += [f"{protocol} {row[1]}" for row in rows if row[9] in mine and row[3] != _ESTABLISHED]
        return sorted(found)

    def _inodes(self) -> set[str]:
        found = set()
        for handle in Path(f"/proc/{self.process.pid}/fd").iterdir():
            try:
                match = re.fullmatch(r"socket:\[(\d+)\]", str(handle.readlink()))
            except OSError:
                continue  # closed meanwhile
            if match:
                found.add(match[1])
        return found

    # What it knows

    def address(self, user: str = "shop") -> str:
        return f"sip:{user}@127.0.0.1:{self.sip_port}"

    @property
    def host(self) -> str:
        """For sipp."""
        return f"127.0.0.1:{self.sip_port}"

    def get(self, path: str) -> Any:
        answer = self.web.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def ready(self) -> dict[str, Any]:
        found: dict[str, Any] = self.get("/readyz")
        return found

    def wait_idle(self, timeout_s: float = 10, *, calls: int = 0) -> None:
        """Until no more than so many calls are going on; and it is ready for more."""
        end_s = time.monotonic() + timeout_s
        while (state := self.ready())["calls"]["running"] > calls:
            assert time.monotonic() < end_s, f"a call is left behind: {state}"
            time.sleep(0.05)
        assert state["ready"]

    def call_of(self, number: str, timeout_s: float = 10) -> str:
        """Id of the latest call from that number, once there is one."""
        end_s = time.monotonic() + timeout_s
        while not (found := self.web.get("/api/calls", params={"caller": number}).json()["calls"]):
            assert time.monotonic() < end_s, f"no call from {number}: {self.log[-3000:]}"
            time.sleep(0.05)
        return str(found[0]["call"])

    def story(self, call: str) -> Story:
        """What is recorded of a call by now."""
        return Story(self.get(f"/api/calls/{call}"))

    def told_story(self, number: str, timeout_s: float = 10) -> Story:
        """The whole story of the latest call from that number, once it has ended."""
        call = self.call_of(number, timeout_s)
        end_s = time.monotonic() + timeout_s
        while (story := self.story(call)).live:
            assert time.monotonic() < end_s, f"the call from {number} goes on: {story.kinds[-5:]}"
            time.sleep(0.05)
        return story

    def wait_for(self, number: str, kind: str, timeout_s: float = 20, count: int = 1, **facts: Any) -> dict[str, Any]:
        """Data of the `count`-th such event of the latest call from that number, once it happened."""
        call = self.call_of(number, timeout_s)
        end_s = time.monotonic() + timeout_s
        while len(found := (story := self.story(call)).all(kind, **facts)) < count:
            assert time.monotonic() < end_s, f"no {kind} {facts} from {number}: {story.kinds}"
            time.sleep(0.05)
        return found[count - 1]

    def wait_heard(self, number: str, text: str, timeout_s: float = 40) -> Story:
        """The story so far of the latest call from that number, once its caller heard these words."""
        call = self.call_of(number)
        end_s = time.monotonic() + timeout_s
        while text not in (story := self.story(call)).heard:
            assert time.monotonic() < end_s, f"not heard: {text!r} in {story.heard!r}"
            assert story.live, f"the call ended without {text!r}: {story.heard!r}"
            time.sleep(0.05)
        return story

    def shown(self, call: str) -> list[dict[str, Any]]:
        """`voicebot calls show CALL --json`."""
        command = voicebot("calls", "show", call, "--json", "--data-dir", str(self.data_dir))
        done = subprocess.run(
            command, cwd=self.folder, env=environment(), capture_output=True, text=True, timeout=30, check=False
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def break_shop(self, **faults: Any) -> None:
        """Make the demo shop slow or broken; without faults, whole again."""
        httpx.put(f"http://127.0.0.1:{self.shop_port}/admin/faults", json=faults, timeout=5).raise_for_status()


class StartServer(Protocol):
    """Starts a server that takes calls; it is stopped at the end of the context."""

    def __call__(self, **sections: dict[str, Any]) -> AbstractContextManager[LiveServer]: ...
