"""A label maker that does as the test says, and what a label looks like."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from voicebot.oms.labels.maker import Label, LabelError, LabelRequest
from voicebot.oms.labels.settings import LabelSettings

PDF = b"%PDF-1.4 a label"
PNG = b"\x89PNG\r\n\x1a\n a code"


def label_settings(**changes: Any) -> LabelSettings:
    fields: dict[str, Any] = {
        "maker": "karrio",
        "public_url": "https://calls.shop.example/",
        "to_name": "The Shop",
        "to_street": "1 Depot Road",
        "to_city": "Albany",
        "to_region": "NY",
        "to_postcode": "12207",
        "to_country": "US",
    }
    return LabelSettings(**{**fields, **changes})


@dataclass
class Maker:
    """Numbers its labels; raises `fault` when there is one. With `ready`, answers when that is set."""

    carrier: str = "paper"
    fault: LabelError | None = None
    content: bytes = PDF
    asked: list[LabelRequest] = field(default_factory=list)
    began: asyncio.Event = field(default_factory=asyncio.Event)
    ready: asyncio.Event | None = None

    async def check(self) -> None: ...

    async def make(self, wanted: LabelRequest, *, timeout_s: float) -> Label:
        self.asked.append(wanted)
        self.began.set()
        if self.ready is not None:
            await self.ready.wait()
        if self.fault is not None:
            raise self.fault
        return Label(tracking_number=f"T-{len(self.asked)}", content=self.content, suffix="pdf")
