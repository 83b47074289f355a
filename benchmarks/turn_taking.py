"""Taking turns: our server over SIP and RTP against a stock pipecat bot, by the same scripted full-duplex callers.

    python benchmarks/turn_taking.py [--quick] [--json] [--data DIR] [--rounds N]

The callers dictate an order number in groups with pauses of 300 to 950 ms, break off inside a sentence, and speak over
the bot's answer: "mhm" and the like, coughs, "um", noise (recordings of it when --data has them), a word to somebody
else in the room (14 dB quieter), and real interruptions. Clips are cut to their voice, so that pauses are exact.

Figures are tau-voice's (arXiv 2603.13686): L_R response latency, L_Y yield latency, R_R and R_Y response and yield
rate, I_A turns that the bot cut into, S_BC, S_VT and S_ND the share of back-channels, of tics and noise, and of speech
that is not meant for the bot, after which it went on. All from the caller's own socket: the first and last voiced
packets sent and received. A bot that falls silent has yielded; L_Y is to its last voiced packet before the caller's
end. An "okay" said while our bot's yes-or-no question sounds is an answer to it, and counts for nothing (`answers`; the
peer asks no question). Whether ours, falling silent, went on afterwards or gave its turn up is what its event log says;
a stock bot that is silent for 450 ms has given up. `held` is how long ours was silent before it went on.

Peer: see peer_pipecat.py; the same clips after the same waits. Its reply is long, so that there is something to speak
over, and begins with a short sentence, which favours it; it has no order system. Both sides take turns call by call; a
call in which the sender could not keep its own time is thrown away on both sides, and with more than one in ten of them
there is no result. A cue for which the bot was not speaking, or had not fallen silent, counts for nothing.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import _duplex as duplex
import _floor as floor
from _common import FIXTURES, arguments, bottleneck, finish, note, refuse, rounded
from _data import add_data
from _duplex import BACKCHANNEL, Call, Studio
from _evidence import clock_ahead_ms
from _floor import Row
from _peer import Peer, PeerError, peer
from _server import Server, ServerError, place_call, serving

from voicebot.listening.interruption import ANSWERS
from voicebot.records.events.base import Record
from voicebot.records.events.hearing import Interruption

OMS_LATENCY_MS = 100
_FULL_ROUNDS, _QUICK_ROUNDS = 2, 1
_MAX_DISCARDED = 0.1
#: A verdict on what was said over the bot comes within this of its end.
_VERDICT_MS = 2500.0
PEER = "stock pipecat-ai, Whisper base int8, Silero, Smart Turn, Piper, one long fixed reply, no SIP, no order system"
LONG_REPLY = (
    "I found your order. It left our warehouse on Tuesday evening with the carrier that you chose and it should arrive "
    "on Thursday before noon unless the weather in the mountains keeps the trucks from crossing the pass."
)


@dataclass(slots=True)
class Run:
    """What was gathered so far."""

    mine: list[Row] = field(default_factory=list)
    theirs: list[Row] = field(default_factory=list)
    blocks: int = 0
    discarded: list[str] = field(default_factory=list)
    late_ms: float = 0.0
    peer_late_ms: float = 0.0


def main() -> None:
    """Run both sides, call by call, and print the result."""
    parser = arguments(__doc__ or "")
    add_data(parser, "noise/*.flac")
    parser.add_argument("--rounds", type=int, default=None, help="times through the script; default 2, quick 1")
    parser.add_argument("--no-peer", action="store_true", help="our side only; for work on the server")
    parser.add_argument("--keep", type=Path, default=None, help="keep the server's data here, to look into a call")
    args = parser.parse_args()
    rounds = args.rounds or (_QUICK_ROUNDS if args.quick else _FULL_ROUNDS)
    data = args.data if (args.data / "noise").is_dir() else None
    script = [call for call in duplex.calls(data) if call.quick or not args.quick]
    load, run = os.getloadavg()[0], Run()
    with tempfile.TemporaryDirectory(prefix="voicebot-turns-") as name, ExitStack() as stack:
        folder = args.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        studio = Studio(Path(name))
        try:
            server = stack.enter_context(serving(folder.resolve(), oms_latency_ms=OMS_LATENCY_MS))
            warm_up = FIXTURES / "where_is_my_order_flowing.flac"
            other = None if args.no_peer else stack.enter_context(peer(Path(name), warm_up=warm_up, reply=LONG_REPLY))
            for number in range(rounds):
                for index, call in enumerate(script):
                    both(run, server, other, call, studio, ours_first=(number + index) % 2 == 0, as_json=args.json)
        except (ServerError, PeerError, subprocess.TimeoutExpired) as error:
            refuse(str(error))
    if len(run.discarded) > _MAX_DISCARDED * run.blocks:
        refuse(f"{len(run.discarded)} of {run.blocks} calls were thrown away: {run.discarded[-1]}")
    result = {
        "benchmark": "turn_taking",
        **floor.summarise(run.mine),
        "peer": {"is": PEER, **floor.summarise(run.theirs)},
        "noise": "recorded" if data else "made",
        "rounds": rounds,
        "discarded_calls": len(run.discarded),
        "pacing_p99_ms": rounded(run.late_ms, 2),
        "peer_pacing_p99_ms": rounded(run.peer_late_ms, 2),
        "load_before": rounded(load, 2),
        "failures": [
            f"{side} {row}"
            for side, rows in (("ours", run.mine), ("peer", run.theirs))
            for row in rows
            if row.cut_in or not (row.good and row.valid)
        ],
    }
    finish(result, _table(result), as_json=args.json)


def both(
    run: Run, server: Server, other: Peer | None, call: Call, studio: Studio, *, ours_first: bool, as_json: bool
) -> None:
    """One call of the script on both sides."""
    mine, theirs, why = list[Row](), list[Row](), list[str]()
    for ours_now in (ours_first, not ours_first):
        if ours_now:
            mine, late = our_call(server, call, studio)
            run.late_ms = max(run.late_ms, late)
            why += filter(None, [bottleneck(late)])
        elif other is not None:
            theirs, late_ms = peer_call(other, call, studio)
            run.peer_late_ms = max(run.peer_late_ms, late_ms or 0.0)
            why += filter(None, [bottleneck(late_ms)])
        for row in mine if ours_now else theirs:
            note(f"{'ours' if ours_now else 'peer'}  {row}", as_json=as_json)
    run.blocks += 1
    if why:
        run.discarded.append(why[0])
        note(f"thrown away: {why[0]}", as_json=as_json)
        return
    run.mine += mine
    run.theirs += theirs


def our_call(server: Server, call: Call, studio: Studio) -> tuple[list[Row], float]:
    """What came of each cue, and the caller's own pacing error (p99, ms)."""
    says = [
        part
        for cue in call.cues
        for clip in (studio.clip(cue),)
        for part in ("--say", f"{clip}@barge={cue.over_ms}" if cue.over_ms is not None else str(clip))
    ]
    placed = place_call(server, [], caller="anonymous", options=(*says, "--answer-timeout-ms", "5000"))
    rows = judged(call, placed.summary["timeline_ms"], placed.records)
    return rows, placed.summary["pacing_error_ms"]["p99"]


