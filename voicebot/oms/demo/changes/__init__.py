"""What every action does to the demo shop's documents, as pure functions: a plan and its commit run the same one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from voicebot.oms.actions import ActionKind
from voicebot.oms.demo.changes import account, delivered, money, subscriptions, unshipped
from voicebot.oms.demo.changes.base import Change, Refused, World

__all__ = ["CHANGES", "Change", "Refused", "World"]

#: Each raises `Refused` when the shop does not do it.
CHANGES: Mapping[ActionKind, Callable[[World, Mapping[str, Any]], Change]] = {
    ActionKind.CANCEL: unshipped.cancel,
    ActionKind.ADDRESS_CHANGE: unshipped.address_change,
    ActionKind.ACCOUNT_ADDRESS: account.address,
    ActionKind.ITEM_CHANGE: unshipped.item_change,
    ActionKind.RETURN: delivered.send_back,
    ActionKind.EXCHANGE: delivered.exchange,
    ActionKind.REFUND: money.refund,
    ActionKind.RESEND: delivered.resend,
    ActionKind.SUBSCRIPTION_PAUSE: subscriptions.pause,
    ActionKind.SUBSCRIPTION_SKIP: subscriptions.skip,
    ActionKind.SUBSCRIPTION_CANCEL: subscriptions.cancel,
    ActionKind.PAYMENT_LINK: money.payment_link,
    ActionKind.PROMO_REISSUE: money.promo_reissue,
    ActionKind.NOTE: money.note,
}
