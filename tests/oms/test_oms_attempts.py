"""Wrong proofs over all calls, and over all processes: in SQLite, and in PostgreSQL."""

from __future__ import annotations

import asyncio
import json
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
import sqlalchemy as sa
from at_once import at_once
from write_fakes import Clock

from voicebot.oms.attempts import Attempts, Reserved, who
from voicebot.oms.ledger import Ledger
from voicebot.oms.tables import failed_proofs

JANE, NUMBER = who("customer", "c-1"), who("caller", "+14155550134")
PROCESSES, GUESSES, CUSTOMERS, LIMIT = 4, 2, 12, 3


@pytest.fixture
def attempts(ledger: Ledger, clock: Clock) -> Attempts:
    return Attempts(ledger, 24.0, wall=clock)


async def test_failures_count_within_the_window_and_survive(
    attempts: Attempts, ledger: Ledger, clock: Clock, database_url: str
) -> None:
    await attempts.reserve({JANE: 9, NUMBER: 9}, "call-1")
    clock.pass_by(hours=20)
    await attempts.reserve({JANE: 9}, "call-2")
    assert (await attempts.count(JANE), await attempts.count(NUMBER)) == (2, 1)

    again = Ledger(database_url, wall=clock)
    later = Attempts(again, 24.0, wall=clock)
    clock.pass_by(hours=5)
    assert (await later.count(JANE), await later.count(NUMBER)) == (1, 0)
    assert (await later.reserve({}, "call-3")).rows == ()
    with again.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(failed_proofs)).scalar_one() == 1
    again.close()


async def test_when_one_has_none_left_nothing_is_counted(attempts: Attempts, clock: Clock) -> None:
    for _ in range(2):
        assert (await attempts.reserve({NUMBER: 5, JANE: 2}, "c")).used_up == ""
    assert await attempts.reserve({NUMBER: 5, JANE: 2}, "c") == Reserved(used_up=JANE)
    assert await attempts.reserve({NUMBER: 2, JANE: 2}, "c") == Reserved(used_up=NUMBER)
    assert (await attempts.count(NUMBER), await attempts.count(JANE)) == (2, 2)
    clock.pass_by(hours=25)
    assert (await attempts.reserve({JANE: 2}, "c")).used_up == ""


async def test_a_right_one_is_given_back_alone(attempts: Attempts) -> None:
    first, second = [await attempts.reserve({NUMBER: 5, JANE: 2}, "c") for _ in range(2)]
    await attempts.give_back(first)
    await attempts.give_back(first)
    await attempts.give_back(Reserved(used_up=JANE))
    assert (await attempts.count(NUMBER), await attempts.count(JANE)) == (1, 1)
    assert len(second.rows) == 2


async def test_of_many_at_once_as_many_as_are_left(attempts: Attempts) -> None:
    held = await asyncio.gather(*(attempts.reserve({NUMBER: 9, JANE: LIMIT}, "c") for _ in range(8)))
    assert [one.used_up for one in held].count("") == LIMIT
    assert (await attempts.count(NUMBER), await attempts.count(JANE)) == (LIMIT, LIMIT)


def _guess(url: str, number: int, folder: Path, start: Barrier) -> None:
    async def guess() -> list[int]:
        won = [0] * CUSTOMERS
        for customer in range(CUSTOMERS):
            start.wait(60)
            limits = {who("caller", f"+1{number}"): 99, who("customer", f"c-{customer}"): LIMIT}
            held = await asyncio.gather(*(one.reserve(limits, f"call-{number}") for one in guessers))
            won[customer] = [one.used_up for one in held].count("")
        return won

    ledgers = [Ledger(url) for _ in range(GUESSES)]
    guessers = [Attempts(ledger, 24.0) for ledger in ledgers]
    try:
        (folder / f"won-{number}").write_text(json.dumps(asyncio.run(guess())))
    finally:
        for ledger in ledgers:
            ledger.close()


@pytest.mark.e2e
def test_eight_parallel_guesses_are_three_attempts(database_url: str, tmp_path: Path) -> None:
    at_once(PROCESSES, _guess, database_url, tmp_path)
    won = [json.loads((tmp_path / f"won-{number}").read_text()) for number in range(PROCESSES)]
    assert [sum(one) for one in zip(*won, strict=True)] == [LIMIT] * CUSTOMERS


def test_nobody_is_readable() -> None:
    assert "4155550134" not in NUMBER
    assert who("caller", "1") != who("customer", "1")