def peer_call(other: Peer, call: Call, studio: Studio) -> tuple[list[Row], float | None]:
    """The same cues in the same order on the peer, and how its feed kept time."""
    cues = [(studio.clip(cue), cue.over_ms) for cue in call.cues]
    _, block = other.block([(clip, over_ms) if over_ms is not None else clip for clip, over_ms in cues])
    return judged(call, block["timeline_ms"], None), block["pacing_p99_ms"]


def judged(call: Call, timeline: dict[str, Any], records: Sequence[Record] | None) -> list[Row]:
    """Every cue that was given; one without voice was not."""
    voices = timeline["caller"]
    bot = [(float(start), float(end)) for start, end in timeline["bot"]]
    clock_ms = clock_ahead_ms(records, timeline) if records else 0.0
    rows: list[Row] = []
    for index, (cue, voice) in enumerate(zip(call.cues, voices, strict=True)):
        if voice is None:
            rows.append(Row(cue=cue, valid=False))
            continue
        until = next((float(later[0]) for later in voices[index + 1 :] if later), float("inf"))
        began, ended = float(voice[0]), float(voice[1])
        span = began + clock_ms, min(until, ended + _VERDICT_MS) + clock_ms
        stops = [] if records is None else _stops(records, *span)
        if cue.kind == BACKCHANNEL and ANSWERS in stops:
            rows.append(Row(cue=cue, valid=False, answer=True))
            continue
        rows.append(floor.judge(cue, (began, ended), bot, until, stopped=None if records is None else bool(stops)))
    return rows


def _stops(records: Sequence[Record], began: float, until: float) -> list[str]:
    """Why our bot gave up its turn in this time."""
    told = ((one.at_ms, one.event) for one in records if isinstance(one.event, Interruption))
    return [event.reason for at_ms, event in told if event.verdict == "stop" and began <= at_ms <= until]


_FIGURES = (
    "L_R_p50_s",
    "L_R_p95_s",
    "L_Y_p50_s",
    "L_Y_p95_s",
    "R_R",
    "R_Y",
    "I_A",
    "S_BC",
    "S_VT",
    "S_ND",
    "held_p95_s",
)


def _table(result: dict[str, Any]) -> list[str]:
    theirs = result["peer"]
    return [
        "",
        f"  {'':28} {'ours':>8} {'peer':>8}",
        *(f"  {name:28} {result[name]!s:>8} {theirs[name]!s:>8}" for name in _FIGURES),
        "",
        *(
            f"  {group:28} I_A {one['I_A']!s:>6}, peer {theirs['by_group'].get(group, {}).get('I_A')!s:>6}; "
            f"L_R p50 {one['L_R_p50_s']} s"
            for group, one in result["by_group"].items()
        ),
        "",
        *(f"failed    {one}" for one in result["failures"]),
        f"answers   {result['answers']} back-channels were answers to a question that was sounding",
        f"cues      {result['cues']}; noise {result['noise']}",
        f"peer is   {theirs['is']}",
        f"witness   caller late by {result['pacing_p99_ms']} ms at p99, peer's feed by {result['peer_pacing_p99_ms']} "
        f"ms; {result['discarded_calls']} calls thrown away; load before {result['load_before']}",
    ]


if __name__ == "__main__":
    main()
