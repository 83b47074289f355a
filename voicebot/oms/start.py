"""Opens the order side: a connector to the configured service, or to a demo shop of our own."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from voicebot.errors import ConfigError
from voicebot.oms.connector import Deadline, Health, Heard, OmsConnector, OmsError
from voicebot.oms.connectors.demo import DemoConnector
from voicebot.oms.demo.process import DemoService
from voicebot.oms.demo.shop import open_shop, shop_file
from voicebot.oms.demo.store import ShopStore
from voicebot.oms.desk import OrderDesk
from voicebot.oms.settings import OmsSettings

log = logging.getLogger(__name__)

_WARM_S = 2.0
_INDEX_S = 2.0


class NumberIndex(Protocol):
    """Which order numbers exist near a heard one."""

    async def nearest_numbers(self, heard: Heard, limit: int) -> list[str]:
        """The number itself when it exists, then existing ones close to it; empty when the shop cannot be asked."""
        ...

    async def close(self) -> None: ...


class WarmConnector(OmsConnector, Protocol):
    """A connector that can be made ready before the first caller waits for it."""

    async def warm(self, deadline: Deadline) -> Health:
        """Open a connection, sign in, begin what goes on in the background."""
        ...


async def open_oms(settings: OmsSettings, data_dir: Path, environ: Mapping[str, str] = os.environ) -> OrderDesk:
    """The desk, connected and warm. Without a configured URL it owns a demo shop, which `close()` stops.

    An order system that does not answer yet is no reason not to start: calls will hear that it is not available.

    Raises:
        ConfigError: an unknown connector, no URL for one that needs it, or a secret that is not in the environment.
        DemoServiceError: the demo shop did not start.
    """
    make = CONNECTORS.get(settings.connector)
    if make is None:
        known = ", ".join(CONNECTORS)
        raise ConfigError(f"connector {settings.connector!r} is not known", where="oms", fix=f"use one of {known}")
    closing: Callable[[], Awaitable[None]] | None = None
    url = settings.url
    if url is None and settings.connector != "demo":
        fix = "set the order system's base URL: [oms] url"
        raise ConfigError(f"connector {settings.connector!r} needs a url", where="oms", fix=fix)
    if url is None:
        service = DemoService(data_dir, port=settings.demo_port, seed=settings.demo_seed)
        await service.start()
        url, closing = service.url, service.stop
    connector = make(url, settings, environ)
    try:
        await connector.warm(Deadline.after(_WARM_S))
    except OmsError as error:
        log.warning("the order system does not answer yet: %s", error)
    return OrderDesk(connector, settings, closing=closing)


def _demo(url: str, settings: OmsSettings, environ: Mapping[str, str]) -> WarmConnector:
    secret = environ.get(settings.webhook_secret_env)
    return DemoConnector(url, connections=settings.concurrent_reads, webhook_secret=secret)


def _medusa(url: str, settings: OmsSettings, environ: Mapping[str, str]) -> WarmConnector:
    from voicebot.oms.connectors.medusa import Credentials, MedusaConnector

    return MedusaConnector(
        url,
        Credentials(
            _secret(environ, settings.medusa_email_env, "the e-mail of an administrator of the shop"),
            _secret(environ, settings.medusa_password_env, "that administrator's password"),
        ),
        connections=settings.concurrent_reads + settings.concurrent_writes,
        zone=ZoneInfo(settings.shop_zone),
        currency=settings.price_currency,
        phone_region=settings.phone_region,
        number_cap=settings.known_numbers,
        number_every_s=settings.known_numbers_every_s,
        draft_lifetime=timedelta(minutes=settings.draft_lifetime_min),
        webhook_secret=environ.get(settings.webhook_secret_env),
    )


def _vendure(url: str, settings: OmsSettings, environ: Mapping[str, str]) -> WarmConnector:
    from voicebot.oms.connectors.vendure import Credentials, VendureConnector

    return VendureConnector(
        url,
        Credentials(
            _secret(environ, settings.vendure_username_env, "the identifier of an administrator of the shop"),
            _secret(environ, settings.vendure_password_env, "that administrator's password"),
        ),
        channel=environ.get(settings.vendure_channel_env) or None,
        connections=settings.concurrent_reads + settings.concurrent_writes,
        zone=ZoneInfo(settings.shop_zone),
        currency=settings.price_currency,
        phone_region=settings.phone_region,
        number_cap=settings.known_numbers,
        every_s=settings.known_numbers_every_s,
        plan_lifetime=timedelta(minutes=settings.draft_lifetime_min),
        webhook_secret=environ.get(settings.webhook_secret_env),
    )


def _shopify(url: str, settings: OmsSettings, environ: Mapping[str, str]) -> WarmConnector:
    from voicebot.oms.connectors.shopify import ShopifyConnector

    return ShopifyConnector(
        url,
        _secret(environ, settings.shopify_token_env, "the Admin API access token of your app"),
        connections=settings.concurrent_reads + settings.concurrent_writes,
        zone=ZoneInfo(settings.shop_zone),
        phone_region=settings.phone_region,
        plan_lifetime=timedelta(minutes=settings.draft_lifetime_min),
        webhook_secret=environ.get(settings.webhook_secret_env),
    )


def _secret(environ: Mapping[str, str], name: str, what: str) -> str:
    value = environ.get(name)
    if not value:
        raise ConfigError(f"{name} is not set", where="the environment", fix=f"put {what} into it")
    return value


#: How a connector is made of a base URL, the settings and the environment, by the word in the settings.
CONNECTORS: Mapping[str, Callable[[str, OmsSettings, Mapping[str, str]], WarmConnector]] = {
    "demo": _demo,
    "medusa": _medusa,
    "vendure": _vendure,
    "shopify": _shopify,
}


def open_index(data_dir: Path | None, url: str | None) -> NumberIndex:
    """Order numbers of the service at `url`, else of the shop kept in `data_dir`, else of the default demo shop."""
    if url is not None:
        return _RemoteIndex(DemoConnector(url, connections=1))
    kept = shop_file(data_dir) if data_dir is not None else None
    path = kept if kept is not None and kept.exists() else ":memory:"
    return _LocalIndex(open_shop(path, seed_number=OmsSettings().demo_seed) if path == ":memory:" else ShopStore(path))


class _LocalIndex:
    def __init__(self, store: ShopStore) -> None:
        self._store = store

    async def nearest_numbers(self, heard: Heard, limit: int) -> list[str]:
        return self._store.nearest(heard, limit)

    async def close(self) -> None:
        self._store.close()


class _RemoteIndex:
    def __init__(self, connector: DemoConnector) -> None:
        self._connector = connector

    async def nearest_numbers(self, heard: Heard, limit: int) -> list[str]:
        with contextlib.suppress(OmsError):
            return list(await self._connector.nearest_numbers(heard, limit=limit, deadline=Deadline.after(_INDEX_S)))
        return []

    async def close(self) -> None:
        await self._connector.close()
