"""Posts packets to a webhook: signed, retried, never in a call's way.

Headers and signature follow Standard Webhooks 1.0 (`webhook-id`, `webhook-timestamp`, `webhook-signature: v1,…`), so
that receivers can verify them with a library. Posting again is safe: the id stays the same, and a receiver drops
what it has seen.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from voicebot.handoff.settings import HandoffSettings
from voicebot.webhooks import RETRIED, secret_for, signed_headers

log = logging.getLogger(__name__)

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 300.0
#: Posts under way at once; further ones wait.
_AT_ONCE = 4
_WAITING = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a delivery ended. `status` is the last HTTP status, 0 when there was no answer."""

    delivered: bool
    attempts: int
    status: int = 0
    detail: str = ""

    def __str__(self) -> str:
        word = "delivered" if self.delivered else "failed"
        return f"{word} after {self.attempts}: {self.status or 'no answer'} {self.detail}".strip()


def pause_s(attempt: int, status: int, retry_after: str | None, *, attempts: int, jitter: float) -> float | None:
    """How long to wait after attempt number `attempt` failed; None gives up.

    Args:
        status: HTTP status, 0 when there was no answer.
        retry_after: that header, honoured when it is in seconds.
        attempts: how many are allowed.
        jitter: 0..1, random; spreads the retries of many packets.
    """
    if attempt >= attempts or (status and status not in RETRIED):
        return None
    if retry_after is not None and retry_after.strip().isdecimal():
        return min(float(retry_after), _LONGEST_PAUSE_S)
    return min(_FIRST_PAUSE_S * 3.0 ** (attempt - 1), _LONGEST_PAUSE_S) * (0.5 + 0.5 * jitter)


class Webhook:
    """Delivers packets in the background. Make it with `webhook_from`.

    Args:
        on_done: is told how each delivery ended.
    """

    def __init__(
        self,
        settings: HandoffSettings,
        secret: str,
        client: httpx.AsyncClient,
        *,
        on_done: Callable[[str, Outcome], None] | None = None,
        wall_s: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._url, self._attempts = settings.webhook_url, settings.webhook_attempts
        self._secret, self._client, self._on_done = secret, client, on_done
        self._wall_s, self._jitter, self._sleep = wall_s, jitter, sleep
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns = asyncio.Semaphore(_AT_ONCE)

    def on_done(self, tell: Callable[[str, Outcome], None]) -> None:
        """Set who is told how each delivery ended."""
        self._on_done = tell

    def send(self, handoff: str, packet: Mapping[str, Any]) -> None:
        """Deliver in the background; on the event loop."""
        if len(self._tasks) >= _WAITING:
            self._done(handoff, Outcome(delivered=False, attempts=0, detail="too many packets wait"))
            return
        task = asyncio.create_task(self._deliver(handoff, packet), name=f"webhook {handoff}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self, timeout_s: float = 5.0) -> None:
        """Give deliveries under way a moment, then stop."""
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=timeout_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._client.aclose()

    async def _deliver(self, handoff: str, packet: Mapping[str, Any]) -> None:
        self._done(handoff, await self.post(handoff, packet))

    async def post(self, handoff: str, packet: Mapping[str, Any]) -> Outcome:
        """Post until it is taken, refused for good, or given up."""
        body = json.dumps({"type": "handoff.opened", "data": packet}, separators=(",", ":")).encode()
        attempt = 0
        while True:
            attempt += 1
            status, detail, retry_after = await self._attempt(handoff, body)
            if 200 <= status < 300:
                return Outcome(delivered=True, attempts=attempt, status=status)
            pause = pause_s(attempt, status, retry_after, attempts=self._attempts, jitter=self._jitter())
            if pause is None:
                return Outcome(delivered=False, attempts=attempt, status=status, detail=detail)
            await self._sleep(pause)

    async def _attempt(self, handoff: str, body: bytes) -> tuple[int, str, str | None]:
        now_s = int(self._wall_s())
        headers = signed_headers(self._secret, handoff, now_s, body)
        try:
            async with self._turns:
                answer = await self._client.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as error:
            return 0, type(error).__name__, None
        return answer.status_code, answer.reason_phrase, answer.headers.get("retry-after")

    def _done(self, handoff: str, outcome: Outcome) -> None:
        if not outcome.delivered:
            log.error("packet of hand-off %s was not delivered: %s", handoff, outcome)
        if self._on_done is not None:
            self._on_done(handoff, outcome)


def webhook_from(settings: HandoffSettings, environ: Mapping[str, str] | None = None) -> Webhook | None:
    """The webhook that is configured, or None.

    Raises:
        ConfigError: it has no secret, or no usable URL: packets hold personal data and are never posted unsigned.
    """
    if not settings.webhook_url:
        return None
    secret = secret_for(settings.webhook_url, settings.webhook_secret_env, section="handoff", environ=environ)
    client = httpx.AsyncClient(timeout=settings.webhook_timeout_s, follow_redirects=False)
    return Webhook(settings, secret, client)
