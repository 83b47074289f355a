"""One keep-alive HTTP client as an administrator of the shop: signs in, renews, and turns every mishap into our errors.

Basic authentication with a secret API key would be simpler, and some 40 ms slower on every call: the key's hash is
checked each time. A JSON web token is checked by its signature.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from voicebot.oms.connector import BadAnswer, Deadline, DeadlineExceeded, NotFound, Throttled, Unavailable
from voicebot.oms.connectors.medusa.refusals import refusal

D = TypeVar("D", bound=BaseModel)
Params = Mapping[str, str | Sequence[str]]

_LONGEST_ANSWER = 16 * 1024 * 1024
#: A token is renewed this long before it ends.
_RENEW_BEFORE_S = 600.0
#: Taken for the life of a token that does not tell (Medusa's own default is a day).
_LIFE_S = 3600.0

# httpx logs every URL at INFO, and ours hold callers' numbers and addresses.
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Of an administrator made for us, so that the shop's history shows who did what."""

    email: str
    password: str = field(repr=False)


class Session:
    """Args:
    base_url: `https://shop.example`, without `/admin`.
    wall: seconds since 1970, against which a token's end is held.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        *,
        connections: int = 16,
        transport: httpx.AsyncBaseTransport | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._credentials = credentials
        self._wall = wall
        self._token = ""
        self._ends = 0.0
        self._signing_in = asyncio.Lock()
        self._client = httpx.AsyncClient(
            base_url=base_url,
            transport=transport,
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            headers={"accept": "application/json"},
            trust_env=False,
        )

    async def get(self, path: str, shape: type[D], deadline: Deadline, params: Params | None = None) -> D:
        """Read `/admin/{path}`. Raises `OmsError`s; `NotAllowed` when it refuses the question."""
        return self._parsed(await self._authorised("GET", path, deadline, params=params), shape, path)

    async def post(self, path: str, shape: type[D], deadline: Deadline, body: Mapping[str, Any] | None = None) -> D:
        """Write. Sent once; only a refused token makes it be sent again, because then nothing was done.

        Raises `NotAllowed` or `Conflict` when the shop refused, that is when nothing has changed.
        """
        return self._parsed(await self._authorised("POST", path, deadline, body=body or {}), shape, path)

    async def delete(self, path: str, deadline: Deadline) -> None:
        await self._authorised("DELETE", path, deadline)

    async def close(self) -> None:
        await self._client.aclose()

    async def _authorised(
        self, method: str, path: str, deadline: Deadline, *, params: Params | None = None, body: Any = None
    ) -> httpx.Response:
        for attempt in (1, 2):
            token = await self._signed_in(deadline)
            headers = {"authorization": f"Bearer {token}"}
            response = await self._send(method, f"/admin/{path}", deadline, headers, params=params, body=body)
            if response.status_code != 401:
                return response
            if self._token == token:
                self._ends = 0.0  # ended or revoked before its time
            if attempt == 2:
                break
        raise Unavailable("refuses our sign-in", where=path, fix="is that user still an administrator of the shop?")

    async def _signed_in(self, deadline: Deadline) -> str:
        try:
            async with asyncio.timeout_at(deadline.at), self._signing_in:
                if self._wall() >= self._ends:
                    await self._sign_in(deadline)
                return self._token
        except TimeoutError as error:
            raise DeadlineExceeded("no sign-in in time", where=str(self._client.base_url)) from error

    async def _sign_in(self, deadline: Deadline) -> None:
        path = "/auth/user/emailpass"
        body = {"email": self._credentials.email, "password": self._credentials.password}
        response = await self._send("POST", path, deadline, {}, body=body)
        if response.status_code == 401:
            raise Unavailable("refuses e-mail and password", where=path, fix="set both in the environment")
        token = self._parsed(response, _Token, path).token
        self._token, self._ends = token, _end(token, self._wall()) - _RENEW_BEFORE_S

    async def _send(
        self,
        method: str,
        path: str,
        deadline: Deadline,
        headers: Mapping[str, str],
        *,
        params: Params | None = None,
        body: Any = None,
    ) -> httpx.Response:
        """One request; what comes back was answered with 2xx or 401."""
        where = f"{method} {path.partition('?')[0]}"
        try:
            async with asyncio.timeout_at(deadline.at):
                response = await self._client.request(
                    method, path, params=params, json=body, headers=headers, timeout=None
                )
        except TimeoutError as error:
            raise DeadlineExceeded("no answer in time", where=where) from error
        except httpx.DecodingError as error:
            raise BadAnswer("the answer's body cannot be decoded", where=where) from error
        except httpx.HTTPError as error:
            what = f"cannot be reached: {type(error).__name__}"
            raise Unavailable(what, where=where, fix="is it running?") from error
        status = response.status_code
        if status == 429:
            pause_s = _seconds(response.headers.get("retry-after"))
            raise Throttled("too many requests", where=where, retry_after_s=pause_s)
        if status >= 500:
            raise Unavailable(f"answered {status}", where=where)
        if not response.headers.get("content-type", "").startswith("application/json") and status != 401:
            raise BadAnswer(f"answered {status} without JSON", where=where)
        if len(response.content) > _LONGEST_ANSWER:
            raise BadAnswer(f"answered {len(response.content)} bytes", where=where)
        if response.is_success or status == 401:
            return response
        said = self._parsed(response, _Refused, where)
        if status == 404 or said.type == "not_found":
            raise NotFound("there is no such thing", where=where)
        raise refusal(said.code, said.message, where=where)

    def _parsed(self, response: httpx.Response, shape: type[D], where: str) -> D:
        try:
            return shape.model_validate_json(response.content)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            at = ".".join(str(part) for part in first["loc"]) or "the document"
            raise BadAnswer(f"wrong JSON at {at}: {first['msg']}", where=where) from error


def plain(identity: str) -> str:
    """An id that can stand in a path; anything else names nothing, and must not lead anywhere else either."""
    return identity if identity.isascii() and identity.replace("_", "").isalnum() else "none"


class _Token(BaseModel):
    token: str


class _Refused(BaseModel):
    type: str = ""
    code: str = ""
    message: str = ""


def _end(token: str, now: float) -> float:
    """When a JSON web token ends, seconds since 1970."""
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return float(claims["exp"])
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error):
        return now + _LIFE_S


def _seconds(header: str | None) -> float:
    try:
        return min(60.0, max(0.0, float(header or 1)))
    except ValueError:
        return 1.0
