"""Which reads a change of an order makes old. Pure."""

from __future__ import annotations

from voicebot.oms.connector import FoundOrders


def shows_order(read: tuple[str, ...], value: object, order_id: str) -> bool:
    """Whether what was read under a key may show this order's former state; nothing found may be an order by now."""
    if isinstance(value, FoundOrders):
        return any(order.id == order_id for order in value.orders)
    return value is None or read == ("get_order", order_id)
