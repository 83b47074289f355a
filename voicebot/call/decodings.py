"""The decodings of one call that are under way, and which of them are still of use."""

from __future__ import annotations

import asyncio

from voicebot.listening.recognition import Ticket, Urgency


class Decodings:
    """What nobody needs any more is cancelled; the pool drops it when it has not begun.

    Without this, one caller who speaks without end, or in single syllables, would fill the pool that all calls share.
    """

    def __init__(self) -> None:
        self._partials: set[asyncio.Task[None]] = set()
        self._eager: list[tuple[asyncio.Task[None], Ticket]] = []  # the oldest first

    def add(self, urgency: Urgency, task: asyncio.Task[None], ticket: Ticket) -> None:
        """Another one. All the speech so far makes partials superfluous, and of eager ones all but the latest."""
        if urgency is Urgency.PARTIAL:
            self._partials.add(task)
            task.add_done_callback(self._partials.discard)
            return
        for partial in self._partials:
            partial.cancel()
        if urgency is Urgency.EAGER:
            self.drop_eager()
            self._eager.append((task, ticket))

    def drop_eager(self) -> None:
        """Eager ones are of use as long as the caller is silent; one that has begun still tells what he said so far."""
        self._eager = [(task, ticket) for task, ticket in self._eager if not task.done()]
        for task, ticket in self._eager:
            if not ticket.begun:
                task.cancel()
