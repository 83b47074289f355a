"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="Settings file; voicebot.toml of this folder when it is there.")
]
DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Where calls, recordings and caches are kept (default var).")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]
