"""Voice to voice: our server over SIP, order system included, against a stock pipecat bot, on the same clips.

    python benchmarks/latency.py [--quick] [--json] [--rounds N]

Ours: `voicebot serve` in a process of its own, rung by `voicebot call` in another, over SIP and RTP on loopback; the
demo shop answers every read 100 ms late. From the last voiced RTP packet sent to the first voiced RTP packet of the
answer received. A turn counts only when the call's event log shows that it was the right answer: the expected intent or
slot was understood, and the text says what it must; for a turn about an order, the headline that the order system gave.
A filler ("Let me look at that order") is not the answer: such a turn counts from the answer's own first sound.
A live read was asked of the order system within the turn, from the caller's first sound on: after the turn was taken
(in_turn), while the server was still making sure (speculative), or on a partial hypothesis (prefetched).

Peer: see peer_pipecat.py; no SIP, no RTP, no order system, a fixed reply: from the last voiced frame fed to its input
transport to the first voiced frame at its output transport. Any reply counts.

Both sides take turns call by call, so that whatever else the machine does meets both; the side whose turn it is not is
given nothing to do. The ratio is of the medians over the turns that ours answered rightly and the peer answered. A bot
that begins to speak before the caller has finished has failed that turn. The headline is of clips without a pause
inside, which a stock bot's fixed silence would take for the end of the turn, and all of them are complete to the
stock turn model; clips with pauses are reported apart.

A call in which the caller (or the peer's feed) could not keep its own time is thrown away on both sides and counted;
with more than one in ten of them there is no result.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import _figures as figures
from _common import FIXTURES, arguments, bottleneck, finish, note, refuse, rounded
from _evidence import verdicts
from _figures import Turn
from _peer import Peer, PeerError, peer
from _script import CALLS, Call
from _server import Server, ServerError, place_call, serving
from _witness import cpu_seconds

OMS_LATENCY_MS = 100
_FULL_ROUNDS, _QUICK_ROUNDS = 8, 1
_MAX_DISCARDED = 0.1
PEER = "stock pipecat-ai, Whisper base int8, Silero, Smart Turn, Piper, fixed reply, no SIP, no order system"


@dataclass(slots=True)
class Run:
    """What was gathered so far."""

    mine: list[Turn] = field(default_factory=list)
    theirs: list[Turn] = field(default_factory=list)
    blocks: int = 0
    discarded: list[str] = field(default_factory=list)
    late_ms: float = 0.0
    peer_late_ms: float = 0.0
    feed_scheduling: str = ""
    callers: list[dict[str, Any]] = field(default_factory=list)
    idle: dict[str, list[float]] = field(default_factory=lambda: {"ours": [], "peer": []})
    """Per block, the percentage of a core that the side which was not measured used meanwhile."""


def main() -> None:
    """Run both sides, call by call, and print the result."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--rounds", type=int, default=None, help="times through the script; default 8, quick 1")
    parser.add_argument("--no-peer", action="store_true", help="our side only; for work on the server")
    parser.add_argument("--keep", type=Path, default=None, help="keep the server's data here, to look into a turn")
    args = parser.parse_args()
    rounds = args.rounds or (_QUICK_ROUNDS if args.quick else _FULL_ROUNDS)
    calls = [call for call in CALLS if call.quick or not args.quick]
    load = os.getloadavg()[0]
    run = Run()
    with tempfile.TemporaryDirectory(prefix="voicebot-latency-") as name, ExitStack() as stack:
        folder = args.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            server = stack.enter_context(serving(folder.resolve(), oms_latency_ms=OMS_LATENCY_MS))
            warm_up = FIXTURES / f"{CALLS[0].steps[0].clip}.flac"
            other = None if args.no_peer else stack.enter_context(peer(Path(name), warm_up=warm_up))
            for number in range(rounds):
                for index, call in enumerate(calls):
                    both(run, server, other, call, (number, index), as_json=args.json)
        except (ServerError, PeerError, subprocess.TimeoutExpired) as error:
            refuse(str(error))
    if len(run.discarded) > _MAX_DISCARDED * run.blocks:
        refuse(f"{len(run.discarded)} of {run.blocks} calls were thrown away: {run.discarded[-1]}")
    result = {"benchmark": "latency", **figures.summarise(run.mine, run.theirs), **_conditions(run, rounds, load)}
    if result["p50_ms"] is None:
        refuse("no turn was answered rightly: " + "; ".join(str(turn) for turn in run.mine[:3]))
    finish(result, _table(result), as_json=args.json)


def both(run: Run, server: Server, other: Peer | None, call: Call, place: tuple[int, int], *, as_json: bool) -> None:
    """One call of the script on both sides, each of them first every other time."""
    mine, theirs, why = list[Turn](), list[Turn](), list[str]()
    ours_first = sum(place) % 2 == 1
    for ours_now in (ours_first, not ours_first):
        if not ours_now and other is None:
            continue
        resting = server.pid if not ours_now else other.process.pid if other else None
        before, since = cpu_seconds(resting) if resting else 0.0, time.monotonic()
        if ours_now:
            mine, late = our_call(run, server, call, place)
            run.late_ms = max(run.late_ms, late)
            why += filter(None, [bottleneck(late)])
        elif other is not None:
            theirs, feed = peer_block(other, call, place)
            feed_late = feed["pacing_p99_ms"]
            run.peer_late_ms = max(run.peer_late_ms, feed_late or 0.0)
            run.feed_scheduling = feed["scheduling"]
            why += filter(None, [bottleneck(feed_late)])
        if resting:
            used = cpu_seconds(resting) - before
            run.idle["peer" if ours_now else "ours"].append(100 * used / (time.monotonic() - since))
        for turn in mine if ours_now else theirs:
            note(f"{'ours' if ours_now else 'peer'}  {place[0] + 1} {turn}", as_json=as_json)
    run.blocks += 1
    if why:
        run.discarded.append(why[0])
        note(f"thrown away: {why[0]}", as_json=as_json)
        return
    run.mine += mine
    run.theirs += theirs


