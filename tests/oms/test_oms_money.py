from __future__ import annotations

from decimal import Decimal

import pytest

from voicebot.oms.money import Money


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("129.50", "USD", 12950),
        ("12950", "JPY", 12950),
        ("1.234", "KWD", 1234),
        ("0.005", "EUR", 0),
        ("-3", "GBP", -300),
    ],
)
def test_minor_units_follow_the_currency(amount: str, currency: str, minor: int) -> None:
    money = Money.of(amount, currency)
    assert money.minor == minor
    assert Money.of(money.amount, currency) == money


def test_amount_is_exact() -> None:
    assert Money(1, "USD").amount == Decimal("0.01")


@pytest.mark.parametrize("junk", ["", "12,50", "NaN", "Infinity"])
def test_junk_is_refused(junk: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        Money.of(junk, "USD")


def test_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="EUR"):
        Money(1, "USD") + Money(1, "EUR")
    assert Money(2, "USD") + Money(3, "USD") == Money(5, "USD")
    assert Money(2, "USD") * 3 == Money(6, "USD")
