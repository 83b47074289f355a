"""Customers of the demo shop. Pure."""

from __future__ import annotations

from random import Random

from voicebot.oms.demo.catalog import Catalog, Country
from voicebot.oms.demo.schema import AddressDoc, CustomerDoc, SubscriptionDoc
from voicebot.oms.demo.timeline import Clock

_TIERS = ("standard", "standard", "standard", "standard", "silver", "silver", "gold", "vip")
_MAIL = ("example.com", "example.net", "example.org")
_LOCALE = {"US": "en-US", "GB": "en-GB", "DE": "de-DE", "FR": "fr-FR", "JP": "ja-JP"}


def address(rng: Random, catalog: Catalog, country: Country, name: str) -> AddressDoc:
    city, region, postcode = rng.choice(country.cities)
    street = f"{rng.randint(1, 240)} {rng.choice(catalog.streets)}"
    return AddressDoc(name=name, street=street, city=city, region=region, postcode=postcode, country=country.code)


def locale(country: str) -> str:
    return _LOCALE[country]


def customers(rng: Random, catalog: Catalog, clock: Clock, count: int, taken: set[str]) -> list[CustomerDoc]:
    """`count` customers, `c-1001` on. Phones and e-mails in `taken` are left free, and new e-mails added to it.

    Fictional phone ranges are small: when a country's are used up, its further customers have none.
    """
    weights = [country.share for country in catalog.countries]
    free = {country.code: _phones(rng, country, taken) for country in catalog.countries}
    made = []
    for index in range(count):
        country = rng.choices(catalog.countries, weights)[0]
        first, last = rng.choice(catalog.first_names), rng.choice(catalog.last_names)
        email = f"{first}.{last}@{rng.choice(_MAIL)}".lower()
        if email in taken:
            email = email.replace("@", f"{index}@")
        taken.add(email)
        phones = (free[country.code].pop(),) if free[country.code] and rng.random() < 0.95 else ()
        made.append(
            CustomerDoc(
                id=f"c-{1001 + index}",
                first_name=first,
                last_name=last,
                emails=(email,),
                phones=phones,
                addresses=(address(rng, catalog, country, f"{first} {last}"),),
                tier=rng.choice(_TIERS),
                locale=locale(country.code),
                consents={"marketing_email": rng.random() < 0.6, "marketing_sms": rng.random() < 0.3},
                contact_changed_at=clock.at(rng.randint(1, 6), 11) if rng.random() < 0.03 else None,
                subscriptions=_subscriptions(rng, index, country, clock) if rng.random() < 0.08 else (),
            )
        )
    return made


def _phones(rng: Random, country: Country, taken: set[str]) -> list[str]:
    width = country.digits.count("#")
    fixed = country.digits.rstrip("#")
    numbers = [f"{prefix}{fixed}{n:0{width}d}" for prefix in country.phones for n in range(10**width)]
    rng.shuffle(numbers)
    return [number for number in numbers[:1000] if number not in taken]


def _subscriptions(rng: Random, index: int, country: Country, clock: Clock) -> tuple[SubscriptionDoc, ...]:
    status = rng.choice(("active", "active", "active", "paused", "past_due", "cancelled"))
    return (
        SubscriptionDoc(
            id=f"s-{1001 + index}",
            plan="Daybreak coffee beans, every 4 weeks",
            status=status,
            price=country.price(1700),
            currency=country.currency,
            next_charge_on=clock.day(rng.randint(1, 28)) if status in ("active", "past_due") else None,
            pause_until=clock.day(rng.randint(5, 60)) if status == "paused" else None,
        ),
    )