def our_call(run: Run, server: Server, call: Call, place: tuple[int, int]) -> tuple[list[Turn], float]:
    """Turns of one call to our server, and the caller's own pacing error (p99, ms)."""
    placed = place_call(server, [FIXTURES / f"{step.clip}.flac" for step in call.steps], caller=call.caller)
    run.callers.append(placed.caller)
    rows = placed.summary["turns"]
    played = [step for step, row in zip(call.steps, rows, strict=True) if row["played"]]
    found = verdicts(placed.records, played)
    # A turn that was not played has no verdict of its own; its outcome says so.
    found += [verdicts((), [step])[0] for step in call.steps[len(played) :]]
    turns = [
        figures.ours((*place, index), call.section, step, row, verdict)
        for index, (step, row, verdict) in enumerate(zip(call.steps, rows, found, strict=True))
    ]
    return turns, placed.summary["pacing_error_ms"]["p99"]


def peer_block(other: Peer, call: Call, place: tuple[int, int]) -> tuple[list[Turn], dict[str, Any]]:
    """The same clips in the same order on the peer, and how its feed kept time."""
    rows, feed = other.block([FIXTURES / f"{step.clip}.flac" for step in call.steps])
    turns = [
        figures.peers((*place, index), call.section, step, row)
        for index, (step, row) in enumerate(zip(call.steps, rows, strict=True))
    ]
    return turns, feed


def _conditions(run: Run, rounds: int, load: float) -> dict[str, Any]:
    real_time = [one["real_time_cpu_percent"] for one in run.callers]
    return {
        "peer": PEER,
        "oms_latency_ms": OMS_LATENCY_MS,
        "rounds": rounds,
        "discarded_calls": len(run.discarded),
        "pacing_p99_ms": rounded(run.late_ms, 2),
        "peer_pacing_p99_ms": rounded(run.peer_late_ms, 2),
        "peer_feed_scheduling": run.feed_scheduling,
        "caller_scheduling": "/".join(sorted({one["policy"] for one in run.callers})),
        "caller_real_time_cpu_percent": rounded(max(real_time, default=None), 2),
        "caller_cpu_percent": rounded(max((one["cpu_percent"] for one in run.callers), default=None), 1),
        "resting_cpu_percent": {side: rounded(max(used, default=None)) for side, used in run.idle.items()},
        "load_before": rounded(load, 2),
        "failures": [
            f"{side} {turn}"
            for side, turns in (("ours", run.mine), ("peer", run.theirs))
            for turn in turns
            if not turn.good
        ],
    }


def _table(result: dict[str, Any]) -> list[str]:
    return [
        "",
        *_section("clips without pauses", result),
        "",
        *_section("clips with pauses", result["with_pauses"]),
        "",
        *(f"failed    {one}" for one in result["failures"]),
        f"peer is   {result['peer']}",
        f"witness   caller late by {result['pacing_p99_ms']} ms at p99, peer's feed by {result['peer_pacing_p99_ms']} "
        f"ms; {result['discarded_calls']} calls thrown away; resting sides used {result['resting_cpu_percent']} % of a "
        f"core; load before {result['load_before']}",
        f"caller    its media thread under {result['caller_scheduling']} (the peer's feed: "
        f"{result['peer_feed_scheduling'] or 'none'}), {result['caller_real_time_cpu_percent']} % of a core of "
        f"real-time work; the whole process {result['caller_cpu_percent']} %",
    ]


def _section(title: str, part: dict[str, Any]) -> list[str]:
    clips, peers = part["by_clip"], part["peer_by_clip"]
    kinds = ", ".join(f"{kind} {one['turns']} (p50 {one['p50_ms']})" for kind, one in part["reads"].items())
    return [
        f"  {title + ', p50 ms':32} {'ours':>8} {'peer':>8}",
        *(f"  {clip:32} {clips[clip]!s:>8} {peers.get(clip)!s:>8}" for clip in clips),
        f"ours      p50 {part['p50_ms']} ms, p95 {part['p95_ms']} ms over {part['right']} right turns of "
        f"{part['turns']} ({part['answered']} answered; failed: {part['failed'] or 'none'}; "
        f"{part['filler_first']} began with a filler)",
        f"reads     p50 {part['read_p50_ms']} ms, p95 {part['read_p95_ms']} ms over {part['with_live_read']} right "
        f"turns with a live read of {part['should_read']} that should read: {kinds}",
        f"peer      p50 {part['peer_p50_ms']} ms, p95 {part['peer_p95_ms']} ms over {part['peer_answered']} answered "
        f"turns of {part['peer_turns']} (failed: {part['peer_failed'] or 'none'})",
        f"ratio     {part['ratio']}: medians {part['pair_peer_p50_ms']} and {part['pair_p50_ms']} ms "
        f"of {part['pairs']} turns that both answered",
    ]


if __name__ == "__main__":
    main()
