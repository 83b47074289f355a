"""What a shop's database should be after a task, what it is, and whether anything was done that the shop forbids."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from voicebot.oms.actions import ActionKind
from voicebot.oms.demo import till
from voicebot.oms.demo.schema import ShopFile
from voicebot.oms.demo.store import ShopStore
from voicebot.oms.demo.transfer import import_shop
from voicebot.oms.demo.wire import Confirmed, Wish

Snapshot = dict[str, Any]

REASONS = {"no longer needed": "not_needed", "ordered by mistake": "by_mistake"}
_COUNTRIES = {"USA": "US"}


def snapshot(store: ShopStore) -> Snapshot:
    """Everything that matters of every order and customer: no dates, no references."""
    found: Snapshot = {}
    for document in store.orders():
        order = json.loads(document)
        found[f"order {order['number']}"] = {
            "status": order["status"],
            "customer": order.get("customer_id"),
            "sent": [event["code"] for parcel in order.get("shipments", ()) for event in parcel.get("events", ())],
            "paid_with": [payment["reference"] for payment in order.get("payments", ())][:1],
            "total": order["total"],
            "lines": {
                line["id"]: [line["sku"], line["unit_price"], line.get("written_off", 0)] for line in order["lines"]
            },
            "ship_to": order.get("ship_to"),
            "refunds": sorted(
                [r["amount"], r.get("method", "original"), r.get("reason", "")] for r in order.get("refunds", ())
            ),
            "returns": sorted(
                [part["line"], part["quantity"], back.get("resolution", "refund")]
                for back in order.get("returns", ())
                for part in back["lines"]
            ),
            "exchanges": sorted(
                [swap["sku"], swap["quantity"], swap.get("difference", 0), swap["status"]]
                for swap in order.get("exchanges", ())
            ),
        }
    for document in store.customers():
        customer = json.loads(document)
        found[f"customer {customer['id']}"] = {
            "address": customer.get("addresses", [None])[0],
            "store_credit": customer.get("store_credit"),
        }
    return found


def differences(right: Snapshot, ours: Snapshot) -> list[str]:
    """What is not as it should be, one line each."""
    return [
        f"{name} {field}: should be {right[name].get(field)}, is {ours[name].get(field)}"
        for name in right
        for field in right[name]
        if right[name].get(field) != ours[name].get(field)
    ]


def expected(shop: ShopFile, actions: Sequence[Mapping[str, Any]]) -> Snapshot:
    """The database after a task's right actions, done on a fresh import without any conversation."""
    store = ShopStore(":memory:")
    try:
        import_shop(store, shop)
        for number, action in enumerate(actions):
            wish = _wish(store, action["name"], action["arguments"])
            if wish is None:
                continue
            now = datetime.now(UTC)
            quote = till.quote(store, wish, now)
            kept = {"version": quote.version, "quote": quote.quote, "key": f"right-action-{number}"}
            till.commit(store, Confirmed.model_validate({**wish.model_dump(), **kept}), now)
        return snapshot(store)
    finally:
        store.close()


def _wish(store: ShopStore, name: str, args: Mapping[str, Any]) -> Wish | None:
    """The shop's own action for one of the task's; None for a read."""
    if name == "modify_user_address":
        orders = (json.loads(document) for document in store.orders())
        target = next(order["id"] for order in orders if order.get("customer_id") == args["user_id"])
        return Wish(kind=ActionKind.ACCOUNT_ADDRESS, order=target, args={"address": _address(args)})
    if "order_id" not in args or name.startswith("get_"):
        return None
    order = json.loads(store.order(args["order_id"]) or "{}")
    match name:
        case "cancel_pending_order":
            return Wish(kind=ActionKind.CANCEL, order=order["id"], args={"reason": REASONS[args["reason"]]})
        case "modify_pending_order_address":
            return Wish(kind=ActionKind.ADDRESS_CHANGE, order=order["id"], args={"address": _address(args)})
        case "return_delivered_order_items":
            back = [{"line": line, "quantity": 1} for line in _lines(order, args["item_ids"])]
            resolution = "store_credit" if _by_gift_card(order, args) else "refund"
            return Wish(kind=ActionKind.RETURN, order=order["id"], args={"lines": back, "resolution": resolution})
        case "modify_pending_order_items" | "exchange_delivered_order_items":
            lines = _lines(order, args["item_ids"])
            swaps = [{"line": line, "sku": sku} for line, sku in zip(lines, args["new_item_ids"], strict=True)]
            settle = "store_credit" if args["payment_method_id"].startswith("gift_card") else "original"
            exchange = name.startswith("exchange")
            kind = ActionKind.EXCHANGE if exchange else ActionKind.ITEM_CHANGE
            return Wish(kind=kind, order=order["id"], args={"swaps" if exchange else "swap": swaps, "settle": settle})
    raise ValueError(f"no action of this shop is {name}")


