"""Carriers' tracking numbers and their check digits. Pure.

UPS 1Z (letters count as their place in the alphabet plus one, modulo ten; weights 1 and 2); USPS (modulo 10, weights 3
and 1 from the right); UPU standard S10 (weights 8 6 4 2 3 5 9 7, modulo 11); FedEx (12 digits: weights 3 1 7, modulo
11, modulo 10; 15 digits: as USPS); DHL Express waybill (nine digits modulo 7). Checked against sample numbers: the
carriers publish their rules to customers only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from voicebot.identifiers.forms import Form, forms
from voicebot.identifiers.sound import swap_cost

_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
_CONFUSABLE = 0.8


@dataclass(frozen=True, slots=True)
class Carrier:
    """A form of tracking numbers.

    Attributes:
        name: the carrier.
        pattern: of the whole number.
        checks: whether the check digit fits.
        distinct: the form alone gives the carrier away; plain digits of some length may be anything.
    """

    name: str
    pattern: re.Pattern[str]
    checks: Callable[[str], bool]
    distinct: bool


def ups_checks(value: str) -> bool:
    """`1Z`, 15 characters, one check digit."""
    figures = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in value[2:17]]
    total = sum(figures[0::2]) + 2 * sum(figures[1::2])
    return value[17].isdigit() and (-total) % 10 == int(value[17])


def weighted_3_1(value: str) -> bool:
    """Modulo 10 with weights 3 and 1 from the digit before the check digit leftwards."""
    total = sum(int(c) * (3, 1)[i % 2] for i, c in enumerate(reversed(value[:-1])))
    return (-total) % 10 == int(value[-1])


def usps_checks(value: str) -> bool:
    """The package barcode; a routing prefix 420 + ZIP code is not part of what is checked."""
    core = value[-22:] if value.startswith("420") and len(value) in (30, 34) else value
    return weighted_3_1(core)


def s10_checks(value: str) -> bool:
    """Two letters, eight digits and the check digit, two letters of the country."""
    remainder = 11 - sum(int(c) * w for c, w in zip(value[2:10], _S10_WEIGHTS, strict=True)) % 11
    return int(value[10]) == {10: 0, 11: 5}.get(remainder, remainder)


def fedex_express_checks(value: str) -> bool:
    """Twelve digits."""
    total = sum(int(c) * (3, 1, 7)[i % 3] for i, c in enumerate(value[:11]))
    return total % 11 % 10 == int(value[11])


def dhl_checks(value: str) -> bool:
    """Ten digits, the last being the first nine modulo 7."""
    return int(value[:9]) % 7 == int(value[9])


CARRIERS: tuple[Carrier, ...] = (
    Carrier("ups", re.compile(r"1Z[A-Z0-9]{8}\d{8}"), ups_checks, True),
    Carrier("usps", re.compile(r"(?:420\d{5}(?:\d{4})?)?9[1-5]\d{20}"), usps_checks, True),
    Carrier("s10", re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}"), s10_checks, True),
    Carrier("fedex", re.compile(r"96\d{20}"), weighted_3_1, True),
    Carrier("fedex", re.compile(r"\d{15}"), weighted_3_1, False),
    Carrier("fedex", re.compile(r"\d{12}"), fedex_express_checks, False),
    Carrier("dhl", re.compile(r"\d{10}"), dhl_checks, False),
)


#: Forms with letters, for what was misheard.
FORMS: tuple[Form, ...] = (*forms("1Z[ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789]{8}#{8}"), *forms("@{2}#{9}@{2}"))


def carriers(value: str) -> tuple[Carrier, ...]:
    """Carriers whose form and check digit `value` has."""
    return tuple(c for c in CARRIERS if c.pattern.fullmatch(value) and c.checks(value))


def shaped(value: str) -> tuple[Carrier, ...]:
    """Carriers whose form `value` has, whatever its check digit says."""
    return tuple(c for c in CARRIERS if c.pattern.fullmatch(value))


def repairs(value: str, *, most: int = 5) -> list[tuple[str, float]]:
    """Numbers that differ from `value` in one easily confused character and fit the check digit of the same carrier.

    Returns:
        Numbers with the cost of the change, cheapest first.
    """
    forms = [c for c in shaped(value) if c.distinct] or list(shaped(value))
    found = {
        changed: cost
        for changed, cost in _neighbours(value)
        if any(c.pattern.fullmatch(changed) and c.checks(changed) for c in forms)
    }
    return sorted(found.items(), key=lambda item: item[1])[:most]


def _neighbours(value: str) -> Iterator[tuple[str, float]]:
    for index, was in enumerate(value):
        for character in "0123456789" if was.isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            cost = swap_cost(was, character)
            if character != was and cost <= _CONFUSABLE:
                yield value[:index] + character + value[index + 1 :], cost
