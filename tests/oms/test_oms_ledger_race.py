"""Several processes at one ledger: an action is open on an order once only, and nothing of it is lost."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from multiprocessing.synchronize import Barrier
from pathlib import Path
from random import Random

import pytest
from at_once import at_once
from write_fakes import a_plan

from voicebot.oms.actions import ActionKind
from voicebot.oms.ledger import OPEN, Ledger, Status, read
from voicebot.oms.tables import ledger as rows

WRITERS, BEGINS, TARGETS, KEYS = 3, 80, 2, 3


async def _write(ledger: Ledger, number: int, folder: Path) -> dict[str, list[str]]:
    """Begin and end writes of any key; a file that only one may make tells whether another has the same open."""
    random = Random(number)
    told: dict[str, list[str]] = {"won": [], "twice": [], "odd": []}
    for _ in range(BEGINS):
        target = f"o-{random.randrange(TARGETS)}"
        key = f"{target}-{random.randrange(KEYS)}"
        found = await ledger.begin(key, f"call-{number}", a_plan(ActionKind.REFUND, target))
        if found is not None:
            if found.target != target or found.status not in OPEN:
                told["odd"].append(key)
            continue
        told["won"].append(key)
        mark = folder / f"open-{target}"
        try:
            mark.touch(exist_ok=False)
        except FileExistsError:
            told["twice"].append(key)
        await asyncio.sleep(random.random() / 500)
        mark.unlink(missing_ok=True)
        if not await ledger.finish(key, Status.FAILED, reason="refused"):
            told["odd"].append(key)
    return told


def _writer(url: str, number: int, folder: Path, start: Barrier) -> None:
    start.wait(60)
    ledger = Ledger(url)  # of an empty database, by all of them at once
    try:
        told = asyncio.run(_write(ledger, number, folder))
    finally:
        ledger.close()
    (folder / f"told-{number}").write_text(json.dumps(told))


@pytest.mark.e2e
def test_of_several_processes_one_has_a_write_open(database_url: str, tmp_path: Path) -> None:
    at_once(WRITERS, _writer, database_url, tmp_path)
    told = [json.loads((tmp_path / f"told-{number}").read_text()) for number in range(WRITERS)]
    assert [one["twice"] for one in told] == [[]] * WRITERS
    assert [one["odd"] for one in told] == [[]] * WRITERS
    won = Counter(key for one in told for key in one["won"])
    assert sum(won.values()) > WRITERS * BEGINS / 10
    ledger = Ledger(database_url)
    entries = read(ledger.engine, rows.select())
    ledger.close()
    assert {entry.key: entry.attempts for entry in entries} == won
    assert {entry.status for entry in entries} == {Status.FAILED}
