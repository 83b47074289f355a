"""A real Medusa as a child process, for tests."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from medusa_seed import Seeder
from real_shop import FIRST_NUMBER, hand_out_codes, running

DATABASE_PORT = os.environ.get("VOICEBOT_MEDUSA_DB_PORT", "54329")


@dataclass(frozen=True, slots=True)
class MedusaShop:
    """`accounts` are customers' ids by e-mail."""

    url: str
    seeder: Seeder
    accounts: dict[str, str]


@contextmanager
def running_medusa() -> Iterator[MedusaShop]:
    """A shop with a catalogue."""
    with running("medusa") as url:
        next_number(FIRST_NUMBER)
        seeder = Seeder(url)
        hand_out_codes(seeder)
        yield MedusaShop(url, seeder, {})
        seeder.close()


def next_number(number: int) -> None:
    """Let the next order have this number: nothing over REST can."""
    program = sorted(Path("/usr/lib/postgresql").glob("*/bin/psql"))[-1]
    where = ["-q", "-h", "127.0.0.1", "-p", DATABASE_PORT, "-U", "voicebot", "voicebot"]
    command = f"ALTER SEQUENCE order_display_id_seq RESTART {number}"
    subprocess.run([str(program), *where, "-c", command], check=True, capture_output=True)
