"""One keep-alive GraphQL client of the Admin API: keeps to the shop's points; each mishap becomes one of our errors."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from voicebot.oms.connector import (
    BadAnswer,
    Conflict,
    Deadline,
    DeadlineExceeded,
    NotAllowed,
    NotFound,
    OmsError,
    Throttled,
    Unavailable,
)
from voicebot.oms.connectors.marks import Lost
from voicebot.oms.connectors.shopify.points import Points

D = TypeVar("D", bound=BaseModel)

VERSION = "2026-10"
_LONGEST_ANSWER = 16 * 1024 * 1024
_WAIT_S = 1.0

# httpx logs every URL at INFO.
logging.getLogger("httpx").setLevel(logging.WARNING)

#: `code` of a user error -> our reason.
_REASONS = {
    "NOT_FOUND": "not_found",
    "INVALID_STATE": "closed",
    "NOTIFICATION_FAILED": "other",
}
#: Part of a user error's message, where Shopify gives no code -> our reason.
_MESSAGES = (
    ("already been cancel", "already_cancelled"),
    ("been canceled", "already_cancelled"),
    ("greater than", "more_than_paid"),
    ("exceed", "more_than_paid"),
    ("fulfilled", "already_shipped"),
    ("address", "bad_address"),
    ("zip", "bad_address"),
)
_CONFLICTS = frozenset({"IDEMPOTENCY_CONCURRENT_REQUEST", "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"})


class Session:
    """Args:
    base_url: `https://shop.myshopify.com`.
    token: of a custom app with the scopes that docs/connectors.md names.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        connections: int = 16,
        transport: httpx.AsyncBaseTransport | None = None,
        points: Points | None = None,
    ) -> None:
        self._points = points or Points()
        self._client = httpx.AsyncClient(
            base_url=base_url,
            transport=transport,
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            headers={"accept": "application/json", "x-shopify-access-token": token},
            trust_env=False,
        )

    async def ask(self, query: str, shape: type[D], deadline: Deadline, /, **variables: Any) -> D:
        """A read: the document's `data`. Raises `OmsError`s."""
        return _parsed(await self._data(query, deadline, variables, write=False), shape, _name(query))

    async def change(self, mutation: str, shape: type[D], deadline: Deadline, /, **variables: Any) -> D:
        """A write with one field: what that field holds. Sent once.

        Raises `NotAllowed` or `Conflict` when the shop refused, that is when nothing has changed.
        """
        where = _name(mutation)
        result = next(iter((await self._data(mutation, deadline, variables, write=True)).values()), None)
        errors = _user_errors(result)
        if errors:
            raise _refusal(errors[0], where)
        return _parsed(result, shape, where)

    async def close(self) -> None:
        await self._client.aclose()

    async def _data(
        self, query: str, deadline: Deadline, variables: Mapping[str, Any], *, write: bool
    ) -> dict[str, Any]:
        where = _name(query)
        clock = asyncio.get_running_loop().time
        while (pause_s := self._points.take(where, clock(), write=write)) > 0:
            if pause_s > deadline.left_s():
                raise Throttled("no points left in time", where=where, retry_after_s=pause_s)
            await asyncio.sleep(min(pause_s, _WAIT_S))
        response = await self._send(query, variables, deadline)
        document = _document(response, where)
        self._learn(where, document, clock())
        errors = document.get("errors")
        if errors:
            raise _failure(errors, where)
        data = document.get("data")
        if not isinstance(data, dict):
            raise BadAnswer("an answer without data", where=where)
        return data

    async def _send(self, query: str, variables: Mapping[str, Any], deadline: Deadline) -> httpx.Response:
        where = _name(query)
        body = {"query": query, "variables": variables, "operationName": where}
        try:
            async with asyncio.timeout_at(deadline.at):
                response = await self._client.post(f"/admin/api/{VERSION}/graphql.json", json=body, timeout=None)
        except TimeoutError as error:
            raise DeadlineExceeded("no answer in time", where=where) from error
        except httpx.DecodingError as error:
            raise BadAnswer("the answer's body cannot be decoded", where=where) from error
        except httpx.ConnectError as error:
            raise Unavailable("cannot be reached", where=where, fix="is the shop's address right?") from error
        except httpx.HTTPError as error:
            raise Lost(f"no answer: {type(error).__name__}", where=where) from error
        status = response.status_code
        if status in (401, 403):
            fix = "is the app still installed, and its token right?"
            raise Unavailable("refuses our access token", where=where, fix=fix)
        if status in (402, 404, 423):
            raise Unavailable(f"the shop is closed or has moved: {status}", where=where)
        if status == 429:
            raise Throttled("too many requests", where=where, retry_after_s=_seconds(response.headers))
        if status in (502, 504):
            raise Lost(f"a gateway answered {status}", where=where)
        if status >= 500:
            raise Unavailable(f"answered {status}", where=where)
        return response

    def _learn(self, where: str, document: Mapping[str, Any], now: float) -> None:
        """`extensions.cost`; an answer without it teaches nothing."""
        try:
            cost = document["extensions"]["cost"]
            status = cost["throttleStatus"]
            self._points.told(
                where,
                now,
                asked=float(cost["requestedQueryCost"]),
                size=float(status["maximumAvailable"]),
                left=float(status["currentlyAvailable"]),
                per_s=float(status["restoreRate"]),
            )
        except (KeyError, TypeError, ValueError):
            return


