"""Servers and callers for the conformance tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sip_rtp_peer import RtpPeer
from sip_server_process import ServerProcess
from sipp_scenarios import Sipp, free_port


def running(process: ServerProcess) -> Iterator[ServerProcess]:
    try:
        process.wait("ready", timeout_s=40)
        yield process
    finally:
        process.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One for everything; who reaches it is trusted to tell the caller."""
    log = tmp_path_factory.mktemp("server") / "server.log"
    yield from running(ServerProcess(free_port(), 20000, 20199, log, trust_asserted=True))


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One that gives up quickly and takes one call."""
    log = tmp_path_factory.mktemp("strict") / "strict.log"
    options = {"host": "127.0.0.1", "max_calls": 1, "never_sent_timeout_s": 1.5, "media_timeout_s": 1.0}
    yield from running(ServerProcess(free_port(), 20200, 20299, log, **options))


@pytest.fixture
def sipp(tmp_path: Path, server: ServerProcess) -> Sipp:
    assert shutil.which("sipp"), "apt install sip-tester"
    return Sipp(tmp_path, f"127.0.0.1:{server.port}")


@pytest.fixture
def peer() -> Iterator[RtpPeer]:
    with RtpPeer() as rtp:
        yield rtp
