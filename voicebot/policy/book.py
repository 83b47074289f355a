"""Reads policy files and keeps them by name."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from voicebot.policy import documents
from voicebot.policy.cells import EXPR, TYPES, Cell, covers, is_kind, parse_cell
from voicebot.policy.problems import FileError, Problem
from voicebot.policy.table import Case, Decision, Policy, Rule

_KEYS = frozenset({"policy", "version", "hit", "vocab", "outcomes", "rules", "cases"})
_RULE_KEYS = frozenset({"id", "say", "statute", "when", "then"})
_CASE_KEYS = frozenset({"name", "facts", "rule", "outcome"})


class PolicyError(FileError):
    """The policies cannot be used."""


class PolicyBook:
    """Policies by name. Immutable; shared by all calls."""

    def __init__(self, policies: Mapping[str, Policy], version: str = "") -> None:
        self.policies = dict(policies)
        self.version = version

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.policies)

    @classmethod
    def load(cls, path: Path) -> PolicyBook:
        """All policies of a folder.

        Raises:
            PolicyError: with every mistake of every file at once.
        """
        files = sorted(path.rglob("*.yaml")) if path.is_dir() else []
        if not files:
            fix = "give the folder with the policies"
            raise PolicyError([Problem(str(path), 1, "P001", "there are no *.yaml files", fix)])
        texts: dict[str, str] = {}
        problems: list[Problem] = []
        for file in files:
            try:
                texts[str(file.relative_to(path))] = file.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                fix = "save the file as UTF-8 text"
                problems.append(Problem(str(file.relative_to(path)), 1, "P001", f"cannot be read: {error}", fix))
        return cls.parse(texts, problems)

    @classmethod
    def parse(cls, texts: Mapping[str, str], problems: Collection[Problem] = ()) -> PolicyBook:
        """Policies from texts by file name; see `load`."""
        found: list[Problem] = list(problems)
        policies: dict[str, Policy] = {}
        for file, text in sorted(texts.items()):
            try:
                read = documents.read(text)
            except documents.DocumentError as error:
                found.append(Problem(file, error.line, "P001", error.what, error.fix))
                continue
            for document in read:
                reader = _Reader(file, document)
                policy = reader.policy()
                if policy is not None and policy.name in policies:
                    reader.note(("policy",), "P004", f"policy {policy.name!r} is defined twice", "rename one")
                elif policy is not None:
                    policies[policy.name] = policy
                found += reader.problems
        if found:
            raise PolicyError(found)
        digest = hashlib.sha256("\0".join(f"{f}\0{t}" for f, t in sorted(texts.items())).encode()).hexdigest()
        return cls(policies, digest[:16])

    def decide(self, policy: str, facts: Mapping[str, Any], *, today: str = "") -> Decision:
        """Decide. `today` (ISO 8601) is offered to the policy as the fact `today`.

        An unknown policy decides nothing, with that as its reason: a live call must not fall over it.
        """
        table = self.policies.get(policy)
        if table is None:
            reasons = (f"there is no policy {policy!r}",)
            return Decision(policy=policy, version="", rule="", outcome={}, reasons=reasons, facts=dict(facts))
        return table.decide({"today": today, **facts})


class _Reader:
    """Reads one document, and notes every mistake on the way."""

    def __init__(self, file: str, document: documents.Document) -> None:
        self.file, self.document = file, document
        self.problems: list[Problem] = []

    def note(self, path: documents.Path, code: str, what: str, fix: str) -> None:
        self.problems.append(Problem(self.file, self.document.line(path), code, what, fix))

    def policy(self) -> Policy | None:
        data = self.document.data
        if not isinstance(data, dict) or not isinstance(data.get("policy"), str):
            self.note((), "P002", "the document has no policy: NAME", "begin it with policy: NAME")
            return None
        self._known((), data, _KEYS)
        if data.get("hit", "first") != "first":
            self.note(("hit",), "P003", "only hit: first exists", "write hit: first")
        vocab = self._vocab(data.get("vocab"))
        rules = tuple(self._rules(data.get("rules"), vocab, data.get("outcomes")))
        if not self.problems:
            self._order(rules)
        cases = tuple(self._cases(data.get("cases") or [], vocab, rules))
        if self.problems:
            return None
        return Policy(name=data["policy"], version=str(data.get("version", "")), vocab=vocab, rules=rules, cases=cases)

    def _known(self, path: documents.Path, data: Mapping[str, Any], known: Collection[str]) -> None:
        for key in data:
            if key not in known:
                near = difflib.get_close_matches(key, sorted(known), n=1)
                fix = f"did you mean {near[0]}?" if near else f"known keys: {', '.join(sorted(known))}"
                self.note((*path, key), "P002", f"unknown key {key!r}", fix)

    def _vocab(self, raw: Any) -> Mapping[str, str]:
        if not isinstance(raw, dict) or not raw:
            self.note(("vocab",), "P003", "there is no vocab", "add vocab: with each fact and its type")
            return {}
        for name, kind in raw.items():
            if kind not in TYPES:
                self.note(("vocab", name), "P003", f"{kind!r} is not a type", f"use one of {', '.join(TYPES)}")
        return {name: kind for name, kind in raw.items() if kind in TYPES}

    def _rules(self, raw: Any, vocab: Mapping[str, str], outcomes: Any) -> Iterator[Rule]:
        if not isinstance(raw, list) or not raw:
            self.note(("rules",), "P003", "there are no rules", "add at least one row with an empty when")
            return
        seen: set[str] = set()
        for number, row in enumerate(raw):
            path: documents.Path = ("rules", number)
            if not isinstance(row, dict) or not isinstance(row.get("id"), str):
                self.note(path, "P003", "the row has no id", "add id: NAME")
                continue
            self._known(path, row, _RULE_KEYS)
            if row["id"] in seen:
                self.note(path, "P004", f"row {row['id']!r} stands here twice", "give it another id")
            seen.add(row["id"])
            when, then = row.get("when"), row.get("then")
            if not isinstance(when, dict) or not isinstance(then, dict):
                self.note(path, "P003", "the row needs when: {…} and then: {…}", "write when: {} for always")
                continue
            self._outcome((*path, "then"), then, outcomes)
            cells = tuple(self._cells((*path, "when"), when, vocab))
            yield Rule(
                id=row["id"],
                cells=cells,
                outcome=then,
                say=str(row.get("say", "")),
                statute=str(row.get("statute", "")),
            )

    def _cells(self, path: documents.Path, when: Mapping[str, Any], vocab: Mapping[str, str]) -> Iterator[Cell]:
        for fact, raw in when.items():
            if fact != EXPR and fact not in vocab:
                near = difflib.get_close_matches(fact, sorted(vocab), n=1)
                fix = f"did you mean {near[0]}?" if near else "add it to the vocab"
                self.note((*path, fact), "P005", f"{fact!r} is not in the vocab", fix)
                continue
            try:
                yield parse_cell(fact, raw, vocab)
            except ValueError as error:
                self.note((*path, fact), "P006", f"{fact}: {error}", 'a value, a list, or a comparison such as "<= 30"')

    def _outcome(self, path: documents.Path, then: Mapping[str, Any], outcomes: Any) -> None:
        """`outcomes`, where given, says which keys and values a row may give."""
        if not isinstance(outcomes, dict):
            return
        for key, value in then.items():
            allowed = outcomes.get(key)
            if allowed is None:
                self.note((*path, key), "P005", f"{key!r} is not among the outcomes", "add it to outcomes")
            elif isinstance(allowed, list) and value not in allowed:
                self.note(
                    (*path, key),
                    "P005",
                    f"{key}: {value!r} is not allowed",
                    f"use one of {', '.join(map(str, allowed))}",
                )
            elif isinstance(allowed, str) and allowed in TYPES and not is_kind(value, allowed):
                self.note((*path, key), "P006", f"{key}: {value!r} is not a {allowed}", "correct the value")

    def _order(self, rules: tuple[Rule, ...]) -> None:
        """A row after a wider one is never reached; the last row catches everything; law comes first."""
        for number, rule in enumerate(rules):
            wider = next(
                (w for w in rules[:number] if all(any(covers(c, own) for own in rule.cells) for c in w.cells)), None
            )
            if wider is not None:
                fix = f"move it before {wider.id!r}, or remove it"
                self.note(("rules", number), "P007", f"row {rule.id!r} is never reached: {wider.id!r} is wider", fix)
        if rules and rules[-1].cells:
            self.note(("rules", len(rules) - 1), "P008", "the last row has conditions", "end with a row with when: {}")

    def _cases(self, raw: Any, vocab: Mapping[str, str], rules: tuple[Rule, ...]) -> Iterator[Case]:
        ids = {rule.id for rule in rules}
        for number, row in enumerate(raw if isinstance(raw, list) else ()):
            path: documents.Path = ("cases", number)
            if (
                not isinstance(row, dict)
                or not isinstance(row.get("facts"), dict)
                or not isinstance(row.get("rule"), str)
            ):
                self.note(path, "P009", "the case needs facts: {…} and rule: ID", "complete it")
                continue
            self._known(path, row, _CASE_KEYS)
            for fact in row["facts"]:
                if fact not in vocab:
                    self.note((*path, "facts", fact), "P005", f"{fact!r} is not in the vocab", "correct the name")
            if row["rule"] not in ids:
                self.note((*path, "rule"), "P009", f"there is no row {row['rule']!r}", "name the row that decides")
            yield Case(
                name=str(row.get("name", f"case {number + 1}")), facts=row["facts"], rule=row["rule"],
                outcome=row.get("outcome"), line=self.document.line(path),
            )  # fmt: skip
