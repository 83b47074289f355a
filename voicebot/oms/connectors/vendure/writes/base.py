"""What all writes have in common."""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.oms.connectors.marks import Sent
from voicebot.oms.connectors.quoted import Asked
from voicebot.oms.connectors.vendure.catalogue import Catalogue
from voicebot.oms.connectors.vendure.documents import OrderDoc
from voicebot.oms.connectors.vendure.mapping import Scale
from voicebot.oms.connectors.vendure.modifying import Modifying
from voicebot.oms.connectors.vendure.reading import Reader
from voicebot.oms.connectors.vendure.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish(Asked[OrderDoc]):
    """`scale`: how the shop writes money."""

    scale: Scale

    def minor(self, raw: int) -> int:
        return self.scale.money(raw, self.order.currency).minor

    def raw(self, minor: int) -> int:
        return self.scale.raw(minor, self.order.currency)


@dataclass(frozen=True, slots=True)
class Shop:
    """What a write works with."""

    session: Session
    reader: Reader
    catalogue: Catalogue
    modifying: Modifying
    sent: Sent
