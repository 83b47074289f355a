"""What Vendure says when it refuses, and what we call it. Pure.

Its refusals come in two forms, both under HTTP 200: a member of the answer's union that implements `ErrorResult`
(`errorCode`), or an entry of the document's `errors` (`extensions.code`).
"""

from __future__ import annotations

from voicebot.oms.connector import BadAnswer, Conflict, NotAllowed, NotFound, OmsError, Throttled, Unavailable

#: `errorCode` -> our reason. Codes are written as Vendure's `ErrorCode` enumeration has them.
_REASONS = {
    "EMPTY_ORDER_LINE_SELECTION_ERROR": "already_cancelled",
    "QUANTITY_TOO_GREAT_ERROR": "more_than_ordered",
    "REFUND_AMOUNT_ERROR": "more_than_paid",
    "NOTHING_TO_REFUND_ERROR": "nothing_left",
    "ALREADY_REFUNDED_ERROR": "nothing_left",
    "REFUND_ORDER_STATE_ERROR": "nothing_left",
    "INSUFFICIENT_STOCK_ERROR": "out_of_stock",
    "ITEMS_ALREADY_FULFILLED_ERROR": "already_shipped",
    "CANCEL_ACTIVE_ORDER_ERROR": "closed",
    "ORDER_LIMIT_ERROR": "more_than_ordered",
}
#: Somebody else is changing the order, or it is no longer where it was.
_CONFLICTS = frozenset({"ORDER_STATE_TRANSITION_ERROR", "ORDER_MODIFICATION_STATE_ERROR"})

FORBIDDEN = "FORBIDDEN"


def refusal(code: str, *, where: str) -> OmsError:
    """The error for a union member. Its message may be in the shop's language: only the code is looked at."""
    if code in _CONFLICTS:
        return Conflict("another change of the order is open, or it has changed", where=where)
    return NotAllowed(f"Vendure refuses: {code}", where=where, reason=_REASONS.get(code, "other"))


def failure(code: str, *, where: str) -> OmsError:
    """The error for an entry of `errors`. `NotAllowed` and `NotFound` mean that nothing was done."""
    if code == "ENTITY_NOT_FOUND":
        return NotFound("there is no such thing", where=where)
    if code == FORBIDDEN:
        return Unavailable("does not allow it to our administrator", where=where, fix="give its role the permission")
    if code in ("USER_INPUT_ERROR", "ILLEGAL_OPERATION"):
        return NotAllowed(f"Vendure refuses: {code}", where=where)
    if code in ("BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"):
        return BadAnswer(f"does not understand us: {code}", where=where, fix="is it Vendure 3.7 or newer?")
    if code == "TOO_MANY_REQUESTS":
        return Throttled("too many requests", where=where)
    return Unavailable(f"failed: {code or 'without a code'}", where=where)
