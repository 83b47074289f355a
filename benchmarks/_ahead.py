"""When a call's first look-up was there, against the moment when its caller stopped talking. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from _common import percentile, rounded

from voicebot.records.events.base import Record
from voicebot.records.events.oms import OmsAnswered
from voicebot.records.events.turn import TurnCommitted
from voicebot.records.projections.reads import Read, reads

Span = tuple[float, float]

#: Why the order system was asked: `voicebot.records.events.oms.OmsRequested.why`.
WHYS = ("prefetch", "speculation", "turn")


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """The dialogue's first look-up of the order that the caller's turn is about.

    Attributes:
        kind: of caller.
        call: what this caller says.
        why: what made the request behind it; None when the turn never got the order.
        began_ms, ready_ms: that request and its answer, after the caller's last voiced packet; negative is before it.
        taken_ms: when the turn was taken, on the same clock.
    """

    kind: str
    call: str
    why: str | None = None
    began_ms: float | None = None
    ready_ms: float | None = None
    taken_ms: float | None = None
    trouble: str = ""

    @property
    def in_time(self) -> bool:
        """It was there before the caller stopped."""
        return self.ready_ms is not None and self.ready_ms <= 0.0

    @property
    def before_turn(self) -> bool:
        """It was there when the turn was taken: nobody waited for it."""
        return self.ready_ms is not None and self.taken_ms is not None and self.ready_ms <= self.taken_ms

    def __str__(self) -> str:
        if self.ready_ms is None or self.began_ms is None or self.taken_ms is None:
            return f"{self.kind}: {self.call}: {self.trouble}"
        return (
            f"{self.kind}: {self.call}: asked {self.began_ms:+.0f} ms by {self.why}, there {self.ready_ms:+.0f} ms, "
            f"turn taken {self.taken_ms:+.0f} ms"
        )


def first_look_up(records: Sequence[Record], order: str, voice_ms: Span, *, kind: str, call: str) -> LookUp:
    """Of the order that was spoken of then. The dialogue may know it already: it asks for a known caller's orders.

    Args:
        records: the call's log.
        order: number of the order that the turn is about, or one of those that it is about.
        voice_ms: the caller's first and last voiced packet of the turn, on the log's clock.
    """
    began_ms, stopped_ms = voice_ms
    taken = next((one for one in records if isinstance(one.event, TurnCommitted) and one.at_ms > began_ms), None)
    if taken is None:
        return LookUp(kind=kind, call=call, trouble="no turn was taken")
    asked = reads(records)
    needed = next((read for read in asked if read.request.why != "prefetch" and _gave(read, order)), None)
    if needed is None:
        return LookUp(kind=kind, call=call, trouble="the order was not looked up")
    behind = _behind(asked, needed, order)
    if behind is None or behind.answered is None:
        return LookUp(kind=kind, call=call, trouble="the order was known from another call")
    return LookUp(
        kind=kind,
        call=call,
        why=behind.request.why,
        began_ms=behind.asked.at_ms - stopped_ms,
        ready_ms=behind.answered.at_ms - stopped_ms,
        taken_ms=taken.at_ms - stopped_ms,
    )


def _behind(asked: Sequence[Read], needed: Read, order: str) -> Read | None:
    """The request whose answer was used: itself, the one under way that it joined, or the one that left a snapshot."""
    answer = needed.answer
    if answer is None or not (answer.cached or answer.saved_ms):
        return needed
    earlier = [
        read
        for read in asked[: asked.index(needed)]
        if _gave(read, order) and read.answer is not None and not (read.answer.cached or read.answer.saved_ms)
    ]
    return earlier[0] if earlier else None


def _gave(read: Read, order: str) -> bool:
    answer: OmsAnswered | None = read.answer
    if answer is None or answer.status != "ok":
        return False
    found: Sequence[Mapping[str, Any]] = answer.result.get("orders") or ()
    return any(str(one.get("number")) == order for one in found)


def summary(look_ups: Sequence[LookUp]) -> dict[str, Any]:
    """Shares in percent: of the calls in which the turn got the order, and of all calls."""
    there = [one for one in look_ups if one.ready_ms is not None]
    ready = [one.ready_ms for one in there if one.ready_ms is not None]
    return {
        "calls": len(look_ups),
        "looked_up": len(ready),
        "look_ups_before_stop_percent": _share([one.in_time for one in there]),
        "before_stop_percent": _share([one.in_time for one in look_ups]),
        "before_turn_percent": _share([one.before_turn for one in look_ups]),
        "ready_p50_ms": rounded(percentile(ready, 50)),
        "ready_p95_ms": rounded(percentile(ready, 95)),
        "asked_by": dict(Counter(one.why for one in look_ups if one.why)),
    }


def by_kind(look_ups: Sequence[LookUp]) -> dict[str, dict[str, Any]]:
    """The same for each kind of caller, in order of appearance."""
    kinds = dict.fromkeys(one.kind for one in look_ups)
    return {kind: summary([one for one in look_ups if one.kind == kind]) for kind in kinds}


def _share(values: Sequence[bool]) -> float | None:
    return round(100 * sum(values) / len(values), 1) if values else None
