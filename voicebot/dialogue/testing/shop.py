"""The order system of a test: answers from the facts that the test gives. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voicebot.dialogue.effects import (
    BookCallback,
    CheckProof,
    CommitAction,
    Handoff,
    PlanAction,
    Query,
    SendCode,
    SendMessage,
)
from voicebot.dialogue.inputs import Answered, CallbackBooked, Failed, HandoffResult, Input, QueryAnswered
from voicebot.dialogue.testing.cases import Case
from voicebot.identifiers.nearest import NumberIndex, canonical
from voicebot.oms.actions import LEVELS, ActionKind

_TRIES = 3
#: An answer that comes only after the caller's next deed.
_LATE = "late"


class Shop:
    """One conversation's shop: what was planned, and how often each question was answered."""

    def __init__(self, case: Case, named: Mapping[str, Mapping[str, Any]]) -> None:
        self._case = case
        self._now = f"{case.today}T12:00:00Z"
        self._orders = [_order(order, named) for order in case.orders]
        self._asked: dict[str, int] = {}
        self._plans: dict[str, Mapping[str, Any]] = {}
        self._tries = 0
        self.deeds = 0
        """What the caller has done so far; late answers are counted by it."""
        self._lateness = 0
        self._held: list[tuple[int, Input]] = []

    def answer(self, effect: object) -> Input | None:
        """What becomes of an effect; None when nothing comes back, or not yet."""
        self._lateness = 0
        given = self._answer(effect)
        if given is not None and self._lateness:
            self._held.append((self.deeds + self._lateness, given))
            return None
        return given

    def due(self) -> list[Input]:
        """Late answers that come now."""
        coming = [given for deed, given in self._held if deed <= self.deeds]
        self._held = [(deed, given) for deed, given in self._held if deed > self.deeds]
        return coming

    def _answer(self, effect: object) -> Input | None:
        now = self._now
        match effect:
            case Query():
                result = self._changed(effect.op, self._read(effect))
                return QueryAnswered(request=effect.request, result=result, now=now)
            case PlanAction():
                return Answered(request=effect.request, result=self._plan(effect), now=now)
            case CommitAction():
                usual = {"status": "done", "reference": f"R{effect.request[1:]}01", **self._plans.get(effect.plan, {})}
                return Answered(request=effect.request, result=self._changed("commit", usual), now=now)
            case CheckProof():
                return Answered(request=effect.request, result=self._prove(effect), now=now)
            case SendCode():
                code = self._changed("send_code", {"status": "sent", "channel": "sms"})
                return Answered(request=effect.request, result=code, now=now)
            case SendMessage():
                sent = self._changed("message", {"status": "sent", "channel": "email"})
                return Answered(request=effect.request, result=sent, now=now)
            case Handoff():
                status = str(self._changed("handoff", {"status": "transferred"})["status"])
                return HandoffResult(request=effect.request, status=status, now=now)
            case BookCallback():
                booked = self._changed("callback", {"status": "ok", "due": f"{self._case.today}T20:00:00Z"})
                if booked["status"] != "ok":
                    return Failed(where="handoff", detail={"request": effect.request}, now=now)
                return CallbackBooked(request=effect.request, number=effect.number, due=str(booked["due"]), now=now)
        return None

    def _changed(self, key: str, usual: Mapping[str, Any]) -> dict[str, Any]:
        """The usual answer, as the test changes it."""
        wanted: Any = self._case.answers.get(key)
        if isinstance(wanted, list) and wanted:
            turn = self._asked[key] = self._asked.get(key, -1) + 1
            wanted = wanted[min(turn, len(wanted) - 1)]
        if wanted == _LATE:
            wanted = {_LATE: 1}
        if isinstance(wanted, str):
            return {"status": wanted}
        own = dict(wanted or {})
        self._lateness = int(own.pop(_LATE, 0))
        found = {"status": "ok"} if own and usual.get("status") == "not_found" else {}
        return {**usual, **found, **own}

    def _read(self, query: Query) -> dict[str, Any]:
        if query.op == "get_order":
            found = [order for order in self._orders if order["id"] == query.args.get("id")]
            return {"status": "ok", "order": _told(found[0])} if found else {"status": "not_found"}
        if query.op != "find_orders":
            return {"status": "not_found"}
        number = query.args.get("number")
        found = [order for order in self._orders if _fits(order, query.args)]
        heard = [text for text, _ in query.args.get("heard") or ()] or [number]
        index = NumberIndex(order["number"] for order in self._orders)
        nearest = [near for text in heard if isinstance(text, str) for near, _ in index.nearest(text, 3)]
        if not found:
            return {"status": "not_found", "orders": [], "customer": None, "nearest": list(dict.fromkeys(nearest))}
        customer = {"id": found[0].get("customer_id"), "first_name": "Sam", "tier": "standard"}
        # Of a number that exists only its rivals are told: other orders' numbers that may have been said as well.
        said = {canonical(text) for text in heard if isinstance(text, str)}
        rivals = [o["number"] for o in self._orders if canonical(o["number"]) in said and o not in found]
        return {"status": "ok", "orders": [_told(order) for order in found], "customer": customer, "nearest": rivals}

    def _plan(self, effect: PlanAction) -> dict[str, Any]:
        order = next((order for order in self._orders if order["id"] == effect.order), {})
        plan = f"p{len(self._plans) + 1}"
        preview = {"headline": order.get("headline"), "currency": order.get("currency", "USD")}
        usual = {
            "status": "ok",
            "plan": plan,
            "action": effect.action,
            "subject": _subject(order),
            "needs": LEVELS[ActionKind(effect.action)],
            "preview": preview,
        }
        changed = self._changed(f"plan {effect.action}", {})
        status = changed.get("status", "ok")
        extra = {k: v for k, v in changed.items() if k not in ("status", "needs")}
        self._plans[plan] = preview = {**preview, **extra}
        if status != "ok":
            return {"status": status, **extra}
        return {**usual, "preview": preview, **({"needs": changed["needs"]} if "needs" in changed else {})}

    def _prove(self, effect: CheckProof) -> dict[str, Any]:
        order = next((order for order in self._orders if order["id"] == effect.order), {})
        held = getattr(self._case.on_file, effect.factor)
        if self._tries >= _TRIES:
            usual: dict[str, Any] = {"status": "locked", "left": 0}
        elif held is None:
            usual = {"status": "no_proof"}
        elif canonical(effect.value) == canonical(held):
            usual = {"status": "ok", "subject": _subject(order), "proved": 3 if effect.factor == "code" else 2}
        else:
            self._tries += 1
            left = max(0, _TRIES - self._tries)
            usual = {"status": "mismatch" if left else "locked", "left": left}
        return self._changed(f"prove {effect.factor}", usual)


