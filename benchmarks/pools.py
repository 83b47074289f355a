"""How many calls the pools of one process carry: throughput and missed deadlines against the number of calls.

    python benchmarks/pools.py [--quick] [--json] [--calls 1,2,4,8,16] [--seconds N] [--no-peer]

Each simulated call speaks for 40 % of the time, in clips of recorded callers, and asks for what a live call asks: a
partial hypothesis every 400 ms while it speaks (none while one is being made), an eager decoding at 60 ms of silence, a
final one, the turn model, and then an answer of two clauses that are in no cache. Audio is handed over as it would be
heard, in real time; calls begin at different places. All numbers are from asking to having, queue included.

Ours: the recogniser pool, the turn model and the voice of `voicebot serve`, with the default settings, in this process.
Peer: one faster-whisper `WhisperModel` (base int8, its own defaults) shared by all calls, `transcribe` once for each
utterance in a thread of its own: no partials, no eager decoding, no turn model, no voice. Both have the machine to
themselves, one after the other. A level whose finals take three times their deadline ends a side.

The result is the largest number of calls at which 95 % of the final decodings are there within 300 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from _common import FIXTURES, arguments, finish, note, refuse, rounded
from _mix import WANTED_MS, Tally, asks, cycle_s, holds, most_calls
from num2words import num2words

from voicebot import heap, weights
from voicebot.caller import clips
from voicebot.errors import VoicebotError
from voicebot.listening import Listening, open_listening
from voicebot.listening.recognition import Audio, Expectation, PoolFullError, Urgency
from voicebot.listening.settings import ListeningSettings
from voicebot.looplag import LoopLag
from voicebot.speaking import Speaking, open_speaking
from voicebot.speaking.settings import SpeakingSettings

_RATE = 16_000
_CALLS, _QUICK_CALLS = (1, 2, 4, 6, 8, 12, 16, 24), (1, 2, 4)
_SECONDS, _QUICK_SECONDS = 60.0, 12.0
_CLIPS = (
    "where_is_my_order", "order_number_4481207", "when_will_it_arrive", "track_my_parcel", "no", "its_4481207",
    "human_please", "email_elena_marlowe", "repeat_please", "yes_please", "phone_4155550134", "order_is_late",
)  # fmt: skip
_GIVE_UP = 3.0

Call = Callable[[int, float], Awaitable[None]]


def main() -> None:
    """Measure both sides level by level and print the result."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--calls", type=_numbers, default=None, help="levels, such as 1,2,4,8")
    parser.add_argument("--seconds", type=float, default=None, help="length of each level")
    parser.add_argument("--no-peer", action="store_true", help="our side only")
    args = parser.parse_args()
    levels = args.calls or (_QUICK_CALLS if args.quick else _CALLS)
    seconds = args.seconds or (_QUICK_SECONDS if args.quick else _SECONDS)
    load = os.getloadavg()[0]
    speech = [_speech(name) for name in _CLIPS]
    heap.bound()
    try:
        with tempfile.TemporaryDirectory(prefix="voicebot-pools-") as folder:
            ours = asyncio.run(_ours(Path(folder), speech, levels, seconds, as_json=args.json))
            theirs: list[dict[str, Any]] = []
            if not args.no_peer:
                theirs = asyncio.run(_peer(Path(folder), speech, levels, seconds, as_json=args.json))
    except VoicebotError as error:
        refuse(str(error))
    result = {
        "benchmark": "pools",
        "most_calls": most_calls(ours),
        "peer_most_calls": most_calls(theirs) if theirs else None,
        "deadline_ms": WANTED_MS["final"],
        "seconds_per_level": seconds,
        "load_before": rounded(load, 2),
        "ours": ours,
        "peer": theirs,
    }
    finish(result, _table(result), as_json=args.json)


def _numbers(text: str) -> tuple[int, ...]:
    try:
        found = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError("write numbers with commas between, such as 1,2,4") from None
    if not found or min(found) < 1:
        raise argparse.ArgumentTypeError("at least one call")
    return found


