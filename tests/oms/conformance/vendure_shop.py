"""A real Vendure as a child process, for tests."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from real_shop import FIRST_NUMBER, hand_out_codes, running
from vendure_seed import Seeder


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
    """A shop with a catalogue."""
    with tempfile.TemporaryDirectory() as folder:
        numbers = Path(folder, "numbers")
        numbers.write_text(f"{FIRST_NUMBER}\n")
        with running("vendure", {"VOICEBOT_VENDURE_NUMBERS": str(numbers)}) as url:
            seeder = Seeder(url)
            hand_out_codes(seeder)
            yield VendureShop(url, seeder, {}, numbers)
            seeder.close()
