from __future__ import annotations

import httpx
from medusa_fake import FakeShop, Json, item, order

from voicebot.oms.connector import Deadline, FoundOrders, KeyKind, OrderKey
from voicebot.oms.connectors.medusa.reading import Reader


class Shelf:
    """Medusa's order list: `q` is a substring of number, e-mail and phone; other filters but these are ignored."""

    def __init__(self, *orders: Json) -> None:
        self.orders = orders
        self.pages: list[dict[str, str]] = []

    def __call__(self, request: httpx.Request) -> Json:
        asked = request.url.params
        self.pages.append(dict(asked))
        rows = [o for o in self.orders if asked.get("q", "") in _words(o)]
        if wanted := asked.get_list("customer_id[]"):
            rows = [o for o in rows if o["customer_id"] in wanted]
        backwards = asked["order"].startswith("-")
        rows.sort(key=lambda o: str(o[asked["order"].lstrip("-")]).zfill(30), reverse=backwards)
        offset, limit = int(asked.get("offset", 0)), int(asked["limit"])
        return {"orders": rows[offset : offset + limit], "count": len(rows)}


def _words(o: Json) -> str:
    return f"{o['display_id']} {o['email'].lower()} {o['shipping_address']['phone']}"


async def find(shelf: Shelf, kind: KeyKind, value: str, **answers: object) -> FoundOrders:
    shop = FakeShop({"GET orders": shelf, "GET customers": {"customers": []}, **answers})  # type: ignore[dict-item]
    return await Reader(shop.session()).find(OrderKey(kind, value), limit=10, deadline=Deadline.after(5))


def numbers(found: FoundOrders) -> list[str]:
    return [o.number for o in found.orders]


async def test_a_number_is_not_found_in_a_longer_one() -> None:
    shelf = Shelf(*(order(f"order_{n}", n) for n in (12, 120, 121, 412)))
    assert numbers(await find(shelf, KeyKind.NUMBER, "12")) == ["12"]
    assert numbers(await find(shelf, KeyKind.NUMBER, "41")) == []


async def test_the_exact_number_is_found_behind_many_that_match_by_phone() -> None:
    crowd = [order(f"order_{n}", n) for n in range(1, 40)]
    shelf = Shelf(*crowd, order("order_518", 518))
    assert numbers(await find(shelf, KeyKind.NUMBER, "518")) == ["518"]
    assert len(shelf.pages) == 2


async def test_nobody_looks_beyond_the_number() -> None:
    shelf = Shelf(*(order(f"order_{n}", n) for n in range(4001, 4800)))
    assert numbers(await find(shelf, KeyKind.NUMBER, "400")) == []
    assert len(shelf.pages) == 1


async def test_a_search_ends() -> None:
    shelf = Shelf(*(order(f"order_{n}", n) for n in range(10_000, 12_000)))
    assert numbers(await find(shelf, KeyKind.NUMBER, "518555")) == []
    assert len(shelf.pages) <= 10


async def test_a_printed_number_is_the_one_that_counts() -> None:
    def printed(request: httpx.Request) -> Json:
        return {"orders": [order("order_1", 2611, custom_display_id="W-2611")], "count": 1}

    assert numbers(await find(printed, KeyKind.NUMBER, "W2611")) == ["W-2611"]  # type: ignore[arg-type]
    assert numbers(await find(printed, KeyKind.NUMBER, "2611")) == []  # type: ignore[arg-type]


async def test_an_email_is_not_found_in_a_longer_one() -> None:
    shelf = Shelf(
        order("order_1", 1, email="ann@example.com"),
        order("order_2", 2, email="joann@example.com", customer_id="cus_2"),
    )
    assert numbers(await find(shelf, KeyKind.EMAIL, "ann@example.com")) == ["1"]


async def test_ignored_filters_bring_nobody_elses_orders() -> None:
    theirs = order("order_9", 9, customer_id="cus_9")

    def ignoring(request: httpx.Request) -> Json:
        return {"orders": [theirs], "count": 1}

    for kind, value in (
        (KeyKind.NUMBER, "41207"),
        (KeyKind.EMAIL, "ann@example.com"),
        (KeyKind.PHONE, "+12025550100"),
        (KeyKind.CUSTOMER_ID, "cus_1"),
        (KeyKind.PAYMENT_REFERENCE, "pay_1"),
    ):
        found = await find(ignoring, kind, value)  # type: ignore[arg-type]
        assert (found.orders, found.customers) == ((), ()), kind


async def test_a_phone_is_compared_in_one_form() -> None:
    address = {**order()["shipping_address"], "phone": "(518) 555-0100 "}

    def written_otherwise(request: httpx.Request) -> Json:
        return {"orders": [order(shipping_address=address)], "count": 1}

    assert numbers(await find(written_otherwise, KeyKind.PHONE, "+15185550100")) == ["41207"]  # type: ignore[arg-type]


async def test_orders_under_a_former_email_are_found_through_the_customer() -> None:
    customer = {"id": "cus_1", "email": "new@example.com", "first_name": "Nora", "has_account": True}
    shelf = Shelf(order("order_1", 1, email="old@example.com"))
    found = await find(shelf, KeyKind.EMAIL, "new@example.com", **{"GET customers": {"customers": [customer]}})
    assert numbers(found) == ["1"]
    assert [(c.id, c.first_name) for c in found.customers] == [("cus_1", "Nora")]


async def test_unsettled_and_newest_come_first() -> None:
    def at(n: int, day: int, **more: object) -> Json:
        return order(f"order_{n}", n, created_at=f"2026-11-{day:02d}T10:00:00Z", **more)

    shelf = Shelf(at(1, 3), at(2, 9, status="canceled"), at(3, 7))
    assert numbers(await find(shelf, KeyKind.CUSTOMER_ID, "cus_1")) == ["3", "1", "2"]


async def test_exchanges_are_asked_for_only_when_an_order_has_grown() -> None:
    added = item("ordli_2", total=0, created_at="2026-11-09T10:00:00Z")
    claim = {
        "id": "claim_1",
        "order_id": "order_1",
        "created_at": "2026-11-09T10:00:00Z",
        "additional_items": [{"item_id": "ordli_2", "quantity": 1}],
        "claim_items": [{"item_id": "ordli_1", "quantity": 1}],
    }
    foreign = {**claim, "id": "claim_2", "order_id": "order_2"}
    shop = FakeShop(
        {
            "GET orders/order_1": {"order": order()},
            "GET exchanges": {"exchanges": []},
            "GET claims": {"claims": [claim, foreign]},
        }
    )
    reader = Reader(shop.session())
    await reader.order("order_1", Deadline.after(5))
    assert shop.asked == ["GET orders/order_1"]
    shop.answers["GET orders/order_1"] = {"order": order(items=[item(), added])}
    known = await reader.order("order_1", Deadline.after(5))
    assert [r.id for r in known.replacements] == ["claim_1"]