def _document(response: httpx.Response, where: str) -> dict[str, Any]:
    if len(response.content) > _LONGEST_ANSWER:
        raise BadAnswer(f"answered {len(response.content)} bytes", where=where)
    try:
        document = response.json()
    except ValueError as error:
        raise BadAnswer(f"answered {response.status_code} without JSON", where=where) from error
    if not isinstance(document, dict):
        raise BadAnswer("JSON that is no GraphQL answer", where=where)
    return document


def _failure(errors: object, where: str) -> OmsError:
    """The error for `errors` of a document: the question itself was not answered."""
    first = errors[0] if isinstance(errors, list) and isinstance(errors[0], dict) else {}
    extensions = first.get("extensions")
    code = str(extensions.get("code", "")) if isinstance(extensions, dict) else ""
    if code == "THROTTLED":
        return Throttled("no points left", where=where)
    if code == "ACCESS_DENIED":
        return Unavailable("does not allow it to our app", where=where, fix="add the scope, see docs/connectors.md")
    if code in _CONFLICTS:
        return Conflict("the key is in use for another request", where=where)
    if code == "INTERNAL_SERVER_ERROR":
        return Unavailable("failed", where=where)
    if "invalid id" in str(first.get("message", "")).lower() or code == "RESOURCE_NOT_FOUND":
        return NotFound("there is no such thing", where=where)
    return BadAnswer(f"does not understand us: {code or 'without a code'}", where=where)


def _user_errors(result: object) -> list[dict[str, Any]]:
    """Of a mutation's result: `userErrors`, or the older lists with a name of their own."""
    if not isinstance(result, dict):
        return []
    lists = (value for name, value in result.items() if name.lower().endswith("usererrors"))
    return [error for each in lists if isinstance(each, list) for error in each if isinstance(error, dict)]


def _refusal(error: Mapping[str, Any], where: str) -> OmsError:
    code, message = str(error.get("code") or ""), str(error.get("message") or "").lower()
    if code in _CONFLICTS:
        return Conflict("the key is in use for another request", where=where)
    reason = _REASONS.get(code) or next((ours for part, ours in _MESSAGES if part in message), "other")
    # Shopify's sentence may repeat what was sent: it stays out of our words.
    return NotAllowed(f"Shopify refuses: {code or 'without a code'}", where=where, reason=reason)


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


def _seconds(headers: Mapping[str, str]) -> float:
    try:
        return min(60.0, max(0.0, float(headers.get("retry-after", 1))))
    except ValueError:
        return 1.0
