"""The second interpreter: a language model behind an OpenAI-compatible endpoint, with the local one beneath it.

The local interpreter reads every utterance. Where its classifier is not sure, the endpoint is asked as well, within a
deadline; what it proposes is used when it passes all checks (`proposals`), and the local reading otherwise. An endpoint
that failed several times in a row is left alone for a while: callers do not wait for it turn after turn.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import httpx

from voicebot.dialogue.commands import Alternative, Understanding
from voicebot.dialogue.context import Context
from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.interpret import needs_classifier
from voicebot.dialogue.proposals import proposed, request
from voicebot.dialogue.settings import DialogueSettings
from voicebot.dialogue.understand import Interpreter
from voicebot.errors import ConfigError

_log = logging.getLogger(__name__)

#: Longest body that is read, in bytes.
_MAX_BODY = 64_000
_FAILURES, _PAUSE_S = 3, 30.0


class Local(Interpreter, Protocol):
    """The interpreter beneath: `LocalInterpreter`."""

    flows: FlowSet

    async def close(self) -> None:
        """Let threads go."""
        ...


class RemoteInterpreter:
    """See `Interpreter`. Shared by all calls on one version of the flows; made inside the event loop or before it."""

    def __init__(self, local: Local, settings: DialogueSettings, key: str | None = None) -> None:
        self.flows = local.flows
        self._local, self._settings = local, settings
        self._failures, self._again_at = 0, 0.0
        self._client = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=settings.remote_deadline_ms / 1000,
            limits=httpx.Limits(max_connections=16, max_keepalive_connections=8),
            follow_redirects=False,
            trust_env=False,
        )

    async def understand(self, text: str, context: Context, alternatives: Sequence[Alternative] = ()) -> Understanding:
        """See `Interpreter.understand`. Never later than the deadline, and never raises because of the endpoint."""
        local = await self._local.understand(text, context, alternatives)
        if not self._worth_asking(local, context):
            return local
        try:
            async with asyncio.timeout(self._settings.remote_deadline_ms / 1000):
                body = await self._ask(request(text, context, self.flows, self._settings.remote_model))
        except TimeoutError:
            return self._without(local, "no answer within the deadline")
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
            return self._without(local, type(error).__name__)
        found = proposed(body, text, context, self.flows, local)
        if found is None:
            return self._without(local, "not by the schema")
        self._failures = 0
        return found

    def _worth_asking(self, local: Understanding, context: Context) -> bool:
        """What grammars read, and what the classifier is sure of, is not sent away."""
        sure = local.confidence >= self._settings.interrupt_confidence
        resting = asyncio.get_running_loop().time() < self._again_at
        return not sure and not resting and needs_classifier(local.text, context)

    async def close(self) -> None:
        """Let connections and threads go."""
        await self._client.aclose()
        await self._local.close()

    async def _ask(self, body: Mapping[str, Any]) -> Any:
        """The answer's JSON; `ValueError` when it is none, or too long."""
        url = self._settings.remote_url.rstrip("/") + "/chat/completions"
        received = bytearray()
        async with self._client.stream("POST", url, json=body) as response:
            response.raise_for_status()
            async for chunk in response.aiter_bytes():
                received += chunk
                if len(received) > _MAX_BODY:
                    raise ValueError("the answer is too long")
        return json.loads(received)

    def _without(self, local: Understanding, why: str) -> Understanding:
        self._failures += 1
        if self._failures >= _FAILURES:
            self._failures, self._again_at = 0, asyncio.get_running_loop().time() + _PAUSE_S
            _log.warning("the remote interpreter is left alone for %d s: %s", _PAUSE_S, why)
        else:
            _log.info("the local interpreter answered: %s", why)
        return local


def with_remote(local: Local, settings: DialogueSettings, environ: Mapping[str, str] = os.environ) -> Local:
    """The interpreter that the settings ask for: the local one unless `remote_url` is set.

    Raises:
        ConfigError: the endpoint has no model, the address is no HTTP address, or the deadline is not positive.
    """
    if not settings.remote_url:
        return local
    problems = {
        "remote_url is no http(s) address": not settings.remote_url.startswith(("http://", "https://")),
        "remote_model is missing": not settings.remote_model,
        "remote_deadline_ms is not positive": settings.remote_deadline_ms <= 0,
    }
    for what, wrong in problems.items():
        if wrong:
            raise ConfigError(what, where="[dialogue]", fix="set it, or leave remote_url empty")
    return RemoteInterpreter(local, settings, environ.get(settings.remote_key_env))
