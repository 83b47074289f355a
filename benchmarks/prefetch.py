"""Looking orders up while the caller is still talking: how often the first look-up is there before the caller stops.

    python benchmarks/prefetch.py [--quick] [--json] [--rounds N] [--no-peer]

Callers ring `voicebot serve` (a process of its own) by `voicebot call` (another), over SIP and RTP on loopback, until
they have said something that needs an order. The demo shop's answers take 100 ms in the middle and 300 ms at the 99th
percentile. Per call: when the order was there that the dialogue looked up, after the caller's last voiced packet of the
turn that is about it (negative is before it), whoever asked first: prefetch at ring time or on a partial hypothesis,
speculation on a turn that may be over, or the dialogue itself, which asks for a known caller's orders as soon as it has
greeted. The target is of first look-ups. Beside it stands the share of all calls, in which one whose turn never got the
order (its key was misheard, and the caller is asked again) counts as too late. The log's clock is set by the first
sound of the greeting, which both sides know.

known number       the number that rings belongs to a customer; "Where is my order?" and the like
known, names it    the same, and the order's number is said
number, then more  nobody knows who calls; the order's number is said, and what the matter is after it
number at the end  nobody knows who calls; the order's number is the last thing said
e-mail at the end  nobody knows who calls, and she knows no number: asked for it, she says her e-mail address

Nothing can be known before a key is complete when it is the last thing said; those two are in it because people do so.

Peer: the same server with `oms.prefetches_per_call = 0`; it still speculates. Both take turns call by call. A snapshot
is served again for 20 seconds, so callers of one customer wait for that long. A call in which the caller could not keep
its own time is thrown away on both sides, and with more than one in ten of them there is no result.
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

from _ahead import WHYS, LookUp, by_kind, first_look_up, summary
from _common import FIXTURES, arguments, bottleneck, finish, note, percentile, refuse, rounded
from _evidence import clock_ahead_ms
from _server import Server, ServerError, place_call, serving

from voicebot.oms.settings import OmsSettings
from voicebot.records.events.hearing import Partial

MEDIAN_MS, P99_MS = 100, 300
TARGET_PERCENT = 80.0
_FULL_ROUNDS, _QUICK_ROUNDS = 4, 1
_MAX_DISCARDED = 0.1
_FORGOTTEN_S = OmsSettings().cache_ttl_s + 1.0
KNOWN, NAMED, INSIDE, LAST, EMAIL = (
    "known number",
    "known, names it",
    "number, then more",
    "number at the end",
    "e-mail at the end",
)
ELENA, JONAS, OMAR, GUEST, MARA = "+14155550134", "+14155550177", "+14155550155", "+14155550190", "+16465550101"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls and what is said.

    Attributes:
        number: the one that rings.
        says: a clip for each turn; the last one needs the order.
        order: the one that the turn is about, or one of them.
        customer: callers of one customer meet the same snapshots.
    """

    kind: str
    number: str = "anonymous"
    says: tuple[str, ...]
    order: str
    customer: str
    quick: bool = True


CALLERS = (
    Caller(kind=KNOWN, number=ELENA, says=("where_is_my_order_flowing",), order="4481207", customer="elena"),
    Caller(kind=KNOWN, number=JONAS, says=("track_my_parcel",), order="7302915", customer="jonas"),
    Caller(kind=KNOWN, number=GUEST, says=("order_is_late",), order="9274460", customer="guest", quick=False),
    Caller(kind=KNOWN, number=OMAR, says=("has_it_shipped",), order="6127409", customer="omar", quick=False),
    Caller(kind=KNOWN, number=MARA, says=("cancel_my_order",), order="3310460", customer="mara", quick=False),
    Caller(kind=INSIDE, says=("order_2590371_where_is_it",), order="2590371", customer="thea"),
    Caller(kind=NAMED, number=ELENA, says=("where_is_order_4481207_flowing",), order="4481207", customer="elena"),
    Caller(kind=INSIDE, says=("order_7302915_where_is_it",), order="7302915", customer="jonas", quick=False),
    Caller(kind=LAST, says=("where_is_order_4481207_flowing",), order="4481207", customer="elena"),
    Caller(kind=INSIDE, says=("order_4481207_where_is_it",), order="4481207", customer="elena"),
    Caller(
        kind=EMAIL,
        says=("where_is_my_order_flowing", "dont_know_number", "email_elena_marlowe"),
        order="4481207",
        customer="elena",
    ),
)


