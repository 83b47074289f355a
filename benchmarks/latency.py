"""Voice to voice: our server over SIP, order system included, against a stock pipecat bot, on the same clips.

    python benchmarks/latency.py [--quick] [--json] [--rounds N]

Ours: `voicebot serve` in a process of its own, rung by `voicebot call` in another, over SIP and RTP on loopback; the
demo shop answers every read 100 ms late. From the last voiced RTP packet sent to the first voiced RTP packet received.
Peer: see peer_pipecat.py; no SIP, no RTP, no order system, a fixed reply: from the last voiced frame fed to its input
transport to the first voiced frame at its output transport. The two never run at the same time.

No result is printed when the caller (or the peer's feed) could not keep its own time.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _common import FIXTURES, ROOT, arguments, bottleneck, finish, note, percentile, refuse, rounded
from _server import ServerError, place_call, serving

OMS_LATENCY_MS = 100
#: The feed shares the peer's event loop; late frames start its clock later, which favours the peer.
MAX_FEED_ERROR_MS = 25.0
_FULL_ROUNDS, _QUICK_ROUNDS = 10, 1


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the script. `reads`: clips whose answer needs an order that nobody asked for before."""

    caller: str
    clips: tuple[str, ...]
    reads: frozenset[str] = frozenset()


CALLS = (
    Call(
        "anonymous",
        ("where_is_my_order", "order_number_4481207", "when_will_it_arrive", "no_thanks_bye"),
        frozenset({"order_number_4481207"}),
    ),
    Call(
        "anonymous",
        ("where_is_order_4481207", "repeat_please", "no_thanks_bye"),
        frozenset({"where_is_order_4481207"}),
    ),
    Call(
        "anonymous",
        ("track_my_parcel", "order_number_4480022", "no_thanks_bye"),
        frozenset({"order_number_4480022"}),
    ),
    Call("+14155550134", ("where_is_my_order", "when_will_it_arrive", "no_thanks_bye")),
)


def main() -> None:
    """Run both sides and print the result."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--rounds", type=int, default=None, help="times through the script of 4 calls, 13 turns")
    parser.add_argument("--no-peer", action="store_true", help="our side only; for work on the server")
    args = parser.parse_args()
    rounds = args.rounds or (_QUICK_ROUNDS if args.quick else _FULL_ROUNDS)
    with tempfile.TemporaryDirectory(prefix="voicebot-latency-") as name:
        folder = Path(name)
        try:
            turns, late = ours(folder, rounds, as_json=args.json)
        except (ServerError, subprocess.TimeoutExpired) as error:
            refuse(str(error))
        peer, peer_late = ([], 0.0) if args.no_peer else peer_turns(folder, rounds, as_json=args.json)
    if why := bottleneck(late) or bottleneck(peer_late, MAX_FEED_ERROR_MS):
        refuse(why)
    result = summarise(turns, peer, late, peer_late)
    if result["p50_ms"] is None:
        refuse("no turn was answered")
    finish(result, _table(result), as_json=args.json)


def ours(folder: Path, rounds: int, *, as_json: bool) -> tuple[list[dict[str, Any]], float]:
    """Turns of our server, and the worst of the callers' own pacing errors (p99, ms)."""
    turns: list[dict[str, Any]] = []
    late = 0.0
    with serving(folder, oms_latency_ms=OMS_LATENCY_MS) as server:
        for number in range(rounds):
            for call in CALLS:
                summary = place_call(server, [FIXTURES / f"{clip}.flac" for clip in call.clips], caller=call.caller)
                late = max(late, summary["pacing_error_ms"]["p99"])
                for turn in summary["turns"]:
                    turns.append({**turn, "read": Path(turn["clip"]).stem in call.reads})
                    note(f"ours  {number + 1} {turn['clip']}: {outcome(turn)}", as_json=as_json)
    return turns, late


