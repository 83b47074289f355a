from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.transports.sip import identity
from voicebot.transports.sip.port import InboundCall


@pytest.mark.parametrize(
    ("address", "user"),
    [
        ('"Ann" <sip:+4930123456;npdi@carrier.example;user=phone>;tag=1', "+4930123456"),
        ("sip:1001@pbx", "1001"),
        ("<tel:+1-415-555-0123;phone-context=example.com>", "+1-415-555-0123"),
        ('"sip:666@evil" <sip:ann@x>', "ann"),
        ("<sips:ann%20lee@[::1]:5061>", "ann lee"),
        ("<sip:ann:secret@x>", "ann"),
        ('"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1', None),
        ("<sip:c8oqz84zk7z@anonymous.invalid>", None),
        ("<sip:Restricted@carrier.example>", None),
        ("<sip:carrier.example>", None),
        ("<sip:%0d%0aX@x>", None),
        ("garbage", None),
        ("", None),
    ],
)
def test_user_part(address: str, user: str | None) -> None:
    assert identity.user_part(address) == user


@pytest.mark.parametrize(
    ("number", "region", "expected"),
    [
        ("+14155550123", "DE", "+14155550123"),
        ("(415) 555-0123", "US", "+14155550123"),
        ("030 1234567", "DE", "+49301234567"),
        ("0049301234567", "DE", "+49301234567"),
        ("14155550123", "DE", "+14155550123"),
        ("1001", "US", None),
        ("ann", "US", None),
        ("+999999999999", "US", None),
    ],
)
def test_e164(number: str, region: str, expected: str | None) -> None:
    assert identity.e164(number, region=region) == expected


def invite(from_header: str, *, asserted: str | None = None, privacy: str | None = None) -> InboundCall:
    return InboundCall(sip_call_id="x", peer="sip:z@z", from_header=from_header, asserted=asserted, privacy=privacy)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (invite("<sip:+14155550123@x>"), "+14155550123"),
        (invite("<sip:1001@x>", asserted="<sip:+14155550199@carrier>"), "+14155550199"),
        (invite("<sip:anonymous@anonymous.invalid>", asserted="<tel:+14155550199>"), "+14155550199"),
        (invite("<sip:+14155550123@x>", asserted="<tel:+14155550199>", privacy="header;id"), None),
        (invite("<sip:1001@x>", privacy="none"), "1001"),
    ],
)
def test_caller(call: InboundCall, expected: str | None) -> None:
    assert identity.caller(call, region="US", trust_asserted=True) == expected


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (invite("<sip:1001@x>", asserted="<sip:+14155550199@carrier>"), "1001"),
        (invite("<sip:+14155550123@x>", asserted="<tel:+14155550199>", privacy="id"), None),
    ],
)
def test_an_assertion_from_outside_the_trust_domain_is_not_believed(call: InboundCall, expected: str | None) -> None:
    assert identity.caller(call, region="US", trust_asserted=False) == expected


def test_nothing_but_anonymous_addresses_is_nobody() -> None:
    hidden = InboundCall(sip_call_id="x", peer="sip:anonymous@anonymous.invalid")
    assert identity.caller(hidden, region="US", trust_asserted=True) is None


@given(st.text(max_size=200))
def test_any_header_is_survived(text: str) -> None:
    identity.caller(invite(text, asserted=text, privacy=text), region="US", trust_asserted=True)
