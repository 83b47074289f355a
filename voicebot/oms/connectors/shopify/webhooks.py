"""Webhooks as Shopify signs them: base64 of the body's HMAC-SHA-256 under the app's secret. It delivers at least once,
with an id that stays the same."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping

from voicebot.oms.connector import BadAnswer, Forged
from voicebot.oms.connectors.webhooks import Once


class ShopifyWebhooks:
    """Args:
    secret: the app's; None believes none.
    """

    def __init__(self, secret: str | None) -> None:
        self._secret = secret
        self._once = Once()

    @property
    def believes(self) -> bool:
        """Whether there is a secret to check them with."""
        return bool(self._secret)

    def orders(self, headers: Mapping[str, str], body: bytes) -> tuple[str, ...]:
        """Ids of the orders that it is about. Raises `Forged`, `Repeated`, or `BadAnswer` when it cannot be read."""
        given = {name.lower(): value for name, value in headers.items()}
        signed = given.get("x-shopify-hmac-sha256", "")
        if self._secret is None or not signed:
            raise Forged("a webhook without a signature that could be checked", where="webhook")
        if not hmac.compare_digest(signature(self._secret, body).encode(), signed.encode()):
            raise Forged("a webhook with a wrong signature", where="webhook", fix="is it the app's own secret?")
        try:
            orders = _orders(given.get("x-shopify-topic", ""), json.loads(body))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise BadAnswer("a webhook that cannot be read", where="webhook") from error
        # The header with the id is not signed: the body's own print tells a replay under another id.
        prints = {given.get("x-shopify-webhook-id", ""), hashlib.sha256(body).hexdigest()} - {""}
        self._once.take(*prints)
        return orders


def signature(secret: str, body: bytes) -> str:
    """The value of `X-Shopify-Hmac-Sha256` for a body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def _orders(topic: str, document: object) -> tuple[str, ...]:
    """The order's own id in `orders/*`; its number in what belongs to one. Raises `TypeError`, `KeyError`."""
    if not isinstance(document, Mapping):
        raise TypeError(type(document))
    if topic.startswith("orders/") and "admin_graphql_api_id" in document:
        return (str(document["admin_graphql_api_id"]),)
    nested = document.get("order")
    number = nested["id"] if isinstance(nested, Mapping) else document["order_id"]
    return (f"gid://shopify/Order/{int(str(number))}",)
