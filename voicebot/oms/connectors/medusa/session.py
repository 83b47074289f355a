"""One keep-alive HTTP client as an administrator of the shop: signs in, renews, and turns every mishap into our errors.

Basic authentication with a secret API key would be simpler, and some 40 ms slower on every call: the key's hash is
checked each time. A JSON web token is checked by its signature.
"""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel

from voicebot.oms.connector import Deadline, NotFound, Unavailable
from voicebot.oms.connectors.http import Wire, json_answer, parsed
from voicebot.oms.connectors.medusa.refusals import refusal
from voicebot.oms.connectors.tokens import Token

D = TypeVar("D", bound=BaseModel)
Params = Mapping[str, str | Sequence[str]]

#: A token is renewed this long before it ends.
_RENEW_BEFORE_S = 600.0
#: Taken for the life of a token that does not tell (Medusa's own default is a day).
_LIFE_S = 3600.0


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
        self._wire = Wire(base_url, connections=connections, transport=transport)
        self._token = Token(self._sign_in, where=self._wire.url, now=wall)

    async def get(self, path: str, shape: type[D], deadline: Deadline, params: Params | None = None) -> D:
        """Read `/admin/{path}`. Raises `OmsError`s; `NotAllowed` when it refuses the question."""
        return parsed(shape, (await self._authorised("GET", path, deadline, params=params)).content, path)

    async def post(self, path: str, shape: type[D], deadline: Deadline, body: Mapping[str, Any] | None = None) -> D:
        """Write. Sent once; only a refused token makes it be sent again, because then nothing was done.

        Raises `NotAllowed` or `Conflict` when the shop refused, that is when nothing has changed.
        """
        return parsed(shape, (await self._authorised("POST", path, deadline, json=body or {})).content, path)

    async def delete(self, path: str, deadline: Deadline) -> None:
        await self._authorised("DELETE", path, deadline)

    async def close(self) -> None:
        await self._wire.close()

    async def _authorised(self, method: str, path: str, deadline: Deadline, **request: Any) -> httpx.Response:
        for _ in (1, 2):
            token = await self._token.get(deadline)
            headers = {"authorization": f"Bearer {token}"}
            response = await self._send(method, f"/admin/{path}", deadline, headers=headers, **request)
            if response.status_code != 401:
                return response
            self._token.refused(token)
        raise Unavailable("refuses our sign-in", where=path, fix="is that user still an administrator of the shop?")

    async def _sign_in(self, deadline: Deadline) -> tuple[str, float]:
        path = "/auth/user/emailpass"
        body = {"email": self._credentials.email, "password": self._credentials.password}
        response = await self._send("POST", path, deadline, json=body)
        if response.status_code == 401:
            raise Unavailable("refuses e-mail and password", where=path, fix="set both in the environment")
        token = parsed(_Token, response.content, path).token
        return token, _end(token, self._wall()) - _RENEW_BEFORE_S

    async def _send(self, method: str, path: str, deadline: Deadline, **request: Any) -> httpx.Response:
        """One request; what comes back was answered with 2xx or 401."""
        where = f"{method} {path.partition('?')[0]}"
        response = await self._wire.send(method, path, deadline, where=where, **request)
        if response.status_code == 401 or json_answer(response, where).is_success:
            return response
        said = parsed(_Refused, response.content, where)
        if response.status_code == 404 or said.type == "not_found":
            raise NotFound("there is no such thing", where=where)
        raise refusal(said.code, said.message, where=where)


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
