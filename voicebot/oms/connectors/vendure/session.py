"""One keep-alive GraphQL client as an administrator of the shop: signs in, and turns every mishap into our errors."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from voicebot.oms.connector import BadAnswer, Deadline, DeadlineExceeded, Throttled, Unavailable
from voicebot.oms.connectors.marks import Lost
from voicebot.oms.connectors.vendure.refusals import FORBIDDEN, failure, refusal

D = TypeVar("D", bound=BaseModel)

_LONGEST_ANSWER = 16 * 1024 * 1024
_TOKEN = "vendure-auth-token"  # the header's name
_LOGIN = """mutation Login($username: String!, $password: String!) {
  login(username: $username, password: $password) { __typename ... on ErrorResult { errorCode } }
}"""

# httpx logs every URL at INFO.
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Of an administrator made for us alone: its name in an order's history tells our changes from a colleague's."""

    username: str
    password: str = field(repr=False)


class Session:
    """Args:
    base_url: `https://shop.example`, without `/admin-api`.
    channel: token of the channel to work in; None for the default one.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        *,
        path: str = "/admin-api",
        channel: str | None = None,
        connections: int = 16,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._credentials = credentials
        self._path = path
        self._token = ""
        self._signing_in = asyncio.Lock()
        self._client = httpx.AsyncClient(
            base_url=base_url,
            transport=transport,
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            headers={"accept": "application/json", **({"vendure-token": channel} if channel else {})},
            trust_env=False,
        )

    async def ask(self, query: str, shape: type[D], deadline: Deadline, **variables: Any) -> D:
        """A read: the document's `data`. Raises `OmsError`s."""
        return _parsed(await self._data(query, deadline, variables), shape, _name(query))

    async def change(self, mutation: str, shape: type[D], deadline: Deadline, **variables: Any) -> D:
        """A write with one field: what that field holds. Sent once; only a refused token makes it be sent again,
        because then nothing was done.

        Raises `NotAllowed` or `Conflict` when the shop refused, that is when nothing has changed.
        """
        where = _name(mutation)
        data = await self._data(mutation, deadline, variables)
        result = next(iter(data.values()), None)
        if isinstance(result, dict) and isinstance(result.get("errorCode"), str):
            raise refusal(result["errorCode"], where=where)
        return _parsed(result, shape, where)

    async def close(self) -> None:
        await self._client.aclose()

    async def _data(self, query: str, deadline: Deadline, variables: Mapping[str, Any]) -> dict[str, Any]:
        code = ""
        for _ in (1, 2):
            token = await self._signed_in(deadline)
            response = await self._send(query, variables, deadline, token)
            data, code = _answer(response, _name(query))
            if code != FORBIDDEN:
                if code:
                    raise failure(code, where=_name(query))
                return data
            if self._token == token:
                self._token = ""  # the session has ended, or was revoked
        raise failure(code, where=_name(query))

    async def _signed_in(self, deadline: Deadline) -> str:
        try:
            async with asyncio.timeout_at(deadline.at), self._signing_in:
                if not self._token:
                    await self._sign_in(deadline)
                return self._token
        except TimeoutError as error:
            raise DeadlineExceeded("no sign-in in time", where="Login") from error

    async def _sign_in(self, deadline: Deadline) -> None:
        who = {"username": self._credentials.username, "password": self._credentials.password}
        response = await self._send(_LOGIN, who, deadline, "")
        data, code = _answer(response, "Login")
        login = data.get("login")
        if code or not isinstance(login, dict) or "errorCode" in login:
            raise Unavailable("refuses user name and password", where="Login", fix="set both in the environment")
        token = response.headers.get(_TOKEN)
        if not token:
            raise BadAnswer(
                "signs in without a token", where="Login", fix="add 'bearer' to Vendure's authOptions.tokenMethod"
            )
        self._token = token

    async def _send(self, query: str, variables: Mapping[str, Any], deadline: Deadline, token: str) -> httpx.Response:
        """One request; what comes back is JSON, whatever it says."""
        where = _name(query)
        headers = {"authorization": f"Bearer {token}"} if token else {}
        body = {"query": query, "variables": variables, "operationName": where}
        try:
            async with asyncio.timeout_at(deadline.at):
                response = await self._client.post(self._path, json=body, headers=headers, timeout=None)
        except TimeoutError as error:
            raise DeadlineExceeded("no answer in time", where=where) from error
        except httpx.DecodingError as error:
            raise BadAnswer("the answer's body cannot be decoded", where=where) from error
        except httpx.ConnectError as error:
            raise Unavailable("cannot be reached", where=where, fix="is it running?") from error
        except httpx.HTTPError as error:
            raise Lost(f"no answer: {type(error).__name__}", where=where) from error
        status = response.status_code
        if status in (502, 504):
            raise Lost(f"a gateway answered {status}", where=where)
        if status == 429:
            raise Throttled("too many requests", where=where, retry_after_s=_seconds(response.headers))
        if status >= 500 and not _is_json(response):
            raise Unavailable(f"answered {status}", where=where)
        if not _is_json(response):
            raise BadAnswer(f"answered {status} without JSON", where=where)
        if len(response.content) > _LONGEST_ANSWER:
            raise BadAnswer(f"answered {len(response.content)} bytes", where=where)
        return response


def _answer(response: httpx.Response, where: str) -> tuple[dict[str, Any], str]:
    """`data`, and the code of the first of `errors`, empty when there is none."""
    try:
        document = response.json()
    except ValueError as error:
        raise BadAnswer("broken JSON", where=where) from error
    if not isinstance(document, dict):
        raise BadAnswer("JSON that is no GraphQL answer", where=where)
    errors = document.get("errors")
    if errors:
        first = errors[0] if isinstance(errors, list) else {}
        extensions = first.get("extensions") if isinstance(first, dict) else None
        code = extensions.get("code") if isinstance(extensions, dict) else None
        return {}, str(code or "UNKNOWN")
    data = document.get("data")
    if response.status_code >= 500:
        raise Unavailable(f"answered {response.status_code}", where=where)
    if not isinstance(data, dict):
        raise BadAnswer("an answer without data", where=where)
    return data, ""


def _parsed(data: Any, shape: type[D], where: str) -> D:
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        at = ".".join(str(part) for part in first["loc"]) or "the document"
        raise BadAnswer(f"wrong JSON at {at}: {first['msg']}", where=where) from error


def _name(query: str) -> str:
    """The operation's name: `Order` of `query Order($id: ID!) {...`."""
    return query.split("(", 1)[0].split("{", 1)[0].split()[1]


def _is_json(response: httpx.Response) -> bool:
    return "json" in str(response.headers.get("content-type", ""))


def _seconds(headers: Mapping[str, str]) -> float:
    try:
        return min(60.0, max(0.0, float(headers.get("retry-after", 1))))
    except ValueError:
        return 1.0