def peer_turns(folder: Path, rounds: int, *, as_json: bool) -> tuple[list[dict[str, Any]], float]:
    """Turns of the stock bot on the same clips in the same order, and its feed's pacing error (p99, ms)."""
    from voicebot import weights

    clips = [str(FIXTURES / f"{clip}.flac") for _ in range(rounds) for call in CALLS for clip in call.clips]
    command = [
        sys.executable,
        str(Path(__file__).with_name("peer_pipecat.py")),
        *("--model", str(weights.whisper_base(folder / "cache"))),
        *("--voice", str(weights.piper_voice())),
        *("--warm-up", "1", clips[0], *clips),
    ]
    turns: list[dict[str, Any]] = []
    late: float | None = None
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        for line in process.stdout:
            row = json.loads(line) if line.startswith("{") else {}
            if row.get("event") == "turn":
                turns.append(row)
                note(f"peer  {row['clip']}: {outcome(row)}", as_json=as_json)
            elif row.get("event") == "peer":
                late = row["pacing_p99_ms"]
    if process.returncode or late is None:
        refuse("the peer did not finish")
    return turns, late


def outcome(turn: dict[str, Any]) -> str:
    """A turn in words."""
    if not turn.get("played", True):
        return "not played: the call ended before"
    figure = "no figure" if turn["v2v_ms"] is None else f"{turn['v2v_ms']:.0f} ms"
    return figure + (", the bot spoke into the turn" if turn["talked_over"] else "")


def summarise(
    turns: Sequence[dict[str, Any]], peer: Sequence[dict[str, Any]], late_ms: float, peer_late_ms: float
) -> dict[str, Any]:
    """Percentiles of both sides, their ratio, and what was left out of them."""
    mine = _answered(turns)
    reads = _answered([turn for turn in turns if turn["read"]])
    theirs = _answered(peer)
    p50, peer_p50 = percentile(mine, 50), percentile(theirs, 50)
    return {
        "benchmark": "latency",
        "p50_ms": rounded(p50),
        "p95_ms": rounded(percentile(mine, 95)),
        "max_ms": rounded(max(mine, default=None)),
        "read_p50_ms": rounded(percentile(reads, 50)),
        "read_p95_ms": rounded(percentile(reads, 95)),
        "peer": "stock pipecat-ai, Whisper base int8, Silero, Smart Turn, Piper, fixed reply, no SIP, no order system",
        "peer_p50_ms": rounded(peer_p50),
        "peer_p95_ms": rounded(percentile(theirs, 95)),
        "ratio": rounded(peer_p50 / p50, 2) if p50 and peer_p50 else None,
        "turns": len(mine),
        "peer_turns": len(theirs),
        "unanswered": len(turns) - len(mine),
        "peer_unanswered": len(peer) - len(theirs),
        "talked_over": sum(turn["talked_over"] for turn in turns),
        "peer_talked_over": sum(turn["talked_over"] for turn in peer),
        "oms_latency_ms": OMS_LATENCY_MS,
        "pacing_p99_ms": rounded(late_ms, 2),
        "peer_pacing_p99_ms": rounded(peer_late_ms, 2),
        "by_clip": {clip: rounded(value) for clip, value in _by_clip(turns).items()},
        "peer_by_clip": {clip: rounded(value) for clip, value in _by_clip(peer).items()},
    }


def _answered(turns: Sequence[dict[str, Any]]) -> list[float]:
    return [turn["v2v_ms"] for turn in turns if turn["v2v_ms"] is not None]


def _by_clip(turns: Sequence[dict[str, Any]]) -> dict[str, float | None]:
    names = dict.fromkeys(turn["clip"] for turn in turns)
    return {name: percentile(_answered([turn for turn in turns if turn["clip"] == name]), 50) for name in names}


def _table(result: dict[str, Any]) -> list[str]:
    clips = result["by_clip"]
    rows = [f"  {clip:32} {clips[clip]!s:>8} {result['peer_by_clip'].get(clip)!s:>8}" for clip in clips]
    return [
        "",
        f"  {'median per clip, ms':32} {'ours':>8} {'peer':>8}",
        *rows,
        f"ours      p50 {result['p50_ms']} ms, p95 {result['p95_ms']} ms over {result['turns']} turns "
        f"({result['unanswered']} without a figure, {result['talked_over']} talked over); "
        f"with a live read: p50 {result['read_p50_ms']} ms",
        f"peer      p50 {result['peer_p50_ms']} ms, p95 {result['peer_p95_ms']} ms over {result['peer_turns']} turns "
        f"({result['peer_unanswered']} without a figure, {result['peer_talked_over']} talked over): {result['peer']}",
        f"ratio     {result['ratio']}",
        f"witness   caller late by {result['pacing_p99_ms']} ms at p99, "
        f"peer's feed by {result['peer_pacing_p99_ms']} ms",
    ]


if __name__ == "__main__":
    main()
