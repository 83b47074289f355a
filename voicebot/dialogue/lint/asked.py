"""Rules about what is asked of the house: policies, their facts and outcomes; the order system and its arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from voicebot.dialogue import schema
from voicebot.dialogue.lint.source import All, Source, near
from voicebot.dialogue.render import Template
from voicebot.policy.problems import Problem
from voicebot.policy.table import Policy

#: Arguments of reads; all but `heard` say what to look for.
READS: Mapping[str, frozenset[str]] = {
    "find_orders": frozenset(
        {"number", "email", "phone", "payment_reference", "customer_id", "name", "postcode", "heard"}
    ),
    "get_order": frozenset({"id"}),
    "find_products": frozenset({"text", "sku"}),
    "get_customer": frozenset({"customer", "order"}),
    "check_promo": frozenset({"code", "order"}),
}
#: Arguments of actions.
ACTIONS: Mapping[str, frozenset[str]] = {
    "cancel": frozenset({"reason", "lines"}),
    "address_change": frozenset({"address", "address_of"}),
    "account_address": frozenset({"address", "address_of"}),
    "item_change": frozenset({"lines", "add", "swap", "settle"}),
    "return": frozenset({"lines", "reason", "condition", "resolution", "method", "fee_minor"}),
    "exchange": frozenset({"lines", "sku", "swaps", "reason", "method", "settle"}),
    "refund": frozenset({"amount_minor", "reason", "method"}),
    "resend": frozenset({"lines", "reason"}),
    "subscription_pause": frozenset({"subscription", "until"}),
    "subscription_skip": frozenset({"subscription"}),
    "subscription_cancel": frozenset({"subscription", "reason"}),
    "payment_link": frozenset(),
    "promo_reissue": frozenset({"code", "valid_days"}),
    "note": frozenset({"text"}),
}
#: Of proof who the caller is.
LEVELS = frozenset({"1", "2", "3"})
#: Facts that every policy is given.
_GIVEN_TO_POLICIES = frozenset({"today"})
_OUTCOME = re.compile(r"(?<![\w.])(\w+)\.outcome\.(\w+)(?:\s*==\s*'([^']*)')?")


def policies(source: Source, all_: All) -> Iterator[Problem]:
    """F016; F045 for facts."""
    if all_.policies is None:
        return
    for number, step in enumerate(source.flow.steps):
        if not isinstance(step, schema.Decide):
            continue
        if step.decide not in all_.policies:
            fix = near(step.decide, all_.policies)
            path = ("steps", number, "decide")
            yield source.problem(path, "F016", f"there is no policy {step.decide!r}", fix)
        elif isinstance(all_.policies, Mapping):
            yield from _facts(source, number, step, all_.policies[step.decide])


def _facts(source: Source, number: int, step: schema.Decide, policy: Policy) -> Iterator[Problem]:
    for name in step.facts:
        if name not in policy.vocab:
            what = f"policy {policy.name} knows no fact {name!r}"
            yield source.problem(("steps", number, "facts", name), "F045", what, near(name, policy.vocab))
    for name, fact in policy.vocab.items():
        if name not in step.facts and name not in _GIVEN_TO_POLICIES and fact.default is None:
            what = f"policy {policy.name} decides nothing without {name!r}"
            yield source.problem(("steps", number, "facts"), "F045", what, f"add {name}:")


def outcomes(source: Source, all_: All) -> Iterator[Problem]:
    """F045 for what a decision of this flow is asked for: keys that its policy gives, compared with values that it may
    give. A policy that does not list its outcomes may give anything."""
    decisions = _decisions(source, all_)
    for leaf in source.leaves if decisions else ():
        for name, key, value in sorted(_outcomes(leaf.value)):
            keys = decisions[name].outcomes.keys if name in decisions else {}
            if keys and key not in keys:
                what = f"policy {decisions[name].name} gives no {key!r}"
                yield source.problem(leaf.path, "F045", what, near(key, keys))
            elif keys and value and keys[key].values and value not in keys[key].values:
                what = f"policy {decisions[name].name} never gives {key}: {value!r}"
                yield source.problem(leaf.path, "F045", what, near(value, [str(v) for v in keys[key].values]))


def _decisions(source: Source, all_: All) -> Mapping[str, Policy]:
    """Variables of the flow that hold decisions of one policy only."""
    found: dict[str, set[str]] = {}
    for step in source.flow.steps:
        if isinstance(step, schema.Decide):
            found.setdefault(step.into, set()).add(step.decide)
    known = all_.policies if isinstance(all_.policies, Mapping) else {}
    return {name: known[one] for name, all_of in found.items() if len(all_of) == 1 for one in all_of if one in known}


def _outcomes(value: object) -> set[tuple[str, str, str]]:
    """Variable, key, and the text that it is compared with, or an empty one."""
    if isinstance(value, Template):
        paths = (path for said in value.values for path in said.paths)
        return {(path[0], path[2], "") for path in paths if path[1:2] == ("outcome",) and len(path) > 2}
    return set(_OUTCOME.findall(getattr(value, "source", "")))


def levels(source: Source, _all: All) -> Iterator[Problem]:
    """F003: levels of proof that there are."""
    for number, step in enumerate(source.flow.steps):
        level = step.verify.source if isinstance(step, schema.Verify) else ""
        if level.isdecimal() and level not in LEVELS:
            yield source.problem(("steps", number, "verify"), "F003", f"there is no level {level}", "1, 2 or 3")


def arguments(source: Source, _all: All) -> Iterator[Problem]:
    """F046."""
    for number, step in enumerate(source.flow.steps):
        if isinstance(step, schema.Query):
            known = READS.get(step.query)
            if known and not step.args.keys() - {"heard"}:
                what, fix = (
                    f"{step.query} is not told what to look for",
                    f"add one of {', '.join(sorted(known))} to args",
                )
                yield source.problem(("steps", number, "query"), "F046", what, fix)
            yield from _arguments(source, number, step.query, step.args, known)
        elif isinstance(step, schema.Plan):
            yield from _arguments(source, number, step.plan, step.args, ACTIONS.get(step.plan))


def _arguments(
    source: Source, number: int, what: str, args: Mapping[str, object], known: frozenset[str] | None
) -> Iterator[Problem]:
    if known is None:
        return
    for name in sorted(args.keys() - known):
        place = ("steps", number, "args", name)
        yield source.problem(place, "F046", f"{what} takes no {name!r}", near(name, known))
