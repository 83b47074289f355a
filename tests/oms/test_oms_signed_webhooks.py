from __future__ import annotations

import json

import pytest

from voicebot.oms.connector import BadAnswer, Forged, Repeated
from voicebot.oms.connectors.webhooks import SIGNATURE, SignedWebhooks, signature

NOW = 1_800_000_000
BODY = json.dumps({"id": "evt-1", "orders": ["o-1", 2]}).encode()


def webhooks(secret: str | None = "whsec", now: float = NOW) -> SignedWebhooks:
    return SignedWebhooks(secret, lambda: now)


def signed(body: bytes = BODY, at: int = NOW, secret: str = "whsec") -> dict[str, str]:
    return {SIGNATURE.title(): signature(secret, at, body)}


def test_a_genuine_one_is_believed_once() -> None:
    receiver = webhooks()
    assert receiver.orders(signed(), BODY) == ("o-1", "2")
    with pytest.raises(Repeated):
        receiver.orders(signed(), BODY)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, BODY),
        ({SIGNATURE: ""}, BODY),
        ({SIGNATURE: "t=x,v1=y"}, BODY),
        ({SIGNATURE: "t=²,v1=y"}, BODY),
        ({SIGNATURE: "t=,v1="}, BODY),
        ({SIGNATURE: f"t={'9' * 5000},v1=y"}, BODY),
        ({SIGNATURE: f"t={NOW},v1=é"}, BODY),
        (signed(secret="other"), BODY),
        (signed(), BODY + b" "),
        (signed(at=NOW - 301), BODY),
        (signed(at=NOW + 301), BODY),
    ],
)
def test_a_forged_or_old_one_is_not(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(Forged):
        webhooks().orders(headers, body)


def test_without_a_secret_none_is_believed() -> None:
    with pytest.raises(Forged):
        webhooks(None).orders(signed(), BODY)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"id": "e"}', b'{"id": "e", "orders": 7}', b"[" * 100_000])
def test_a_signed_one_that_cannot_be_read_is_told(body: bytes) -> None:
    with pytest.raises(BadAnswer) as error:
        webhooks().orders(signed(body), body)
    assert not isinstance(error.value, Forged | Repeated)
