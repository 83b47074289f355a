"""The latency benchmark's arithmetic: outcomes of turns, percentiles, pairs. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from _common import percentile, rounded
from _evidence import EARLIER, LIVE, Verdict
from _script import FLOWING, PAUSES, Step

#: How a turn ended. Ours is `right` or `wrong` by its event log; the peer's reply is fixed, so it is just `answered`.
RIGHT, WRONG, ANSWERED = "right", "wrong", "answered"
TALKED_OVER, UNANSWERED, NOT_PLAYED = "talked_over", "unanswered", "not_played"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn of either side.

    Attributes:
        key: round, call and turn of the script: the same on both sides.
        outcome: see above.
        ms: the caller's last voiced packet -> first sound of the answer; a filler is not the answer.
        first_sound_ms: the same to the first sound of all, a filler included.
        reads: the answer needs an order that the call had not seen.
        read: where that order came from, on our side.
        why: what was wrong.
    """

    key: tuple[int, int, int]
    clip: str
    section: str
    outcome: str
    ms: float | None = None
    first_sound_ms: float | None = None
    reads: bool = False
    read: str | None = None
    why: str = ""

    @property
    def good(self) -> bool:
        return self.outcome in (RIGHT, ANSWERED)

    def __str__(self) -> str:
        read = f", read {self.read}" if self.read else ""
        figure = "" if self.ms is None else f" {self.ms:.0f} ms"
        return f"{self.clip}: {self.outcome}{figure}{read}{f' ({self.why})' if self.why else ''}"


def ours(key: tuple[int, int, int], section: str, step: Step, row: dict[str, Any], verdict: Verdict) -> Turn:
    """Our turn, from the caller's report and the event log's verdict."""
    heard, outcome = row["v2v_ms"], _failure(row)
    if outcome is None:
        outcome = RIGHT if verdict.right else WRONG
    return Turn(
        key=key,
        clip=step.clip,
        section=section,
        outcome=outcome,
        ms=heard + verdict.answer_after_first_sound_ms if outcome == RIGHT else None,
        first_sound_ms=heard if outcome == RIGHT else None,
        reads=step.reads,
        read=verdict.read,
        why=verdict.why if outcome == WRONG else "",
    )


def peers(key: tuple[int, int, int], section: str, step: Step, row: dict[str, Any]) -> Turn:
    """The peer's turn."""
    outcome = _failure(row) or ANSWERED
    ms = row["v2v_ms"] if outcome == ANSWERED else None
    return Turn(key=key, clip=step.clip, section=section, outcome=outcome, ms=ms, first_sound_ms=ms)


def _failure(row: dict[str, Any]) -> str | None:
    if not row.get("played", True):
        return NOT_PLAYED
    if row["talked_over"]:
        return TALKED_OVER
    return UNANSWERED if row["v2v_ms"] is None else None


def summarise(mine: Sequence[Turn], theirs: Sequence[Turn]) -> dict[str, Any]:
    """The headline is of clips without inner pauses; those with are a section of their own."""
    return {**section(mine, theirs, FLOWING), "with_pauses": section(mine, theirs, PAUSES)}


def section(mine: Sequence[Turn], theirs: Sequence[Turn], name: str) -> dict[str, Any]:
    """Figures of one section."""
    mine, theirs = [t for t in mine if t.section == name], [t for t in theirs if t.section == name]
    right = [turn for turn in mine if turn.outcome == RIGHT]
    reading = [turn for turn in right if turn.reads]
    live = [turn for turn in reading if turn.read in LIVE]
    by_key = {turn.key: turn for turn in theirs}
    pairs = [(turn, by_key[turn.key]) for turn in right if turn.key in by_key and by_key[turn.key].good]
    pair_p50, pair_peer_p50 = _p([one for one, _ in pairs], 50), _p([other for _, other in pairs], 50)
    return {
        "p50_ms": rounded(_p(right, 50)),
        "p95_ms": rounded(_p(right, 95)),
        "max_ms": rounded(_p(right, 100)),
        "read_p50_ms": rounded(_p(live, 50)),
        "read_p95_ms": rounded(_p(live, 95)),
        "peer_p50_ms": rounded(_p([t for t in theirs if t.good], 50)),
        "peer_p95_ms": rounded(_p([t for t in theirs if t.good], 95)),
        "ratio": rounded(pair_peer_p50 / pair_p50, 2) if pair_p50 and pair_peer_p50 else None,
        "pairs": len(pairs),
        "pair_p50_ms": rounded(pair_p50),
        "pair_peer_p50_ms": rounded(pair_peer_p50),
        "turns": len(mine),
        "answered": sum(turn.outcome in (RIGHT, WRONG) for turn in mine),
        "right": len(right),
        "should_read": sum(turn.reads for turn in mine),
        "with_live_read": len(live),
        "reads": {kind: _kind([turn for turn in reading if turn.read == kind]) for kind in (*LIVE, EARLIER)},
        "filler_first": sum(turn.ms != turn.first_sound_ms for turn in right),
        "first_sound_p50_ms": rounded(
            percentile([t.first_sound_ms for t in right if t.first_sound_ms is not None], 50)
        ),
        "failed": _failed(mine),
        "peer_turns": len(theirs),
        "peer_answered": sum(turn.good for turn in theirs),
        "peer_failed": _failed(theirs),
        "by_clip": _by_clip(mine),
        "peer_by_clip": _by_clip(theirs),
    }


def _kind(turns: Sequence[Turn]) -> dict[str, Any]:
    return {"turns": len(turns), "p50_ms": rounded(_p(turns, 50)), "p95_ms": rounded(_p(turns, 95))}


def _failed(turns: Sequence[Turn]) -> dict[str, int]:
    return dict(Counter(turn.outcome for turn in turns if not turn.good))


def _by_clip(turns: Sequence[Turn]) -> dict[str, float | None]:
    names = dict.fromkeys(turn.clip for turn in turns)
    return {name: rounded(_p([t for t in turns if t.clip == name and t.good], 50)) for name in names}


def _p(turns: Sequence[Turn], q: float) -> float | None:
    return percentile([turn.ms for turn in turns if turn.ms is not None], q)
