"""Signatures of posts, and what they are made with."""

from __future__ import annotations

import pytest

from voicebot.errors import ConfigError
from voicebot.webhooks import secret_for, signature, signed_headers


def test_the_secret_is_that_of_the_environment() -> None:
    environ = {"SECRET": "x", "OTHER": "y"}
    assert secret_for("https://desk.example/hook", "SECRET", section="handoff", environ=environ) == "x"
    assert secret_for("http://127.0.0.1:9/", "OTHER", section="messages", environ=environ) == "y"


@pytest.mark.parametrize("url", ["", "desk.example", "ftp://desk.example", "https://", "https:///hook", "http://[::1"])
def test_what_is_no_url_is_refused_where_it_was_set(url: str) -> None:
    with pytest.raises(ConfigError, match="not an http") as caught:
        secret_for(url, "SECRET", section="handoff", environ={"SECRET": "x"})
    assert caught.value.where == "handoff.webhook_url"


@pytest.mark.parametrize("environ", [{}, {"SECRET": ""}, {"OTHER": "x"}])
def test_nothing_is_posted_unsigned(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="environment variable SECRET") as caught:
        secret_for("https://desk.example/hook", "SECRET", section="messages", environ=environ)
    assert caught.value.where == "messages.webhook_secret_env"


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
