"""A circuit breaker as a pure state machine: time comes in as an argument.

closed -> (failures in a row) -> open -> (pause over) -> half open, one probe -> closed, or open for twice as long.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Phase(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class BreakerRule:
    failures: int = 5
    pause_s: float = 2.0
    longest_pause_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Breaker:
    """`until` is when an open breaker lets a probe through, and when a probe that never came back is given up."""

    phase: Phase = Phase.CLOSED
    failures: int = 0
    pause_s: float = 0.0
    until: float = 0.0


def admit(breaker: Breaker, now: float, rule: BreakerRule) -> tuple[Breaker, bool]:
    """May a request go out now? In `half_open` only the one probe that this call admits."""
    if breaker.phase is Phase.CLOSED:
        return breaker, True
    if now < breaker.until:
        return breaker, False
    return replace(breaker, phase=Phase.HALF_OPEN, until=now + rule.longest_pause_s), True


def succeeded(breaker: Breaker) -> Breaker:
    """Any proper answer closes it."""
    return breaker if breaker == Breaker() else Breaker()


def failed(breaker: Breaker, now: float, rule: BreakerRule) -> Breaker:
    """Count a failure; requests that were under way when it opened do not prolong the pause."""
    failures = breaker.failures + 1
    if breaker.phase is Phase.OPEN:
        return replace(breaker, failures=failures)
    if breaker.phase is Phase.CLOSED and failures < rule.failures:
        return replace(breaker, failures=failures)
    pause = rule.pause_s if breaker.phase is Phase.CLOSED else min(rule.longest_pause_s, breaker.pause_s * 2)
    return Breaker(Phase.OPEN, failures, pause, now + pause)


def abandoned(breaker: Breaker, now: float) -> Breaker:
    """A request ended without a verdict (it was cancelled): a probe's place becomes free again."""
    return replace(breaker, phase=Phase.OPEN, until=now) if breaker.phase is Phase.HALF_OPEN else breaker
