"""The order and the person that a call is about, as far as the order system's answers tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voicebot.records.events.base import Record, plain
from voicebot.records.events.call import CallStarted
from voicebot.records.events.dialogue import EngineEffect
from voicebot.records.projections.reads import Read, reads
from voicebot.records.projections.transcript import Line

#: Failures of the order system, as opposed to answers.
FAILED = frozenset(("timeout", "unavailable", "bad_answer"))

#: Keys by which a person or an order is looked up.
_KEYS = ("number", "order_number", "email", "phone", "payment_reference", "tracking_number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the call's reads established.

    Attributes:
        tried: reads that the dialogue asked for itself; prefetches and dropped speculation are not evidence.
        passed, failed: keys that led to an order or a customer, and those that led to none.
        customer: as the order system returned it.
        order, fetched_at: the one order at hand.
        candidates: numbers of the orders when it is not known which of them.
    """

    tried: tuple[Read, ...] = ()
    passed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    customer: Mapping[str, Any] | None = None
    order: Mapping[str, Any] | None = None
    fetched_at: str | None = None
    candidates: tuple[str, ...] = ()

    def identity(self) -> dict[str, Any]:
        """Level 1 is a match only: by the caller's number (a hint, not a proof) or by what the caller gave."""
        return {
            "level": 1 if self.passed else 0,
            "verified_how": "matched" if self.passed else None,
            "factors_passed": list(self.passed),
            "factors_failed": list(self.failed),
            "customer": plain(self.customer),
        }

    def snapshot(self) -> dict[str, Any] | None:
        if self.order is None:
            return None
        return {"order": plain(self.order), "fetched_at": self.fetched_at}

    def reads_tried(self) -> list[dict[str, Any]]:
        return [
            {
                "op": read.request.op,
                "args": plain(read.request.args),
                "status": read.answer.status if read.answer else None,
                "took_ms": read.answer.took_ms if read.answer else None,
                "at": read.asked.wall,
            }
            for read in self.tried
        ]

    @property
    def last_failure(self) -> str | None:
        """Status of the last read when it failed."""
        last = self.tried[-1].answer if self.tried else None
        return last.status if last is not None and last.status in FAILED else None


def case_of(records: Sequence[Record], lines: Sequence[Line]) -> Case:
    """Weigh a call's reads; `lines` is its transcript, which tells of several orders which one was meant."""
    caller = next((r.event.caller for r in records if isinstance(r.event, CallStarted)), None)
    tried = _tried(records)
    passed: dict[str, None] = {}
    failed: dict[str, None] = {}
    customer: Mapping[str, Any] | None = None
    orders: list[Mapping[str, Any]] = []
    fetched_at: str | None = None
    given = False
    for read in tried:
        if read.answer is None:
            continue
        result = read.answer.result
        found = _orders(result)
        someone = result.get("customer")
        hit = read.answer.status == "ok" and bool(found or someone)
        factors = list(_factors(read.request.args, caller))
        for factor in factors:
            if read.answer.status in ("ok", "not_found"):
                (passed if hit else failed).setdefault(factor)
        if hit:
            customer = someone if isinstance(someone, Mapping) else customer
            orders = found or orders
            given = factors != ["caller_id"] if found else given
            fetched_at = _text(result.get("fetched_at")) or (read.answered.wall if read.answered else None)
    # That somebody has one order on file does not make it the one that they call about.
    order = orders[0] if len(orders) == 1 and given else _meant(orders, lines)
    return Case(
        tried=tuple(tried),
        passed=tuple(passed),
        failed=tuple(name for name in failed if name not in passed),
        customer=customer,
        order=order,
        fetched_at=fetched_at if order is not None else None,
        candidates=() if order is not None else tuple(filter(None, (_text(o.get("number")) for o in orders))),
    )


def _tried(records: Sequence[Record]) -> list[Read]:
    """The last read of each request that the committed dialogue made."""
    committed = {_text(r.event.effect.get("request")) for r in records if isinstance(r.event, EngineEffect)}
    last = {read.request.request: read for read in reads(records) if read.request.why != "prefetch"}
    known = committed - {None}
    return [read for request, read in last.items() if not known or request in known]


def _orders(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    one, many = result.get("order"), result.get("orders")
    if isinstance(one, Mapping):
        return [one]
    return [order for order in many if isinstance(order, Mapping)] if isinstance(many, Sequence) else []


def _factors(args: Mapping[str, Any], caller: str | None) -> Iterable[str]:
    for key in _KEYS:
        if value := args.get(key):
            if key == "phone" and caller is not None and value == caller:
                yield "caller_id"
            else:
                yield "order_number" if key == "number" else key


def _meant(orders: Sequence[Mapping[str, Any]], lines: Sequence[Line]) -> Mapping[str, Any] | None:
    """The order that was named last, by either side: by its number, or by what is in it."""
    for line in reversed(lines):
        named = [order for order in orders if any(name in line.text for name in _names(order))]
        if len(named) == 1:
            return named[0]
    return None


def _names(order: Mapping[str, Any]) -> list[str]:
    return [name for name in (_text(order.get("number")), _text(order.get("headline"))) if name]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
