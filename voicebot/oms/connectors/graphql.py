"""GraphQL over HTTP: how a document is sent, and how its answer is taken apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from voicebot.oms.connector import BadAnswer, Deadline
from voicebot.oms.connectors.http import Wire
from voicebot.oms.connectors.marks import Lost

_GATEWAYS = (502, 504)


def operation(query: str) -> str:
    """The operation's name: `Order` of `query Order($id: ID!) {...`."""
    return query.split("(", 1)[0].split("{", 1)[0].split()[1]


async def send(
    wire: Wire,
    path: str,
    query: str,
    variables: Mapping[str, Any],
    deadline: Deadline,
    headers: Mapping[str, str] | None = None,
) -> httpx.Response:
    """One request, whatever was answered. Raises as `Wire.send`, and `Lost` when a gateway has given up waiting."""
    where = operation(query)
    body = {"query": query, "variables": variables, "operationName": where}
    response = await wire.send("POST", path, deadline, where=where, json=body, headers=headers)
    if response.status_code in _GATEWAYS:
        raise Lost(f"a gateway answered {response.status_code}", where=where)
    return response


def document(response: httpx.Response, where: str) -> dict[str, Any]:
    """The JSON object that was answered. Raises `BadAnswer`."""
    try:
        answer = response.json()
    except (ValueError, RecursionError) as error:
        raise BadAnswer(f"answered {response.status_code} with broken JSON", where=where) from error
    if not isinstance(answer, dict):
        raise BadAnswer("JSON that is no GraphQL answer", where=where)
    return answer


def data_of(answer: Mapping[str, Any], where: str) -> dict[str, Any]:
    """`data` of an answer. Raises `BadAnswer`."""
    data = answer.get("data")
    if not isinstance(data, dict):
        raise BadAnswer("an answer without data", where=where)
    return data


def first_error(errors: object) -> tuple[str, str]:
    """Code and message of the first of `errors`; each empty when there is none, or it cannot be read."""
    first = errors[0] if isinstance(errors, list) and errors else None
    if not isinstance(first, dict):
        return "", ""
    extensions = first.get("extensions")
    code = extensions.get("code") if isinstance(extensions, dict) else None
    return str(code or ""), str(first.get("message") or "")


def only_field(data: Mapping[str, Any]) -> Any:
    """What the one field of a mutation holds."""
    return next(iter(data.values()), None)
