from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.versions.errors import VersionError
from voicebot.versions.pointers import KEPT, Candidate, Pointers, share

A, B, C = "a" * 16, "b" * 16, "c" * 16
AT = "2026-11-21T10:00:00Z"


def live(*ids: str) -> Pointers:
    now = Pointers()
    for id_ in ids:
        now = now.published(id_, at=AT)
    return now


def test_nothing_is_live_before_the_first_publication() -> None:
    assert Pointers().live is None
    assert live(A, B).live == B


def test_publishing_the_same_again_leaves_the_way_back_as_it_is() -> None:
    assert live(A, B, B).rolled_back(at=AT).live == A


def test_a_candidate_is_promoted_or_gets_another_share() -> None:
    tried = live(A).tried(B, 10, at=AT)
    assert (tried.live, tried.candidate) == (A, Candidate(id=B, percent=10))
    assert tried.promoted(at=AT, percent=50).candidate == Candidate(id=B, percent=50)
    promoted = tried.promoted(at=AT)
    assert (promoted.live, promoted.candidate) == (B, None)
    assert tried.promoted(at=AT, percent=100) == promoted
    assert promoted.rolled_back(at=AT).live == A


def test_the_live_version_is_no_candidate() -> None:
    with pytest.raises(VersionError, match="live already"):
        live(A).tried(A, 10, at=AT)


@pytest.mark.parametrize("percent", [0, 100, -1, 101, float("nan")])
def test_a_share_is_between_none_and_all(percent: float) -> None:
    with pytest.raises(VersionError, match="percentage"):
        live(A).tried(B, percent, at=AT)


def test_publishing_ends_a_candidate() -> None:
    assert live(A).tried(B, 10, at=AT).published(C, at=AT).candidate is None


def test_rolling_back_ends_the_candidate_first() -> None:
    back = live(A, B).tried(C, 10, at=AT).rolled_back(at=AT)
    assert (back.live, back.candidate) == (B, None)
    assert back.history[-1].did == "withdrawn"


def test_rolling_back_twice_goes_back_twice() -> None:
    assert live(A, B, C).rolled_back(at=AT).rolled_back(at=AT).live == A


def test_rolling_back_to_a_version() -> None:
    back = live(A, B, C).rolled_back(at=AT, to=A)
    assert back.lives == (A,)
    assert live(A).rolled_back(at=AT, to=B).lives == (A, B), "one that was only a candidate"
    assert live(A, B, A).rolled_back(at=AT, to=A).lives == (A, B, A), "the last time it was live"


@pytest.mark.parametrize("now", [Pointers(), live(A)])
def test_there_may_be_nothing_to_go_back_to(now: Pointers) -> None:
    with pytest.raises(VersionError, match="before"):
        now.rolled_back(at=AT)
    with pytest.raises(VersionError, match="no candidate"):
        now.promoted(at=AT)


def test_the_history_is_bounded() -> None:
    assert len(live(*([A, B] * KEPT)).history) == KEPT


def test_pointers_survive_the_file() -> None:
    now = live(A, B).tried(C, 12.5, at=AT, note="größer")
    assert Pointers.from_json(json.loads(json.dumps(now.to_json()))) == now


@pytest.mark.parametrize(
    "data",
    [
        None, [], {}, {"lives": ["../../etc"], "candidate": None, "history": []},
        {"lives": [A], "candidate": {"id": B, "percent": "many"}, "history": []},
        {"lives": [A], "candidate": {"id": B, "percent": 200}, "history": []},
        {"lives": [1], "candidate": None, "history": []}, {"lives": [A], "candidate": None, "history": [3]},
    ],
)  # fmt: skip
def test_other_data_is_refused(data: object) -> None:
    with pytest.raises(VersionError):
        Pointers.from_json(data)


@given(st.text(max_size=60))
def test_a_call_has_a_place(call_id: str) -> None:
    assert 0 <= share(call_id) < 100


def test_a_call_has_the_same_place_in_every_process() -> None:
    assert [round(share(call_id), 3) for call_id in ("", "call-1", "call-2")] == [88.942, 36.513, 23.305]


def test_shares_are_even() -> None:
    shares = [share(f"20261121-101500-sip-{number:08x}") for number in range(4000)]
    for percent in (1, 10, 50, 90):
        assert sum(s < percent for s in shares) == pytest.approx(40 * percent, abs=100)
