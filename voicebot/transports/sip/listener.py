"""Takes calls from the stack and hands them to the server, one leg each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from voicebot.logs import failure
from voicebot.transports.sip.leg import SipLeg
from voicebot.transports.sip.port import Call, SipStack
from voicebot.transports.sip.settings import SipSettings
from voicebot.transports.sip.ticker import Ticker

logger = logging.getLogger(__name__)

OnLeg = Callable[[SipLeg], Awaitable[None]]


class SipListener:
    """Runs `on_leg` for every call, each in its own task, and sees to it that no call outlives its task.

    `on_leg` runs the pipeline over `leg.transport`, which answers the call when it starts, and returns when the call
    is done. A call that it does not want it refuses with `leg.hangup(reason)`.

    Args:
        stack: SIP and RTP.
        on_leg: the server's side of a call.
        on_dead: called once with the cause when the stack died; the process has to be restarted.
        settings: what legs need.
    """

    def __init__(
        self, stack: SipStack, on_leg: OnLeg, on_dead: Callable[[str], None], *, settings: SipSettings
    ) -> None:
        self._stack, self._on_leg, self._on_dead, self._settings = stack, on_leg, on_dead, settings
        self._ticker = Ticker()
        self._calls: dict[asyncio.Task[None], SipLeg] = {}
        self._closing = False

    @property
    def live(self) -> int:
        """Calls that ring or talk."""
        return len(self._calls)

    async def start(self) -> None:
        """Bind and listen.

        Raises:
            ConfigError: the port is in use, the address is not ours, or the registrar refuses us.
        """
        await self._stack.start(self._on_invite, self._on_dead)

    async def close(self) -> None:
        """Refuse new calls, end every call, stop listening."""
        self._closing = True
        calls = dict(self._calls)
        await asyncio.gather(*(leg.hangup("the server stops") for leg in calls.values()), return_exceptions=True)
        if calls:
            await asyncio.wait(tuple(calls), timeout=5.0)
        for task in calls:
            task.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        await self._stack.close()

    def _on_invite(self, call: Call) -> None:
        leg = SipLeg(call, self._ticker, self._settings)
        serving = self._refuse(leg) if self._closing else self._serve(leg)
        task = asyncio.get_running_loop().create_task(serving, name=f"leg-{leg.id}")
        self._calls[task] = leg
        task.add_done_callback(self._calls.pop)

    async def _refuse(self, leg: SipLeg) -> None:
        await leg.hangup("the server stops")

    async def _serve(self, leg: SipLeg) -> None:
        try:
            await self._on_leg(leg)
        except Exception as error:
            failure(logger, error, "call %s failed", leg.id)
        finally:
            await leg.hangup("the call was not taken" if leg.codec == "" else "the conversation ended")


async def open_sip(settings: SipSettings, on_leg: OnLeg, on_dead: Callable[[str], None]) -> SipListener:
    """Listen for SIP calls with the default stack.

    Raises:
        ConfigError: the port is in use, the address is not ours, the password is not set, or the registrar refuses.
    """
    from voicebot.transports.sip.baresip_stack import BaresipStack

    listener = SipListener(BaresipStack(settings), on_leg, on_dead, settings=settings)
    await listener.start()
    return listener
