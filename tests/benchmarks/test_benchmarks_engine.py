"""The engine's stop-watch measures steps that really ran."""

from __future__ import annotations

import random
from pathlib import Path

import _benchmarks_path  # noqa: F401
import engine as benchmark
import orders
import pytest

from voicebot.dialogue.inputs import CallOpened
from voicebot.dialogue.loader import load_flows


def test_every_step_is_timed() -> None:
    timed = benchmark.Timed(load_flows(Path(__file__).parents[2] / "flows"))
    timed.begin()
    opened = CallOpened(now="2026-11-21T10:00:00Z", today="2026-11-21")
    state, effects = timed.step(timed.start(), opened)
    assert state.waiting
    assert effects
    assert len(timed.steps_ms) == len(timed.json_ms) == 1
    assert timed.steps_ms[0] > 0


@pytest.mark.parametrize("number", ["4481207", "9000000"])
def test_a_slip_changes_one_digit(number: str) -> None:
    slipped = orders.slipped(number, random.Random(1))
    assert sum(a != b for a, b in zip(number, slipped, strict=True)) == 1
