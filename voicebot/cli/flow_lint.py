"""`voicebot flow lint`: find every mistake in the flows."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voicebot.cli.options import AsJson, ConfigFile, DataDir

if TYPE_CHECKING:
    from voicebot.dialogue.lint import All, Policies
    from voicebot.policy.problems import Problem


def lint(
    flows: Annotated[Path, typer.Argument(help="Folder with the flows.")] = Path("flows"),
    policies: Annotated[
        Path | None, typer.Option(help="Folder with the policies that flows may ask; `policies` when it is there.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="End with 1 for warnings, too.")] = False,
    triggers: Annotated[
        bool,
        typer.Option("--triggers", help="Also compare what starts the flows by meaning (loads the sentence model)."),
    ] = False,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Find every mistake in the flows: FILE:LINE: CODE what is wrong (how to fix it).

    Ends with 0 when there is none and with 1 when there are. A warning is a matter of taste or likelihood: it does not
    keep the server from starting. With --json each is one object with its severity, and the last one counts: files,
    flows, problems, warnings.

    Example: voicebot flow lint flows --policies policies --strict
    """
    from voicebot.dialogue.loader import check_folder, flow_files

    checked = check_folder(flows, policies=_policies(policies))
    found = [(problem, "mistake") for problem in checked.mistakes]
    found += [(problem, "warning") for problem in checked.warnings]
    if triggers:
        found += [(problem, "warning") for problem in _close(checked.all, config, data_dir)]
    for problem, severity in sorted(set(found)):
        if as_json:
            typer.echo(json.dumps({**asdict(problem), "severity": severity}, ensure_ascii=False))
        else:
            what = problem.what if severity == "mistake" else f"warning: {problem.what}"
            typer.echo(f"{problem.file}:{problem.line}: {problem.code} {what} ({problem.fix})")
    mistakes, warnings = len(checked.mistakes), len(set(found)) - len(checked.mistakes)
    files, count = len(flow_files(flows)), len(checked.flows.flows) if checked.flows else 0
    if as_json:
        typer.echo(json.dumps({"files": files, "flows": count, "problems": mistakes, "warnings": warnings}))
    elif found:
        typer.echo(f"{mistakes} mistakes and {warnings} warnings in {files} files", err=True)
    else:
        typer.echo(f"{count} flows and patterns in {files} files, no mistakes")
    raise typer.Exit(1 if mistakes or (strict and warnings) else 0)


def _policies(folder: Path | None) -> Policies | None:
    """Policies that may be asked; None, which checks nothing, when none are given and none lie here."""
    from voicebot.policy.book import PolicyBook

    usual = Path("policies")
    chosen = folder or (usual if usual.is_dir() else None)
    return PolicyBook.load(chosen).policies if chosen is not None else None


def _close(flows: All, config: Path | None, data_dir: Path | None) -> list[Problem]:
    """Examples of different flows that mean nearly the same."""
    from voicebot import config as configuration
    from voicebot import logs, weights
    from voicebot.dialogue.lint.triggers import close
    from voicebot.dialogue.sentences import open_encoder

    settings = configuration.load(config, server__data_dir=data_dir)
    logs.setup("WARNING")
    folder = weights.minilm(settings.dialogue.sentence_model)
    return list(close(flows, open_encoder(folder, settings.server.data_dir / "cache").encode))