def _order(given: Mapping[str, Any], named: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The facts of an order with what its base says; a change of the delivery is one of its only parcel, too."""
    like = given.get("like")
    rest = {name: facts for name, facts in named.items() if name != like}
    base = _order(named[like], rest) if isinstance(like, str) and like in named else {}
    own = {key: value for key, value in given.items() if key not in ("like", "item")}
    order = _merged(base, own)
    shipments, items = order.get("shipments") or [], order.get("items") or []
    if "shipments" not in own and "delivery" in own and len(shipments) == 1:
        order["shipments"] = [_merged(shipments[0], own["delivery"])]
    if "item" in given and items:
        order["items"] = [_merged(items[0], given["item"]), *items[1:]]
    if not base:
        order.setdefault("id", f"id-{order.get('number', '')}")
    elif "number" in own and "id" not in own:
        order["id"] = f"id-{order['number']}"
    order.setdefault("subject", order.get("customer_id") or f"order:{order.get('id')}")
    return order


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        before = merged.get(key)
        merged[key] = _merged(before, value) if isinstance(before, Mapping) and isinstance(value, Mapping) else value
    return merged


def _fits(order: Mapping[str, Any], args: Mapping[str, Any]) -> bool:
    number, email, phone = (args.get(key) for key in ("number", "email", "phone"))
    if isinstance(number, str):
        return canonical(number) == canonical(str(order.get("number", "")))
    if isinstance(email, str):
        return email.lower() == str(order.get("email", "")).lower()
    return isinstance(phone, str) and phone == order.get("phone")


def _told(order: Mapping[str, Any]) -> dict[str, Any]:
    """Without what no flow may see."""
    return {key: value for key, value in order.items() if key not in ("phone", "email")}


def _subject(order: Mapping[str, Any]) -> str:
    return str(order.get("subject", "order:?"))
