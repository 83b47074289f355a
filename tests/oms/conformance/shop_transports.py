"""What can lie between a connector and a shop: nobody who answers, slowness, and writes that get lost."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx


def never() -> httpx.MockTransport:
    """Takes every request, and answers none."""

    async def wait(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    return httpx.MockTransport(wait)


class Faults(httpx.AsyncBaseTransport):
    """A real connection, with faults.

    Args:
        write: name of what a request writes; empty for reads and for signing in.

    Attributes:
        begun: by name, set when such a write is about to be sent.
    """

    def __init__(self, write: Callable[[httpx.Request], str]) -> None:
        self._write = write
        self._inner = httpx.AsyncHTTPTransport()
        self._kind, self._only, self._pause_s = "", "", 0.0
        self.begun: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    @asynccontextmanager
    async def faulty(self, kind: str, *, only: str = "", pause_s: float = 0.0) -> AsyncIterator[None]:
        """Inside, writes are `dropped` before anything is done, or their answers `lost`; every answer takes so much
        longer.

        Args:
            only: writes of this name alone; empty for all.
        """
        self._kind, self._only, self._pause_s = kind, only, pause_s
        try:
            yield
        finally:
            self._kind, self._only, self._pause_s = "", "", 0.0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        name = self._write(request)
        if name:
            self.begun[name].set()
        hit = bool(name) and self._only in ("", name)
        if hit and self._kind == "dropped":
            return httpx.Response(503, request=request)
        await asyncio.sleep(self._pause_s)
        response = await self._inner.handle_async_request(request)
        if hit and self._kind == "lost":
            await response.aread()
            await response.aclose()
            raise httpx.ReadError("the connection broke", request=request)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()
