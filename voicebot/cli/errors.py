"""What a person can mend is told in one line, not as a traceback."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from voicebot.errors import VoicebotError


@contextmanager
def told_in_a_line(*, files: str = "") -> Iterator[None]:
    """End the command with status 1 and one line on stderr.

    Args:
        files: how to mend what goes wrong with files (as in "check --data-dir"); left out, that is a bug of ours.
    """
    try:
        yield
    except VoicebotError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
    except (OSError, sqlite3.Error) as error:
        if not files:
            raise
        typer.echo(f"error: {error} ({files})", err=True)
        raise typer.Exit(1) from error
