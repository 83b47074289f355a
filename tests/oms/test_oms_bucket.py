"""Requests per second, and the reserve for writes."""

from __future__ import annotations

import pytest

from voicebot.oms.bucket import Allowance, Bucket, take

ALLOWANCE = Allowance(per_s=2.0, burst=4.0, reserved=1.0)
FULL = Bucket(left=4.0, at=0.0)


def waits(*kinds: str, at: float = 0.0, bucket: Bucket = FULL) -> list[float]:
    found = []
    for kind in kinds:
        bucket, wait_s = take(bucket, at, ALLOWANCE, write=kind == "write")
        found.append(wait_s)
    return found


def test_a_burst_is_let_through_and_then_each_waits_its_turn() -> None:
    assert waits(*["read"] * 5) == pytest.approx([0.0, 0.0, 0.0, 0.5, 1.0])


def test_a_write_need_not_wait_where_a_read_must() -> None:
    assert waits("read", "read", "read", "write") == pytest.approx([0.0, 0.0, 0.0, 0.0])


def test_it_fills_up_again_but_not_over_the_brim() -> None:
    empty = Bucket(left=0.0, at=0.0)
    assert waits("write", at=1.0, bucket=empty) == [0.0]
    assert waits(*["read"] * 4, at=3600.0, bucket=empty) == pytest.approx([0.0, 0.0, 0.0, 0.5])
