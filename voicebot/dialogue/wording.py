"""Wording as typed parts, so that the eye reads `4481207` and the ear hears grouped digits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of wording.

    Attributes:
        kind: `text` (fixed wording, cacheable as speech), or how the value is to be spoken: `plain`, `order_number`,
            `tracking_number`, `digits`, `phone`, `email`, `date` (ISO 8601), `time`, `money` (`1999 EUR`: minor units
            and currency), `count`, `name`, `carrier`, `list`.
        value: the value in its canonical written form.
    """

    kind: str
    value: str


Wording = tuple[Part, ...]


def text(value: str) -> Wording:
    """Fixed wording without values."""
    return (Part("text", value),)
