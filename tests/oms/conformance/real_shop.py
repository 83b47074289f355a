"""A real order system as a child process, for tests: one of `scripts/`, which installs it the first time."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest

ROOT = Path(__file__).parents[3]
#: Numbers start here, so that they are as long as a grown shop's.
FIRST_NUMBER = 41_207


class Promoting(Protocol):
    def promotion(self, code: str, percent: int, *, ends_at: str) -> None: ...


@contextmanager
def running(name: str, environ: Mapping[str, str] | None = None) -> Iterator[str]:
    """URL of an empty shop. Skips the test when `VOICEBOT_TEST_<NAME>=0`."""
    switch = f"VOICEBOT_TEST_{name.upper()}"
    if os.environ.get(switch, "1") == "0":
        pytest.skip(f"{switch}=0: the tests against a real {name.capitalize()} are left out")
    process = subprocess.Popen(
        [str(ROOT / "scripts" / name), "--watch-stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environ or {})},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line.startswith(f"{name} ready on "):
            pytest.fail(f"scripts/{name} did not start a shop; its last words are above")
        yield line.split()[-1]
    finally:
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


def hand_out_codes(seeder: Promoting) -> None:
    """The codes of `real_backend.SHELF`."""
    soon, past = (datetime.now(UTC) + timedelta(days=days) for days in (90, -30))
    seeder.promotion("WELCOME10", 10, ends_at=soon.isoformat())
    seeder.promotion("SPRING15", 15, ends_at=past.isoformat())
