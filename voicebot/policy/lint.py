"""What a policy file may say, and still should not: found by `voicebot policy lint`, not at the start of the server."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from voicebot.policy.book import PolicyBook
from voicebot.policy.problems import Problem
from voicebot.policy.table import Policy
from voicebot.policy.vocab import CURRENCY
from voicebot.policy.worked import coverage, run

#: Every code of a policy's mistakes. Those from P013 on, P015 apart, are only told by the linter.
CODES: Mapping[str, str] = {
    "P001": "the file is not readable YAML",
    "P002": "unknown key, or a document that is neither a policy nor statutes",
    "P003": "missing or wrong value",
    "P004": "something is defined twice",
    "P005": "a name that does not exist: a fact, an outcome, a wording, statutes",
    "P006": "a cell or an outcome of the wrong type, or a cell that holds never or always",
    "P007": "a row that is never reached",
    "P008": "the last row has conditions",
    "P009": "a case that cannot be read",
    "P010": "a day or a period that is wrong",
    "P011": "versions that overlap",
    "P012": "a row that can never hold",
    "P013": "days between two versions on which neither holds",
    "P014": "a wording missing in a language",
    "P015": "layers out of order, a law that is not in the layer statute, a safety row that denies",
    "P016": "a row that no case is decided by",
    "P017": "statutes that no policy includes",
    "P018": "a fact that no row reads",
    "P019": "a case that fails",
}


def lint(book: PolicyBook) -> list[Problem]:
    """Everything that reading the files lets pass, in the order of files and lines."""
    found = [*_cases(book), *_unused(book)]
    for versions in book.versions.values():
        found += _gaps(versions)
        found += _unread(versions)
        for policy in versions:
            found += _languages(policy)
    return sorted(set(found))


def _cases(book: PolicyBook) -> Iterator[Problem]:
    results = run(book)
    for result in results:
        if result.wrong:
            what = f"case {result.case.name!r}: {'; '.join(result.wrong)}"
            yield Problem(result.file, result.case.line, "P019", what, "correct the policy or the case")
    for open_ in coverage(book, results).uncovered:
        if not open_.test:
            yield Problem(open_.rule.file, open_.rule.line, "P016", str(open_), "add one to cases")


def _unused(book: PolicyBook) -> Iterator[Problem]:
    tables = [policy.rules for versions in book.versions.values() for policy in versions]
    included = {(rule.file, rule.line) for rules in tables for rule in rules}
    for pack in book.packs:
        document = pack.source.document
        rows = document.data.get("rules") or ()
        if not any((pack.source.file, document.line(("rules", number))) in included for number in range(len(rows))):
            what, fix = f"no policy includes {pack.name!r}", f"add include: [{pack.name}] to a policy"
            yield Problem(pack.source.file, document.line(("statutes",)), "P017", what, fix)


def _gaps(versions: tuple[Policy, ...]) -> Iterator[Problem]:
    for one, other in itertools.pairwise(versions):
        if not one.effective.last:
            continue
        next_day = (date.fromisoformat(one.effective.last) + timedelta(days=1)).isoformat()
        if next_day < other.effective.first:
            what = f"{other.name} does not hold from {next_day} until {other.effective.first}"
            yield Problem(other.file, other.line, "P013", what, f"begin it on {next_day}")


def _languages(policy: Policy) -> Iterator[Problem]:
    spoken = {language for rule in policy.rules for language in rule.words}
    for rule in policy.rules:
        missing = sorted(spoken - set(rule.words)) if rule.words else []
        if missing:
            what = f"the wording of {rule.id!r} is missing in {', '.join(missing)}"
            yield Problem(rule.file, rule.line, "P014", what, "write it in every language that others have")


def _unread(versions: tuple[Policy, ...]) -> Iterator[Problem]:
    read = {CURRENCY}
    read |= {name for policy in versions for rule in policy.rules for cell in rule.cells for name in cell.test.names}
    for policy in versions:
        for name in sorted(set(policy.vocab) - read):
            what = f"{policy.name}: no row reads {name!r}"
            yield Problem(policy.file, policy.line, "P018", what, "remove it from the vocab")
