"""Fixed wording is spoken once, before the first call needs it."""

from __future__ import annotations

from datetime import date

from voicebot.dialogue.flowset import FlowSet, templates
from voicebot.speaking.clauses import split


def phrases(flows: FlowSet, *, language: str, first_words: int) -> tuple[str, ...]:
    """Spoken text of every clause without a value, as calls will ask for it.

    Args:
        first_words: the voice's longest first clause, so that the cuts are those of a call.
    """
    found: dict[str, None] = {}
    for flow in flows.flows.values():
        for template in templates(flow, language):
            parts = [(part.kind, part.value) for part in template.outline]
            for clause in split(parts, today=date.min, code=language, first_words=first_words):
                if clause.fixed:
                    found[clause.spoken] = None
    return tuple(found)
