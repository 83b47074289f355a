"""`OmsConnector` for Shopify's Admin GraphQL API."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx

from voicebot.oms.actions import Action, ActionPlan
from voicebot.oms.connector import Cap, Deadline, Health
from voicebot.oms.connectors.assembled import Assembled, Parts
from voicebot.oms.connectors.quoted import Quoted
from voicebot.oms.connectors.shopify import queries
from voicebot.oms.connectors.shopify.documents import ShopAnswer
from voicebot.oms.connectors.shopify.reading import Reader
from voicebot.oms.connectors.shopify.session import VERSION, Session
from voicebot.oms.connectors.shopify.webhooks import ShopifyWebhooks
from voicebot.oms.connectors.shopify.writes import WRITES, Shop, Wish

_CAPS = frozenset(
    {
        Cap.FIND_BY_NUMBER,
        Cap.FIND_BY_EMAIL,
        Cap.FIND_BY_PHONE,
        Cap.FIND_BY_CUSTOMER,
        Cap.CUSTOMERS,
        Cap.CANCEL,
        Cap.ADDRESS_CHANGE,
        Cap.RETURN,
        Cap.REFUND,
        Cap.NOTE,
    }
)


class ShopifyConnector(Assembled):
    """Args:
    base_url: `https://shop.myshopify.com`.
    token: of a custom app.
    zone: the shop's, in which days are counted.
    plan_lifetime: how long a plan holds.
    webhook_secret: the app's secret, with which Shopify signs webhooks; None when there are none.
    job_pause_s: between two looks at a cancellation, which goes on in the background.
    """

    name = "shopify"

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        connections: int = 16,
        transport: httpx.AsyncBaseTransport | None = None,
        zone: ZoneInfo | None = None,
        phone_region: str = "US",
        plan_lifetime: timedelta = timedelta(minutes=15),
        webhook_secret: str | None = None,
        job_pause_s: float = 0.25,
    ) -> None:
        self._session = Session(base_url, token, connections=connections, transport=transport)
        self._reader = Reader(self._session, zone=zone or ZoneInfo("UTC"), phone_region=phone_region)
        shop = Shop(self._session, self._reader, pause_s=job_pause_s)
        parts = Parts(
            reader=self._reader,
            quoted=Quoted(self.name, WRITES, shop, self._wish, lifetime=plan_lifetime),
            webhooks=ShopifyWebhooks(webhook_secret),
            # Reading all order numbers would take the points that callers need.
            numbers=None,
        )
        super().__init__(_CAPS, parts)

    async def warm(self, deadline: Deadline) -> Health:
        """Open a connection, and see that the token is believed."""
        return await self.health(deadline=deadline)

    async def abandon(self, plan: ActionPlan, *, deadline: Deadline) -> None:
        """A plan opens nothing in Shopify."""

    async def health(self, *, deadline: Deadline) -> Health:
        await self._session.ask(queries.SHOP, ShopAnswer, deadline)
        return Health(ok=True, version=VERSION)

    async def close(self) -> None:
        await self._session.close()

    async def _wish(self, action: Action, plan_id: str, deadline: Deadline) -> Wish:
        doc, order = await self._reader.document(action.target, deadline)
        return Wish(action=action, plan_id=plan_id, doc=doc, order=order, deadline=deadline)
