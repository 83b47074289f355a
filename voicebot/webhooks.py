"""Signed posts after Standard Webhooks 1.0, as far as hand-offs and messages have them in common. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac

_PREFIX = "whsec_"


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
