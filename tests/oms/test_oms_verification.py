"""What counts as the same, and what does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from oms_builders import line, order
from write_fakes import WHEN, a_customer, an_order

from voicebot.oms.model import Address
from voicebot.oms.verification import (
    Code,
    Factor,
    Limits,
    Tally,
    changed_lately,
    code_matches,
    contact_of,
    factor_of,
    matches,
    new_code,
    on_file,
    sent_code,
    subject_of,
    unspoken,
)


@pytest.mark.parametrize(
    ("factor", "said", "kept"),
    [
        ("postcode", "94103", "94103"),
        ("postcode", "nine four one oh three", "94103"),
        ("postcode", "it's 94103", "94103-1234"),
        ("postcode", "94103-1234", "94103"),
        ("postcode", "sw1a1aa", "SW1A 1AA"),
        ("postcode", "S W one A one A A", "SW1A 1AA"),
        ("email", "Jane.Smith@Example.com", "jane.smith@example.com"),
        ("email", "jane dot smith at example dot com", "jane.smith@example.com"),
        ("name", "jane smith", "Jane Smith"),
        ("name", "Smith", "Jane Smith"),
        ("name", "it's Jane Smyth", "Jane Smith"),
        ("name", "muller", "Jörg Müller"),
        ("name", "O'Brien", "Tina O’Brien"),
        ("item", "the trail runner", "Trail Runner shoes"),
        ("item", "I ordered the trail runners", "Trail Runner shoes"),
        ("item", "a stoneware mug", "Stoneware mug"),
        ("item", "umbrella", "Umbrella"),
    ],
)
def test_forms_are_forgiven(factor: Factor, said: str, kept: str) -> None:
    assert matches(factor, said, ("something else", kept))


@pytest.mark.parametrize(
    ("factor", "said", "kept"),
    [
        ("postcode", "94104", "94103"),
        ("postcode", "9410", "94103"),
        ("postcode", "", "94103"),
        ("postcode", "94103", ""),
        ("email", "jane.smyth@example.com", "jane.smith@example.com"),
        ("email", "jane.smith@example.org", "jane.smith@example.com"),
        ("name", "Jane", "Jane Smith"),
        ("name", "Bob Smith", "Jane Smith"),
        ("name", "Jones", "Jane Smith"),
        ("name", "Smith Miller Jones Brown Taylor", "Jane Smith"),
        ("item", "shoes", "Trail Runner shoes"),
        ("item", "the mug", "Stoneware mug"),
        ("item", "and with the of", "Stoneware mug"),
        ("code", "123456", "123456"),
    ],
)
def test_the_thing_itself_is_not(factor: Factor, said: str, kept: str) -> None:
    assert not matches(factor, said, (kept,))


def test_a_list_of_guesses_is_no_answer() -> None:
    assert not matches("postcode", "94101 94102 94103", ("94103",))
    assert not matches("email", "a@x.com or jane.smith@example.com", ("jane.smith@example.com",))


def test_what_is_on_file() -> None:
    bought, customer = an_order(), a_customer(addresses=(Address(postcode="10115"),))
    assert on_file("postcode", bought, customer, None) == ("94103", "10115")
    assert on_file("postcode", bought, None, None) == ("94103",)
    assert on_file("email", bought, customer, None) == ("jane.smith@example.com",)
    assert on_file("email", bought, None, None) == ("j@x.example",)
    assert on_file("name", bought, customer, None) == ("Jane Smith",)
    assert on_file("name", bought, a_customer(last_name=""), None) == ("Jane Smith",)
    latest = order(lines=(line(name="Stoneware mug"),))
    assert on_file("item", bought, customer, latest) == ("Stoneware mug",)
    assert on_file("name", replace(bought, ship_to=Address(name="  ")), None, None) == ()


def test_what_we_said_ourselves_proves_nothing() -> None:
    names = ("Trail Runner shoes", "Stoneware mug")
    assert unspoken(names, ["The trail  runner shoes are on their way."]) == ("Stoneware mug",)
    assert unspoken(names, []) == names


def test_subjects_and_factors() -> None:
    assert subject_of(an_order()) == "c-1"
    assert subject_of(an_order(customer_id=None)) == "order:o-4481207"
    assert factor_of("name") == "name"
    assert factor_of("mother") is None


def test_attempts_run_out_one_by_one() -> None:
    limits = Limits(call=3, customer=4, caller=9)
    assert Tally(call=2, customer=3, caller=8).locked_by(limits) == ""
    assert Tally(call=2, customer=4, caller=8).locked_by(limits) == "customer"
    assert Tally(call=3).locked_by(limits) == "call"
    assert Tally(caller=9).locked_by(limits) == "caller"


def code(digits: str = "012345", *, tries: int = 3) -> Code:
    return sent_code(digits, subject="c-1", order="o", salt=b"salt", now=WHEN, valid_min=10, tries=tries)


def test_a_code_is_its_digits_for_a_while() -> None:
    assert new_code(42) == "000042"
    assert code_matches(code(), "012345", WHEN)
    assert code_matches(code(), "zero one two, three four five", WHEN)
    assert code_matches(code(), "0 1 2 3 4 5", WHEN + timedelta(minutes=9))
    assert not code_matches(code(), "012345", WHEN + timedelta(minutes=10))
    assert not code_matches(code(), "12345", WHEN)
    assert not code_matches(code(), "543210", WHEN)
    assert not code_matches(code().tried().tried().tried(), "012345", WHEN)
    assert b"012345" not in code().digest


def test_the_contact_is_the_one_on_file() -> None:
    bought, customer = an_order(phone="+15550001111"), a_customer()
    contact = contact_of(bought, customer, ("sms", "email"))
    assert contact is not None
    assert (contact.channel, contact.to) == ("sms", "+14155550134")
    by_mail = contact_of(bought, customer, ("email",))
    assert by_mail is not None
    assert by_mail.to == "jane.smith@example.com"
    guest = contact_of(bought, None, ("sms", "email"))
    assert guest is not None
    assert guest.to == "+15550001111"
    assert contact_of(bought, a_customer(phones=(), emails=()), ("sms", "email")) is None
    assert contact_of(bought, customer, ()) is None


def test_a_new_contact_is_not_trusted() -> None:
    bought = an_order()
    assert changed_lately(bought, a_customer(contact_changed_at=WHEN - timedelta(days=6)), WHEN, 7)
    assert not changed_lately(bought, a_customer(contact_changed_at=WHEN - timedelta(days=8)), WHEN, 7)
    assert not changed_lately(bought, a_customer(), WHEN, 7)
    assert not changed_lately(bought, None, WHEN, 7)
    assert changed_lately(an_order(contact_changed_at=WHEN - timedelta(days=1)), None, WHEN, 7)
