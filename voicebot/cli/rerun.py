"""`voicebot rerun`: what recorded calls would be with other flows or policies."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from voicebot.cli.options import AsJson, ConfigFile, DataDir
from voicebot.cli.recorded import Calls, chosen
from voicebot.errors import VoicebotError

if TYPE_CHECKING:
    from voicebot.config import Settings
    from voicebot.dialogue.commands import Alternative, Understanding
    from voicebot.dialogue.context import Context
    from voicebot.dialogue.flowset import FlowSet
    from voicebot.dialogue.rerun.report import Verdict
    from voicebot.dialogue.rerun.run import Understand, Version
    from voicebot.versions.contents import Folders

_PROGRESS_S = 2.0

Mode = Literal["auto", "recorded", "anew"]


def rerun(
    calls: Annotated[
        list[str] | None,
        typer.Option("--calls", help="Ids (or their beginnings), `all`, `last`, or files of `calls show --json`."),
    ] = None,
    since: Annotated[str | None, typer.Option(help="All calls from this date on, such as 2026-11-20.")] = None,
    last: Annotated[int | None, typer.Option(min=1, help="The latest so many calls.")] = None,
    flows: Annotated[
        Path | None, typer.Option(help="Flows to try: a folder, or a published version; default: what calls take.")
    ] = None,
    policies: Annotated[
        Path | None, typer.Option(help="Folder with the policies to try; default: what calls take.")
    ] = None,
    understand: Annotated[
        Mode,
        typer.Option(
            help="Understand the caller's words anew: where the question is another one (auto), never (recorded), "
            "always (anew)."
        ),
    ] = "auto",
    values: Annotated[bool, typer.Option("--values", help="Show order numbers, addresses and names, too.")] = False,
    fail_on_change: Annotated[
        bool, typer.Option("--fail-on-change", help="End with 1 unless every call is the same.")
    ] = False,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Run recorded calls again with other flows or policies, and tell which would be different.

    Example: voicebot rerun --last 100 --flows flows.new

    Nothing is done and nobody is asked: reads and deeds are answered from the log, policies are decided anew. Each
    call is `same`, or changes in its `wording`, `effects` or `path`; `unanswered` when it would ask what the log does
    not know, `course` when the caller's next words belong to another conversation. With --json each call is one
    object, and the last one counts.
    """
    from voicebot import config as configuration
    from voicebot import logs
    from voicebot.dialogue.rerun.report import summary

    if not calls and since is None and last is None:
        raise typer.BadParameter("say which calls: ids, all, --since DATE or --last N", param_hint="--calls")
    settings = configuration.load(config, server__data_dir=data_dir)
    logs.setup("WARNING")
    wanted = chosen(settings, calls or (), since, last)
    version, named = _version(settings, flows, policies, understand)
    told: list[Verdict] = []
    for one in _each(wanted, version, named, settings, values=values):
        told.append(one)
        if as_json:
            typer.echo(json.dumps(one.to_json(), ensure_ascii=False))
        else:
            _show(one)
    if not told:
        raise VoicebotError("there are no such calls", fix="voicebot calls list shows what was recorded")
    counts = {**summary(told), "version": named}
    typer.echo(json.dumps(counts) if as_json else _counted(counts))
    raise typer.Exit(1 if fail_on_change and any(one.changed for one in told) else 0)


# --- what is tried ----------------------------------------------------------------------------------------------------


def _version(settings: Settings, flows: Path | None, policies: Path | None, mode: Mode) -> tuple[Version, str]:
    from voicebot.dialogue.rerun.decisions import decider
    from voicebot.dialogue.rerun.run import Version
    from voicebot.versions.contents import content_id, files, load

    folders = _folders(settings, flows, policies)
    found, book = load(folders)
    version = Version(
        flows=found,
        decide=decider(book, settings.oms.shop_zone),
        understand=_interpreter(found, settings),
        mode=mode,
    )
    return version, content_id(files(folders))


