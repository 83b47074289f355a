"""The write side of the order desk: what the writes of all calls share."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from voicebot.messages.messenger import Messenger
from voicebot.messages.settings import MessageSettings
from voicebot.oms.attempts import Attempts
from voicebot.oms.committing import Committer
from voicebot.oms.desk import OrderDesk
from voicebot.oms.labels.desk import LabelDesk
from voicebot.oms.ledger import Ledger
from voicebot.oms.proofs import CallProofs, ProofRoom
from voicebot.oms.writes import CallWrites, Needs
from voicebot.records.log import EventLog


class WriteDesk:
    """One per process: the ledger and what all calls' writes share.

    Args:
        desk: the read side; its connector and its guard are used.
        messenger: sends codes and messages; it is not closed here.
        labels: makes labels where the order system makes none; it is not closed here. None makes none.
        code_text, subject, message_timeout_s: see `MessageSettings`.
    """

    def __init__(
        self,
        desk: OrderDesk,
        ledger: Ledger,
        messenger: Messenger,
        *,
        labels: LabelDesk | None = None,
        code_text: str = "{code}",
        subject: str = "",
        message_timeout_s: float = 5.0,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.connector, self.guard, self.settings = desk.connector, desk.guard, desk.settings
        self.ledger, self.labels, self.wall = ledger, labels, wall
        self.committer = Committer(self.connector, self.guard, ledger, self.settings)
        self.proof_room = ProofRoom(
            connector=self.connector,
            guard=self.guard,
            settings=self.settings,
            attempts=Attempts(ledger, self.settings.proof_window_h, wall=wall),
            messenger=messenger,
            code_text=code_text,
            subject=subject,
            message_timeout_s=message_timeout_s,
            wall=wall,
        )
        self._watching: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look, in the background, at what a crash has left open."""
        self._watching = asyncio.create_task(self.committer.watch(), name="unfinished writes")

    def for_call(
        self,
        log: EventLog,
        *,
        caller: str | None = None,
        spoken: Callable[[], Iterable[str]] = tuple,
        needs: Needs | None = None,
    ) -> CallWrites:
        """The desk as one call sees it.

        Args:
            caller: the caller's number: wrong proofs are counted for it.
            spoken: what our side has said in the call so far; it proves nothing.
            needs: see `Needs`.
        """
        return CallWrites(self, log, CallProofs(self.proof_room, log, caller=caller, spoken=spoken), needs)

    async def close(self) -> None:
        """Finish what is under way."""
        if self._watching is not None:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching
        await self.committer.close()
        self.ledger.close()


def open_writes(
    desk: OrderDesk, messenger: Messenger, messages: MessageSettings, url: str, labels: LabelDesk | None = None
) -> WriteDesk:
    """The write side beside the event store at `url`, looking after what a crash has left open.

    Raises:
        StoreError: the database cannot be opened, or was written by a newer program.
    """
    writes = WriteDesk(
        desk,
        Ledger(url),
        messenger,
        labels=labels,
        code_text=messages.code_text,
        subject=messages.subject,
        message_timeout_s=messages.timeout_s,
    )
    writes.start()
    return writes
