"""What is certain at a step, whichever way led there: that the caller was verified, has said yes to a plan, that
something was done.

A forward data-flow analysis over all flows at once: facts are those that hold on every way (intersection), a flow that
others call begins with what holds wherever it is called, and gives back what holds wherever it ends.
"""

from __future__ import annotations

from collections.abc import Mapping

from voicebot.dialogue import schema
from voicebot.dialogue.lint.graph import NEXT
from voicebot.dialogue.lint.source import All, Source

VERIFIED = "verified"
DONE = "done"
#: Steps after which something was done, when they did not fail.
DEEDS = frozenset({"commit", "callback", "message", "send_code"})

Facts = frozenset[str]
_NONE: Facts = frozenset()


def planned(variable: str) -> str:
    return f"planned {variable}"


def agreed(variable: str) -> str:
    return f"agreed {variable}"


def certain(all_: All) -> Mapping[str, Mapping[int, Facts]]:
    """Flow -> step that can be reached -> what certainly holds before it."""
    begins: dict[str, Facts] = {name: _NONE for name, source in all_.sources.items() if _starts_by_itself(source)}
    ends: dict[str, Facts] = {}
    before: dict[str, dict[int, Facts]] = {}
    while True:
        old = (dict(begins), dict(ends))
        for name in list(begins):
            before[name] = _flow(name, all_, begins, ends)
        if (begins, ends) == old:
            return before


def _starts_by_itself(source: Source) -> bool:
    return source.flow.is_pattern or bool(source.flow.triggers)


def _flow(name: str, all_: All, begins: dict[str, Facts], ends: dict[str, Facts]) -> dict[int, Facts]:
    """One flow; lowers what is certain where it ends, and where the flows begin that it calls."""
    source = all_.sources[name]
    steps, graph = source.flow.steps, source.graph
    before: dict[int, Facts] = {}
    again = source.flow.on_again.next if source.flow.on_again else None
    entries = graph.entries[1:]
    ahead = [(0, begins[name]), *((n, frozenset({DONE}) if steps[n].id == again else _NONE) for n in entries)]
    while ahead:
        number, facts = ahead.pop()
        if number in before and before[number] <= facts:
            continue
        before[number] = facts = facts & before.get(number, facts)
        step = steps[number]
        target = schema.started_flow(step)
        if target is not None and target in all_.sources:
            begins[target] = begins.get(target, facts) & facts
        for way in graph.ways[number]:
            after = _after(step, way.by, facts, all_, ends)
            if after is None:
                continue
            if way.to is not None:
                ahead.append((way.to, after))
            elif not isinstance(step, schema.Link | schema.End):
                ends[name] = ends.get(name, after) & after
    return before


def _after(step: schema.Step, by: str, facts: Facts, all_: All, ends: Mapping[str, Facts]) -> Facts | None:
    """What is certain after a step on one of its ways; None when the way is never gone."""
    variable = getattr(step, "into", "")
    if by == NEXT and isinstance(step, schema.Call):
        if step.call not in all_.sources:
            return facts
        if step.call not in ends:
            return None
        return frozenset(facts - _plans_in(step.call, all_)) | ends[step.call]
    if step.kind == "plan":
        facts -= {agreed(variable), planned(variable), DONE}
        return facts | {planned(variable)} if by == NEXT else facts
    if by != NEXT:
        return facts
    if isinstance(step, schema.Ask) and step.confirms is not None:
        return facts | {agreed(step.confirms)}
    if step.kind == "verify":
        return facts | {VERIFIED}
    return facts | {DONE} if step.kind in DEEDS else facts


def _plans_in(flow: str, all_: All) -> set[str]:
    """Facts that the plans of a flow, and of those that it calls, make void."""
    made = {
        getattr(step, "into", "")
        for name in all_.within(flow)
        for step in all_.sources[name].flow.steps
        if step.kind == "plan"
    }
    return {fact for variable in made for fact in (agreed(variable), planned(variable))}
