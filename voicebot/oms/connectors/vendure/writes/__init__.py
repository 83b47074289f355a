"""What can be done to a Vendure order, one module for each family of writes."""

from __future__ import annotations

from collections.abc import Mapping

from voicebot.oms.actions import ActionKind
from voicebot.oms.connectors.quoted import Write
from voicebot.oms.connectors.vendure.writes.address import ChangeAddress
from voicebot.oms.connectors.vendure.writes.base import Shop, Wish
from voicebot.oms.connectors.vendure.writes.cancel import Cancel
from voicebot.oms.connectors.vendure.writes.items import ChangeItems
from voicebot.oms.connectors.vendure.writes.note import AddNote
from voicebot.oms.connectors.vendure.writes.refund import GiveBack

__all__ = ["WRITES", "Shop", "Wish"]

WRITES: Mapping[ActionKind, Write[Shop, Wish]] = {
    ActionKind.CANCEL: Cancel(),
    ActionKind.ADDRESS_CHANGE: ChangeAddress(),
    ActionKind.ITEM_CHANGE: ChangeItems(),
    ActionKind.REFUND: GiveBack(),
    ActionKind.NOTE: AddNote(),
}
