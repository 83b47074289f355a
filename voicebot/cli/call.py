"""`voicebot call`: a caller in a process of its own that speaks recorded turns and measures the answers."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voicebot.cli.errors import told_in_a_line

if TYPE_CHECKING:
    from voicebot.caller.g711 import Pcm


def call(
    address: Annotated[str, typer.Argument(help="sip:USER@HOST:PORT to call, over UDP.", metavar="ADDRESS")],
    turns: Annotated[
        list[str] | None,
        typer.Option(
            "--say",
            "--dtmf",
            metavar="FILE|KEYS",
            help="One caller's turn, in the order given: a WAV or FLAC file, or keys (12#). FILE@barge=400 interrupts "
            "the bot 400 ms after it begins to speak. (A file whose name is only digits: write ./12.)",
        ),
    ] = None,
    barge_in_ms: Annotated[
        int | None,
        typer.Option(min=0, help="Turns after the first interrupt the bot this long after it begins to speak."),
    ] = None,
    record: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Stereo recording at 8 kHz: left the caller, right the bot.")
    ] = None,
    number: Annotated[str, typer.Option("--from", help="The caller's number or user name.")] = "anonymous",
    codec: Annotated[str | None, typer.Option(help="Offer only pcmu or only pcma.")] = None,
    max_seconds: Annotated[float, typer.Option(min=1, help="Hang up after this long.")] = 300.0,
    settle_ms: Annotated[int, typer.Option(min=100, help="This much silence means that the bot has finished.")] = 900,
    answer_timeout_ms: Annotated[int, typer.Option(min=100, help="Go on without an answer after this long.")] = 12_000,
    transfer: Annotated[
        str, typer.Option(help="On REFER: accept (and hang up), report busy (and go on), or refuse.")
    ] = "accept",
    transcribe: Annotated[bool, typer.Option("--transcribe", help="Add what the bot was heard to say.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line; the last is the summary.")] = False,
) -> None:
    """Call a bot, speak recorded turns, and measure how fast it answers.

    The caller waits for the bot to finish before each turn (before the first: for the greeting) or interrupts it, and
    measures voice to voice at its own RTP socket: last voiced packet of the turn sent -> first voiced packet received.

    Example: voicebot call sip:shop@127.0.0.1:5060 --say where_is_my_order.flac --dtmf 4481207# --say bye.flac@barge=600

    Exit code: 0 when the call was answered and ended in order, 1 when it was refused or failed, 2 for wrong usage.
    """
    from voicebot.caller.outgoing import CallPlan, OutgoingCall, parse_target
    from voicebot.caller.script import read_turn
    from voicebot.caller.settings import CallerSettings

    _one_of("--codec", codec, (None, "pcmu", "pcma"))
    _one_of("--transfer", transfer, ("accept", "busy", "refuse"))
    tell = _tell_json if as_json else _tell_people
    settings = CallerSettings(settle_ms=settle_ms, answer_timeout_ms=answer_timeout_ms, max_seconds=max_seconds)
    with told_in_a_line():
        script = [read_turn(one, barge_ms=barge_in_ms if i else None) for i, one in enumerate(turns or [])]
        plan = CallPlan(
            target=parse_target(address),
            turns=tuple(script),
            caller=number,
            codecs=(codec,) if codec else ("pcmu", "pcma"),
            transfer=transfer,
            record=record,
            transcribe=_recogniser() if transcribe else None,
        )
        outgoing = OutgoingCall(plan, settings, tell)
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: outgoing.leave())
        summary = outgoing.run()
    tell(summary.to_json())
    if not summary.ok:
        fix = _FIXES.get(summary.code, "see the server's log")
        typer.echo(f"error: the call failed: {summary.code} {summary.reason} ({fix})", err=True)
        raise typer.Exit(1)


_FIXES = {
    404: "check the user part of the address",
    408: "check that the server runs, and the address",
    486: "the server is busy: try again",
    488: "offer another codec",
    503: "check that the server listens on that port and is not full",
}


def _one_of(option: str, value: str | None, allowed: tuple[str | None, ...]) -> None:
    if value not in allowed:
        names = ", ".join(str(one) for one in allowed if one)
        raise typer.BadParameter(f"{value!r} is not one of {names}", param_hint=option)


def _tell_json(row: Mapping[str, Any]) -> None:
    typer.echo(json.dumps(row))


def _tell_people(row: Mapping[str, Any]) -> None:
    line = _LINES[row["event"]](row)
    if line:
        typer.echo(line)


def _turn_line(row: Mapping[str, Any]) -> str:
    answer = f"answered after {row['v2v_ms']:.0f} ms" if row["v2v_ms"] is not None else "no answer measured"
    spoke = f", bot spoke {row['bot_ms'] / 1000:.1f} s" if row["bot_ms"] is not None else ""
    yielded = f", bot yielded after {row['yield_ms']:.0f} ms" if row["yield_ms"] is not None else ""
    return f"turn {row['turn']}     {row['clip']}: {answer}{yielded}{spoke}"


def _summary_line(row: Mapping[str, Any]) -> str | None:
    if row["p50_ms"] is None or not row.get("pacing_error_ms"):
        return None
    heard = [f"  bot said: {turn['heard_text']}" for turn in row["turns"] if turn.get("heard_text")]
    figures = (
        f"voice to voice p50 {row['p50_ms']:.0f} ms, p95 {row['p95_ms']:.0f} ms over {len(row['turns'])} turns; "
        f"own pacing error p99 {row['pacing_error_ms']['p99']} ms; {row['packets_received']} packets in, "
        f"{row['lost']} lost"
    )
    return "\n".join([*heard, figures])


_LINES: Mapping[str, Callable[[Mapping[str, Any]], str | None]] = {
    "ringing": lambda row: f"ringing    {row['code']}",
    "answered": lambda row: f"answered   {row['codec'].upper()} after {row['after_ms']:.0f} ms",
    "speaking": lambda row: f"caller     {row['clip']}",
    "turn": _turn_line,
    "transferred": lambda row: f"transfer   to {row['refer_to']} (User-to-User: {row['user_to_user']})",
    "ended": lambda row: f"ended      by {row['by']}: {row['code']} {row['reason']}",
    "summary": _summary_line,
}


def _recogniser() -> Callable[[Pcm], str]:
    """The server's recogniser, loaded now, so that a call is not placed when it cannot be."""
    import numpy as np

    from voicebot import config, weights
    from voicebot.caller.clips import RATE_HZ, resample
    from voicebot.listening.recognition import Expectation
    from voicebot.listening.whisper import WhisperDecoder

    settings = config.load()
    model = weights.whisper(settings.listening.model, settings.server.data_dir / "cache")
    decoder = WhisperDecoder(model, compute_type=settings.listening.compute_type, language=settings.call.language)

    def text(pcm: Pcm) -> str:
        audio = resample(pcm.astype(np.float64) / 32768, RATE_HZ, 2 * RATE_HZ).astype(np.float32)
        return decoder.recognise(audio, Expectation(), thorough=True).text

    return text
