from __future__ import annotations

from datetime import date

import pytest

from voicebot.oms.demo.rows import customer_row, order_row
from voicebot.oms.demo.schema import AddressDoc, CustomerDoc, OrderDoc, PaymentDoc
from voicebot.oms.demo.seed import generate

ORDER = generate(7, date(2026, 11, 21), orders=1).orders[0]


def test_an_order_is_found_by_its_number_with_and_without_letters() -> None:
    row = order_row(ORDER.model_copy(update={"number": "#w 261-1340"}))
    assert (row.number_key, row.digits) == ("W2611340", "2611340")
    assert OrderDoc.model_validate_json(row.doc).number == "#w 261-1340"


def test_contacts_of_its_own_are_in_one_form() -> None:
    row = order_row(
        ORDER.model_copy(update={"customer_id": None, "email": "Guest @Example.org", "phone": "+14155550190"})
    )
    assert (row.customer_id, row.email, row.phone) == (None, "guest@example.org", "+14155550190")


@pytest.mark.parametrize(
    ("status", "settled"), [("open", 0), ("on_hold", 0), ("completed", 1), ("cancelled", 1), ("archived", 1)]
)
def test_what_is_settled(status: str, settled: int) -> None:
    assert order_row(ORDER.model_copy(update={"status": status})).settled == settled


def test_a_payment_that_is_there_twice_is_one_reference() -> None:
    payments = tuple(PaymentDoc(reference=r, method="card", amount=1) for r in ("PAY-1", "PAY-2", "PAY-1"))
    assert order_row(ORDER.model_copy(update={"payments": payments})).references == ("PAY-1", "PAY-2")


def test_a_customer_is_found_by_every_contact_and_by_name_at_the_present_address() -> None:
    customer = CustomerDoc(
        id="c-1",
        first_name="Zoë",
        last_name="Rossi",
        emails=("Zoe@Example.com", "z@example.org"),
        phones=("+14155550190",),
        addresses=(AddressDoc(postcode="19122"), AddressDoc(postcode="10011")),
    )
    assert customer_row(customer).contacts == {
        ("email", "zoe@example.com"),
        ("email", "z@example.org"),
        ("phone", "+14155550190"),
        ("name_postcode", "zoe rossi/19122"),
    }
    assert customer_row(CustomerDoc(id="c-2", first_name="Ada")).contacts == frozenset()
