"""Rules about writes: nothing is done before it was planned, agreed and allowed, and nothing is said to be done before
it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from voicebot.dialogue import kinds, schema
from voicebot.dialogue.lint.certain import DONE, VERIFIED, Facts, agreed, certain, planned
from voicebot.dialogue.lint.parts import wordings
from voicebot.dialogue.lint.source import GIVEN, All, Source, near
from voicebot.policy.problems import Problem

#: Actions for which it is enough that the order was found: the order system asks for no more.
NO_PROOF = frozenset({"note", "payment_link", "promo_reissue"})

_VERBS = (
    "cancell?ed|changed|updated|refunded|sent|booked|arranged|issued|returned|exchanged|replaced|resent|paused|skipped|"
    "added|applied|removed|credited|recorded|noted|reordered|corrected|fixed|transferred|stopped|processed|placed|"
    "scheduled|submitted|ordered|registered|activated"
)
#: The speaker's own deeds, and what is so from now on.
_CLAIM = re.compile(
    rf"\bI(?:'ve| have)?(?: just| now| already)? (?:{_VERBS})\b|\b(?:is|are) now (?:{_VERBS})\b"
    r"|\b(?:all done|it'?s done|it is done|that'?s done|all set|successfully)\b",
    re.I,
)
#: Between a plan and its commit, also what was done by whomever.
_CLAIM_OF_PLAN = re.compile(rf"{_CLAIM.pattern}|\b(?:(?:has|have) been|we(?:'ve| have)) (?:{_VERBS})\b", re.I)
_FILLER_CLAIM = re.compile(rf"{_CLAIM_OF_PLAN.pattern}|\bdone\b|\bI(?:'ve| have) found\b|\bhas been\b", re.I)
#: Fields of what the order system knows that only the customer may hear.
PERSONAL = frozenset({
    "address", "shipping_address", "billing_address", "street", "city", "postcode", "email", "phone", "last_name",
    "full_name", "customer_name", "first_name", "last4", "birthday",
})  # fmt: skip


def writes(all_: All) -> Iterator[Problem]:
    """F029: commits of plans; F030: each agreed; F031: each by a verified caller; F032: claims; F042: personal."""
    holds = certain(all_)
    actions = _actions(all_)
    for name, source in all_.sources.items():
        for number, step in enumerate(source.flow.steps):
            facts = holds.get(name, {}).get(number)
            if facts is None:
                continue
            yield from _commit(source, number, step, facts, actions)
            yield from _confirms(source, number, step, facts, actions)
            yield from _claims(source, number, step, facts)
            if VERIFIED not in facts:
                yield from _personal(source, number, step, all_.slots)


def _actions(all_: All) -> Mapping[str, frozenset[str]]:
    """Variable -> the actions that are planned into it."""
    found: dict[str, frozenset[str]] = {}
    for source in all_.sources.values():
        for step in source.flow.steps:
            if isinstance(step, schema.Plan):
                found[step.into] = found.get(step.into, frozenset()) | {step.plan}
    return found


def _commit(
    source: Source, number: int, step: schema.Step, facts: Facts, actions: Mapping[str, frozenset[str]]
) -> Iterator[Problem]:
    if not isinstance(step, schema.Commit):
        return
    path, variable = ("steps", number, "commit"), step.commit
    if variable not in actions:
        yield source.problem(path, "F029", f"no step plans {variable!r}", near(variable, actions))
        return
    if not actions[variable] <= kinds.HARMLESS and agreed(variable) not in facts:
        what = f"{variable!r} can be done here without the caller's yes"
        yield source.problem(path, "F030", what, f"ask with confirms: {variable} on every way from the plan to here")
    if not actions[variable] <= NO_PROOF and VERIFIED not in facts:
        what = f"{variable!r} can be done here for a caller who was not verified"
        yield source.problem(path, "F031", what, "put a verify step on every way to here")


def _confirms(
    source: Source, number: int, step: schema.Step, facts: Facts, actions: Mapping[str, frozenset[str]]
) -> Iterator[Problem]:
    if not isinstance(step, schema.Ask) or step.confirms is None:
        return
    path = ("steps", number, "confirms")
    if step.confirms not in actions:
        yield source.problem(path, "F029", f"no step plans {step.confirms!r}", near(step.confirms, actions))
    elif planned(step.confirms) not in facts:
        what = f"{step.confirms!r} may not be planned yet when this is asked"
        yield source.problem(path, "F029", what, "plan it on every way to here")


def _claims(source: Source, number: int, step: schema.Step, facts: Facts) -> Iterator[Problem]:
    open_plan = any(fact.startswith(planned("")) for fact in facts)
    for path, lines in wordings(step):
        at = ("steps", number, *path)
        if path[0] == "filler":
            if _claimed(lines, _FILLER_CLAIM):
                fix = "say only that you are looking"
                yield source.problem(at, "F020", "the filler claims that something is done", fix)
        elif DONE not in facts and (said := _claimed(lines, _CLAIM_OF_PLAN if open_plan else _CLAIM)):
            what = f"{said!r}: nothing is done yet on some way to here"
            yield source.problem(at, "F032", what, "say what is going to be done, or say it after commit")


def _claimed(lines: schema.Lines, claim: re.Pattern[str]) -> str:
    found = (claim.search(template.source) for variants in lines.values() for template in variants)
    return next((match.group() for match in found if match is not None), "")


def _personal(source: Source, number: int, step: schema.Step, slots: Facts) -> Iterator[Problem]:
    """What the caller has said himself is no secret to him."""
    for path, lines in wordings(step):
        said = {way for variants in lines.values() for text in variants for value in text.values for way in value.paths}
        for way in sorted(said):
            if set(way[1:]) & PERSONAL and way[0] not in slots | GIVEN.keys():
                what = f"{'.'.join(way)} is said to a caller who may not be verified"
                fix = "put a verify step on every way to here, or leave it out"
                yield source.problem(("steps", number, *path), "F042", what, fix)
