"""What writes leave in an order system to be recognised by, where it has no idempotency keys of its own."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from voicebot.oms.actions import ActionPlan, ActionResult
from voicebot.oms.connector import UNDER_WAY_S, BadAnswer, DeadlineExceeded, OmsError, Unavailable

_KEPT = 10_000


class Lost(Unavailable):
    """The question was sent, and no answer came: it may still be worked on."""


class Sent:
    """Which writes of this process got no answer, so that an order read too early is not taken for one without them."""

    def __init__(self) -> None:
        self._lost: dict[str, datetime] = {}

    @asynccontextmanager
    async def watching(self, mark: str) -> AsyncIterator[None]:
        """Around one write."""
        try:
            yield
        except OmsError as error:
            if isinstance(error, DeadlineExceeded | Lost | BadAnswer):
                self.note(mark)
            raise
        except BaseException:
            self.note(mark)
            raise

    def lost(self, mark: str) -> bool:
        """Whether this process has sent it without getting an answer."""
        return mark in self._lost

    def told(self, mark: str) -> None:
        """Raises `DeadlineExceeded` while a write that the order does not show may still come."""
        lost = self._lost.get(mark)
        if lost is not None and (datetime.now(UTC) - lost).total_seconds() < UNDER_WAY_S:
            raise DeadlineExceeded("it may still be under way", where=mark)

    def note(self, mark: str) -> None:
        """It was sent now, and there is no answer."""
        self._lost[mark] = datetime.now(UTC)
        while len(self._lost) > _KEPT:
            self._lost.pop(next(iter(self._lost)))


def stamp(key: str) -> str:
    """Short and always the same for a key."""
    return f"voicebot-{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def with_stamp(key: str, words: str, longest: int | None = None) -> str:
    """Words and the key's stamp; what makes it longer than `longest` characters is cut off the words."""
    mark = f"({stamp(key)})"
    kept = words if longest is None else words[: max(0, longest - len(mark) - 1)]
    return f"{kept} {mark}".strip()


def committed(plan: ActionPlan, reference: str, **facts: Any) -> ActionResult:
    return ActionResult(status="committed", reference=reference, facts={**plan.preview, **facts}, at=datetime.now(UTC))


def without_refund(plan: ActionPlan, reference: str) -> ActionResult:
    """What was done when the money that belongs to it was not given back: it is not told as given."""
    result = committed(plan, reference)
    facts = {name: value for name, value in result.facts.items() if name not in ("refund_minor", "method")}
    return ActionResult(status=result.status, reference=reference, facts=facts, at=result.at)
