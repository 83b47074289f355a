"""What every benchmark shares: machine, versions, percentiles, the last line, refusing a run on a busy machine."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "audio_fixtures"

#: Sending a packet later than this (99th percentile) means that the machine was too busy to be a fair witness.
MAX_PACING_ERROR_MS = 10.0
_PACKAGES = (
    "pipecat-ai",
    "faster-whisper",
    "ctranslate2",
    "piper-tts",
    "onnxruntime",
    "baresip-python",
    "numpy",
    "zen-engine",
)


def arguments(doc: str) -> argparse.ArgumentParser:
    """A parser with the two flags of every benchmark."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a few minutes instead of the whole measurement")
    parser.add_argument("--json", action="store_true", help="one JSON object per line; the last is the result")
    return parser


def machine() -> dict[str, Any]:
    """Processor, cores, memory, system."""
    return {
        "cpu": _first("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(int((_first("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) / 2**20, 1),
        "system": f"{platform.system()} {platform.release()}",
        "load_1min": round(os.getloadavg()[0], 2),
    }


def versions() -> dict[str, str]:
    """Of Python, of the packages that matter, and of this repository."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    commit = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return found | ({"commit": commit.stdout.strip()} if commit.returncode == 0 else {})


def percentile(values: Sequence[float], q: float) -> float | None:
    """Linear interpolation between closest ranks, `q` in 0..100; None when there are no values."""
    if not values:
        return None
    ordered = sorted(values)
    rank = (len(ordered) - 1) * q / 100
    low = int(rank)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (rank - low)


def rounded(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(value, digits)


def bottleneck(pacing_p99_ms: float | None, limit_ms: float = MAX_PACING_ERROR_MS) -> str | None:
    """Why a run must not be printed, or None."""
    if pacing_p99_ms is None:
        return "the caller's own pacing was not measured"
    if pacing_p99_ms > limit_ms:
        return (
            f"the sending side was late by {pacing_p99_ms:.1f} ms at p99 (allowed {limit_ms:g} ms): "
            "the machine is too busy to measure anything"
        )
    return None


def refuse(why: str, how: str = "run it on an idle machine, or see the log above") -> NoReturn:
    """End the benchmark without a figure, and say how to get one."""
    print(f"error: no result: {why} ({how})", file=sys.stderr)
    raise SystemExit(1)


def note(text: str, *, as_json: bool) -> None:
    """Progress: for people on stdout, for programs on stderr."""
    print(text, file=sys.stderr if as_json else sys.stdout, flush=True)


def finish(result: Mapping[str, Any], lines: Sequence[str], *, as_json: bool) -> None:
    """Print the result with machine, versions and command: as one JSON line, or for people."""
    command = shlex.join([Path(sys.executable).name, *sys.argv])
    if as_json:
        print(json.dumps({**result, "machine": machine(), "versions": versions(), "command": command}), flush=True)
        return
    about = ", ".join(f"{key} {value}" for key, value in machine().items())
    print("\n".join([*lines, f"machine   {about}", f"versions  {versions()}", f"command   {command}"]), flush=True)


def _first(path: str, key: str) -> str | None:
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), None)
