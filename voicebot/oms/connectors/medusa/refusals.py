"""What Medusa says when it refuses, and what we call it. Its codes are coarse, so that its sentences must be read."""

from __future__ import annotations

from voicebot.oms.connector import Conflict, NotAllowed, OmsError

#: Part of the message -> our reason.
_REASONS = (
    ("has been canceled", "already_cancelled"),
    ("order is canceled", "already_cancelled"),
    ("fulfillments must be canceled", "already_shipped"),
    ("refund more than", "more_than_paid"),
    ("return more items than", "more_than_ordered"),
    ("more items than what was", "more_than_ordered"),
    ("less than fulfilled quantity", "already_shipped"),
    ("required inventory", "out_of_stock"),
    ("not found", "not_found"),
)
#: Part of the message -> the order is not what the caller was told, or somebody is changing it.
_CONFLICTS = ("existing active order change", "active order change is required")


def refusal(code: str, message: str, *, where: str) -> OmsError:
    """The error for a refusal. Medusa's own words may hold ids, never a customer's data."""
    said = message.lower()
    if code == "conflict" or any(part in said for part in _CONFLICTS):
        return Conflict("another change of the order is open, or it has changed", where=where)
    if code == "insufficient_inventory":
        return NotAllowed("there is not enough stock", where=where, reason="out_of_stock")
    reason = next((ours for part, ours in _REASONS if part in said), "other")
    return NotAllowed(f"Medusa refuses: {message[:200]}", where=where, reason=reason)
