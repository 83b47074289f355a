"""Messages through somebody else's gateway: posted as JSON, signed, repeated under the same id."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping

import httpx

from voicebot.messages.messenger import CHANNELS, Channel, Message, MessageError
from voicebot.messages.settings import MessageSettings
from voicebot.webhooks import RETRIED, secret_for, signed_headers

_PAUSE_S = 0.3


class WebhookMessenger:
    """Posts `{"type": "message.send", "data": {id, channel, to, text, subject, kind, call}}`; 2xx takes it.

    Headers and signature follow Standard Webhooks 1.0. The id stays the same in repetitions: a receiver sends a
    message once for an id.
    """

    channels: frozenset[Channel] = frozenset(CHANNELS)

    def __init__(
        self,
        url: str,
        secret: str,
        client: httpx.AsyncClient,
        *,
        attempts: int,
        wall_s: Callable[[], float] = time.time,
    ) -> None:
        self._url, self._secret, self._client, self._attempts, self._wall_s = url, secret, client, attempts, wall_s

    async def send(self, message: Message, *, timeout_s: float) -> None:
        """See `Messenger.send`."""
        fields = ("id", "channel", "to", "text", "subject", "kind", "call")
        data = {name: getattr(message, name) for name in fields}
        body = json.dumps({"type": "message.send", "data": data}, separators=(",", ":")).encode()
        try:
            async with asyncio.timeout(timeout_s):
                await self._post(message.id, body)
        except TimeoutError as error:
            raise MessageError("not taken in time", where="messages.webhook_url") from error

    async def _post(self, message_id: str, body: bytes) -> None:
        for attempt in range(1, self._attempts + 1):
            if attempt > 1:
                await asyncio.sleep(_PAUSE_S * attempt)
            headers = signed_headers(self._secret, message_id, int(self._wall_s()), body)
            try:
                answer = await self._client.post(self._url, content=body, headers=headers)
            except httpx.HTTPError as error:
                cause = type(error).__name__
                continue
            if answer.is_success:
                return
            cause = f"HTTP {answer.status_code}"
            if answer.status_code not in RETRIED:
                break
        raise MessageError(f"not taken: {cause}", where="messages.webhook_url")

    async def close(self) -> None:
        await self._client.aclose()


def webhook_from(settings: MessageSettings, environ: Mapping[str, str] | None = None) -> WebhookMessenger:
    """The webhook that is configured.

    Raises:
        ConfigError: it has no usable URL or no secret: messages are never posted unsigned.
    """
    secret = secret_for(settings.webhook_url, settings.webhook_secret_env, section="messages", environ=environ)
    client = httpx.AsyncClient(timeout=settings.timeout_s, follow_redirects=False)
    return WebhookMessenger(settings.webhook_url, secret, client, attempts=settings.attempts)
