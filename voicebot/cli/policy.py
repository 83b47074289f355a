"""`voicebot policy`: check the shop's rules, ask them, test them, compare them."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voicebot.cli.options import AsJson, DataDir
from voicebot.errors import VoicebotError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voicebot.policy.decision import Decision
    from voicebot.policy.diff import Recorded
    from voicebot.policy.problems import Problem
    from voicebot.records.reading import CallReader

app = typer.Typer(help="The policies: check them, ask them, test them, compare them.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="Folder with the policies, or one file.")]
_MAX_FACTS = 1_000_000
_MAX_CALLS = 10_000


@app.command("lint")
def lint(policies: Folder = Path("policies"), as_json: AsJson = False) -> None:
    """Find every mistake in the policies: FILE:LINE: CODE what is wrong (how to fix it).

    Ends with 0 when there is none and with 1 when there are. With --json each mistake is one object, and the last
    one counts: files, policies, rules, problems.

    Example: voicebot policy lint policies
    """
    from voicebot.policy.book import PolicyBook, PolicyError
    from voicebot.policy.lint import lint as find

    problems: tuple[Problem, ...]
    names: frozenset[str] = frozenset()
    rules = 0
    try:
        book = PolicyBook.load(policies)
        problems, names = tuple(find(book)), book.names
        rules = sum(len({r.id for version in versions for r in version.rules}) for versions in book.versions.values())
    except PolicyError as error:
        problems = error.problems
    for problem in problems:
        typer.echo(json.dumps(asdict(problem), ensure_ascii=False) if as_json else str(problem))
    files = len(list(policies.rglob("*.yaml"))) if policies.is_dir() else int(policies.is_file())
    if as_json:
        typer.echo(json.dumps({"files": files, "policies": len(names), "rules": rules, "problems": len(problems)}))
    elif problems:
        typer.echo(f"{len(problems)} mistakes in {files} files", err=True)
    else:
        typer.echo(f"{len(names)} policies with {rules} rows in {files} files, no mistakes")
    raise typer.Exit(1 if problems else 0)


@app.command("decide")
def decide(
    policy: Annotated[str, typer.Argument(help="Name of the policy, such as returns.")],
    facts: Annotated[Path, typer.Option(help="JSON file with the facts, an object; - reads it from the terminal.")],
    policies: Annotated[Path, typer.Option(help="Folder with the policies.")] = Path("policies"),
    today: Annotated[str, typer.Option(help="Day to decide on, such as 2026-11-21; else the latest version.")] = "",
    language: Annotated[str, typer.Option(help="Language of the wording.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Ask a policy, and see why: the row, its cells, and the rows that failed on one cell only.

    Ends with 1 when the facts decide nothing, and says which of them is wrong.

    Example: voicebot policy decide returns --facts order.json --today 2026-11-21
    """
    from voicebot.policy.book import PolicyBook, unknown_policy
    from voicebot.policy.source import is_day, near

    if today and not is_day(today):
        raise typer.BadParameter(f"{today!r} is not a day such as 2026-11-21", param_hint="--today")
    given = _facts(facts)
    book = PolicyBook.load(policies)
    table = book.at(policy, today)
    if policy not in book.names:
        raise VoicebotError(f"there is no policy {policy!r}", where=str(policies), fix=unknown_policy(book, policy))
    if table is None:
        days = ", ".join(f"{v.effective.first or '…'} to {v.effective.last or '…'}" for v in book.versions[policy])
        raise VoicebotError(f"policy {policy!r} does not hold on {today}", fix=f"it holds {days}")
    for name in sorted(set(given) - set(table.vocab)):
        typer.echo(f"note: {policy} does not read {name!r} ({near(name, table.vocab, 'it reads ')})", err=True)
    decision = book.decide(policy, given, today=today, language=language)
    typer.echo(json.dumps(decision.to_json(), ensure_ascii=False) if as_json else "\n".join(_told(decision)))
    if not decision.rule:
        typer.echo(f"error: nothing is decided: {'; '.join(decision.reasons)} (correct the facts)", err=True)
        raise typer.Exit(1)


@app.command("test")
def run_cases(policies: Folder = Path("policies"), as_json: AsJson = False) -> None:
    """Run the worked cases beside the policies, and tell which rows and near misses they leave out.

    Ends with 1 when a case fails. With --json each case is one object, and the last one counts: passed, failed,
    rule_coverage and near_miss_coverage (0 to 1).

    Example: voicebot policy test policies
    """
    from voicebot.policy.book import PolicyBook
    from voicebot.policy.worked import coverage, run

    book = PolicyBook.load(policies)
    results = run(book)
    found = coverage(book, results)
    failed = [result for result in results if result.wrong]
    if as_json:
        for result in results:
            typer.echo(json.dumps(result.to_json(), ensure_ascii=False))
        last = {
            "passed": len(results) - len(failed),
            "failed": len(failed),
            "rule_coverage": found.rule_coverage,
            "near_miss_coverage": found.near_miss_coverage,
            "rules": found.rules,
            "near_misses": found.near_misses,
            "uncovered": [str(one) for one in found.uncovered],
        }
        typer.echo(json.dumps(last, ensure_ascii=False))
    else:
        for result in failed:
            typer.echo(
                f"{result.file}:{result.case.line}: {result.policy}, {result.case.name}: {'; '.join(result.wrong)}"
            )
        for one in found.uncovered:
            typer.echo(f"{one.rule.file}:{one.rule.line}: {one}")
        typer.echo(
            f"{len(results) - len(failed)} cases passed, {len(failed)} failed; "
            f"{found.rules_covered} of {found.rules} rows and "
            f"{found.near_misses_covered} of {found.near_misses} near misses covered"
        )
    raise typer.Exit(1 if failed else 0)


