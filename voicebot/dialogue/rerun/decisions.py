"""Policies asked as a live call asks them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from voicebot.dialogue.effects import Decide
from voicebot.policy.book import PolicyBook


def decider(book: PolicyBook, zone: str) -> Callable[[Decide, str], Mapping[str, Any]]:
    """Decisions of a book, on the shop's date at the recorded time. `zone` is the shop's (IANA name)."""
    shop = ZoneInfo(zone)

    def decide(effect: Decide, now: str) -> Mapping[str, Any]:
        today = datetime.fromisoformat(now).astimezone(shop).date().isoformat()
        return book.decide(effect.policy, effect.facts, today=today).to_json()

    return decide
