"""Signed posts after Standard Webhooks 1.0, as far as hand-offs and messages have them in common. Posts nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping

import httpx

from voicebot.errors import ConfigError

#: HTTP answers after which the same post may succeed later.
RETRIED = frozenset((408, 425, 429, 500, 502, 503, 504))
_PREFIX = "whsec_"


def secret_for(url: str, secret_env: str, *, section: str, environ: Mapping[str, str] | None = None) -> str:
    """What posts to a configured URL are signed with.

    Args:
        secret_env: environment variable that holds it.
        section: of the settings, as errors name it: its `webhook_url` and `webhook_secret_env`.
        environ: by default the process's.

    Raises:
        ConfigError: the URL is not usable, or there is no secret: nothing is ever posted unsigned.
    """
    if not _is_http(url):
        raise ConfigError("not an http(s) URL", where=f"{section}.webhook_url", fix=f"got {url!r}")
    secret = (os.environ if environ is None else environ).get(secret_env, "")
    if not secret:
        fix = f"put one into the environment variable {secret_env}"
        raise ConfigError("the webhook has no secret to sign with", where=f"{section}.webhook_secret_env", fix=fix)
    return secret


def _is_http(url: str) -> bool:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    return parsed.scheme in ("http", "https") and bool(parsed.host)


def signature(secret: str, message_id: str, timestamp_s: int, body: bytes) -> str:
    """`v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`. A secret beginning with `whsec_` is base64 after it."""
    key = base64.b64decode(secret[len(_PREFIX) :]) if secret.startswith(_PREFIX) else secret.encode()
    signed = f"{message_id}.{timestamp_s}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def signed_headers(secret: str, message_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """Headers of a post of JSON: a receiver can verify it, and knows it again when it is repeated."""
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": signature(secret, message_id, timestamp_s, body),
    }
