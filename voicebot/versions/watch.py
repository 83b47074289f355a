"""Notices what is published, loads it beside the calls, and switches.

Reading, checking and training are done in one thread of its own, of low priority once the server is up: the calls that
run do not wait for it. What cannot be loaded leaves everything as it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from voicebot.dialogue.engine import Engine
from voicebot.dialogue.flowset import FlowSet
from voicebot.errors import VoicebotError
from voicebot.versions.contents import Folders, content_id, files, load
from voicebot.versions.editions import ClosableInterpreter, Edition, Editions, Offer
from voicebot.versions.errors import VersionError
from voicebot.versions.pointers import Pointers
from voicebot.versions.store import VersionStore

log = logging.getLogger(__name__)

T = TypeVar("T")

#: How often it is looked whether something was published.
EVERY_S = 1.0
#: What could not be loaded is tried again after so many looks, as it may have been copied in the meantime.
_AGAIN = 30
#: How long new calls wait for what makes an edition quicker still, such as spoken phrases.
_READY_S = 10.0
#: Of the thread that loads: behind everything that calls need.
_NICENESS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be live. `published` is False for the configured folders."""

    live: str
    published: bool
    before: tuple[str, ...] = ()
    """Versions that were live before, the latest first."""
    candidate: str | None = None
    percent: float = 0.0


