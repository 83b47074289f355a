"""Runs the console's HTTP server inside the program's own event loop."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI

from voicebot.console.settings import ConsoleSettings
from voicebot.errors import VoicebotError

_START_S = 10
_CLOSE_S = 5


class PortError(VoicebotError):
    """The console cannot listen where it was told to."""


@asynccontextmanager
async def serving(app: FastAPI, settings: ConsoleSettings | None = None) -> AsyncIterator[int]:
    """Serve `app` while the context lasts; gives the TCP port. Signals stay the program's own business.

    Raises:
        PortError: the port is taken, or the address is not this machine's.
    """
    settings = settings or ConsoleSettings()
    listener = listen(settings.host, settings.http_port)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="on",
        server_header=False,
        timeout_graceful_shutdown=_CLOSE_S,
        ws="none",
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]), name="http")
    try:
        up = asyncio.ensure_future(server.listening.wait())
        await asyncio.wait([task, up], timeout=_START_S, return_when=asyncio.FIRST_COMPLETED)
        up.cancel()
        if not server.started:
            raise PortError("the web server did not start", where="console", fix="the server's log has the cause")
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await asyncio.wait([task], timeout=_CLOSE_S + 2)
        task.cancel()
        listener.close()


class _Server(uvicorn.Server):
    """uvicorn, saying when it listens, and leaving the process's signal handlers alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        except SystemExit:  # uvicorn would leave the whole program when the application does not start
            self.should_exit = True
        else:
            self.listening.set()


def listen(host: str, port: int) -> socket.socket:
    """Bind and listen.

    Raises:
        PortError: with what to do about it.
    """
    where = f"{host}:{port}"
    if not 0 <= port <= 65_535:
        raise PortError("no such port", where=where, fix="use 1 to 65535, or 0 for a free one")
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        return socket.create_server((host, port), family=family, backlog=128)
    except socket.gaierror as error:
        raise PortError("no such address", where=where, fix="set web.host to an address of this machine") from error
    except OSError as error:
        what, fix = {
            errno.EADDRINUSE: ("the port is in use", "stop the other program or choose another --http-port"),
            errno.EACCES: ("this port needs more rights", "choose an --http-port above 1023"),
            errno.EADDRNOTAVAIL: ("this machine has no such address", "set web.host to one that it has"),
        }.get(error.errno or 0, (f"cannot listen: {error.strerror}", "choose another --http-port"))
        raise PortError(what, where=where, fix=fix) from error
