"""Webhooks that a small script in the shop signs for us, where the order system has none of its own."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

from voicebot.oms.connector import BadAnswer, Forged, Repeated

SIGNATURE = "x-voicebot-signature"
_AGE_S = 300
_KEPT = 10_000


class Once:
    """Remembers the latest webhooks, so that none is believed twice."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, None] = OrderedDict()

    def take(self, *marks: str) -> None:
        """Raises `Repeated` when one of a webhook's marks came before."""
        if any(mark in self._seen for mark in marks):
            raise Repeated("a webhook that came before", where="webhook")
        self._seen.update(dict.fromkeys(marks))
        while len(self._seen) > _KEPT:
            self._seen.popitem(last=False)


class SignedWebhooks:
    """Believes a webhook once: `t=<unix time>,v1=<hex>` in the header, the HMAC-SHA-256 of `<unix time>.<body>` under
    the shared secret; the body is `{"id": ..., "orders": [ids]}`.

    Args:
        secret: None believes none.
        unix_time: seconds, against which a webhook's age is held.
    """

    def __init__(self, secret: str | None, unix_time: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._unix_time = unix_time
        self._once = Once()

    @property
    def believes(self) -> bool:
        """Whether there is a secret to check them with."""
        return bool(self._secret)

    def orders(self, headers: Mapping[str, str], body: bytes) -> tuple[str, ...]:
        """Ids of the orders that it is about. Raises `Forged`, `Repeated`, or `BadAnswer` when it cannot be read."""
        given = {name.lower(): value for name, value in headers.items()}.get(SIGNATURE, "")
        parts = dict(part.partition("=")[::2] for part in given.split(","))
        sent = parts.get("t", "")
        if self._secret is None or not (sent.isascii() and sent.isdecimal()) or len(sent) > 12:
            raise Forged("a webhook without a signature that could be checked", where="webhook")
        if not hmac.compare_digest(signature(self._secret, int(sent), body).encode(), given.encode()):
            raise Forged("a webhook with a wrong signature", where="webhook", fix="is the secret the same?")
        if abs(self._unix_time() - int(sent)) > _AGE_S:
            raise Forged("a webhook that is too old", where="webhook", fix="compare both machines' clocks")
        try:
            event = json.loads(body)
            identity, orders = str(event["id"]), tuple(str(order) for order in event["orders"])
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise BadAnswer("a webhook that cannot be read", where="webhook") from error
        self._once.take(identity)
        return orders


def signature(secret: str, at: int, body: bytes) -> str:
    """The header's value for a body sent at `at` (seconds since 1970)."""
    digest = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
