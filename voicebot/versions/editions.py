"""Versions that are loaded, and which call is on which.

A call enters an edition when it opens and leaves it when it ends; whatever is published in between, it stays on it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from voicebot.dialogue.engine import Engine
from voicebot.dialogue.understand import Interpreter
from voicebot.policy.book import PolicyBook
from voicebot.versions.pointers import share

log = logging.getLogger(__name__)


class ClosableInterpreter(Interpreter, Protocol):
    """An interpreter that holds threads or connections."""

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Edition:
    """A version, ready for calls. `id` names the content of its files."""

    id: str
    engine: Engine
    policies: PolicyBook
    interpreter: ClosableInterpreter


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What new calls take: the live edition, or, `percent` of them, the candidate."""

    live: Edition
    candidate: Edition | None = None
    percent: float = 0.0

    def for_call(self, call_id: str) -> Edition:
        """Depends on nothing but the id and the offer."""
        return self.candidate if self.candidate is not None and share(call_id) < self.percent else self.live

    @property
    def all(self) -> tuple[Edition, ...]:
        return (self.live,) if self.candidate is None else (self.live, self.candidate)


class Editions:
    """What the calls of a process are on. Lives on the event loop."""

    def __init__(self, offer: Offer) -> None:
        self.offer = offer
        self._calls: dict[str, Edition] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def enter(self, call_id: str) -> Edition:
        """The edition of a new call."""
        edition = self._calls[call_id] = self.offer.for_call(call_id)
        return edition

    def leave(self, call_id: str) -> None:
        """The call is over; an edition that nobody needs any more is let go."""
        edition = self._calls.pop(call_id, None)
        if edition is not None:
            self._let_go(edition)

    def switch(self, offer: Offer) -> None:
        """New calls take this; running ones stay where they are."""
        before, self.offer = self.offer, offer
        for edition in before.all:
            self._let_go(edition)

    def running(self) -> Mapping[str, int]:
        """Version -> how many calls are on it."""
        return Counter(edition.id for edition in self._calls.values())

    async def close(self) -> None:
        """Let all of them go, also those that calls are on."""
        last = {id(edition): edition for edition in (*self._calls.values(), *self.offer.all)}
        await asyncio.gather(*self._closing, *(_close(edition) for edition in last.values()))

    def _let_go(self, edition: Edition) -> None:
        if any(edition is other for other in (*self.offer.all, *self._calls.values())):
            return
        task = asyncio.get_running_loop().create_task(_close(edition), name=f"close {edition.id}")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _close(edition: Edition) -> None:
    try:
        await edition.interpreter.close()
    except Exception as error:
        log.error("version %s was not closed cleanly: %s", edition.id, type(error).__name__)