@dataclass(slots=True)
class Run:
    """What was gathered so far."""

    mine: list[LookUp] = field(default_factory=list)
    theirs: list[LookUp] = field(default_factory=list)
    calls: int = 0
    discarded: list[str] = field(default_factory=list)
    late_ms: float = 0.0
    partials_ms: list[float] = field(default_factory=list)
    """How long decoding a partial hypothesis took: on a busy machine nothing can be looked up ahead."""
    rung: dict[str, float] = field(default_factory=dict)
    """Customer -> when a call of theirs last ended (monotonic, s)."""


def main() -> None:
    """Call by call on both servers, and print the shares."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--rounds", type=int, default=None, help="times through the callers; default 4, quick 1")
    parser.add_argument("--no-peer", action="store_true", help="our side only; for work on the server")
    parser.add_argument("--keep", type=Path, default=None, help="keep the servers' data here, to look into a call")
    args = parser.parse_args()
    rounds = args.rounds or (_QUICK_ROUNDS if args.quick else _FULL_ROUNDS)
    callers = [one for one in CALLERS if one.quick or not args.quick]
    load, run = os.getloadavg()[0], Run()
    with tempfile.TemporaryDirectory(prefix="voicebot-prefetch-") as name, ExitStack() as stack:
        folder = (args.keep or Path(name)).resolve()
        try:
            ours = stack.enter_context(_serving(folder / "ours", {}))
            off = {"VOICEBOT_OMS__PREFETCHES_PER_CALL": "0"}
            peer = None if args.no_peer else stack.enter_context(_serving(folder / "peer", off))
            for _ in range(rounds):
                for caller in callers:
                    both(run, ours, peer, caller, as_json=args.json)
        except (ServerError, subprocess.TimeoutExpired) as error:
            refuse(str(error))
    if len(run.discarded) > _MAX_DISCARDED * run.calls:
        refuse(f"{len(run.discarded)} of {run.calls} calls were thrown away: {run.discarded[-1]}")
    result = {
        "benchmark": "prefetch",
        **summary(run.mine),
        "by_kind": by_kind(run.mine),
        "peer": {"is": "the same server with prefetch switched off", **summary(run.theirs)},
        "peer_by_kind": by_kind(run.theirs),
        "oms_p50_ms": MEDIAN_MS,
        "oms_p99_ms": P99_MS,
        "rounds": rounds,
        "discarded_calls": len(run.discarded),
        "pacing_p99_ms": rounded(run.late_ms, 2),
        "partial_p50_ms": rounded(percentile(run.partials_ms, 50)),
        "partial_p95_ms": rounded(percentile(run.partials_ms, 95)),
        "load_before": rounded(load, 2),
        "target_percent": TARGET_PERCENT,
        "too_late": [str(one) for one in run.mine if not one.in_time],
    }
    finish(result, _table(result), as_json=args.json)


def _serving(folder: Path, settings: dict[str, str]) -> Any:
    folder.mkdir(parents=True, exist_ok=True)
    return serving(folder, oms_latency_ms=MEDIAN_MS, oms_p99_ms=P99_MS, settings=settings)


def both(run: Run, ours: Server, peer: Server | None, caller: Caller, *, as_json: bool) -> None:
    """One caller on both servers, once the snapshots of the customer's last call are gone."""
    time.sleep(max(0.0, run.rung.get(caller.customer, 0.0) + _FORGOTTEN_S - time.monotonic()))
    mine_first = run.calls % 2 == 0
    found: dict[str, LookUp] = {}
    why: list[str] = []
    for name, server in [("ours", ours), ("peer", peer)][:: 1 if mine_first else -1]:
        if server is not None:
            found[name], late_ms, partials_ms = one_call(server, caller)
            run.late_ms = max(run.late_ms, late_ms)
            run.partials_ms += partials_ms
            why += filter(None, [bottleneck(late_ms)])
            note(f"{name}  {found[name]}", as_json=as_json)
    run.rung[caller.customer] = time.monotonic()
    run.calls += 1
    if why:
        run.discarded.append(why[0])
        note(f"thrown away: {why[0]}", as_json=as_json)
        return
    run.mine.append(found["ours"])
    run.theirs += [found["peer"]] if "peer" in found else []


