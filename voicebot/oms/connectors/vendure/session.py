"""One keep-alive GraphQL client as an administrator of the shop: signs in, and turns every mishap into our errors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel

from voicebot.oms.connector import BadAnswer, Deadline, Unavailable
from voicebot.oms.connectors import graphql
from voicebot.oms.connectors.http import Wire, json_answer, parsed
from voicebot.oms.connectors.tokens import Token
from voicebot.oms.connectors.vendure.refusals import FORBIDDEN, failure, refusal

D = TypeVar("D", bound=BaseModel)

_TOKEN_HEADER = "vendure-auth-token"
_LOGIN = """mutation Login($username: String!, $password: String!) {
  login(username: $username, password: $password) { __typename ... on ErrorResult { errorCode } }
}"""


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
        self._token = Token(self._sign_in, where="Login")
        headers = {"vendure-token": channel} if channel else {}
        self._wire = Wire(base_url, connections=connections, transport=transport, headers=headers)

    async def ask(self, query: str, shape: type[D], deadline: Deadline, **variables: Any) -> D:
        """A read: the document's `data`. Raises `OmsError`s."""
        return parsed(shape, await self._data(query, deadline, variables), graphql.operation(query))

    async def change(self, mutation: str, shape: type[D], deadline: Deadline, **variables: Any) -> D:
        """A write with one field: what that field holds. Sent once; only a refused token makes it be sent again,
        because then nothing was done.

        Raises `NotAllowed` or `Conflict` when the shop refused, that is when nothing has changed.
        """
        where = graphql.operation(mutation)
        result = graphql.only_field(await self._data(mutation, deadline, variables))
        if isinstance(result, dict) and isinstance(result.get("errorCode"), str):
            raise refusal(result["errorCode"], where=where)
        return parsed(shape, result, where)

    async def close(self) -> None:
        await self._wire.close()

    async def _data(self, query: str, deadline: Deadline, variables: Mapping[str, Any]) -> dict[str, Any]:
        where, code = graphql.operation(query), ""
        for _ in (1, 2):
            token = await self._token.get(deadline)
            data, code = _answer(await self._send(query, variables, deadline, token), where)
            if code != FORBIDDEN:
                break
            self._token.refused(token)
        if code:
            raise failure(code, where=where)
        return data

    async def _sign_in(self, deadline: Deadline) -> tuple[str, float]:
        who = {"username": self._credentials.username, "password": self._credentials.password}
        response = await self._send(_LOGIN, who, deadline, "")
        data, code = _answer(response, "Login")
        login = data.get("login")
        if code or not isinstance(login, dict) or "errorCode" in login:
            raise Unavailable("refuses user name and password", where="Login", fix="set both in the environment")
        token = response.headers.get(_TOKEN_HEADER)
        if not token:
            raise BadAnswer(
                "signs in without a token", where="Login", fix="add 'bearer' to Vendure's authOptions.tokenMethod"
            )
        return token, math.inf

    async def _send(self, query: str, variables: Mapping[str, Any], deadline: Deadline, token: str) -> httpx.Response:
        """One request; what comes back is JSON, whatever it says."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        response = await graphql.send(self._wire, self._path, query, variables, deadline, headers)
        return json_answer(response, graphql.operation(query), says_why=True)


def _answer(response: httpx.Response, where: str) -> tuple[dict[str, Any], str]:
    """`data`, and the code of the first of `errors`, empty when there is none."""
    document = graphql.document(response, where)
    if document.get("errors"):
        return {}, graphql.first_error(document["errors"])[0] or "UNKNOWN"
    if response.status_code >= 500:
        raise Unavailable(f"answered {response.status_code}", where=where)
    return graphql.data_of(document, where), ""
