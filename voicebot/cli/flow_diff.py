"""`voicebot flow diff`: what changed between two versions, in words."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voicebot.cli.options import AsJson, ConfigFile, DataDir

if TYPE_CHECKING:
    from voicebot.dialogue.diff.change import Change
    from voicebot.dialogue.diff.written import Written
    from voicebot.versions.contents import Folders


def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="Folder, version id, `live` or `candidate`: as it was.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The same: as it is to be.")],
    config: ConfigFile = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Tell what changes from A to B, one line each: flows, triggers, slots, steps, wordings, conditions, policies.

    A folder holds flows, and the policies are in the folder `policies` beside it; or it holds both, as `flows` and
    `policies`. With --json each change is one object (group, kind, place, words), and the last one counts.

    Example: voicebot flow diff live flows
    """
    before, after = _folders(a, config, data_dir), _folders(b, config, data_dir)
    found = list(_changes(before, after))
    if as_json:
        for change in found:
            typer.echo(json.dumps(asdict(change), ensure_ascii=False))
        typer.echo(json.dumps({"changes": len(found), "groups": len({change.group for change in found})}))
        return
    for group, changes in itertools.groupby(found, key=lambda change: change.group):
        typer.echo(group)
        for change in changes:
            typer.echo(f"  {change}")
    count = len(found)
    typer.echo("no changes" if not count else "1 change" if count == 1 else f"{count} changes")


def _folders(name: str, config: Path | None, data_dir: Path | None) -> Folders:
    from voicebot import config as configuration
    from voicebot.versions.contents import Folders
    from voicebot.versions.store import VersionStore

    folder = Path(name)
    if folder.is_dir():
        within = Folders.within(folder)
        return (
            within if within.flows.is_dir() else Folders(flows=folder, policies=folder.absolute().parent / "policies")
        )
    store = VersionStore(configuration.load(config, server__data_dir=data_dir).server.data_dir.resolve())
    return store.open(store.find(name))


def _changes(before: Folders, after: Folders) -> Iterator[Change]:
    from voicebot.dialogue.diff.change import Change
    from voicebot.dialogue.diff.flows import changes
    from voicebot.policy import diff as policies
    from voicebot.policy.book import PolicyBook

    yield from changes(_written(before), _written(after))
    if before.policies.is_dir() and after.policies.is_dir():
        for change in policies.changes(PolicyBook.load(before.policies), PolicyBook.load(after.policies)):
            yield Change(group=f"policy {change.policy}", kind=change.what, place="", words=change.words)
    else:
        lacking = before if after.policies.is_dir() else after
        typer.echo(f"policies are not compared: there is no folder {lacking.policies}", err=True)


def _written(folders: Folders) -> Written:
    from voicebot.dialogue.diff.written import read
    from voicebot.dialogue.problems import FlowError
    from voicebot.policy.problems import Problem
    from voicebot.versions.contents import files

    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for name, content in files(folders).items():
        part, _, file = name.partition("/")
        if part == "flows":
            try:
                texts[file] = content.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                problems.append(Problem(file, 1, "F001", f"cannot be read: {error}", "save the file as UTF-8 text"))
    if not texts and not problems:
        problems.append(Problem(str(folders.flows), 1, "F019", "there are no *.yaml files", "give a folder with flows"))
    if problems:
        raise FlowError(problems)
    return read(texts)
