"""What changed between two books of policies: the rows in words, and decisions on recorded facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from voicebot.policy.book import PolicyBook
from voicebot.policy.table import Policy, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a policy. `what`: `policy_added`, `policy_removed`, `rule_added`, `rule_removed`, `rule_changed`,
    `rule_moved`, `fact_added`, `fact_removed`, `fact_changed`, `version`."""

    policy: str
    what: str
    name: str
    words: str

    def to_json(self) -> dict[str, Any]:
        return {"kind": "change", **asdict(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The facts of a decision that was made in a call. `day`: ISO 8601."""

    call: str
    policy: str
    day: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A recorded decision that the other book decides otherwise."""

    call: str
    policy: str
    day: str
    rule_a: str
    rule_b: str
    outcome_a: Mapping[str, Any]
    outcome_b: Mapping[str, Any]
    reasons_b: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {"kind": "decision", **asdict(self)}


def changes(a: PolicyBook, b: PolicyBook) -> Iterator[Change]:
    """All changes from `a` to `b`, policy by policy. Versions are compared in the order of their days; what changes in
    several of them alike is told once."""
    yield from dict.fromkeys(_changes(a, b))


def _changes(a: PolicyBook, b: PolicyBook) -> Iterator[Change]:
    for name in sorted(a.names | b.names):
        if name not in b.names:
            yield Change(policy=name, what="policy_removed", name=name, words=f"policy {name} is gone")
        elif name not in a.names:
            count = len({rule.id for policy in b.versions[name] for rule in policy.rules})
            yield Change(policy=name, what="policy_added", name=name, words=f"policy {name} is new, with {count} rows")
        else:
            yield from _versions(name, a.versions[name], b.versions[name])


def decisions(a: PolicyBook, b: PolicyBook, recorded: Iterable[Recorded]) -> Iterator[Changed]:
    """Recorded facts on which the two books give different rows or outcomes."""
    for one in recorded:
        before = a.decide(one.policy, one.facts, today=one.day)
        after = b.decide(one.policy, one.facts, today=one.day)
        if (before.rule, before.outcome) != (after.rule, after.outcome):
            yield Changed(
                call=one.call, policy=one.policy, day=one.day, rule_a=before.rule, rule_b=after.rule,
                outcome_a=before.outcome, outcome_b=after.outcome, reasons_b=after.reasons,
            )  # fmt: skip


def _versions(name: str, a: tuple[Policy, ...], b: tuple[Policy, ...]) -> Iterator[Change]:
    for number in range(max(len(a), len(b))):
        if number >= len(a) or number >= len(b):
            one = b[number] if number >= len(a) else a[number]
            what = "is new" if number >= len(a) else "is gone"
            words = f"the version of {_days(one)} {what}"
            yield Change(policy=name, what="version", name=one.version, words=words)
            continue
        old, new = a[number], b[number]
        if (old.version, old.effective) != (new.version, new.effective):
            words = f"version {old.version or 'without a name'} ({_days(old)}) is now {new.version} ({_days(new)})"
            yield Change(policy=name, what="version", name=new.version, words=words)
        yield from _facts(name, old, new)
        yield from _rules(name, old, new)


def _facts(name: str, old: Policy, new: Policy) -> Iterator[Change]:
    for fact in sorted(set(old.vocab) | set(new.vocab)):
        if fact not in new.vocab:
            yield Change(policy=name, what="fact_removed", name=fact, words=f"{fact} is not read any more")
        elif fact not in old.vocab:
            needed = "" if new.vocab[fact].default is not None else ", and must be given"
            yield Change(policy=name, what="fact_added", name=fact, words=f"{fact} is read now{needed}")
        elif old.vocab[fact] != new.vocab[fact]:
            yield Change(policy=name, what="fact_changed", name=fact, words=f"{fact} is defined otherwise")


def _rules(name: str, old: Policy, new: Policy) -> Iterator[Change]:
    before, after = {rule.id: rule for rule in old.rules}, {rule.id: rule for rule in new.rules}
    for rule in old.rules:
        if rule.id not in after:
            yield Change(policy=name, what="rule_removed", name=rule.id, words=f"{rule.id} is gone: {_row(rule)}")
    for rule in new.rules:
        if rule.id not in before:
            yield Change(policy=name, what="rule_added", name=rule.id, words=f"{rule.id} is new: {_row(rule)}")
        elif words := "; ".join(_differences(before[rule.id], rule)):
            yield Change(policy=name, what="rule_changed", name=rule.id, words=f"{rule.id}: {words}")
    kept_before = [rule.id for rule in old.rules if rule.id in after]
    kept_after = [rule.id for rule in new.rules if rule.id in before]
    for one, other in zip(kept_before, kept_after, strict=True):
        if one != other:
            words = f"the order changed: {other} stands where {one} stood"
            yield Change(policy=name, what="rule_moved", name=other, words=words)
            return


def _differences(old: Rule, new: Rule) -> Iterator[str]:
    before, after = [cell.words for cell in old.cells], [cell.words for cell in new.cells]
    gone, come = [w for w in before if w not in after], [w for w in after if w not in before]
    if gone or come:
        yield (
            f"{_and(gone)} is now {_and(come)}"
            if gone and come
            else (f"no longer asks for {_and(gone)}" if gone else f"now also asks for {_and(come)}")
        )
    elif [cell.source for cell in old.cells] != [cell.source for cell in new.cells]:
        yield "its cells are written otherwise"
    for key in dict.fromkeys((*old.outcome, *new.outcome)):
        one, other = old.outcome.get(key), new.outcome.get(key)
        if one != other:
            yield f"{key} {_shown(one)} is now {_shown(other)}"
    for what, one, other in (
        ("layer", old.layer, new.layer), ("law", old.statute, new.statute), ("wording", old.words, new.words),
    ):  # fmt: skip
        if one != other:
            yield f"the {what} changed" if what == "wording" else f"the {what} {one or 'none'} is now {other or 'none'}"


def _row(rule: Rule) -> str:
    when = _and([cell.words for cell in rule.cells]) if rule.cells else "always"
    return f"{when} -> {', '.join(f'{key} {_shown(value)}' for key, value in rule.outcome.items())}"


def _and(words: list[str]) -> str:
    return " and ".join(f'"{word}"' for word in words)


def _shown(value: Any) -> str:
    return "nothing" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _days(policy: Policy) -> str:
    period = policy.effective
    if not period.first and not period.last:
        return "any day"
    return f"{period.first or 'ever'} to {period.last or 'further notice'}"
