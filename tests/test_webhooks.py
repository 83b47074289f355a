"""Signatures of posts."""

from __future__ import annotations

from voicebot.webhooks import signature, signed_headers


def test_a_standard_webhooks_secret_is_decoded() -> None:
    # Published example of the Standard Webhooks specification.
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_headers_carry_the_id_the_time_and_the_signature() -> None:
    headers = signed_headers("secret", "m1", 1614265330, b"{}")
    assert headers["webhook-id"] == "m1"
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == signature("secret", "m1", 1614265330, b"{}")
    assert headers["webhook-signature"] != signature("other", "m1", 1614265330, b"{}")
