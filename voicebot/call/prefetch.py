"""Reads worth starting before the caller has finished."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from voicebot.identifiers import find

#: Identifier kind -> argument of `find_orders`.
KEYS = {"order_number": "number", "email": "email", "phone": "phone"}


def prefetches(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Look-ups that a partial hypothesis already allows."""
    for kind, key in KEYS.items():
        for found in find(kind, text):
            yield "find_orders", {key: found.value}
