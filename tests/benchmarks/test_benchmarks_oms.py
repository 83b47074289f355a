"""What the crash test counts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import _benchmarks_path  # noqa: F401
import oms
import pytest
from _crash import key_for

from voicebot.oms.ledger import Ledger, Status, read
from voicebot.records.database import connect, url_for

ORDERS = ("a", "b", "c")


def audit(done: dict[int, int], statuses: dict[int, Status], *journal: str) -> oms.Audit:
    by_key = {key_for(number, ORDERS[number]): status for number, status in statuses.items()}
    return oms.audited(ORDERS, Counter(done), by_key, journal)


ALL = dict.fromkeys(range(3), Status.DONE)


def test_once_each_is_clean() -> None:
    found = audit({0: 1, 1: 1, 2: 1}, ALL, "fault lost", "kill 1 sent", "told 0 done", "told 2 unknown")
    assert found.clean
    assert (found.faults, found.kills, found.told) == ({"lost": 1}, {"sent": 1}, {"done": 1, "unknown": 1})


def test_a_second_refund_is_a_duplicate() -> None:
    found = audit({0: 1, 1: 3, 2: 1}, ALL)
    assert (found.duplicates, found.lost, found.clean) == (2, 0, False)


def test_done_in_the_ledger_or_to_the_caller_and_not_in_the_shop_is_lost() -> None:
    assert audit({0: 1, 1: 1}, ALL).lost == 1
    assert audit({0: 1, 1: 1}, {0: Status.DONE, 1: Status.DONE, 2: Status.FAILED}, "told 2 done").lost == 1


def test_done_in_the_shop_and_failed_in_the_ledger_is_denied() -> None:
    found = audit({0: 1, 1: 1, 2: 1}, {0: Status.DONE, 1: Status.FAILED, 2: Status.UNKNOWN})
    assert (found.denied, found.unknown, found.clean) == (1, 1, False)


def test_the_share_within_a_window() -> None:
    assert oms.share_within([1.0, 2.0, 3.0, float("inf")], 2.0) == 0.5


def test_the_ledger_is_a_file_of_the_run(tmp_path: Path) -> None:
    with oms.ledger_url("", tmp_path) as url:
        assert url == url_for(tmp_path)


@pytest.mark.e2e
def test_the_ledger_on_postgresql_is_empty_and_gone_afterwards(postgres: str, tmp_path: Path) -> None:
    engine = connect(postgres)

    def schemas() -> list[str]:
        with engine.connect() as connection:
            names = connection.exec_driver_sql("SELECT nspname FROM pg_namespace WHERE nspname ~ '^crash_'")
            return list(names.scalars())

    with oms.ledger_url(postgres, tmp_path) as url:
        (made,) = schemas()
        assert made in url
        ledger = Ledger(url)
        assert read(ledger.engine) == []
        ledger.close()
    assert schemas() == []
    engine.dispose()
