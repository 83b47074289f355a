"""Opens the order side: a connector to the configured service, or to a demo shop of our own."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from voicebot.oms.connector import Deadline, Heard, OmsError
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


async def open_oms(settings: OmsSettings, data_dir: Path) -> OrderDesk:
    """The desk, connected and warm. Without a configured URL it owns a demo shop, which `close()` stops.

    An order system that does not answer yet is no reason not to start: calls will hear that it is not available.

    Raises:
        DemoServiceError: the demo shop did not start.
    """
    closing: Callable[[], Awaitable[None]] | None = None
    url = settings.url
    if url is None:
        service = DemoService(data_dir, port=settings.demo_port, seed=settings.demo_seed)
        await service.start()
        url, closing = service.url, service.stop
    connector = DemoConnector(url, connections=settings.concurrent_reads)
    try:
        await connector.warm(Deadline.after(_WARM_S))
    except OmsError as error:
        log.warning("the order system does not answer yet: %s", error)
    return OrderDesk(connector, settings, closing=closing)


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
