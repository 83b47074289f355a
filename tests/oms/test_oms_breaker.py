from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicebot.oms.breaker import Breaker, BreakerRule, Phase, abandoned, admit, failed, succeeded

RULE = BreakerRule(failures=3, pause_s=2.0, longest_pause_s=5.0)


def opened(now: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(3):
        breaker = failed(breaker, now, RULE)
    return breaker


def test_opens_after_failures_in_a_row() -> None:
    breaker = failed(failed(Breaker(), 0.0, RULE), 0.0, RULE)
    assert breaker.phase is Phase.CLOSED
    breaker = failed(succeeded(breaker), 0.0, RULE)
    assert breaker.phase is Phase.CLOSED
    assert opened().phase is Phase.OPEN


def test_one_probe_after_the_pause() -> None:
    breaker = opened()
    assert admit(breaker, 1.9, RULE)[1] is False
    breaker, allowed = admit(breaker, 2.0, RULE)
    assert allowed
    assert breaker.phase is Phase.HALF_OPEN
    assert admit(breaker, 2.1, RULE)[1] is False
    assert succeeded(breaker) == Breaker()


def test_pause_doubles_up_to_the_longest() -> None:
    breaker, now, pauses = opened(), 0.0, []
    for _ in range(3):
        now = breaker.until
        breaker, _ = admit(breaker, now, RULE)
        breaker = failed(breaker, now, RULE)
        pauses.append(breaker.until - now)
    assert pauses == [4.0, 5.0, 5.0]


def test_stragglers_do_not_prolong_the_pause() -> None:
    breaker = opened()
    assert failed(breaker, 1.5, RULE).until == breaker.until


def test_abandoned_probe_frees_its_place() -> None:
    breaker, _ = admit(opened(), 2.0, RULE)
    breaker = abandoned(breaker, 2.5)
    assert admit(breaker, 2.5, RULE)[1] is True
    assert abandoned(Breaker(), 1.0) == Breaker()


@given(st.lists(st.sampled_from(["ok", "fail", "drop"]), max_size=60))
def test_always_lets_a_probe_through_in_the_end(story: list[str]) -> None:
    breaker, now = Breaker(), 0.0
    for step in story:
        now += 0.5
        breaker, allowed = admit(breaker, now, RULE)
        if allowed:
            breaker = {"ok": succeeded(breaker), "fail": failed(breaker, now, RULE), "drop": abandoned(breaker, now)}[
                step
            ]
    assert admit(breaker, now + RULE.longest_pause_s, RULE)[1] is True