def _speech(name: str) -> Audio:
    """A clip at 16 kHz with half a second of its line's noise behind it, for what is heard after the end."""
    samples = clips.load(FIXTURES / f"{name}.flac").astype(np.float32) / 32768
    noise = np.random.default_rng(1).normal(0, 0.0008, clips.RATE_HZ // 2).astype(np.float32)
    wide: Audio = np.asarray(soxr.resample(np.concatenate([samples, noise]), clips.RATE_HZ, _RATE), np.float32)
    return wide


async def _ours(
    folder: Path, speech: Sequence[Audio], levels: Sequence[int], seconds: float, *, as_json: bool
) -> list[dict[str, Any]]:
    listening = await open_listening(ListeningSettings(), folder)
    speaking = await open_speaking(SpeakingSettings(), folder)
    try:
        with heap.settled():
            side = _Ours(listening, speaking, speech)
            return await _climb("ours", lambda tally: side.call(tally), levels, seconds, as_json=as_json)
    finally:
        await listening.close()
        await speaking.close()


class _Ours:
    """Simulated calls on our pools."""

    def __init__(self, listening: Listening, speaking: Speaking, speech: Sequence[Audio]) -> None:
        self._listening, self._speaking, self._speech = listening, speaking, speech
        self._said = 0

    def call(self, tally: Tally) -> Call:
        async def run(number: int, until: float) -> None:
            loop = asyncio.get_running_loop()
            for turn in itertools.count():
                clip = self._speech[(number * 5 + turn) % len(self._speech)]
                began = loop.time()
                await self._utterance(tally, clip)
                after = began + cycle_s(len(clip) / _RATE - 0.5)
                if after > until:
                    return
                await asyncio.sleep(max(0.0, after - loop.time()))

        return run

    async def _utterance(self, tally: Tally, clip: Audio) -> None:
        loop = asyncio.get_running_loop()
        began, partials, work = loop.time(), list[asyncio.Task[None]](), list[asyncio.Task[None]]()
        for ask in asks(len(clip) / _RATE - 0.5):
            await asyncio.sleep(max(0.0, began + ask.at_s - loop.time()))
            audio = clip[: int(ask.audio_s * _RATE)]
            if ask.kind == "partial":
                if partials and not partials[-1].done():
                    tally.skipped += 1
                else:
                    partials.append(asyncio.create_task(self._decode(tally, "partial", audio)))
                continue
            for partial in partials:
                partial.cancel()
            work.append(asyncio.create_task(self._decode(tally, ask.kind, audio)))
            if ask.kind == "eager":
                work.append(asyncio.create_task(self._judge(audio)))
        await asyncio.gather(*work)
        await self._answer(tally)
        await asyncio.gather(*partials, return_exceptions=True)

    async def _decode(self, tally: Tally, kind: str, audio: Audio) -> None:
        loop = asyncio.get_running_loop()
        asked = loop.time()
        deadline = asked + WANTED_MS[kind] / 1000
        try:
            await self._listening.recogniser.recognise(
                audio, expect=Expectation(), urgency=Urgency[kind.upper()], deadline=deadline
            )
        except PoolFullError:
            tally.refuse(kind)
        else:
            tally.done(kind, (loop.time() - asked) * 1000)

    async def _judge(self, audio: Audio) -> None:
        with suppress(PoolFullError):
            await self._listening.turn_model.complete(audio)

    async def _answer(self, tally: Tally) -> None:
        """Two clauses that nobody said before; the first is waited for."""
        loop = asyncio.get_running_loop()
        self._said += 1
        asked = loop.time()
        first, second = (
            self._speaking.voice.synthesise(text, deadline=asked + wait)
            for text, wait in (
                (f"Your parcel {num2words(self._said)} left,", 0.3),
                (f"and it will be with you on Tuesday, by stop {num2words(self._said + 7)}.", 0.8),
            )
        )
        rest = asyncio.ensure_future(second)
        await first
        tally.done("speech", (loop.time() - asked) * 1000)
        await rest


async def _peer(
    folder: Path, speech: Sequence[Audio], levels: Sequence[int], seconds: float, *, as_json: bool
) -> list[dict[str, Any]]:
    from faster_whisper import WhisperModel

    model = WhisperModel(weights.whisper(None, folder), device="cpu", compute_type="int8")

    def transcribe(audio: Audio) -> None:
        segments, _ = model.transcribe(audio, language="en")
        list(segments)

    transcribe(speech[0])
    with ThreadPoolExecutor(max(levels), thread_name_prefix="peer") as threads:

        def call(tally: Tally) -> Call:
            async def run(number: int, until: float) -> None:
                loop = asyncio.get_running_loop()
                for turn in itertools.count():
                    clip = speech[(number * 5 + turn) % len(speech)]
                    began, length = loop.time(), len(clip) / _RATE - 0.5
                    *_, last = asks(length)
                    await asyncio.sleep(last.at_s)
                    asked = loop.time()
                    await loop.run_in_executor(threads, transcribe, clip[: int(last.audio_s * _RATE)])
                    tally.done("final", (loop.time() - asked) * 1000)
                    after = began + cycle_s(length)
                    if after > until:
                        return
                    await asyncio.sleep(max(0.0, after - loop.time()))

            return run

        return await _climb("peer", call, levels, seconds, as_json=as_json)


async def _climb(
    side: str, call: Callable[[Tally], Call], levels: Sequence[int], seconds: float, *, as_json: bool
) -> list[dict[str, Any]]:
    """Level after level, until finals are hopeless."""
    loop, found = asyncio.get_running_loop(), list[dict[str, Any]]()
    for calls in levels:
        tally, lag = Tally(), LoopLag()
        used, began = time.process_time(), loop.time()
        with _watched(lag):
            # Calls that begin together would speak together.
            await asyncio.gather(
                *(_begun_at(call(tally), number, number * 1.7 % 7.0, began + seconds) for number in range(calls))
            )
        lasted = loop.time() - began
        level = {
            "calls": calls,
            **tally.figures(lasted),
            "partials_skipped": tally.skipped,
            "cpu_percent": rounded(100 * (time.process_time() - used) / lasted),
            "loop_lag_ms": dict(lag.figures()),
            "resident_mb": rounded(heap.resident_mb()),
        }
        found.append(level)
        note(f"{side}  {_row(level)}", as_json=as_json)
        final = level.get("final")
        if not holds(level) and (not final or final["p95_ms"] > _GIVE_UP * WANTED_MS["final"]):
            break
    return found


async def _begun_at(call: Call, number: int, after_s: float, until: float) -> None:
    await asyncio.sleep(after_s)
    await call(number, until)


@contextmanager
def _watched(lag: LoopLag) -> Iterator[None]:
    task = asyncio.create_task(lag.watch())
    try:
        yield
    finally:
        task.cancel()


_COLUMNS = (
    ("final p50", "final", "p50_ms"),
    ("final p95", "final", "p95_ms"),
    ("missed %", "final", "missed_percent"),
    ("finals/s", "final", "per_s"),
    ("eager p95", "eager", "p95_ms"),
    ("partial p95", "partial", "p95_ms"),
    ("missed %", "partial", "missed_percent"),
    ("speech p95", "speech", "p95_ms"),
)
_HEAD = "".join(f"{name:>12}" for name in ("calls", *(title for title, _, _ in _COLUMNS), "CPU %", "MB"))


def _row(level: dict[str, Any]) -> str:
    found = [level[kind][figure] if kind in level else "-" for _, kind, figure in _COLUMNS]
    return "".join(f"{one!s:>12}" for one in (level["calls"], *found, level["cpu_percent"], level["resident_mb"]))


def _table(result: dict[str, Any]) -> list[str]:
    lines = ["", f"      {_HEAD}", *(f"ours  {_row(level)}" for level in result["ours"])]
    lines += [f"peer  {_row(level)}" for level in result["peer"]]
    return [
        *lines,
        "",
        f"most calls with 95 % of the final decodings within {result['deadline_ms']:g} ms: "
        f"ours {result['most_calls']}, peer {result['peer_most_calls']}; load before {result['load_before']}",
    ]


if __name__ == "__main__":
    main()
