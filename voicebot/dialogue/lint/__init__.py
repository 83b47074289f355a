"""Mistakes that only show when flows are seen together. Pure; one function a rule, one module a family of rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from voicebot.dialogue.lint import asked, deeds, names, paths, questions, shop, structure, triggers, wording
from voicebot.dialogue.lint.source import COMMANDS, GIVEN, HUMAN, REQUIRED, All, Policies, Source
from voicebot.policy.documents import Document
from voicebot.policy.problems import Problem

__all__ = ["COMMANDS", "GIVEN", "HUMAN", "REQUIRED", "SHOP", "All", "Policies", "Source", "lint"]

#: Rules that look at all flows at once.
_ACROSS: tuple[Callable[[All], Iterator[Problem]], ...] = (
    structure.required, structure.nothing_starts, structure.link_circles,
    triggers.intents, triggers.examples, deeds.writes,
)  # fmt: skip
#: Rules that look at one flow.
_EACH: tuple[Callable[[Source, All], Iterator[Problem]], ...] = (
    structure.step_ids, structure.targets, structure.flows, structure.circles, structure.patterns_only,
    names.slots, names.unknown, names.unused_slots, names.unused_values, names.read_too_early,
    paths.unreachable, paths.dead_ends, paths.leads_to_itself, paths.answered_already, paths.last_cases,
    paths.conditions, paths.same_way,
    questions.one_wording, questions.no_way_out, questions.answer_unread, questions.no_summary,
    wording.languages, wording.too_long, wording.plain_values, wording.unchecked,
    asked.policies, asked.outcomes, asked.levels, asked.arguments,
)  # fmt: skip

#: Rules about the document of the shop.
SHOP: tuple[Callable[[str, Document, Mapping[str, Any]], Iterator[Problem]], ...] = (shop.said_as,)


def lint(
    sources: Mapping[str, Source],
    shop: Mapping[str, Any],
    taxonomy: Mapping[str, Sequence[str]],
    policies: Policies | None = None,
) -> list[Problem]:
    """Every mistake that is left once each file is well-formed.

    Args:
        taxonomy: all intents, with the examples that ship.
        policies: None checks none.
    """
    everything = All(sources, shop, taxonomy, policies)
    problems = [problem for rule in _ACROSS for problem in rule(everything)]
    for source in sources.values():
        problems += [problem for rule in _EACH for problem in rule(source, everything)]
    return problems
