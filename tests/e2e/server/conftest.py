"""The whole server in processes of its own. The scenarios for sipp are those of the SIP transport's tests, the sounds
those of the ears'."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "sip"))
sys.path.insert(0, str(Path(__file__).parents[1] / "web"))
sys.path.insert(0, str(Path(__file__).parents[2] / "listening"))

from live_server import LiveServer, StartServer
from sipp_scenarios import Sipp


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory, prepared_models: Path) -> StartServer:
    @contextmanager
    def start(**sections: dict[str, Any]) -> Iterator[LiveServer]:
        server = LiveServer(tmp_path_factory.mktemp("server"), prepared_models, sections)
        try:
            server.wait_ready()
            yield server
        finally:
            server.stop()

    return start


@pytest.fixture
def sipp(tmp_path: Path) -> Sipp:
    assert shutil.which("sipp"), "sipp is needed: apt install sip-tester"
    return Sipp(tmp_path, "", timeout_s=90)
