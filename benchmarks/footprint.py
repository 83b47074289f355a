"""What the server takes: memory when it is warm and for each call more, and processor time of a silent and a busy call.

    python benchmarks/footprint.py [--quick] [--json] [--calls N]

`voicebot serve` runs in a process of its own; the callers are `voicebot call` in processes of their own, over SIP and
RTP on loopback, with recording and everything else as it is by default. Memory is what is resident (VmRSS), processor
time is what the scheduler counted for the server's threads. All of one phase's calls are in progress while it is looked
at, and each phase is a call of one kind:

silent   the caller listens to the greeting and then says nothing (the line carries packets all the time)
busy     the caller asks, is answered, and asks again

One call goes before, so that what only the first call loads is counted as warm, not as a call's. What is still there
after everybody has hung up is reported as well.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from _common import FIXTURES, arguments, finish, note, percentile, refuse, rounded
from _server import Server, ServerError, serving
from _witness import Watch

from voicebot import heap

_CALLS, _QUICK_CALLS = 10, 3
_BEGIN_S, _LOOK_S, _QUICK_LOOK_S, _EVERY_S = 8.0, 30.0, 8.0, 0.5
_HANG_UP_S, _SETTLE_S = 15.0, 12.0
_SILENT = ("silence_3s",) * 24
_BUSY = ("where_is_my_order", "order_number_4481207", "when_will_it_arrive", "repeat_please") * 6
TARGETS = {"warm_mb": 700.0, "per_call_mb": 6.0}


def main() -> None:
    """Measure and print."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--calls", type=int, default=None, help="calls at once; default 10, quick 3")
    args = parser.parse_args()
    calls = args.calls or (_QUICK_CALLS if args.quick else _CALLS)
    look_s = _QUICK_LOOK_S if args.quick else _LOOK_S
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="voicebot-footprint-") as name:
        try:
            with serving(Path(name), oms_latency_ms=0) as server:
                ready_mb = _resident(server)
                note(f"ready with {ready_mb} MB", as_json=args.json)
                _phase(server, _BUSY, 1, look_s, "warm-up", as_json=args.json)
                warm_mb = _resident(server)
                nobody = _look(server, look_s)
                phases = {
                    kind: _phase(server, clips, calls, look_s, kind, as_json=args.json)
                    for kind, clips in (("silent", _SILENT), ("busy", _BUSY))
                }
                after_mb = _resident(server)
        except ServerError as error:
            refuse(str(error))
    result = {
        "benchmark": "footprint",
        "calls": calls,
        "ready_mb": ready_mb,
        "warm_mb": warm_mb,
        "after_mb": after_mb,
        "idle_cpu_percent": nobody["cpu_percent"],
        **{
            kind: {
                **phase,
                "per_call_mb": rounded((phase["most_mb"] - warm_mb) / calls, 2),
                "per_call_cpu_percent": rounded((phase["cpu_percent"] - nobody["cpu_percent"]) / calls, 2),
            }
            for kind, phase in phases.items()
        },
        "targets": TARGETS,
        "load_before": rounded(load, 2),
    }
    finish(result, _table(result), as_json=args.json)


def _phase(
    server: Server, clips: Sequence[str], calls: int, look_s: float, kind: str, *, as_json: bool
) -> dict[str, Any]:
    """Look at the server while so many callers are in the middle of their calls; back when they have hung up."""
    says = [part for clip in clips for part in ("--say", str(FIXTURES / f"{clip}.flac"))]
    command = [sys.executable, "-m", "voicebot", "call", server.sip, *says, "--json"]
    callers = []
    try:
        for number in range(calls):
            one = [*command, "--from", f"+1415555{8000 + number}"]
            callers.append(subprocess.Popen(one, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            time.sleep(0.3)
        time.sleep(_BEGIN_S)
        found = _look(server, look_s)
        gone = sum(caller.poll() is not None for caller in callers)
        if gone:
            raise ServerError(f"{gone} of {calls} callers had hung up before the end of the phase {kind}")
    finally:
        for caller in callers:
            caller.terminate()
        for caller in callers:
            try:
                caller.wait(_HANG_UP_S)
            except subprocess.TimeoutExpired:
                caller.kill()
    time.sleep(_SETTLE_S)
    note(f"{kind:8} {calls} calls: {found['most_mb']} MB, {found['cpu_percent']} % of a core", as_json=as_json)
    return found


def _look(server: Server, seconds: float) -> dict[str, Any]:
    """Memory and processor time over so long, the latter by thread."""
    watch = Watch(server.pid)
    watch.look()
    before, began = dict(watch.threads), time.monotonic()
    sizes = []
    while time.monotonic() - began < seconds:
        time.sleep(_EVERY_S)
        sizes.append(_resident(server))
    watch.look()
    lasted = time.monotonic() - began
    used = {task: ran - before.get(task, ("", 0.0))[1] for task, (_, ran) in watch.threads.items()}
    return {
        "most_mb": max(sizes),
        "median_mb": percentile(sizes, 50),
        "cpu_percent": rounded(100 * sum(used.values()) / lasted),
        "threads_percent": _by_name(server.pid, used, lasted),
    }


def _by_name(pid: int, used: Mapping[int, float], seconds: float) -> dict[str, float]:
    """The busiest kinds of threads, by name; the event loop's thread is the process's own."""
    found: dict[str, float] = {}
    for task, ran in used.items():
        try:
            name = Path(f"/proc/{pid}/task/{task}/comm").read_text().strip()
        except OSError:
            continue  # it has ended
        name = "event loop" if task == pid else name
        found[name] = found.get(name, 0.0) + 100 * ran / seconds
    busiest = sorted(found.items(), key=lambda one: -one[1])[:6]
    return {name: round(share, 1) for name, share in busiest if share >= 0.1}


def _resident(server: Server) -> float:
    found = heap.resident_mb(server.pid)
    if found is None:
        raise ServerError("the server's memory cannot be read: no /proc, or it has ended")
    return round(found, 1)


def _table(result: dict[str, Any]) -> list[str]:
    lines = [
        "",
        f"memory    ready {result['ready_mb']} MB, warm {result['warm_mb']} MB (target {TARGETS['warm_mb']:g}), "
        f"after all calls {result['after_mb']} MB",
        f"nobody    {result['idle_cpu_percent']} % of a core",
    ]
    for kind in ("silent", "busy"):
        phase = result[kind]
        lines.append(
            f"{kind:9} {result['calls']} calls: {phase['per_call_mb']} MB more each (target "
            f"{TARGETS['per_call_mb']:g}), {phase['per_call_cpu_percent']} % of a core each: {phase['threads_percent']}"
        )
    return [*lines, f"load      {result['load_before']} before"]


if __name__ == "__main__":
    main()