def one_call(server: Server, caller: Caller) -> tuple[LookUp, float, list[float]]:
    """The call's first look-up, the caller's own pacing error (p99, ms), and what each partial decoding took (ms)."""
    placed = place_call(server, [FIXTURES / f"{clip}.flac" for clip in caller.says], caller=caller.number)
    timeline = placed.summary["timeline_ms"]
    voice = timeline["caller"][-1]
    late_ms = float(placed.summary["pacing_error_ms"]["p99"])
    partials_ms = [one.event.decode_ms for one in placed.records if isinstance(one.event, Partial)]
    if voice is None:
        trouble = "the call ended before the caller could say it"
        return LookUp(kind=caller.kind, call=caller.says[-1], trouble=trouble), late_ms, partials_ms
    ahead_ms = clock_ahead_ms(placed.records, timeline)
    span = float(voice[0]) + ahead_ms, float(voice[1]) + ahead_ms
    look_up = first_look_up(placed.records, caller.order, span, kind=caller.kind, call=caller.says[-1])
    return look_up, late_ms, partials_ms


def _table(result: dict[str, Any]) -> list[str]:
    peers = result["peer_by_kind"]
    share = result["look_ups_before_stop_percent"]
    met = "met" if (share or 0.0) >= TARGET_PERCENT else "not met"
    return [
        "",
        f"  {'there before the caller stopped, %':42}{'ours':>8}{'peer':>8}{'calls':>7}{'ours at, ms p50 / p95':>24}",
        *(_row(kind, one, peers.get(kind)) for kind, one in result["by_kind"].items()),
        _row("all calls", result, result["peer"]),
        f"  {'all first look-ups':42}{share!s:>8}{result['peer']['look_ups_before_stop_percent']!s:>8}"
        f"{result['looked_up']:>7}",
        "",
        f"ours      asked by {_whys(result)}; there when the turn was taken: {result['before_turn_percent']} %",
        f"peer      asked by {_whys(result['peer'])}; there when the turn was taken: "
        f"{result['peer']['before_turn_percent']} %; there p50 {result['peer']['ready_p50_ms']} ms, "
        f"p95 {result['peer']['ready_p95_ms']} ms",
        *(f"too late  {one}" for one in result["too_late"]),
        f"target    {TARGET_PERCENT:g} % of first look-ups before the caller stopped: {met}",
        f"witness   caller late by {result['pacing_p99_ms']} ms at p99; {result['discarded_calls']} calls thrown away; "
        f"load before {result['load_before']}; a partial was decoded within {result['partial_p50_ms']} ms (p50), "
        f"{result['partial_p95_ms']} ms (p95)",
    ]


def _row(name: str, ours: dict[str, Any], peers: dict[str, Any] | None) -> str:
    share = f"{(peers or {}).get('before_stop_percent')!s:>8}"
    there = f"{ours['ready_p50_ms']} / {ours['ready_p95_ms']}"
    return f"  {name:42}{ours['before_stop_percent']!s:>8}{share}{ours['calls']:>7}{there:>24}"


def _whys(part: dict[str, Any]) -> str:
    return ", ".join(f"{why} {part['asked_by'][why]}" for why in WHYS if why in part["asked_by"]) or "nobody"


if __name__ == "__main__":
    main()
