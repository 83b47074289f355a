"""The demo shop, made from a seed number and a day. Pure and repeatable: same number, same day, same shop."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from voicebot.oms.demo import catalog as catalogs
from voicebot.oms.demo import people, use_cases
from voicebot.oms.demo.catalog import Catalog, Country
from voicebot.oms.demo.orders import Buyer, OrderMaker
from voicebot.oms.demo.scenarios import BY_NAME, SCENARIOS, Range, Scenario
from voicebot.oms.demo.schema import CustomerDoc, LineDoc, OrderDoc, ShopDoc, ShopFile
from voicebot.oms.demo.slips import one_edit, two_edits
from voicebot.oms.demo.timeline import Clock

#: Raised when the same seed number begins to make another shop, so that kept files are made anew.
REVISION = 3
#: Made by the seed number; one more of each for every use case.
CUSTOMERS = 300
ORDERS = 2000
ZONE = "America/New_York"

#: Callers of demonstrations and tests: id, first name, last name, phone, tier.
CAST = (
    ("c-0001", "Elena", "Marlowe", "+14155550134", "gold"),
    ("c-0002", "Jonas", "Okafor", "+14155550177", "standard"),
    ("c-0003", "Thea", "Lindqvist", "+14155550112", "standard"),
    ("c-0004", "Omar", "Haddad", "+14155550155", "standard"),
    ("c-0005", "Leila", "Haddad", "+14155550155", "silver"),
    ("c-0006", "Wes", "Calloway", "+14155550101", "standard"),
    ("c-0007", "Vera", "Norwood", "+14155550199", "vip"),
    ("c-0008", "Quinn", "Ferrow", "+14155550166", "standard"),
)
GUEST_EMAIL, GUEST_PHONE = "guest.buyer@example.org", "+14155550190"
SHOWCASE_NUMBERS = ("4481207", "4480022")


def generate(seed: int, today: date, *, customers: int = CUSTOMERS, orders: int = ORDERS, zone: str = ZONE) -> ShopFile:
    """A whole shop as of `today`; the cast's orders are among the `orders`, those of the use cases come after them."""
    catalog = catalogs.load()
    clock = Clock(today=today, zone=ZoneInfo(zone))
    rng = Random(f"voicebot demo shop {seed}")
    cast = [_cast_member(catalog, *row) for row in CAST]
    taken = {phone for customer in cast for phone in customer.phones} | {GUEST_PHONE}
    everyone = cast + people.customers(rng, catalog, clock, max(1, customers - len(cast)), taken)
    return ShopFile(
        format="voicebot-shop/1",
        shop=ShopDoc(name="Larch & Loom", time_zone=zone),
        products=(*catalog.products, *catalog.special),
        customers=(*everyone, *use_cases.customers(catalog, clock)),
        orders=(*stream_orders(rng, catalog, clock, everyone, orders), *use_cases.orders(catalog, clock)),
        promotions=use_cases.promotions(catalog, clock),
        stores=catalog.shops,
    )


def stream_orders(
    rng: Random, catalog: Catalog, clock: Clock, everyone: list[CustomerDoc], count: int
) -> Iterator[OrderDoc]:
    """The cast's orders, each scenario once, then `count` in all as the weights have it."""
    maker = OrderMaker(rng, catalog, clock)
    mine = list(_cast_orders(maker, catalog, everyone))
    yield from mine
    buyers = [c for c in everyone if c.id > "c-1"]
    numbers = _numbers(rng, count, {order.number for order in mine})
    weights = [scenario.weight for scenario in SCENARIOS]
    for index in range(max(0, count - len(mine))):
        scenario = SCENARIOS[index] if index < len(SCENARIOS) else rng.choices(SCENARIOS, weights)[0]
        # Some customers buy often: squaring pulls the choice to the front of the list.
        customer = buyers[int(rng.random() ** 2 * len(buyers))]
        yield maker.order(next(numbers), _buyer(catalog, customer), scenario)


def _numbers(rng: Random, count: int, used: set[str]) -> Iterator[str]:
    """Seven-digit order numbers; none that a slip or two would turn into a demonstration's, and none of a use case."""
    kept_clear = used.union(*(one_edit(n) | two_edits(n) for n in SHOWCASE_NUMBERS))
    taken = use_cases.numbers()
    for number in rng.sample(range(1_000_000, 10_000_000), min(9_000_000, count + len(kept_clear))):
        if str(number) not in kept_clear and str(number) not in taken:
            yield str(number)


def _country(catalog: Catalog, code: str) -> Country:
    return next(country for country in catalog.countries if country.code == code)


