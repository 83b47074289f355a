"""Reads worth starting before the caller has finished."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from voicebot.dialogue.context import Context
from voicebot.identifiers import Decision, find, ground, runs

#: Identifier kind -> argument of `find_orders`.
KEYS = {"order_number": "number", "email": "email", "phone": "phone"}
#: A reading below this is a part of an identifier, or none: the order system would be asked nonsense.
_WORTH_ASKING = 0.6
#: A reading below this is no order number at all.
_PART = 0.3
#: So many characters tell which of the caller's own orders is being dictated.
_BEGUN = 3


def own_orders(context: Context) -> tuple[str, ...]:
    """Order numbers that the conversation knows to be this caller's."""
    lists = (known for slot, known in context.known.items() if context.slots[slot] == "order_number")
    return tuple(dict.fromkeys(number for known in lists for number in known))


def prefetches(text: str, known: Sequence[str] = ()) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Look-ups that a partial hypothesis already allows.

    An order number that wants a digit, which is to come or was not heard, is searched among those that exist.

    Args:
        text: what is heard so far.
        known: the caller's own order numbers: one of them that the words begin, or come near to, is asked for at once.
    """
    own = _own(text, known)
    if own is not None:
        yield "find_orders", {"number": own}
    readings = [(kind, found) for kind in KEYS for found in find(kind, text)]
    whole = [(kind, found) for kind, found in readings if found.score >= _WORTH_ASKING]
    for kind, found in whole:
        if kind != "order_number" or own is None:
            yield "find_orders", {KEYS[kind]: found.value}
    if own is None and not whole:
        for kind, found in readings:
            if kind == "order_number" and found.score >= _PART:
                yield "near_orders", {KEYS[kind]: found.value}


def _own(text: str, known: Sequence[str]) -> str | None:
    said = max((run.text for run in runs(text)), key=len, default="")
    begun = [number for number in known if len(said) >= _BEGUN and number.upper().startswith(said)]
    if len(begun) == 1:
        return begun[0]
    grounding = ground([said], known)
    return grounding.value if grounding.decision is Decision.ACCEPT else None
