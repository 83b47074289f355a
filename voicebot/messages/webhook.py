"""Messages through somebody else's gateway: posted as JSON, signed, repeated under the same id."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable, Mapping

import httpx

from voicebot.errors import ConfigError
from voicebot.messages.messenger import CHANNELS, Channel, Message, MessageError
from voicebot.messages.settings import MessageSettings
from voicebot.webhooks import signed_headers

#: Answers after which the same post may succeed a moment later.
_RETRIED = frozenset((408, 425, 429, 500, 502, 503, 504))
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
            if answer.status_code not in _RETRIED:
                break
        raise MessageError(f"not taken: {cause}", where="messages.webhook_url")

    async def close(self) -> None:
        await self._client.aclose()


def webhook_from(settings: MessageSettings, environ: Mapping[str, str] | None = None) -> WebhookMessenger:
    """The webhook that is configured.

    Raises:
        ConfigError: it has no usable URL or no secret: messages are never posted unsigned.
    """
    url = httpx.URL(settings.webhook_url)
    if url.scheme not in ("http", "https") or not url.host:
        raise ConfigError("not an http(s) URL", where="messages.webhook_url", fix=f"got {settings.webhook_url!r}")
    secret = (os.environ if environ is None else environ).get(settings.webhook_secret_env, "")
    if not secret:
        fix = f"put one into the environment variable {settings.webhook_secret_env}"
        raise ConfigError("the webhook has no secret to sign with", where="messages.webhook_secret_env", fix=fix)
    client = httpx.AsyncClient(timeout=settings.timeout_s, follow_redirects=False)
    return WebhookMessenger(settings.webhook_url, secret, client, attempts=settings.attempts)
