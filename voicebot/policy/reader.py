"""Reads policies and statutes out of YAML documents, and notes every mistake on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from voicebot.policy.documents import Path
from voicebot.policy.outcomes import Key, Outcomes, read_outcomes
from voicebot.policy.rows import Terms, check_order, check_reach, read_rows, read_wording
from voicebot.policy.source import Source, near
from voicebot.policy.table import STATUTE, Case, Period, Policy, Rule
from voicebot.policy.vocab import TYPES, Fact, is_kind, read_fact

_KEYS = frozenset({
    "policy", "version", "effective", "hit", "include", "vocab", "outcomes", "wordings", "rules", "cases",
})  # fmt: skip
_PACK_KEYS = frozenset({"statutes", "version", "effective", "source", "notice", "wordings", "rules"})
_SOURCE_KEYS = frozenset({"title", "url", "written"})
_CASE_KEYS = frozenset({"name", "facts", "rule", "outcome", "today", "floor", "but"})
_CHANGE_KEYS = frozenset({"rule", "outcome"})


@dataclass(frozen=True, slots=True)
class Pack:
    """Rows of the law that policies include, as they stand in one document."""

    name: str
    effective: Period
    source: Source


Packs = Mapping[str, Sequence[Pack]]


def read_pack(source: Source) -> Pack | None:
    """A document `statutes: NAME`. Its rows are read for each policy that includes it, with the vocabulary of that."""
    data = source.document.data
    name = data["statutes"]
    if not isinstance(name, str) or not name:
        source.note(("statutes",), "P002", "the statutes have no name", "begin with statutes: NAME")
        return None
    source.known((), data, _PACK_KEYS)
    found = data.get("source")
    if not isinstance(found, dict) or not all(isinstance(found.get(key), str) for key in _SOURCE_KEYS):
        source.note(
            ("source",), "P003", "the source is missing or incomplete", "add source: {title, url, written: DAY}"
        )
    else:
        source.known(("source",), found, _SOURCE_KEYS)
        source.day(("source", "written"), found["written"])
    if not source.text((), data, "notice"):
        source.note(("notice",), "P003", "there is no notice", "add notice: Not legal advice.")
    return Pack(name, source.period((), data, "effective"), source)


def read_policy(source: Source, packs: Packs) -> list[Policy]:
    """A document `policy: NAME`: a policy for each period in which the laws that it includes stay the same; empty
    when something is wrong."""
    data = source.document.data
    if not isinstance(data, dict) or not isinstance(data.get("policy"), str) or not data["policy"]:
        source.note((), "P002", "the document has no policy: NAME", "begin it with policy: NAME")
        return []
    source.known((), data, _KEYS)
    if data.get("hit", "first") != "first":
        source.note(("hit",), "P003", "only hit: first exists", "write hit: first")
    period = source.period((), data, "effective")
    terms = Terms(
        vocab=_vocab(source, data.get("vocab")), outcomes=_outcomes(source, data), wordings=_wordings(source, data)
    )
    included = _included(source, data, packs)
    own = tuple(read_rows(source, data.get("rules"), terms))
    law = [(pack, _law(pack, terms)) for pack in included]
    if source.problems or any(pack.source.problems for pack in included):
        return []
    cuts = _periods(period, [pack.effective for pack in included])
    tables: list[tuple[Period, tuple[Rule, ...]]] = []
    for part in cuts:
        first = tuple(rule for pack, rows in law if part.first in pack.effective for rule in rows)
        check_order(source, first, own, terms.outcomes)
        tables.append((part, (*first, *own)))
    ids = frozenset(rule.id for _, rules in tables for rule in rules)
    cases = list(_cases(source, data.get("cases", []), terms.vocab, ids, period))
    if source.problems:
        return []
    return [
        Policy(
            name=data["policy"], version=source.text((), data, "version"), vocab=terms.vocab, rules=rules,
            outcomes=terms.outcomes, effective=part, file=source.file, line=source.document.line(()),
            cases=tuple(case for case in cases if (case.today in part if case.today else part is cuts[-1])),
        )
        for part, rules in tables
    ]  # fmt: skip


def _vocab(source: Source, raw: Any) -> dict[str, Fact]:
    if not isinstance(raw, dict) or not raw:
        source.note(("vocab",), "P003", "there is no vocab", "add vocab: with each fact and its type")
        return {}
    found: dict[str, Fact] = {}
    for name, entry in raw.items():
        try:
            found[name] = read_fact(name, entry)
        except ValueError as error:
            source.note(("vocab", name), "P003", f"{name}: {error}", f"a type is one of {', '.join(TYPES)}")
    return found


def _outcomes(source: Source, data: Mapping[str, Any]) -> Outcomes:
    raw = data.get("outcomes", {})
    if not isinstance(raw, dict):
        source.note(("outcomes",), "P003", "outcomes: is not a mapping", "write KEY: TYPE or KEY: [values]")
        return Outcomes({})
    found: dict[str, Key] = {}
    for name, entry in read_outcomes(raw):
        if isinstance(entry, Key):
            found[name] = entry
        else:
            source.note(("outcomes", name), "P003", f"{name}: {entry}", f"a type is one of {', '.join(TYPES)}")
    return Outcomes(found)


def _wordings(source: Source, data: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    raw = data.get("wordings", {})
    if not isinstance(raw, dict):
        source.note(("wordings",), "P003", "wordings: is not a mapping", "write KEY: TEXT")
        return {}
    return {key: read_wording(source, ("wordings", key), text) for key, text in raw.items()}


def _included(source: Source, data: Mapping[str, Any], packs: Packs) -> list[Pack]:
    raw = data.get("include", [])
    if not isinstance(raw, list):
        source.note(("include",), "P003", "include: is not a list", "write include: [NAME, …]")
        return []
    found: list[Pack] = []
    for number, name in enumerate(raw):
        if not isinstance(name, str) or name not in packs:
            source.note(("include", number), "P005", f"there are no statutes {name!r}", near(name, packs, "there are "))
        elif name in raw[:number]:
            source.note(("include", number), "P004", f"{name!r} is included twice", "remove one")
        else:
            found += packs[name]
    return found


def _law(pack: Pack, terms: Terms) -> tuple[Rule, ...]:
    wordings = _wordings(pack.source, pack.source.document.data)
    own = Terms(vocab=terms.vocab, outcomes=terms.outcomes, wordings=wordings)
    rules = tuple(read_rows(pack.source, pack.source.document.data.get("rules"), own, layer=STATUTE))
    check_reach(pack.source, rules)
    for number, rule in enumerate(rules):
        if not rule.statute:
            pack.source.note(("rules", number), "P015", f"row {rule.id!r} names no law", 'add statute: "…"')
    return rules


def _periods(whole: Period, within: Sequence[Period]) -> list[Period]:
    """`whole`, cut where one of `within` begins or has ended."""
    starts = {period.first for period in within} | {_after(period.last) for period in within if period.last}
    first = [whole.first, *sorted(start for start in starts if start > whole.first and start in whole)]
    last = [*(_before(start) for start in first[1:]), whole.last]
    return [Period(first=f, last=t) for f, t in zip(first, last, strict=True)]


def _before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat() if day < "9999-12-31" else day


def _cases(source: Source, raw: Any, vocab: Mapping[str, Fact], ids: frozenset[str], period: Period) -> Iterator[Case]:
    """The cases, each followed by its variations (`but`): the same facts with some changed."""
    if not isinstance(raw, list):
        source.note(("cases",), "P009", "cases: is not a list", "write - {name: …, facts: {…}, rule: ID}")
        return
    for number, row in enumerate(raw):
        path: Path = ("cases", number)
        if not isinstance(row, dict) or not isinstance(row.get("facts"), dict):
            source.note(path, "P009", "the case needs facts: {…} and rule: ID", "complete it")
            continue
        source.known(path, row, _CASE_KEYS)
        _facts(source, (*path, "facts"), row["facts"], vocab)
        _named(source, path, row, ids)
        today = source.day((*path, "today"), row["today"]) if "today" in row else ""
        if today and today not in period:
            source.note((*path, "today"), "P010", f"the policy does not hold on {today}", "correct the day")
        floor = row.get("floor")
        if floor is not None and (not isinstance(floor, str) or floor not in ids | {""}):
            what = f"there is no row {floor!r}"
            source.note((*path, "floor"), "P009", what, near(floor, ids, "one of "))
        name, rule = str(row.get("name", f"case {number + 1}")), str(row.get("rule"))
        line = source.document.line(path)
        yield Case(
            name=name, facts=row["facts"], rule=rule, outcome=row.get("outcome"), today=today,
            floor=floor, line=line,
        )  # fmt: skip
        changes = row.get("but", [])
        if not isinstance(changes, list) or not all(isinstance(change, dict) for change in changes):
            source.note((*path, "but"), "P009", "but: is not a list of changes", "write - {FACT: VALUE, rule: ID}")
            continue
        for place, change in enumerate(changes):
            at: Path = (*path, "but", place)
            changed = {fact: value for fact, value in change.items() if fact not in _CHANGE_KEYS}
            _facts(source, at, changed, vocab)
            _named(source, at, change, ids)
            words = ", ".join(f"{fact} {value}" for fact, value in changed.items())
            yield Case(
                name=f"{name}, but {words}", facts={**row["facts"], **changed}, rule=str(change.get("rule")),
                outcome=change.get("outcome"), today=today, near=floor or rule,
                line=source.document.line(at),
            )  # fmt: skip


def _facts(source: Source, path: Path, facts: Mapping[str, Any], vocab: Mapping[str, Fact]) -> None:
    for name, value in facts.items():
        if name not in vocab:
            source.note((*path, name), "P005", f"{name!r} is not in the vocab", near(name, vocab, "the vocab has "))
        elif value is not None and not is_kind(value, vocab[name].kind):
            source.note(
                (*path, name), "P009", f"{name}: {value!r} is not of type {vocab[name].kind}", "correct the value"
            )


def _named(source: Source, path: Path, row: Mapping[str, Any], ids: frozenset[str]) -> None:
    if not isinstance(row.get("rule"), str) or row["rule"] not in ids:
        what = f"there is no row {row['rule']!r}" if "rule" in row else "the case has no rule: ID"
        source.note((*path, "rule"), "P009", what, near(row.get("rule"), ids, "name the row that decides: "))
    if not isinstance(row.get("outcome", {}), dict):
        source.note((*path, "outcome"), "P009", "outcome: is not a mapping", "write outcome: {KEY: VALUE}")
