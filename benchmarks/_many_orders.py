"""A shop of a million orders within a minute: cut to measure from a few thousand patterns that the demo shop makes.

A pattern is an order of the demo shop as JSON (what happened to it, its lines, parcels, dates) with blanks for who
bought it and for what no two orders share. Names and places are as unevenly common as real ones; every tenth order is a
guest's. Pure: the same count makes the same shop.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from zoneinfo import ZoneInfo

import numpy as np

from voicebot.oms.demo import catalog as catalogs
from voicebot.oms.demo import people, seed
from voicebot.oms.demo.catalog import Catalog, Country
from voicebot.oms.demo.orders import Buyer, OrderMaker
from voicebot.oms.demo.rows import CustomerRow, OrderRow, customer_row, order_row
from voicebot.oms.demo.scenarios import SCENARIOS
from voicebot.oms.demo.schema import AddressDoc, CustomerDoc, ProductDoc
from voicebot.oms.demo.timeline import Clock

#: Raised when the same count begins to make another shop.
REVISION = 1
_SEED, _DAY = 20261121, date(2026, 11, 21)
_PATTERNS, _CHUNK = 3000, 50_000
_ORDERS_EACH, _GUESTS = 4, 0.1
#: Telephones: shares of customers that have one, and that have the one of the customer before (a household's).
_REACHABLE, _SHARED = 0.95, 0.03
_POSTCODES = 8000
#: Of an order, one private-use character each, so that nothing else in the document can be taken for one.
_BLANKS = {
    "number": "\ue000",
    "name": "\ue001",
    "street": "\ue002",
    "city": "\ue003",
    "postcode": "\ue004",
    "who": "\ue005",
}
#: National numbers of fictional and of seldom used ranges: prefix and how many digits follow.
_PHONES = {
    "US": "+1{area}555{n:04d}",
    "GB": "+447700{n:06d}",
    "DE": "+4915{n:09d}",
    "FR": "+3363{n:07d}",
    "JP": "+8190{n:08d}",
}
_CODES = {"US": "#####", "GB": "@## #@@", "DE": "#####", "FR": "#####", "JP": "###-####"}


@dataclass(frozen=True, slots=True)
class Person:
    """Who buys: `row` is None for a guest."""

    id: str
    country: str
    name: str
    street: str
    city: str
    postcode: str
    email: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class _Pattern:
    text: str
    settled: int
    placed_at: str


class Shop:
    """Products, customers and orders of a shop.

    Args:
        count: orders.
        patterns: of each country.
    """

    def __init__(self, count: int, *, patterns: int = _PATTERNS) -> None:
        self._count = count
        self._patterns = patterns
        self._catalog = catalogs.load()
        self._clock = Clock(today=_DAY, zone=ZoneInfo(seed.ZONE))
        self._people = list(_people(Random(_SEED), self._catalog, max(10, count // _ORDERS_EACH)))

    @property
    def origin(self) -> str:
        """What the shop is known by."""
        return f"{self._count} orders revision {REVISION}"

    @property
    def products(self) -> Sequence[ProductDoc]:
        return self._catalog.products

    def customers(self) -> Iterator[CustomerRow]:
        for person in self._people:
            yield customer_row(_document(person))

    def orders(self) -> Iterator[OrderRow]:
        """All different in number, payment reference and parcel; bought more often by those who come first."""
        random = Random(_SEED + 1)
        patterns = _patterns(random, self._catalog, self._clock, self._patterns)
        draw = np.random.default_rng(_SEED)
        numbers = draw.permutation(9_000_000)[: self._count] + 1_000_000
        for first in range(0, self._count, _CHUNK):
            size = min(_CHUNK, self._count - first)
            buyers = (draw.random(size) ** 1.5 * len(self._people)).astype(int).tolist()
            guests = (draw.random(size) < _GUESTS).tolist()
            chosen = draw.integers(self._patterns, size=size).tolist()
            parcels = draw.integers(10**10, size=size).tolist()
            rows = zip(
                numbers[first : first + size].tolist(),
                buyers,
                guests,
                chosen,
                parcels,
                strict=True,
            )
            for number, buyer, guest, which, parcel in rows:
                person = self._people[buyer]
                yield _cut(patterns[person.country][which], person, number, parcel, guest=guest)


def _cut(pattern: _Pattern, person: Person, order: int, parcel: int, *, guest: bool) -> OrderRow:
    number, paid = str(order), f"PAY-{order * 9:08d}"
    email = f"{number}.{person.email}" if guest else None
    phone = person.phone if guest else None
    who = f'"customer_id":"{person.id}"' if not guest else f'"email":"{email}"'
    text = pattern.text % {
        "number": number,
        "name": person.name,
        "street": person.street,
        "city": person.city,
        "postcode": person.postcode,
        "who": who if phone is None else f'{who},"phone":"{phone}"',
        "paid": paid,
        "parcel": f"{parcel:010d}",
    }
    return OrderRow(
        id=f"o-{number}",
        number_key=number,
        digits=number,
        customer_id=None if guest else person.id,
        email=email,
        phone=phone,
        settled=pattern.settled,
        placed_at=pattern.placed_at,
        doc=text,
        references=(paid,),
    )


def _patterns(random: Random, catalog: Catalog, clock: Clock, count: int) -> Mapping[str, Sequence[_Pattern]]:
    """For each country, orders as likely as in the demo shop."""
    maker = OrderMaker(random, catalog, clock)
    weights = [scenario.weight for scenario in SCENARIOS]
    made: dict[str, list[_Pattern]] = {}
    for country in catalog.countries:
        buyer = _nobody(country)
        made[country.code] = [
            _pattern(order_row(maker.order(_BLANKS["number"], buyer, scenario)))
            for scenario in random.choices(SCENARIOS, weights, k=count)
        ]
    return made


def _nobody(country: Country) -> Buyer:
    blank = {field: _BLANKS[field] for field in ("name", "street", "city", "postcode")}
    home = AddressDoc(**blank, country=country.code)
    return Buyer(customer=CustomerDoc(id=_BLANKS["who"], first_name=""), country=country, ship_to=home)


def _pattern(row: OrderRow) -> _Pattern:
    text = row.doc.replace("%", "%%").replace(f'"customer_id":"{_BLANKS["who"]}"', _BLANKS["who"])
    for name, blank in _BLANKS.items():
        text = text.replace(blank, f"%({name})s")
    text = re.sub(r"PAY-\d{8}", "%(paid)s", text)
    text = re.sub(r'("tracking_number":"[A-Z]{2})\d{10}"', r'\1%(parcel)s"', text)
    return _Pattern(text, row.settled, row.placed_at)


# -- people


def _people(random: Random, catalog: Catalog, count: int) -> Iterator[Person]:
    firsts, lasts = list(catalog.first_names), list(catalog.last_names)
    random.shuffle(firsts)
    random.shuffle(lasts)
    places = {country.code: _places(random, country) for country in catalog.countries}
    homes = {code: _uneven(len(rows)) for code, rows in places.items()}
    often_first, often_last = _uneven(len(firsts)), _uneven(len(lasts))
    countries = random.choices(catalog.countries, [country.share for country in catalog.countries], k=count)
    phones = {country.code: _phones(random, country.code) for country in catalog.countries}
    before: Person | None = None
    for index, country in enumerate(countries):
        first = random.choices(firsts, cum_weights=often_first)[0]
        last = random.choices(lasts, cum_weights=often_last)[0]
        city, postcode = random.choices(places[country.code], cum_weights=homes[country.code])[0]
        same = before is not None and before.country == country.code and random.random() < _SHARED
        phone = before.phone if same and before else next(phones[country.code])
        before = Person(
            id=f"c-{1001 + index}",
            country=country.code,
            name=f"{first} {last}",
            street=f"{random.randint(1, 240)} {random.choice(catalog.streets)}",
            city=city,
            postcode=postcode,
            email=f"{first}.{last}{index}@example.{random.choice(('com', 'net', 'org'))}".lower(),
            phone=phone if random.random() < _REACHABLE else None,
        )
        yield before


def _document(person: Person) -> CustomerDoc:
    first, _, last = person.name.partition(" ")
    home = AddressDoc(
        name=person.name, street=person.street, city=person.city, postcode=person.postcode, country=person.country
    )
    return CustomerDoc(
        id=person.id,
        first_name=first,
        last_name=last,
        emails=(person.email,),
        phones=(person.phone,) if person.phone else (),
        addresses=(home,),
        locale=people.locale(person.country),
    )


def _places(random: Random, country: Country) -> list[tuple[str, str]]:
    """Cities and postcodes, as many as the country's share of the customers asks for."""
    kinds = {"#": "0123456789", "@": "ABCDEFGHJKLMNPRSTUWXYZ"}
    count = max(len(country.cities), _POSTCODES * country.share // 100)
    codes = ["".join(random.choice(kinds.get(c, c)) for c in _CODES[country.code]) for _ in range(count)]
    return [(random.choice(country.cities)[0], code) for code in dict.fromkeys(codes)]


def _phones(random: Random, country: str) -> Iterator[str]:
    used: set[str] = set()
    digits = int(re.search(r"n:0(\d+)d", _PHONES[country])[1])  # type: ignore[index]  # every pattern has it
    while True:
        number = _PHONES[country].format(area=random.randint(201, 989), n=random.randrange(10**digits))
        if number not in used:
            used.add(number)
            yield number


def _uneven(count: int) -> list[float]:
    """Cumulative weights after Zipf, a little flattened: the hundredth is a twenty-fifth as common as the first."""
    weights = np.cumsum(1.0 / np.arange(1, count + 1) ** 0.7)
    return [float(weight) for weight in weights]
