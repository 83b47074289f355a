"""The `voicebot` command: one module per subcommand; heavy imports happen inside them."""

from __future__ import annotations

import sys

import typer

from voicebot import __version__
from voicebot.cli import (
    call,
    calls,
    chat,
    demo,
    demo_oms,
    flow,
    flow_diff,
    flow_test,
    flow_versions,
    listen,
    oms,
    policy,
    rerun,
    serve,
    transcribe,
    understand,
)
from voicebot.errors import VoicebotError

app = typer.Typer(
    name="voicebot",
    help="A real-time voice AI agent server for e-commerce contact centres.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.command("chat")(chat.chat)
app.command("call")(call.call)
app.command("rerun")(rerun.rerun)
app.command("understand")(understand.understand)
app.command("transcribe")(transcribe.transcribe)
app.command("listen")(listen.listen)
app.command("demo-oms")(demo_oms.demo_oms)
app.add_typer(calls.app, name="calls")
flow.app.command("test")(flow_test.play)
flow.app.command("diff")(flow_diff.diff)
flow.app.command("publish")(flow_versions.publish)
flow.app.command("versions")(flow_versions.versions)
flow.app.command("promote")(flow_versions.promote)
flow.app.command("rollback")(flow_versions.rollback)
app.add_typer(flow.app, name="flow")
app.add_typer(oms.app, name="oms")
app.add_typer(policy.app, name="policy")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"voicebot {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """A real-time voice AI agent server for e-commerce contact centres."""


def main() -> None:
    """Run the command; an error that a person can mend is one line, not a traceback."""
    try:
        app()
    except VoicebotError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(0)
