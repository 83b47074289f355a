"""HTTP to an order system: one keep-alive client, and every mishap is one of our errors. Nothing is sent twice here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from voicebot.oms.connector import BadAnswer, Deadline, DeadlineExceeded, Throttled, Unavailable
from voicebot.oms.connectors.marks import Lost

D = TypeVar("D", bound=BaseModel)

_LONGEST_ANSWER = 16 * 1024 * 1024
_JSON = frozenset({"application/json", "application/graphql-response+json"})

# httpx logs every URL at INFO, and ours hold callers' numbers and addresses.
logging.getLogger("httpx").setLevel(logging.WARNING)


class Wire:
    """Args:
    connections: kept open at most.
    headers: sent with every request.
    fix: what to look at when nobody is there.
    """

    def __init__(
        self,
        base_url: str,
        *,
        connections: int = 16,
        transport: httpx.AsyncBaseTransport | None = None,
        headers: Mapping[str, str] | None = None,
        fix: str = "is it running?",
    ) -> None:
        self._fix = fix
        self._client = httpx.AsyncClient(
            base_url=base_url,
            transport=transport,
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            headers={"accept": "application/json", **(headers or {})},
            trust_env=False,
        )

    @property
    def url(self) -> str:
        """Without a slash at its end."""
        return str(self._client.base_url).rstrip("/")

    async def send(
        self, method: str, path: str, deadline: Deadline, *, where: str = "", **request: Any
    ) -> httpx.Response:
        """One request, with `params`, `json` and `headers` as httpx has them; whatever was answered.

        Args:
            where: for errors; the method and the path without its search when left out.

        Raises:
            DeadlineExceeded: nothing came in time.
            Unavailable: nobody took it, so that nothing was done.
            Lost: it was sent, and the connection broke.
            BadAnswer: the body cannot be decoded.
        """
        where = where or f"{method} {path.partition('?')[0]}"
        try:
            async with asyncio.timeout_at(deadline.at):
                return await self._client.request(method, path, timeout=None, **request)
        except TimeoutError as error:
            raise DeadlineExceeded("no answer in time", where=where) from error
        except httpx.DecodingError as error:
            raise BadAnswer("the answer's body cannot be decoded", where=where) from error
        except httpx.ConnectError as error:
            raise Unavailable("cannot be reached", where=where, fix=self._fix) from error
        except httpx.HTTPError as error:
            raise Lost(f"no answer: {type(error).__name__}", where=where, fix=self._fix) from error

    async def close(self) -> None:
        await self._client.aclose()


def json_answer(
    response: httpx.Response, where: str, *, says_why: bool = False, longest: int = _LONGEST_ANSWER
) -> httpx.Response:
    """The response, when it is JSON and no server error.

    Args:
        says_why: a server error with JSON in it tells what has failed, and is let through.
        longest: bytes.

    Raises:
        Throttled: 429.
        Unavailable: a server error.
        BadAnswer: no JSON, or too much of it.
    """
    status, kind = response.status_code, response.headers.get("content-type", "")
    is_json = kind.partition(";")[0].strip().lower() in _JSON
    if status == 429:
        raise Throttled("too many requests", where=where, retry_after_s=_seconds(response.headers.get("retry-after")))
    if status >= 500 and not (says_why and is_json):
        raise Unavailable(f"answered {status}", where=where)
    if not is_json:
        raise BadAnswer(f"answered {status} with {kind or 'no content type'} instead of JSON", where=where)
    if len(response.content) > longest:
        raise BadAnswer(f"answered {len(response.content)} bytes", where=where)
    return response


def parsed(shape: type[D], answer: object, where: str) -> D:
    """What JSON holds, given as bytes or already read. Raises `BadAnswer`, which tells nothing of its contents."""
    try:
        return shape.model_validate_json(answer) if isinstance(answer, bytes) else shape.model_validate(answer)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        at = ".".join(str(part) for part in first["loc"]) or "the document"
        raise BadAnswer(f"wrong JSON at {at}: {first['msg']}", where=where) from error


def _seconds(header: str | None) -> float:
    try:
        return min(60.0, max(0.0, float(header or 1)))
    except ValueError:
        return 1.0
