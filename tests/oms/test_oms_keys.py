from __future__ import annotations

from typing import Any

import pytest

from voicebot.oms.connector import KeyKind, OrderKey
from voicebot.oms.keys import email_key, number_key, order_key, phone_key


def test_exact_forms() -> None:
    assert number_key(" #w 261-1340 ") == "W2611340"
    assert email_key(" Elena.Marlowe@Example.com ") == "elena.marlowe@example.com"
    assert phone_key("(415) 555-0134", "US") == "+14155550134"
    assert phone_key("+44 7700 900123", "US") == "+447700900123"


@pytest.mark.parametrize("junk", ["", "anonymous", "12", "+1", "sip:alice"])
def test_what_is_no_phone_number(junk: str) -> None:
    assert phone_key(junk, "US") is None


@pytest.mark.parametrize(
    ("args", "key"),
    [
        ({"number": "4481207", "phone": "+14155550134"}, OrderKey(KeyKind.NUMBER, "4481207")),
        ({"number": None, "phone": "4155550134"}, OrderKey(KeyKind.PHONE, "+14155550134")),
        ({"number": " - ", "email": "A@B.c"}, OrderKey(KeyKind.EMAIL, "a@b.c")),
        ({"customer_id": " c-1 "}, OrderKey(KeyKind.CUSTOMER_ID, "c-1")),
        ({"payment_reference": "PAY-1"}, OrderKey(KeyKind.PAYMENT_REFERENCE, "PAY-1")),
        ({"name": "Zoë van der Rossi", "postcode": "191-22"}, OrderKey(KeyKind.NAME_POSTCODE, "zoe rossi/19122")),
        ({"name": "Rossi", "postcode": "19122"}, None),
        ({"name": "Zoë Rossi", "postcode": ""}, None),
        ({"name": "Zoë Rossi"}, None),
        ({"phone": "anonymous"}, None),
        ({"number": 4481207}, None),
        ({}, None),
    ],
)
def test_key_of_a_query(args: dict[str, Any], key: OrderKey | None) -> None:
    assert order_key(args, "US") == key
