"""The acceptance test of a connector: named behaviours that every order system must show through it.

A backend brings a `Backend` (a connector and a way to make orders); `check` runs one behaviour against it. What a
backend's capabilities do not announce is not applicable to it, and is reported with the reason.
"""

from __future__ import annotations

from voicebot.oms.conformance import (  # noqa: F401  # their behaviours are listed
    account,
    goods,
    money,
    orders,
    reads,
    trouble,
)
from voicebot.oms.conformance.backend import Backend, CannotMake, Made, Shelf, State, Wanted
from voicebot.oms.conformance.behaviour import BEHAVIOURS, Behaviour, Broken, Verdict, check

__all__ = [
    "BEHAVIOURS",
    "Backend",
    "Behaviour",
    "Broken",
    "CannotMake",
    "Made",
    "Shelf",
    "State",
    "Verdict",
    "Wanted",
    "check",
]
