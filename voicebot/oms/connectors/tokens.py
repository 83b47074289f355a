"""The token of a signed-in client: got once for many questions, and got again when it has ended or was revoked."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable

from voicebot.oms.connector import Deadline, DeadlineExceeded


class Token:
    """Args:
    sign_in: brings a token, and when it ends, by the same clock as `now`; `math.inf` when only a refusal tells.
    where: for the error when there is no time for it.
    """

    def __init__(
        self,
        sign_in: Callable[[Deadline], Awaitable[tuple[str, float]]],
        *,
        where: str,
        now: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._sign_in = sign_in
        self._where = where
        self._now = now
        self._ends = -math.inf
        self._signing_in = asyncio.Lock()
        self.value = ""

    async def get(self, deadline: Deadline) -> str:
        """Signs in when there is none that holds. Raises `OmsError`s."""
        try:
            async with asyncio.timeout_at(deadline.at), self._signing_in:
                if self._now() >= self._ends:
                    self.value, self._ends = await self._sign_in(deadline)
                return self.value
        except TimeoutError as error:
            raise DeadlineExceeded("no sign-in in time", where=self._where) from error

    def refused(self, token: str) -> None:
        """It ended, or was revoked, before its time; unless there is another one by now."""
        if self.value == token:
            self._ends = -math.inf
