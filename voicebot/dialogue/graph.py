"""Flows as Mermaid diagrams: what follows what, and on which answer. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voicebot.dialogue import schema
from voicebot.dialogue.flowset import FlowSet

_LONGEST = 60
#: Opening and closing of a node, by the kind of step.
_SHAPES: Mapping[str, tuple[str, str]] = {
    "ask": ("[/", "/]"),
    "query": ("[(", ")]"),
    "branch": ("{", "}"),
    "decide": ("{{", "}}"),
    "ground": ("{{", "}}"),
    "spot": ("{{", "}}"),
    "plan": ("{{", "}}"),
    "commit": ("[[", "]]"),
    "verify": ("{{", "}}"),
    "link": ("[[", "]]"),
    "call": ("[[", "]]"),
    "handoff": ("([", "])"),
    "callback": ("([", "])"),
    "end": ("([", "])"),
}
_PLAIN = ("[", "]")
DONE_ID = "s_done"


@dataclass(frozen=True, slots=True)
class Edge:
    """From one step to another; `label` says when, empty when always."""

    source: str
    target: str
    label: str = ""

    def __str__(self) -> str:
        label = f"|{_quoted(self.label)}|" if self.label else ""
        return f"  {self.source} -->{label} {self.target}"


def mermaid(flow: schema.Flow, language: str = "en") -> str:
    """One flow: a node for every step, an edge for every way on.

    Args:
        language: of the wordings shown; a flow that lacks it shows another one.
    """
    ways = list(dict.fromkeys(edges(flow)))
    lines = ["flowchart TD", f"  %% {flow.name}", *(_node(step, language) for step in flow.steps), *map(str, ways)]
    if any(edge.target == DONE_ID for edge in ways):
        lines.insert(2, f"  {DONE_ID}(({_quoted('done')}))")
    return "\n".join(lines) + "\n"


def overview(flows: FlowSet) -> str:
    """All flows: which start by themselves, and which lead to which."""
    lines = ["flowchart LR"]
    lines += [f"  {_name(name)}[{_quoted(name)}]" for name in sorted(flows.flows)]
    for name, flow in sorted(flows.flows.items()):
        if flow.triggers:
            lines.append(f"  caller((caller)) -->|{_quoted(', '.join(sorted(flow.triggers)))}| {_name(name)}")
        started = ((schema.started_flow(step), step.kind) for step in flow.steps)
        others = sorted({(target, kind) for target, kind in started if target is not None and target in flows.flows})
        lines += [f"  {_name(name)} -->|{kind}| {_name(target)}" for target, kind in others]
    return "\n".join(lines) + "\n"


def edges(flow: schema.Flow) -> Iterator[Edge]:
    """Every way from one step to another."""
    following = [*(node_id(step.id) for step in flow.steps[1:]), DONE_ID]
    for step, after in zip(flow.steps, following, strict=True):
        here = node_id(step.id)
        yield from (Edge(here, node_id(target), label) for target, label in _ways(step))
        leaves = isinstance(step, schema.Branch | schema.Link | schema.End | schema.Wait)
        if step.next is not None:
            yield Edge(here, node_id(step.next))
        elif not leaves:
            yield Edge(here, after)
        if step.if_ is not None and (leaves or step.next is not None):
            yield Edge(here, after, f"not {step.if_.source}")


def _ways(step: schema.Step) -> Iterator[tuple[str, str]]:
    """Targets named in the step, and when they are gone to."""
    match step:
        case schema.Branch():
            for case in step.branch:
                yield case.next, case.if_.source if case.if_ is not None else "else"
        case schema.Ask():
            for command, target in step.on.items():
                yield target, command
        case schema.Query() | schema.Plan() | schema.Commit() | schema.Verify() if step.on_failure is not None:
            yield step.on_failure, "failure"


def _node(step: schema.Step, language: str) -> str:
    opening, closing = _SHAPES.get(step.kind, _PLAIN)
    return f"  {node_id(step.id)}{opening}{_quoted(shown(step, language))}{closing}"


def shown(step: schema.Step, language: str) -> str:
    """What a step does, in few words."""
    match step:
        case schema.Say():
            return _words(step.say, language)
        case schema.Ask():
            return f"{step.ask}? {_words(step.prompt, language)}"
        case schema.Query():
            return f"read {step.query} into {step.into}"
        case schema.Decide():
            return f"policy {step.decide}"
        case schema.Ground():
            return f"match {step.ground}"
        case schema.Spot():
            return f"spot {step.into} in {step.spot.source}"
        case schema.Branch():
            return step.id
        case schema.Set():
            return "set " + ", ".join(step.set)
        case schema.Link():
            return f"go to {step.link}"
        case schema.Call():
            return f"run {step.call}"
        case schema.Plan():
            return f"plan: {step.plan}"
        case schema.Commit():
            return f"do it: {step.commit}"
        case schema.Verify():
            return f"verified, level {step.verify.source}?"
        case schema.Message():
            return f"send {step.message}: {_words(step.text, language)}"
        case schema.Handoff():
            return f"hand off: {step.handoff.reason}"
        case schema.Callback():
            return "book a call back"
        case schema.End():
            return f"hang up: {step.end}"
    return step.kind


def _words(lines: schema.Lines, language: str) -> str:
    return (lines.get(language) or next(iter(lines.values())))[0].source


def node_id(step: str) -> str:
    """Mermaid has reserved words, such as `end`."""
    return f"s_{step}"


def _name(flow: str) -> str:
    return "f_" + flow.replace("/", "__")


def _quoted(text: str) -> str:
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return '"' + short.replace('"', "#quot;").replace("\n", " ") + '"'
