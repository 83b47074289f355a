"""Reads begun before they are needed, in one call: when it rings, and on what is heard so far."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from voicebot.oms.settings import OmsSettings

Ask = Callable[[str, Mapping[str, Any], str], Awaitable[Mapping[str, Any]]]
"""Operation, arguments, request -> its result. Never raises, except `asyncio.CancelledError`."""
Read = tuple[str, Mapping[str, Any]]

#: Where there is no such order, so many of those next to it are read.
_NEIGHBOURS = 2
#: In one call, so many reads at most of numbers that nobody has said in full.
_GUESSES = 6


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """A read. `heard`: what was said that it is about, as an argument (`number=4481207`); empty for none."""

    task: asyncio.Task[None]
    heard: str
    asked: str


class Ahead:
    """Bounded by `prefetches_per_call`, guesses by less; what was asked is not asked again while its snapshot lives."""

    def __init__(self, ask: Ask, settings: OmsSettings) -> None:
        self._ask = ask
        self._settings = settings
        self._under_way: dict[tuple[str, str], _UnderWay] = {}
        self._asked_at: dict[tuple[str, str], float] = {}
        self._heard: set[str] = set()
        self._begun = 0
        self._guesses = 0

    def begin(self, op: str, args: Mapping[str, Any], *, heard: str = "") -> None:
        """Start a read that will probably be needed. A later query for the same joins it or finds its snapshot.

        Where there is no such number, those next to it are read: one digit was misheard, or is still to come.
        """
        now, key = asyncio.get_running_loop().time(), (op, _text(args))
        last = self._asked_at.get(key)
        known = last is not None and now - last < self._settings.cache_ttl_s
        if known or not self._allowed(guess=op == "near_orders" or heard not in ("", _text(args))):
            return
        self._asked_at[key] = now
        request = f"prefetch-{self._begun + self._guesses}"
        task = asyncio.create_task(self._run(op, args, request, heard), name=f"prefetch {op}")
        self._under_way[key] = _UnderWay(task, heard, _text(args))
        task.add_done_callback(lambda done: self._ended(key, done))

    def _allowed(self, *, guess: bool) -> bool:
        """Count one more. Guesses are counted apart: what was said in full always has its place."""
        most = self._settings.prefetches_per_call
        if guess:
            self._guesses += (allowed := self._guesses < min(_GUESSES, most))
        else:
            self._begun += (allowed := self._begun < most)
        return allowed

    def foresee(self, reads: Iterable[Read]) -> None:
        """Begin what a hypothesis allows.

        What was begun for a number or address that is heard otherwise now is given up as soon as that is found: until
        then either may be the right one.
        """
        wanted = list(reads)
        self._heard = {_text(args) for _, args in wanted}
        for op, args in wanted:
            self.begin(op, args, heard=_text(args))

    async def close(self) -> None:
        """Cancel what nobody else waits for."""
        tasks = [read.task for read in self._under_way.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, key: tuple[str, str], task: asyncio.Task[None]) -> None:
        read = self._under_way.get(key)
        if read is not None and read.task is task:  # else it was given up, and begun again
            del self._under_way[key]

    async def _run(self, op: str, args: Mapping[str, Any], request: str, heard: str) -> None:
        found = await self._ask(op, args, request)
        if found.get("orders"):
            if _text(args) in self._heard:
                self._give_up_others(_text(args))
            return
        for number in found.get("nearest", ())[:_NEIGHBOURS]:
            self.begin("find_orders", {"number": number}, heard=heard)

    def _give_up_others(self, found: str) -> None:
        for key, read in list(self._under_way.items()):
            if _name(read.heard) == _name(found) and not {read.heard, read.asked} & self._heard:
                self._asked_at.pop(key, None)  # it may be heard again
                read.task.cancel()


def _text(args: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(args.items()))


def _name(argument: str) -> str:
    return argument.partition("=")[0]
