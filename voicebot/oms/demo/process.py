"""The demo shop as a child process: started, watched, restarted, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from voicebot.errors import VoicebotError

log = logging.getLogger(__name__)

#: What the service prints when it serves, so that whoever started it on port 0 learns the port.
READY = "demo-oms ready on "
_START_S = 30.0
_STOP_S = 4.0
_PAUSES_S = (0.2, 0.5, 1.0, 2.0, 5.0)


class DemoServiceError(VoicebotError):
    """The demo shop did not start."""


class DemoService:
    """Async context manager around `python -m voicebot.oms.demo`.

    The child also ends when this process dies, because it watches the pipe on its stdin. When the child dies, it is
    started again on the same port, so that `url` stays true.
    """

    def __init__(self, data_dir: Path, *, port: int = 0, seed: int = 7) -> None:
        self._data_dir = data_dir
        self._port = port
        self._seed = seed
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self.url = ""
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start the child and wait until it serves. Raises `DemoServiceError` with its last words."""
        await self._spawn()
        self._watch = asyncio.create_task(self._keep_running(), name="demo shop watch")

    async def stop(self) -> None:
        """End the child: politely first, by its own pid."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
            self._watch = None
        process, self._process = self._process, None
        if process is not None:
            await _end(process)

    async def _spawn(self) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "voicebot.oms.demo",
            *("--port", str(self._port), "--data-dir", str(self._data_dir), "--seed", str(self._seed), "--watch-stdin"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the server, which still needs the shop while it drains
        )
        assert process.stdout is not None
        try:
            line = (await asyncio.wait_for(process.stdout.readline(), _START_S)).decode(errors="replace").strip()
        except TimeoutError:
            line = ""
        except asyncio.CancelledError:
            await _end(process)
            raise
        if not line.startswith(READY):
            words = await _end(process)
            raise DemoServiceError(
                "the demo shop did not start",
                where="voicebot.oms.demo",
                fix=words.removeprefix("error: ") or "start `voicebot demo-oms` by hand to see",
            )
        self.url = line.removeprefix(READY)
        self._port = int(self.url.rsplit(":", 1)[1])
        self._process = process

    async def _keep_running(self) -> None:
        while True:
            assert self._process is not None
            # Draining stderr keeps the child from ever blocking on a full pipe.
            await _drained(self._process)
            code = await self._process.wait()
            log.warning("the demo shop ended with %s and is started again", code)
            for attempt in range(10**6):
                await asyncio.sleep(_PAUSES_S[min(attempt, len(_PAUSES_S) - 1)])
                try:
                    await self._spawn()
                except (DemoServiceError, OSError) as error:
                    log.warning("the demo shop could not be started again: %s", error)
                else:
                    self.restarts += 1
                    break


async def _drained(process: asyncio.subprocess.Process) -> None:
    assert process.stderr is not None
    while line := await process.stderr.readline():
        log.warning("demo shop: %s", line.decode(errors="replace").rstrip())


async def _end(process: asyncio.subprocess.Process) -> str:
    """Stop a child and return the last line that it wrote to stderr."""
    if process.stdin is not None:
        process.stdin.close()
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
    try:
        _, words = await asyncio.wait_for(process.communicate(), _STOP_S)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        _, words = await process.communicate()
    lines = words.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
