"""A real Medusa as a child process, for tests: `scripts/medusa`, which installs it the first time."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from medusa_seed import Seeder

ROOT = Path(__file__).parents[3]
DATABASE_PORT = os.environ.get("VOICEBOT_MEDUSA_DB_PORT", "54329")
#: Numbers start here, so that they are as long as a real shop's.
FIRST_NUMBER = 41_207


@dataclass(frozen=True, slots=True)
class MedusaShop:
    """`accounts` are customers' ids by e-mail."""

    url: str
    seeder: Seeder
    accounts: dict[str, str]


@contextmanager
def running_medusa() -> Iterator[MedusaShop]:
    """A shop with a catalogue. Skips the test when `VOICEBOT_TEST_MEDUSA=0`."""
    if os.environ.get("VOICEBOT_TEST_MEDUSA", "1") == "0":
        pytest.skip("VOICEBOT_TEST_MEDUSA=0: the tests against a real Medusa are left out")
    process = subprocess.Popen(
        [str(ROOT / "scripts/medusa"), "--watch-stdin"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line.startswith("medusa ready on "):
            pytest.fail("scripts/medusa did not start a shop; its last words are above")
        next_number(FIRST_NUMBER)
        url = line.split()[-1]
        seeder = Seeder(url)
        soon, past = (datetime.now(UTC) + timedelta(days=days) for days in (90, -30))
        seeder.promotion("WELCOME10", 10, ends_at=soon.isoformat())
        seeder.promotion("SPRING15", 15, ends_at=past.isoformat())
        yield MedusaShop(url, seeder, {})
        seeder.close()
    finally:
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


def next_number(number: int) -> None:
    """Let the next order have this number: nothing over REST can."""
    program = sorted(Path("/usr/lib/postgresql").glob("*/bin/psql"))[-1]
    where = ["-q", "-h", "127.0.0.1", "-p", DATABASE_PORT, "-U", "medusa", "medusa"]
    command = f"ALTER SEQUENCE order_display_id_seq RESTART {number}"
    subprocess.run([str(program), *where, "-c", command], check=True, capture_output=True)
