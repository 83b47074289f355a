"""`voicebot flow`: check the conversations and draw them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voicebot.cli.options import AsJson
from voicebot.errors import VoicebotError

if TYPE_CHECKING:
    from collections.abc import Collection

    from voicebot.policy.problems import Problem

app = typer.Typer(help="The flows: check them, draw them.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="Folder with the flows.")]


@app.command("lint")
def lint(
    flows: Folder = Path("flows"),
    policies: Annotated[
        Path | None, typer.Option(help="Folder with the policies that flows may ask; `policies` when it is there.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find every mistake in the flows: FILE:LINE: CODE what is wrong (how to fix it).

    Ends with 0 when there is none and with 1 when there are. With --json each mistake is one object, and the last
    one counts: files, flows, problems.

    Example: voicebot flow lint flows --policies policies
    """
    from voicebot.dialogue.loader import LEXICON, load_flows
    from voicebot.dialogue.problems import FlowError

    problems: tuple[Problem, ...] = ()
    count = 0
    try:
        count = len(load_flows(flows, policies=_policy_names(policies)).flows)
    except FlowError as error:
        problems = error.problems
    for problem in problems:
        typer.echo(json.dumps(asdict(problem), ensure_ascii=False) if as_json else str(problem))
    files = sum(file.name != LEXICON for file in flows.rglob("*.yaml"))
    if as_json:
        typer.echo(json.dumps({"files": files, "flows": count, "problems": len(problems)}))
    elif problems:
        typer.echo(f"{len(problems)} mistakes in {files} files", err=True)
    else:
        typer.echo(f"{count} flows and patterns in {files} files, no mistakes")
    raise typer.Exit(1 if problems else 0)


@app.command("graph")
def graph(
    flow: Annotated[str | None, typer.Argument(help="Flow or pattern, such as wismo; all of them without it.")] = None,
    flows: Annotated[Path, typer.Option(help="Folder with the flows.")] = Path("flows"),
    language: Annotated[str, typer.Option(help="Language of the wordings.")] = "en",
) -> None:
    """Draw a flow as a Mermaid diagram, or all of them and how they lead to one another.

    Example: voicebot flow graph wismo > wismo.mmd
    """
    from voicebot.dialogue.graph import mermaid, overview
    from voicebot.dialogue.loader import load_flows

    found = load_flows(flows)
    if flow is None:
        typer.echo(overview(found), nl=False)
        return
    if flow not in found.flows:
        known = ", ".join(sorted(found.flows))
        raise VoicebotError(f"there is no flow {flow!r}", where=str(flows), fix=f"name one of {known}")
    typer.echo(mermaid(found.flows[flow], language), nl=False)


def _policy_names(folder: Path | None) -> Collection[str] | None:
    """Policies that may be asked; None, which checks nothing, when none are given and none lie here."""
    from voicebot.policy.book import PolicyBook

    usual = Path("policies")
    chosen = folder or (usual if usual.is_dir() else None)
    return PolicyBook.load(chosen).names if chosen is not None else None