@app.command("diff")
def diff(
    a: Annotated[Path, typer.Argument(metavar="A", help="Folder or file with the policies as they were.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Folder or file with the policies as they are to be.")],
    calls: Annotated[
        str | None, typer.Option(help="Also decide again what calls asked: an id, `last`, `all`, or how many.")
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Tell what changes from A to B: rows in words and, with --calls, decisions of recorded calls.

    With --json each change is one object, and the last one counts.

    Example: voicebot policy diff policies new-policies --calls 500
    """
    from voicebot.policy.book import PolicyBook
    from voicebot.policy.diff import changes, decisions

    old, new = PolicyBook.load(a), PolicyBook.load(b)
    found = list(changes(old, new))
    recorded = list(_recorded(calls, data_dir)) if calls is not None else []
    changed = list(decisions(old, new, recorded))
    if as_json:
        for row in (*(change.to_json() for change in found), *(one.to_json() for one in changed)):
            typer.echo(json.dumps(row, ensure_ascii=False))
        last = {"kind": "summary", "changes": len(found), "decisions": len(recorded), "decisions_changed": len(changed)}
        typer.echo(json.dumps(last))
        return
    for change in found:
        typer.echo(f"{change.policy}: {change.words}")
    for one in changed:
        outcomes = (
            f"{_pairs(one.outcome_a)} ({one.rule_a or 'no row'}) -> {_pairs(one.outcome_b)} ({one.rule_b or 'no row'})"
        )
        typer.echo(f"call {one.call}, {one.policy}: {outcomes}")
    decided = f"; {len(changed)} of {len(recorded)} recorded decisions" if calls is not None else ""
    typer.echo(f"{len(found)} changes{decided}" if found or changed else f"no changes{decided}")


def _facts(path: Path) -> dict[str, Any]:
    try:
        raw = sys.stdin.buffer.read(_MAX_FACTS + 1) if str(path) == "-" else path.read_bytes()[: _MAX_FACTS + 1]
    except OSError as error:
        raise VoicebotError(f"cannot be read: {error.strerror}", where=str(path), fix="give a JSON file") from None
    if len(raw) > _MAX_FACTS:
        raise VoicebotError(f"there are more than {_MAX_FACTS} bytes", where=str(path), fix="give the facts only")
    try:
        found = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise VoicebotError(f"is not JSON: {error}", where=str(path), fix='write {"FACT": VALUE, …} as UTF-8') from None
    if not isinstance(found, dict):
        raise VoicebotError("is not an object", where=str(path), fix='write {"FACT": VALUE, …}')
    return found


def _told(decision: Decision) -> Iterator[str]:
    version = f" ({decision.version})" if decision.version else ""
    yield f"policy   {decision.policy}{version}"
    yield f"rule     {decision.rule or 'none'}{f', layer {decision.layer}' if decision.layer else ''}"
    yield f"outcome  {_pairs(decision.outcome)}"
    if decision.because:
        yield f"says     {decision.because} [{decision.say}]"
    if decision.statute:
        yield f"law      {decision.statute}"
    for verdict in decision.trace:
        yield f"holds    {verdict.test} [{verdict.rule}]"
    for miss in decision.near_misses:
        yield f"near     {miss}"


def _recorded(wanted: str, data_dir: Path | None) -> Iterator[Recorded]:
    """The facts of the decisions in the call store."""
    from voicebot.config import load
    from voicebot.policy.diff import Recorded
    from voicebot.records.events.policy import PolicyDecided
    from voicebot.records.store import read_store

    settings = load(server__data_dir=data_dir)
    store = read_store(settings.server.data_dir, settings.records)
    try:
        for call in _calls(store, wanted):
            for record in store.records(call):
                if isinstance(event := record.event, PolicyDecided):
                    yield Recorded(call=call, policy=event.policy, day=record.wall[:10], facts=event.facts)
    finally:
        store.close()


def _calls(store: CallReader, wanted: str) -> list[str]:
    if wanted in ("last", "all") or (wanted.isdigit() and len(wanted) <= len(str(_MAX_CALLS))):
        limit = {"last": 1, "all": _MAX_CALLS}.get(wanted) or int(wanted)
        return [summary.call for summary in store.calls(limit=limit)]
    found = store.matching(wanted)
    if len(found) != 1:
        what = f"{wanted!r} begins {len(found)} ids" if found else f"no call {wanted!r}"
        raise VoicebotError(what, fix="voicebot calls list shows their ids; or `last`, `all`, or how many")
    return found


def _pairs(outcome: Any) -> str:
    return ", ".join(f"{key} {value}" for key, value in outcome.items()) or "nothing"
