"""Rules about questions and hand-offs: can the caller answer, and does the answer matter?"""

from __future__ import annotations

from collections.abc import Iterator

from voicebot.dialogue import kinds, schema
from voicebot.dialogue.lint.source import All, Source
from voicebot.policy.problems import Problem


def one_wording(source: Source, _all: All) -> Iterator[Problem]:
    """F035."""
    for number, step in enumerate(source.flow.steps):
        if isinstance(step, schema.Ask) and not step.again:
            what = "the question has one wording only"
            fix = "add again: with other words, and how to answer"
            yield source.problem(("steps", number, "ask"), "F035", what, fix)


def no_way_out(source: Source, _all: All) -> Iterator[Problem]:
    """F036: nobody has every number at hand."""
    for number, step in enumerate(source.flow.steps):
        slot = source.flow.slots.get(step.ask) if isinstance(step, schema.Ask) else None
        if slot is None or slot.type not in kinds.IDENTIFIERS or not isinstance(step, schema.Ask):
            continue
        if "unsure" not in step.on:
            what = f"who does not know the {slot.type.replace('_', ' ')} has no way on"
            yield source.problem(("steps", number, "ask"), "F036", what, "add on: {unsure: STEP}")


def answer_unread(source: Source, all_: All) -> Iterator[Problem]:
    """F037: yes and no lead the same way."""
    elsewhere = frozenset().union(
        *(other.read for other in all_.sources.values() if other is not source), frozenset[str]()
    )
    for number, step in enumerate(source.flow.steps):
        if not isinstance(step, schema.Ask) or step.ask not in source.flow.slots:
            continue
        shared = sum(step.ask in other.flow.slots for other in all_.sources.values()) == 1 and step.ask in elsewhere
        if source.flow.slots[step.ask].type != "yes_no" or step.ask in source.read or shared:
            continue
        if not step.on.keys() & {"affirm", "deny"}:
            what = f"yes and no lead the same way: nothing reads {step.ask!r}"
            yield source.problem(("steps", number, "ask"), "F037", what, "branch on it, or add on: {deny: STEP}")


def no_summary(source: Source, _all: All) -> Iterator[Problem]:
    """F040: the colleague should not have to ask everything again."""
    for number, step in enumerate(source.flow.steps):
        if isinstance(step, schema.Handoff) and step.handoff.summary is None:
            what = "the hand-off has no summary"
            yield source.problem(("steps", number, "handoff"), "F040", what, "add summary: what the caller wants")
