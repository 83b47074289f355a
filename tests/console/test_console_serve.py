from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from voicebot.console.serve import PortError, listen, serving
from voicebot.console.settings import ConsoleSettings


def an_app() -> FastAPI:
    app = FastAPI()

    @app.get("/")
    async def root() -> dict[str, bool]:
        return {"up": True}

    return app


async def test_serves_until_the_context_ends_and_leaves_signals_alone() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    async with serving(an_app(), ConsoleSettings(http_port=0)) as port:
        assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
        async with httpx.AsyncClient() as http:
            assert (await http.get(f"http://127.0.0.1:{port}/")).json() == {"up": True}
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_port_in_use_is_explained() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortError, match=f"127.0.0.1:{port}: the port is in use .*--http-port"):
            async with serving(an_app(), ConsoleSettings(http_port=port)):
                pass


@pytest.mark.parametrize(
    ("host", "port", "what"),
    [("203.0.113.5", 0, "no such address"), ("host.invalid", 0, "no such address"), ("127.0.0.1", 70_000, "port")],
)
def test_impossible_addresses_are_explained(host: str, port: int, what: str) -> None:
    with pytest.raises(PortError, match=what) as caught:
        listen(host, port)
    assert "console." not in caught.value.fix, "the section is called web"


async def test_an_application_that_cannot_start_is_an_error() -> None:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        raise RuntimeError("no")
        yield

    with pytest.raises(PortError, match="did not start"):
        async with serving(FastAPI(lifespan=lifespan), ConsoleSettings(http_port=0)):
            pass
