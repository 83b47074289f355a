"""Names of products as short spoken lines. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voicebot.oms.model import OrderLine

_NAME_LENGTH = 60


def clean_name(name: str) -> str:
    """A product's name as one short line, whatever the catalogue holds."""
    line = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return line if len(line) <= _NAME_LENGTH else line[:_NAME_LENGTH].rsplit(" ", 1)[0]


def headline(lines: Sequence[OrderLine], quantities: Mapping[str, int] | None = None) -> str:
    """`the Trail Runner shoes and 2 other items`; `3 of the Stoneware mug`; `` when there are no lines.

    Args:
        quantities: pieces by line id when only a part of the order is meant.
    """
    pieces = {line.id: line.quantity for line in lines} if quantities is None else quantities
    present = [line for line in lines if pieces.get(line.id, 0) > 0]
    if not present:
        return ""
    first = max(present, key=lambda line: line.unit_price.minor)
    total = sum(pieces[line.id] for line in present)
    if len(present) == 1:
        return f"the {clean_name(first.name)}" if total == 1 else f"{total} of the {clean_name(first.name)}"
    others = total - 1
    return f"the {clean_name(first.name)} and {others} other item{'s' if others > 1 else ''}"
