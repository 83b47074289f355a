"""Fixed wording is spoken once, before the first call needs it."""

from __future__ import annotations

import dataclasses
from datetime import date

from voicebot.dialogue import schema
from voicebot.dialogue.flowset import FlowSet, templates
from voicebot.dialogue.lint import HUMAN
from voicebot.speaking.clauses import split
from voicebot.speaking.lexicon import EMPTY, Lexicon


def phrases(flows: FlowSet, *, language: str, first_words: int, lexicon: Lexicon = EMPTY) -> tuple[str, ...]:
    """Spoken text of every clause that is the same in every call, as calls will ask for it.

    Args:
        first_words: the voice's longest first clause, so that the cuts are those of a call.
        lexicon: how names are said.
    """
    found: dict[str, None] = {}
    for flow in flows.flows.values():
        for template in templates(flow, language):
            # What only names the shop is the same in every call: the greeting is ready whole.
            same = template.names <= {"shop"}
            wording = template.render({"shop": flows.shop}) if same else template.outline
            parts = [(part.kind, part.value) for part in wording]
            for clause in split(parts, today=date.min, code=language, first_words=first_words, lexicon=lexicon):
                if same or clause.fixed:
                    found[clause.spoken] = None
    return tuple(found)


def first_needed(flows: FlowSet) -> FlowSet:
    """The patterns, the flow to people, and what these lead to: nearly every call says it, the rest may come later."""
    wanted = {name for name, flow in flows.flows.items() if flow.is_pattern or name == HUMAN}
    todo = list(wanted)
    while todo:
        for step in flows.flows[todo.pop()].steps:
            target = schema.started_flow(step)
            if target is not None and target in flows.flows and target not in wanted:
                wanted.add(target)
                todo.append(target)
    return dataclasses.replace(flows, flows={name: flow for name, flow in flows.flows.items() if name in wanted})