class VersionWatch:
    """Keeps the editions of a process at what is published.

    Args:
        store: where versions are published; None leaves them alone.
        folders: the configured ones: live while nothing is published.
        train: makes the interpreter of flows; blocking, called in the loading thread.
        prepare: what else makes an edition ready; new calls wait for it, but not long.
        watch_folders: load the configured folders anew when a file in them changes.
    """

    def __init__(
        self,
        store: VersionStore | None,
        folders: Folders,
        *,
        train: Callable[[FlowSet], ClosableInterpreter],
        prepare: Callable[[Edition], Awaitable[object]] | None = None,
        watch_folders: bool = False,
    ) -> None:
        self._store, self._folders, self._train, self._prepare = store, folders, train, prepare
        self._watch_folders = watch_folders
        self._thread = ThreadPoolExecutor(1, "versions")
        self._editions: Editions | None = None
        self._opened = False, ""
        self._served: Wanted | None = None
        self._failed: tuple[Wanted | None, str] | None = None
        self._looks = 0
        self._preparing: set[asyncio.Future[object]] = set()

    async def open(self) -> Editions:
        """Load what is live, or the latest version before it that is whole. A candidate that is not is left out.

        Raises:
            VoicebotError: none of them can be loaded.
        """
        wanted = await self.beside(self._wanted)
        live = await self._first_whole(wanted)
        candidate = await self._candidate(wanted, live)
        self._editions = Editions(_offer(wanted, live, candidate))
        self._opened = wanted.published, live.id
        if live.id == wanted.live and (candidate is not None) == (wanted.candidate is not None):
            self._served = wanted
        else:
            self._failed = self._failed or (wanted, "")
        await self.beside(_humble)
        return self._editions

    @property
    def folders(self) -> Folders:
        """Where the files are of the version that was live when the watch was opened."""
        published, id_ = self._opened
        return self._store.place(id_) if published and self._store else self._folders

    @property
    def source(self) -> str:
        """For people: where that version comes from."""
        if self._opened[0] and self._store:
            return f"{self._store.folder} (published versions go before {self._folders.flows})"
        return f"{self._folders.flows} and {self._folders.policies}"

    async def follow(self, every_s: float = EVERY_S) -> None:
        """Look, again and again, until cancelled."""
        while True:
            await asyncio.sleep(every_s)
            try:
                await self.look()
            except Exception as error:  # one bad look must not be the last
                log.error("versions: %s", type(error).__name__, exc_info=error)

    async def look(self) -> None:
        """Switch to what is published, if that is new and can be loaded; otherwise leave everything as it is."""
        editions = self._open_editions()
        wanted: Wanted | None = None
        try:
            wanted = await self.beside(self._wanted)
            if wanted == self._served or self._is_too_soon(wanted):
                return
            live = await self._edition(wanted.live, published=wanted.published)
        except VoicebotError as error:
            self._complain(wanted, f"version {editions.offer.live.id} stays live: {error}")
            return
        candidate = await self._candidate(wanted, live)
        offer = _offer(wanted, live, candidate)
        for edition in offer.all:
            if edition not in editions.offer.all:
                await self._make_ready(edition)
        if offer != editions.offer:
            editions.switch(offer)
            log.info("new calls take %s", told(offer))
        if (wanted.candidate is None) == (candidate is None):
            self._served, self._failed = wanted, None

    async def close(self) -> None:
        """Let go of the editions and the thread."""
        for task in self._preparing:
            task.cancel()
        if self._editions is not None:
            await self._editions.close()
        self._thread.shutdown(wait=False, cancel_futures=True)

    # --- what is wanted, and whether it can be had --------------------------------------------------------------------

    def _wanted(self) -> Wanted:
        pointers = self._store.pointers() if self._store else Pointers()
        tried = pointers.candidate
        fixed = self._served is not None and not self._served.published and not self._watch_folders
        if pointers.live is not None:
            live = pointers.live
        elif fixed and self._served is not None:
            live = self._served.live  # the folders are as they were when the server started
        else:
            live = content_id(files(self._folders))
        return Wanted(
            live=live,
            published=pointers.live is not None,
            before=tuple(dict.fromkeys(id_ for id_ in reversed(pointers.lives[:-1]) if id_ != live)),
            candidate=tried.id if tried else None,
            percent=tried.percent if tried else 0.0,
        )

    async def _first_whole(self, wanted: Wanted) -> Edition:
        try:
            return await self._edition(wanted.live, published=wanted.published)
        except VoicebotError as error:
            if not wanted.published:
                raise
            log.error("%s", error)
            for earlier in wanted.before:
                try:
                    edition = await self._edition(earlier, published=True)
                except VoicebotError as another:
                    log.error("%s", another)
                else:
                    log.error("version %s, which was live before, is live instead", earlier)
                    return edition
            raise

    async def _candidate(self, wanted: Wanted, live: Edition) -> Edition | None:
        if wanted.candidate is None or wanted.candidate == live.id:
            return None
        try:
            return await self._edition(wanted.candidate, published=True)
        except VoicebotError as error:
            self._complain(wanted, f"no call takes the candidate: {error}")
            return None

    async def _edition(self, id_: str, *, published: bool) -> Edition:
        """Raises VoicebotError: it cannot be loaded."""
        if self._editions is not None:
            for edition in self._editions.offer.all:
                if edition.id == id_:
                    return edition
        return await self.beside(partial(self._load, id_, published=published))

    def _load(self, id_: str, *, published: bool) -> Edition:
        folders = self._store.open(id_) if published and self._store else self._folders
        try:
            flows, policies = load(folders)
        except VoicebotError as error:
            if not published:
                raise
            raise VersionError(f"version {id_} does not fit this program:\n{error}", fix="publish it again") from None
        return Edition(id=id_, engine=Engine(flows), policies=policies, interpreter=self._train(flows))

    async def _make_ready(self, edition: Edition) -> None:
        if self._prepare is None:
            return
        task: asyncio.Future[object] = asyncio.ensure_future(self._prepare(edition))
        self._preparing.add(task)
        task.add_done_callback(self._prepared)
        await asyncio.wait({task}, timeout=_READY_S)

    def _prepared(self, task: asyncio.Future[object]) -> None:
        self._preparing.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("a version was not wholly prepared: %s", type(error).__name__)

    # --- small things -------------------------------------------------------------------------------------------------

    def _open_editions(self) -> Editions:
        if self._editions is None:
            raise RuntimeError("the watch is not open")
        return self._editions

    def _is_too_soon(self, wanted: Wanted) -> bool:
        if self._failed is None or self._failed[0] != wanted:
            return False
        self._looks += 1
        return self._looks % _AGAIN != 0

    def _complain(self, wanted: Wanted | None, what: str) -> None:
        """Once: the same trouble is not told every second."""
        if self._failed != (wanted, what):
            log.error("%s", what)
        self._failed, self._looks = (wanted, what), 0

    async def beside(self, work: Callable[[], T]) -> T:
        """Have something computed in the loading thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def told(offer: Offer) -> str:
    """For people: which version, and which share of a candidate."""
    tried = f", {offer.percent:g} % of them {offer.candidate.id}" if offer.candidate else ""
    return f"version {offer.live.id}{tried}"


def _offer(wanted: Wanted, live: Edition, candidate: Edition | None) -> Offer:
    return Offer(live=live, candidate=candidate, percent=wanted.percent if candidate else 0.0)


def _humble() -> None:
    """On Linux each thread has a priority of its own."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
