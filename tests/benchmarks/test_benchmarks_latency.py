"""The latency benchmark's arithmetic, and that its script refers to clips that exist."""

from __future__ import annotations

from typing import Any

import _benchmarks_path  # noqa: F401
import latency
from _common import FIXTURES


def turn(clip: str, v2v_ms: float | None, *, read: bool = False, talked_over: bool = False) -> dict[str, Any]:
    return {"clip": clip, "v2v_ms": v2v_ms, "read": read, "talked_over": talked_over}


def test_the_ratio_is_of_medians_of_the_same_clips() -> None:
    ours = [turn("a", 300.0), turn("b", 400.0, read=True), turn("c", None, talked_over=True)]
    peer = [turn("a", 1000.0), turn("b", 1100.0), turn("c", None)]
    result = latency.summarise(ours, peer, 0.3, 4.0)
    assert (result["p50_ms"], result["peer_p50_ms"], result["ratio"]) == (350.0, 1050.0, 3.0)
    assert (result["turns"], result["unanswered"], result["talked_over"], result["peer_unanswered"]) == (2, 1, 1, 1)
    assert result["read_p50_ms"] == 400.0
    assert result["by_clip"] == {"a": 300.0, "b": 400.0, "c": None}


def test_without_a_peer_there_is_no_ratio() -> None:
    result = latency.summarise([turn("a", 300.0)], [], 0.3, 0.0)
    assert result["ratio"] is None
    assert result["peer_p50_ms"] is None


def test_the_script_uses_recorded_callers_that_exist() -> None:
    for call in latency.CALLS:
        assert call.reads <= set(call.clips)
        for clip in call.clips:
            assert (FIXTURES / f"{clip}.flac").is_file()
