"""Wrong proofs over all calls."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from write_fakes import Clock

from voicebot.oms.attempts import Attempts, who
from voicebot.oms.ledger import Ledger
from voicebot.oms.tables import failed_proofs
from voicebot.records.database import url_for


async def test_failures_count_within_the_window_and_survive(tmp_path: Path) -> None:
    clock = Clock()
    ledger = Ledger(url_for(tmp_path), wall=clock)
    attempts = Attempts(ledger, 24.0, wall=clock)
    jane, number = who("customer", "c-1"), who("caller", "+14155550134")
    await attempts.note([jane, number], "call-1")
    clock.pass_by(hours=20)
    await attempts.note([jane], "call-2")
    assert (await attempts.count(jane), await attempts.count(number)) == (2, 1)
    ledger.close()

    again = Ledger(url_for(tmp_path), wall=clock)
    later = Attempts(again, 24.0, wall=clock)
    clock.pass_by(hours=5)
    assert (await later.count(jane), await later.count(number)) == (1, 0)
    await later.note([], "call-3")
    with again.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(failed_proofs)).scalar_one() == 1
    again.close()


def test_nobody_is_readable() -> None:
    assert "4155550134" not in who("caller", "+14155550134")
    assert who("caller", "1") != who("customer", "1")
