"""The envelope of every event, and its JSON form.

A call is its event log: one append-only sequence of `Record`s. Everything else (transcript, waterfall, packet, KPIs)
is a projection. Event types are small frozen dataclasses, one module per family; `@event("family.name")` registers
the name under which the type is stored, which never changes once calls were recorded with it.
"""

from __future__ import annotations

import dataclasses
import math
import numbers
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    """Base of all events. Fields hold JSON values only: str, int, float, bool, None, tuples and mappings of them."""

    kind: ClassVar[str] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One event in a call's log.

    Attributes:
        call_id: the call.
        seq: 1, 2, 3 … without gaps within the call.
        at_ms: milliseconds since the call's media clock started (the call was answered), at the event.
        wall: UTC, ISO 8601 with milliseconds.
        turn: number of the caller's turn that the event belongs to; 0 before the first.
    """

    call_id: str
    seq: int
    at_ms: float
    wall: str
    turn: int
    event: CallEvent

    def to_json(self) -> dict[str, Any]:
        """JSON values only; an event of an unknown kind goes out as it came in."""
        if isinstance(self.event, Unknown):
            kind, data = self.event.original, plain(self.event.data)
        else:
            kind, data = self.event.kind, plain(self.event)
        return {
            "call": self.call_id,
            "seq": self.seq,
            "at_ms": round(self.at_ms, 1),
            "wall": self.wall,
            "turn": self.turn,
            "kind": kind,
            "data": data,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Record:
        return cls(
            call_id=row["call"],
            seq=row["seq"],
            at_ms=row["at_ms"],
            wall=row["wall"],
            turn=row["turn"],
            event=decode(row["kind"], row["data"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown(CallEvent):
    """An event of a newer or retired kind: kept, never dropped."""

    kind: ClassVar[str] = "unknown"
    original: str
    data: Mapping[str, Any]


E = TypeVar("E", bound=type[CallEvent])
_KINDS: dict[str, type[CallEvent]] = {}


def event(kind: str) -> Callable[[E], E]:
    """Register a frozen dataclass as the event type stored under `kind`."""

    def register(cls: E) -> E:
        if kind in _KINDS:
            raise ValueError(f"event kind {kind!r} is registered twice")
        cls.kind = kind
        _KINDS[kind] = cls
        return cls

    return register


def kinds() -> Mapping[str, type[CallEvent]]:
    """All registered kinds, by name."""
    return _KINDS


def decode(kind: str, data: Mapping[str, Any]) -> CallEvent:
    """Rebuild an event from its stored form; fields of other versions are ignored or defaulted."""
    cls = _KINDS.get(kind)
    if cls is None:
        return Unknown(original=kind, data=data)
    known = {f.name for f in dataclasses.fields(cls)}
    try:
        return cls(**{k: _frozen(v) for k, v in data.items() if k in known})
    except TypeError:
        return Unknown(original=kind, data=data)


def plain(value: Any) -> Any:
    """Reduce dataclasses, mappings, sequences and sets to what JSON can hold; anything else becomes its `str`."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):  # numpy's too
        return float(value) if math.isfinite(value) else None  # JSON has no NaN
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return str(value)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(v) for v in value) if isinstance(value, list) else value
