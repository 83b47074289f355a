"""A real Vendure as a child process, for tests: `scripts/vendure`, which installs it the first time."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from vendure_seed import Seeder

ROOT = Path(__file__).parents[3]
#: Numbers start here, so that they are as long as a real shop's.
FIRST_NUMBER = 41_207


@dataclass(frozen=True, slots=True)
class VendureShop:
    """`accounts` are customers' ids by e-mail; `numbers` is the file with the next order's number."""

    url: str
    seeder: Seeder
    accounts: dict[str, str]
    numbers: Path

    def next_number(self, number: int) -> int:
        """Let the next order have this number; the one that it would have had."""
        before = int(self.numbers.read_text())
        self.numbers.write_text(f"{number}\n")
        return before


@contextmanager
def running_vendure() -> Iterator[VendureShop]:
    """A shop with a catalogue. Skips the test when `VOICEBOT_TEST_VENDURE=0`."""
    if os.environ.get("VOICEBOT_TEST_VENDURE", "1") == "0":
        pytest.skip("VOICEBOT_TEST_VENDURE=0: the tests against a real Vendure are left out")
    with tempfile.TemporaryDirectory() as folder:
        numbers = Path(folder, "numbers")
        numbers.write_text(f"{FIRST_NUMBER}\n")
        process = subprocess.Popen(
            [str(ROOT / "scripts/vendure"), "--watch-stdin"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "VOICEBOT_VENDURE_NUMBERS": str(numbers)},
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line.startswith("vendure ready on "):
                pytest.fail("scripts/vendure did not start a shop; its last words are above")
            url = line.split()[-1]
            seeder = Seeder(url)
            soon, past = (datetime.now(UTC) + timedelta(days=days) for days in (90, -30))
            seeder.promotion("WELCOME10", 10, ends_at=soon.isoformat())
            seeder.promotion("SPRING15", 15, ends_at=past.isoformat())
            yield VendureShop(url, seeder, {}, numbers)
            seeder.close()
        finally:
            process.stdin.close()
            process.wait(30)
            process.stdout.close()