def _by_gift_card(order: Mapping[str, Any], args: Mapping[str, Any]) -> bool:
    """Onto a gift card that the order was not paid with."""
    method = args["payment_method_id"]
    return bool(method.startswith("gift_card") and method != order["payments"][0]["reference"])


def _lines(order: Mapping[str, Any], skus: Sequence[str]) -> list[str]:
    """Ids of the lines with these SKUs, each line once."""
    left = {line["id"]: line["sku"] for line in order["lines"]}
    found = []
    for sku in skus:
        line = next(key for key, value in left.items() if value == sku)
        del left[line]
        found.append(line)
    return found


def _address(args: Mapping[str, Any]) -> dict[str, str]:
    return {
        "street": ", ".join(part for part in (args["address1"], args["address2"]) if part),
        "city": args["city"],
        "region": args["state"],
        "postcode": args["zip"],
        "country": _COUNTRIES.get(args["country"], args["country"]),
    }


def forbidden(before: Snapshot, after: Snapshot, products: Mapping[str, str], stock: Mapping[str, int]) -> list[str]:
    """What was done against the shop's rules, read from the database alone.

    Args:
        products: product by SKU.
        stock: pieces by SKU, before.
    """
    changed = [name for name in before if before[name] != after[name]]
    found = [line for name in changed if name.startswith("order ") for line in _broken(before[name], after[name])]
    for name in changed:
        if name.startswith("order "):
            swapped = [
                (was[0], after[name]["lines"][line][0])
                for line, was in before[name]["lines"].items()
                if was[0] != after[name]["lines"][line][0]
            ]
            given = {before[name]["lines"][line][0] for line, _, how in after[name]["returns"] if how == "exchange"}
            swapped += [(next(iter(_same(given, sku, products)), ""), sku) for sku, *_ in after[name]["exchanges"]]
            found += [f"{old} went for {new}" for old, new in swapped if products.get(old) != products[new]]
            found += [f"{new} was not there" for _, new in swapped if stock[new] < 1]
    customers = {before[n]["customer"] if n.startswith("order ") else n.partition(" ")[2] for n in changed}
    if len(customers) > 1:
        found.append(f"{len(customers)} customers were touched")
    found += [
        f"{name}: the gift card is overdrawn"
        for name in changed
        if name.startswith("customer ") and (after[name]["store_credit"] or 0) < 0
    ]
    return found


def _same(skus: set[str], sku: str, products: Mapping[str, str]) -> list[str]:
    return [one for one in sorted(skus) if products[one] == products[sku]]


def _broken(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    pending = was["status"] == "open" and not was["sent"]
    delivered = "Delivered" in was["sent"]
    if was["status"] != now["status"] and not (pending and now["status"] == "cancelled"):
        yield f"{was['status']} became {now['status']}"
    if now["status"] == "cancelled" != was["status"]:
        reasons = {reason for _, _, reason in now["refunds"]}
        if not reasons <= set(REASONS.values()):
            yield f"cancelled because of {reasons}"
    if (was["lines"] != now["lines"] or was["ship_to"] != now["ship_to"]) and not pending:
        yield "changed although it is not pending"
    if was["returns"] != now["returns"] and not delivered:
        yield "returned or exchanged although it is not delivered"
    kinds = {how for _, _, how in now["returns"]}
    if len(kinds) > 1:
        yield "both returned and exchanged"


def task_file(folder: Path) -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = json.loads((folder / "tasks.json").read_text(encoding="utf-8"))
    return tasks
