"""Where the data sets are, which are no part of the repository: docs/benchmark-data.md."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import NoReturn

from _common import ROOT, refuse

#: The folder of all sets, for whoever does not want to give it each time.
VARIABLE = "VOICEBOT_BENCH_DATA"
_HOW = f"give the folder with --data, or set {VARIABLE}; docs/benchmark-data.md says what is in it"


def data_folder(part: str = "") -> Path:
    """The folder of the sets, or a part of it, where nobody gives another one."""
    return Path(os.environ.get(VARIABLE) or ROOT / ".cache" / "benchmark-data") / part


def add_data(parser: argparse.ArgumentParser, holds: str, part: str = "") -> None:
    """The flag `--data`.

    Args:
        holds: what is in it, for `--help`.
        part: where that is in the folder of all sets. Either of the two folders may be given.
    """

    def folder(given: str) -> Path:
        inside = Path(given) / part
        return inside if inside.is_dir() else Path(given)

    parser.add_argument("--data", type=folder, default=data_folder(part), metavar="DIR", help=f"folder with {holds}")


def need(path: Path) -> Path:
    """This file or folder of the sets; ends the benchmark when it is not there."""
    if not path.exists():
        lack(f"there is no {path}")
    return path


def lack(why: str) -> NoReturn:
    """End the benchmark because of its data, and say how to give them."""
    refuse(why, _HOW)
