"""A flow as a graph: from each step, all ways on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from voicebot.dialogue import schema
from voicebot.dialogue.lint.parts import step_jumps
from voicebot.policy.documents import Path

#: `Way.by` of the usual way on, of a step that is left out, and of leaving the flow by the open question's way out.
NEXT, SKIP, OUT = "next", "skip", "out"


@dataclass(frozen=True, slots=True)
class Way:
    """A way from one step to another; `to` is None when it leaves the flow. `by` is `next`, `skip`, `out`, or the first
    part of the key that names the step (`branch`, `on`, `on_failure`, …)."""

    to: int | None
    by: str
    path: Path = ()
    """The key that names the step."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Steps by number.

    Attributes:
        ways: from each step.
        entries: the first step, and those where a change of a slot or the same wish again lead to.
        reached: from the entries.
    """

    ways: Sequence[Sequence[Way]]
    entries: tuple[int, ...]
    reached: frozenset[int]

    def onwards(self, start: Collection[int]) -> frozenset[int]:
        """All steps that can be reached from some, themselves included."""
        seen: set[int] = set()
        ahead = list(start)
        while ahead:
            number = ahead.pop()
            if number not in seen:
                seen.add(number)
                ahead += [way.to for way in self.ways[number] if way.to is not None]
        return frozenset(seen)


def graph(flow: schema.Flow) -> Graph:
    """The graph of a flow; steps that do not exist are taken for ways out."""
    position = {step.id: number for number, step in reversed(list(enumerate(flow.steps)))}
    ways = [tuple(_ways(number, step, flow, position)) for number, step in enumerate(flow.steps)]
    named = [slot.on_change for slot in flow.slots.values()] + ([flow.on_again.next] if flow.on_again else [])
    entries = (0, *(position[name] for name in named if name in position))
    found = Graph(ways, entries, frozenset())
    return Graph(ways, entries, found.onwards(entries))


def _ways(number: int, step: schema.Step, flow: schema.Flow, position: dict[str, int]) -> Iterator[Way]:
    following = number + 1 if number + 1 < len(flow.steps) else None
    for path, target in step_jumps(step):
        yield Way(position.get(target), str(path[0]), path)
    if isinstance(step, schema.Link | schema.End | schema.Wait):
        yield Way(None, NEXT)
    elif step.next is None and not isinstance(step, schema.Branch):
        yield Way(following, NEXT)
    if isinstance(step, schema.Instead):
        yield Way(None, OUT)
    if step.if_ is not None:
        yield Way(following, SKIP)