def _buyer(catalog: Catalog, customer: CustomerDoc) -> Buyer:
    home = customer.addresses[0]
    return Buyer(customer=customer, country=_country(catalog, home.country), ship_to=home)


def _cast_member(catalog: Catalog, member: str, first: str, last: str, phone: str, tier: str) -> CustomerDoc:
    rng = Random(member)
    home = people.address(rng, catalog, _country(catalog, "US"), f"{first} {last}")
    email = f"{first}.{last}@example.com".lower()
    return CustomerDoc(
        id=member, first_name=first, last_name=last, emails=(email,), phones=(phone,), addresses=(home,), tier=tier
    )


def _cast_orders(maker: OrderMaker, catalog: Catalog, everyone: list[CustomerDoc]) -> Iterator[OrderDoc]:
    buyers = {customer.id: _buyer(catalog, customer) for customer in everyone}

    def on(name: str, scan: int, **changes: Any) -> Scenario:
        return replace(BY_NAME[name], scan=(scan, scan), **changes)

    def order(number: str, who: str, scenario: Scenario, *items: str, transit: Range = (2, 2)) -> OrderDoc:
        lines = tuple(_line(catalog, index, item) for index, item in enumerate(items, 1))
        return maker.order(number, buyers[who], scenario, lines=lines, transit=transit)

    yield order(
        "4481207",
        "c-0001",
        on("delayed_weather", 1, promise=(-3, -3), eta=(2, 2)),
        "Trail Runner shoes",
        "Merino hiking socks",
        "Steel water bottle",
        transit=(6, 6),
    )
    yield order("4480022", "c-0001", on("delivered_now", 5), "Stoneware mug", "Daybreak coffee beans")
    yield order("7302915", "c-0002", on("in_transit", 1, promise=(2, 2), eta=(2, 2)), "Windrow rain jacket")
    yield order("7318846", "c-0002", on("new", 1, promise=(6, 6)), "Basecamp two-person tent", "Headlamp")
    yield order("2590371", "c-0003", on("delivered_then", 60), "Ember table lamp")
    yield order("6127409", "c-0004", on("out_for_delivery", 0, promise=(0, 0)), "Pebble portable speaker")
    yield order("6158332", "c-0005", on("split_rest", 1, promise=(3, 3)), "Larkspur summer dress", "Loom scarf")
    for index in range(40):
        yield order(str(8810400 + index * 37), "c-0007", on("new", 1 + index % 3, promise=(4, 9)), "Stoneware mug")
    yield order("5563028", "c-0008", on("new", 2))
    guest = replace(buyers["c-0006"], customer=None, email=GUEST_EMAIL, phone=GUEST_PHONE)
    lines = (_line(catalog, 1, "Murmur wireless headphones"),)
    yield maker.order("9274460", guest, on("nobody_home", 1), lines=lines, transit=(3, 3))


def _line(catalog: Catalog, index: int, name: str) -> LineDoc:
    product = catalog.product(name)
    variant = product.variants[len(product.variants) // 2]
    return LineDoc(
        id=f"l{index}",
        sku=variant.sku,
        name=name,
        variant=", ".join(variant.options.values()),
        product_type=product.product_type,
        quantity=1,
        unit_price=variant.price,
    )


_MOMENTS = frozenset(
    {"placed_at", "at", "shipped_at", "captured_at", "requested_at", "cancelled_at", "contact_changed_at"}
)
_DATES = frozenset(
    {
        *("promised_by", "eta", "send_back_by", "next_charge_on", "pause_until", "points_expire_on"),
        *("ready_on", "until", "starts_on", "ends_on"),
    }
)


def moved(document: str, days: int, zone: ZoneInfo) -> str:
    """A shop document in JSON with every date and time moved by whole local days."""
    return json.dumps(_moved(json.loads(document), days, zone), ensure_ascii=False)


def _moved(value: Any, days: int, zone: ZoneInfo) -> Any:
    if isinstance(value, list):
        return [_moved(item, days, zone) for item in value]
    if not isinstance(value, dict):
        return value
    out = {}
    for name, item in value.items():
        if name in _MOMENTS and isinstance(item, str):
            local = datetime.fromisoformat(item).astimezone(zone) + timedelta(days=days)
            out[name] = local.astimezone(UTC).isoformat()
        elif name in _DATES and isinstance(item, str):
            out[name] = (date.fromisoformat(item) + timedelta(days=days)).isoformat()
        else:
            out[name] = _moved(item, days, zone)
    return out
