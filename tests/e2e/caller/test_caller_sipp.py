"""`voicebot call` against sipp, with a bot's media of known latency: the measure is right, and so is the signalling."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from voicebot.caller import g711, rtp
from voicebot.caller.dtmf import key_of
from voicebot.caller.voiced import GATE_DBFS, level_dbfs

HERE = Path(__file__).parent
FIXTURES = Path(__file__).parents[3] / "audio_fixtures"
ANSWER_AFTER_S = 0.3

pytestmark = pytest.mark.e2e


class Bot(threading.Thread):
    """A bot's media: greets, answers `ANSWER_AFTER_S` after the caller's last loud packet, stops when interrupted."""

    def __init__(self, *, speech_s: float = 1.0, yields_after_s: float = 0.1) -> None:
        super().__init__(daemon=True)
        self.sock = socket.socket(type=socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.sock.settimeout(0.002)
        self.keys = ""
        self.answers = 0
        self._speech_s, self._yields_after_s = speech_s, yields_after_s
        self._over = False

    @property
    def port(self) -> int:
        return int(self.sock.getsockname()[1])

    def run(self) -> None:
        tone = g711.encode("pcmu", (6000 * np.sin(np.arange(160) * 0.4)).astype(np.int16))
        peer: tuple[str, int] | None = None
        step, speak_from, speak_until = 0, 0.0, 0.0
        loud_since = last_loud = None
        origin = time.monotonic()
        while not self._over:
            now = time.monotonic()
            try:
                data, source = self.sock.recvfrom(2048)
            except TimeoutError:
                data = b""
            packet = rtp.parse(data)
            if packet:
                if peer is None:
                    peer, origin, step = source, now, 0
                    speak_from, speak_until = now + 0.2, now + 0.2 + self._speech_s
                loud = packet.payload_type == 0 and level_dbfs(g711.decode("pcmu", packet.payload)) >= GATE_DBFS
                found = key_of(packet.payload) if packet.payload_type == 101 else None
                if found and packet.marker:
                    self.keys += found[0]
                if loud or (found and found[1]):
                    last_loud = now
                    loud_since = loud_since or now
            if loud_since and speak_from <= now < speak_until and now - loud_since >= self._yields_after_s:
                speak_until = now
            # A pause inside the caller's sentence is shorter than this; then the answer starts at its due time.
            if last_loud and now - last_loud >= ANSWER_AFTER_S - 0.004:
                speak_from, speak_until = last_loud + ANSWER_AFTER_S, last_loud + ANSWER_AFTER_S + self._speech_s
                loud_since = last_loud = None
                self.answers += 1
            if peer and now >= origin + 0.02 * step:
                voice = tone if speak_from <= now < speak_until else b"\xff" * 160
                self.sock.sendto(rtp.Packet(0, step & 0xFFFF, 160 * step, 5, voice).encode(), peer)
                step += 1

    def stop(self) -> None:
        self._over = True
        self.join(2)
        self.sock.close()


@contextmanager
def bot(**how: float) -> Iterator[Bot]:
    one = Bot(**how)
    one.start()
    try:
        yield one
    finally:
        one.stop()


@contextmanager
def sipp(scenario: str, folder: Path, *, media: int = 9) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """sipp as the called side; its address, and the process."""
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["sipp", "-sf", str(HERE / f"{scenario}.xml"), "-i", "127.0.0.1", "-p", str(port), "-m", "1"]
    command += ["-key", "media", str(media), "-nostdin", "-timeout", "60s", "-trace_err"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        time.sleep(0.4)
        try:
            yield f"sip:bot@127.0.0.1:{port}", process
        finally:
            if process.poll() is None:
                process.terminate()


def call(address: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "voicebot", "call", address, "--json", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(process: subprocess.Popen[str]) -> tuple[list[dict[str, Any]], str]:
    out, err = process.communicate(timeout=90)
    return [json.loads(line) for line in out.splitlines()], err


@pytest.fixture(autouse=True)
def _sipp_is_installed() -> None:
    assert shutil.which("sipp"), "sipp is needed: apt install sip-tester"


def clip(name: str) -> str:
    return str(FIXTURES / f"{name}.flac")


def test_known_latency_is_measured_and_both_sides_are_recorded(tmp_path: Path) -> None:
    record = tmp_path / "call.wav"
    says = ["--say", clip("where_is_my_order"), "--dtmf", "12#", "--say", clip("yes_please")]
    with bot() as media, sipp("answer", tmp_path, media=media.port) as (address, server):
        rows, err = finished(call(address, *says, "--codec", "pcmu", "--record", str(record)))
        assert server.wait(10) == 0
    summary = rows[-1]
    assert [row["event"] for row in rows if row["event"] != "speaking"] == [
        "ringing", "answered", "turn", "turn", "turn", "ended", "summary",
    ]  # fmt: skip
    assert (summary["code"], summary["ended_by"], err) == (200, "caller", "")
    figures = [turn["v2v_ms"] for turn in summary["turns"]]
    # A busy machine makes the far end answer late, never early: the least delayed answer tells how true the measure is.
    assert abs(min(figures) - 1000 * ANSWER_AFTER_S) < 45, figures
    assert [turn["clip"] for turn in summary["turns"]] == ["where_is_my_order.flac", "12#", "yes_please.flac"]
    assert media.keys == "12#"
    assert summary["lost"] == 0
    assert summary["packets_received"] > 200
    both, rate = soundfile.read(record, dtype="int16")
    assert rate == 8000
    assert both.shape[1] == 2
    assert np.abs(both[:, 0]).max() > 3000
    assert np.abs(both[:, 1]).max() > 3000


def test_an_interruption_measures_how_fast_the_bot_yields(tmp_path: Path) -> None:
    says = ["--say", clip("where_is_my_order"), "--say", clip("dont_know_number") + "@barge=400"]
    with bot(speech_s=4.0, yields_after_s=0.15) as media, sipp("answer", tmp_path, media=media.port) as (address, _):
        rows, _ = finished(call(address, *says, "--codec", "pcmu"))
    first, second = rows[-1]["turns"]
    assert first["yield_ms"] is None
    assert 100 < second["yield_ms"] < 260
    assert abs(second["v2v_ms"] - 1000 * ANSWER_AFTER_S) < 45


def test_a_bot_that_hangs_up(tmp_path: Path) -> None:
    with sipp("hangs_up", tmp_path) as (address, server):
        process = call(address, "--say", clip("yes_please"))
        rows, _ = finished(process)
        assert server.wait(10) == 0
    assert process.returncode == 0
    assert rows[-1]["ended_by"] == "bot"
    assert rows[-1]["turns"][0]["played"] is False


def test_a_transfer_is_reported_with_its_user_to_user(tmp_path: Path) -> None:
    with sipp("refer", tmp_path) as (address, server):
        process = call(address, "--say", clip("human_please"))
        rows, _ = finished(process)
        assert server.wait(10) == 0
    transferred = next(row for row in rows if row["event"] == "transferred")
    assert transferred["user_to_user"] == "68616e64;encoding=hex"
    assert "agents@192.0.2.50" in transferred["refer_to"]
    assert rows[-1]["ended_by"] == "transfer"
    assert process.returncode == 0


def test_a_refused_call_says_code_reason_and_when_to_retry(tmp_path: Path) -> None:
    with sipp("refuse", tmp_path) as (address, server):
        process = call(address, "--say", clip("yes"))
        rows, err = finished(process)
        assert server.wait(10) == 0
    assert process.returncode == 1
    assert (rows[-1]["code"], rows[-1]["retry_after_s"]) == (503, "30")
    assert "503 Service Unavailable" in err


def test_giving_up_while_it_rings_is_a_cancel(tmp_path: Path) -> None:
    with sipp("rings", tmp_path) as (address, server):
        process = call(address, "--say", clip("yes"))
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["event"] == "ringing"
        process.send_signal(signal.SIGINT)
        rows, _ = finished(process)
        assert server.wait(10) == 0
    assert rows[-1]["ended_by"] == "caller"
    assert process.returncode == 1


def test_a_port_where_nobody_listens_fails_at_once() -> None:
    began = time.monotonic()
    process = call("sip:bot@127.0.0.1:9", "--say", clip("yes"))
    _, err = finished(process)
    assert process.returncode == 1
    assert "503" in err
    assert time.monotonic() - began < 20


def test_wrong_usage() -> None:
    for arguments, code in (
        (("http://x",), 1),
        (("sip:a@127.0.0.1:9", "--say", "missing.wav"), 1),
        (("sip:a@127.0.0.1:9", "--codec", "gsm"), 2),
        (("sip:a@no.such.host.invalid",), 1),
    ):
        process = call(*arguments)
        _, err = finished(process)
        assert process.returncode == code, err
        assert "Traceback" not in err