def _folders(settings: Settings, flows: Path | None, policies: Path | None) -> Folders:
    """Folders that are named, the rest from the version that is named, or else from what calls take now."""
    from voicebot.versions.contents import Folders
    from voicebot.versions.store import VersionStore

    store = VersionStore(settings.server.data_dir)
    named = str(flows) if flows is not None and not flows.is_dir() else store.pointers().live
    rest = Folders(flows=settings.dialogue.flows, policies=settings.dialogue.policies)
    if named is not None:
        rest = store.open(store.find(named))
    return Folders(
        flows=flows if flows is not None and flows.is_dir() else rest.flows, policies=policies or rest.policies
    )


def _interpreter(flows: FlowSet, settings: Settings) -> Understand:
    """The local interpreter of these flows, loaded when it is needed."""

    @cache
    def loaded() -> Understand:
        from voicebot.dialogue.interpreter import load_interpreter

        typer.echo("loading what understands the callers", err=True)
        interpreter = load_interpreter(flows, settings.server.data_dir / "cache", settings.dialogue)
        return interpreter.understand_now

    def understand(text: str, context: Context, alternatives: Sequence[Alternative]) -> Understanding:
        return loaded()(text, context, alternatives)

    return understand


# --- at work ----------------------------------------------------------------------------------------------------------


def _each(calls: Calls, version: Version, named: str, settings: Settings, *, values: bool) -> Iterator[Verdict]:
    """Re-run call after call; says on stderr how far it is when that takes long."""
    from voicebot.dialogue.rerun.report import verdict
    from voicebot.dialogue.rerun.run import rerun as run_again
    from voicebot.records.events.call import CallStarted
    from voicebot.records.projections.reads import reads
    from voicebot.records.projections.steps import steps

    known = _Known(settings, {named: version.flows})
    told_at = time.monotonic()
    for number, (call, records) in enumerate(calls, 1):
        begun = next(
            (r.event for r in records if isinstance(r.event, CallStarted)), CallStarted(transport="", caller=None)
        )
        run = run_again(steps(records), version, reads(records), recorded=known.flows(begun.flows_version))
        yield verdict(run, call=call, flows=begun.flows_version, policies=begun.policies_version, values=values)
        if time.monotonic() - told_at > _PROGRESS_S:
            told_at = time.monotonic()
            typer.echo(f"{number} of {len(calls)} calls", err=True)


class _Known:
    """Flows that calls were recorded with, as far as they are at hand: published, or the configured ones."""

    def __init__(self, settings: Settings, loaded: Mapping[str, FlowSet]) -> None:
        from voicebot.versions.contents import Folders

        self._data_dir = settings.server.data_dir
        self._configured = Folders(flows=settings.dialogue.flows, policies=settings.dialogue.policies)
        self._loaded: dict[str, FlowSet | None] = {**loaded}

    def flows(self, version: str) -> FlowSet | None:
        if version not in self._loaded:
            try:
                self._loaded[version] = self._load(version)
            except VoicebotError:
                self._loaded[version] = None  # the log alone has to do
        return self._loaded[version]

    def _load(self, version: str) -> FlowSet | None:
        from voicebot.dialogue.loader import load_flows
        from voicebot.versions.contents import content_id, files
        from voicebot.versions.store import VersionStore

        store = VersionStore(self._data_dir)
        if version in store.ids():
            return load_flows(store.open(version).flows)
        return load_flows(self._configured.flows) if content_id(files(self._configured)) == version else None


# --- in words ---------------------------------------------------------------------------------------------------------


def _show(one: Verdict) -> None:
    if not one.changed and not one.anew:
        return
    typer.echo(f"{one.call}  {one.class_}")
    for line in one.lines:
        typer.echo(f"    {line}")
    for decision in one.decisions:
        typer.echo(f"    decides otherwise: {decision}")
    if one.anew:
        typer.echo(f"    understood anew: turn {', '.join(map(str, one.anew))}")


def _counted(counts: Mapping[str, Any]) -> str:
    parts = [f"{number} {name}" for name, number in counts["by_class"].items() if number]
    decisions = f"; policies decide otherwise in {counts['decisions_changed']}" if counts["decisions_changed"] else ""
    return f"{counts['calls']} call{'s' * (counts['calls'] != 1)}: {', '.join(parts)}{decisions}"
