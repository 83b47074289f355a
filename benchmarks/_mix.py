"""What one call asks of the pools, on a time line; and what came of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from _common import percentile, rounded

#: How soon each is wanted, in milliseconds: as live calls ask for it.
WANTED_MS: Mapping[str, float] = {"partial": 400.0, "eager": 200.0, "final": 300.0, "speech": 300.0}
#: A caller speaks for this part of the call.
SPEAKING = 0.4
_PARTIAL_EVERY_S = 0.4
#: Beyond it partials are asked for less often, in proportion.
_CHEAP_PARTIAL_S = 3.0
_EAGER_AFTER_S, _FINAL_AFTER_S = 0.06, 0.26


@dataclass(frozen=True, slots=True)
class Ask:
    """A decoding of the first `audio_s` seconds of an utterance, asked for `at_s` seconds after it began."""

    kind: str
    at_s: float
    audio_s: float


def asks(seconds: float) -> Iterator[Ask]:
    """What an utterance of that length asks for: partials while it lasts, an eager decoding at its end, a final one."""
    at = _PARTIAL_EVERY_S
    while at < seconds:
        yield Ask("partial", at, at)
        at += _PARTIAL_EVERY_S * max(1.0, at / _CHEAP_PARTIAL_S)
    yield Ask("eager", seconds + _EAGER_AFTER_S, seconds + _EAGER_AFTER_S)
    yield Ask("final", seconds + _FINAL_AFTER_S, seconds + _FINAL_AFTER_S)


def cycle_s(seconds: float) -> float:
    """From the beginning of one utterance to the next, so that the caller speaks for his part of the time."""
    return seconds / SPEAKING


@dataclass(slots=True)
class Tally:
    """What became of the work of all calls at one level.

    Attributes:
        took_ms: of what was done, by kind, from asking to having.
        refused: not done, by kind: the pool was full, or it came too late to be of use.
        skipped: partials not asked for because the last one was not there yet.
    """

    took_ms: dict[str, list[float]] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    skipped: int = 0

    def done(self, kind: str, ms: float) -> None:
        self.took_ms.setdefault(kind, []).append(ms)

    def refuse(self, kind: str) -> None:
        self.refused[kind] = self.refused.get(kind, 0) + 1

    def figures(self, seconds: float) -> dict[str, Any]:
        """By kind: how many, percentiles in milliseconds, and the part that missed its deadline (refused ones too)."""
        return {kind: self._kind(kind, seconds) for kind in WANTED_MS if kind in {**self.took_ms, **self.refused}}

    def _kind(self, kind: str, seconds: float) -> dict[str, Any]:
        took, refused = self.took_ms.get(kind, []), self.refused.get(kind, 0)
        late = sum(ms > WANTED_MS[kind] for ms in took)
        return {
            "done": len(took),
            "per_s": round(len(took) / seconds, 2),
            "p50_ms": rounded(percentile(took, 50)),
            "p95_ms": rounded(percentile(took, 95)),
            "refused": refused,
            "missed_percent": rounded(100 * (late + refused) / (len(took) + refused)),
        }


def holds(level: Mapping[str, Any]) -> bool:
    """Whether final decodings keep their deadline: their 95th percentile is within it and none was refused."""
    final = level.get("final")
    return bool(final and final["done"] and final["p95_ms"] <= WANTED_MS["final"] and not final["refused"])


def most_calls(levels: Sequence[Mapping[str, Any]]) -> int:
    """The largest number of calls at which they hold, without a smaller one at which they do not."""
    most = 0
    for level in sorted(levels, key=lambda one: one["calls"]):
        if not holds(level):
            break
        most = level["calls"]
    return most
