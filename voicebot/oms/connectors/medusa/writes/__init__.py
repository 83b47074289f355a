"""What can be done to a Medusa order, one module for each family of writes."""

from __future__ import annotations

from collections.abc import Mapping

from voicebot.oms.actions import ActionKind
from voicebot.oms.connectors.medusa.writes.address import ChangeAddress
from voicebot.oms.connectors.medusa.writes.base import Shop, Wish
from voicebot.oms.connectors.medusa.writes.cancel import Cancel
from voicebot.oms.connectors.medusa.writes.edit import ChangeItems
from voicebot.oms.connectors.medusa.writes.note import AddNote
from voicebot.oms.connectors.medusa.writes.refund import GiveBack
from voicebot.oms.connectors.medusa.writes.returns import SendBack
from voicebot.oms.connectors.medusa.writes.swaps import ExchangeFor, SendAgain
from voicebot.oms.connectors.quoted import Write

__all__ = ["WRITES", "Shop", "Wish"]

WRITES: Mapping[ActionKind, Write[Shop, Wish]] = {
    ActionKind.CANCEL: Cancel(),
    ActionKind.ADDRESS_CHANGE: ChangeAddress(),
    ActionKind.ITEM_CHANGE: ChangeItems(),
    ActionKind.RETURN: SendBack(),
    ActionKind.EXCHANGE: ExchangeFor(),
    ActionKind.RESEND: SendAgain(),
    ActionKind.REFUND: GiveBack(),
    ActionKind.NOTE: AddNote(),
}
