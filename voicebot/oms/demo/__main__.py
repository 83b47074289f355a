"""`python -m voicebot.oms.demo`: the demo shop as a process of its own, as the server starts it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from voicebot.errors import VoicebotError
from voicebot.oms.demo.faults import Faults
from voicebot.oms.demo.service import serve


def main() -> int:
    parser = argparse.ArgumentParser(prog="voicebot.oms.demo")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--watch-stdin", action="store_true")
    given = parser.parse_args()
    try:
        serve(
            host=given.host,
            port=given.port,
            data_dir=given.data_dir,
            seed=given.seed,
            faults=Faults(),
            watch_stdin=given.watch_stdin,
        )
    except VoicebotError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
