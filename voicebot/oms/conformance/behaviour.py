"""Named behaviours, and how one is checked against a backend."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from voicebot.oms.conformance.backend import Backend, CannotMake
from voicebot.oms.connector import Cap

Run = Callable[[Backend], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """`name` is a sentence; `needs` are the capabilities without which it says nothing about a backend."""

    name: str
    needs: frozenset[Cap]
    run: Run


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` says what failed, or why it is not applicable."""

    status: Literal["passed", "failed", "not_applicable"]
    reason: str = ""


class Broken(AssertionError):  # noqa: N818
    """The backend or its connector does not behave."""


BEHAVIOURS: list[Behaviour] = []


def behaviour(name: str, *needs: Cap) -> Callable[[Run], Run]:
    """Put an asynchronous function on the list."""

    def listed(run: Run) -> Run:
        BEHAVIOURS.append(Behaviour(name, frozenset(needs), run))
        return run

    return listed


def expect(holds: bool, otherwise: str) -> None:
    """Raises `Broken` with what is wrong."""
    if not holds:
        raise Broken(otherwise)


async def check(one: Behaviour, backend: Backend) -> Verdict:
    """Run one behaviour; only mistakes of the suite itself are raised."""
    if missing := one.needs - backend.connector.caps:
        names = ", ".join(sorted(cap.value for cap in missing))
        return Verdict("not_applicable", f"{backend.name} does not announce {names}")
    try:
        await one.run(backend)
    except CannotMake as reason:
        return Verdict("not_applicable", str(reason))
    except Broken as broken:
        return Verdict("failed", str(broken))
    return Verdict("passed")
