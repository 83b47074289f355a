"""One keep-alive GraphQL client of the Admin API: keeps to the shop's points; each mishap becomes one of our errors."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel

from voicebot.oms.connector import (
    BadAnswer,
    Conflict,
    Deadline,
    NotAllowed,
    NotFound,
    OmsError,
    Throttled,
    Unavailable,
)
from voicebot.oms.connectors import graphql
from voicebot.oms.connectors.http import Wire, json_answer, parsed
from voicebot.oms.connectors.shopify.points import Points

D = TypeVar("D", bound=BaseModel)

VERSION = "2026-10"
_PATH = f"/admin/api/{VERSION}/graphql.json"
_WAIT_S = 1.0

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
        headers = {"x-shopify-access-token": token}
        fix = "is the shop's address right?"
        self._wire = Wire(base_url, connections=connections, transport=transport, headers=headers, fix=fix)

    async def ask(self, query: str, shape: type[D], deadline: Deadline, /, **variables: Any) -> D:
        """A read: the document's `data`. Raises `OmsError`s."""
        data = await self._data(query, deadline, variables, write=False)
        return parsed(shape, data, graphql.operation(query))

    async def change(self, mutation: str, shape: type[D], deadline: Deadline, /, **variables: Any) -> D:
        """A write with one field: what that field holds. Sent once.

        Raises `NotAllowed` or `Conflict` when the shop refused, that is when nothing has changed.
        """
        where = graphql.operation(mutation)
        result = graphql.only_field(await self._data(mutation, deadline, variables, write=True))
        errors = _user_errors(result)
        if errors:
            raise _refusal(errors[0], where)
        return parsed(shape, result, where)

    async def close(self) -> None:
        await self._wire.close()

    async def _data(
        self, query: str, deadline: Deadline, variables: Mapping[str, Any], *, write: bool
    ) -> dict[str, Any]:
        where = graphql.operation(query)
        clock = asyncio.get_running_loop().time
        while (pause_s := self._points.take(where, clock(), write=write)) > 0:
            if pause_s > deadline.left_s():
                raise Throttled("no points left in time", where=where, retry_after_s=pause_s)
            await asyncio.sleep(min(pause_s, _WAIT_S))
        response = await graphql.send(self._wire, _PATH, query, variables, deadline)
        document = graphql.document(_let_in(response, where), where)
        self._learn(where, document, clock())
        errors = document.get("errors")
        if errors:
            raise _failure(errors, where)
        return graphql.data_of(document, where)

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


def _let_in(response: httpx.Response, where: str) -> httpx.Response:
    """JSON from the shop. Raises what the status says, see `json_answer`."""
    status = response.status_code
    if status in (401, 403):
        fix = "is the app still installed, and its token right?"
        raise Unavailable("refuses our access token", where=where, fix=fix)
    if status in (402, 404, 423):
        raise Unavailable(f"the shop is closed or has moved: {status}", where=where)
    return json_answer(response, where)


def _failure(errors: object, where: str) -> OmsError:
    """The error for `errors` of a document: the question itself was not answered."""
    code, message = graphql.first_error(errors)
    if code == "THROTTLED":
        return Throttled("no points left", where=where)
    if code == "ACCESS_DENIED":
        return Unavailable("does not allow it to our app", where=where, fix="add the scope, see docs/connectors.md")
    if code in _CONFLICTS:
        return Conflict("the key is in use for another request", where=where)
    if code == "INTERNAL_SERVER_ERROR":
        return Unavailable("failed", where=where)
    if "invalid id" in message.lower() or code == "RESOURCE_NOT_FOUND":
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
