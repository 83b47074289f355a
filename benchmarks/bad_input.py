"""Noise instead of a caller: how often the ears take it for one.

Every clip of a folder is played to the ears of a call, through 8 kHz mu-law, at two loudnesses, (a) while the bot waits
in silence for an order number and (b) while it speaks. Counted are turns that were opened, turns with words, words,
order numbers made up, turns after which the bot would say that it did not understand, and its voice held or stopped.
Time is the rehearsal's: the machine's speed does not matter.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from _common import ROOT, arguments, finish, note, refuse
from _data import data_folder, need

sys.path.insert(0, str(ROOT))

from voicebot.call.rehearsal import Happened, Scene, rehearse
from voicebot.call.talk import WORDLESS_TURN_MS
from voicebot.config import load
from voicebot.identifiers import find
from voicebot.listening import Listening, open_listening
from voicebot.listening.recognition import Audio, Expectation
from voicebot.listening.telephone import over_telephone
from voicebot.logs import quiet_pipecat

#: RMS against full scale: beside the telephone, and as loud as a caller.
LOUDNESS_DB = (-38.0, -20.0)
EXPECTED = Expectation(kind="order_number", patience="dictation")
_LEAD_MS = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one clip did. `seconds` is its length."""

    clip: str
    loudness_db: float
    bot_speaks: bool
    seconds: float
    turns: int
    turns_with_words: int
    words: int
    numbers: int
    apologies: int
    holds: int
    stops: int
    texts: tuple[str, ...]


def outcome(clip: str, loudness_db: float, bot_speaks: bool, seconds: float, story: Sequence[Happened]) -> Outcome:
    """Counted from what happened."""
    finals = [one.data for one in story if one.kind == "hearing.final"]
    taken = [one.data for one in story if one.kind == "ears.turn"]
    texts = [str(data["text"]) for data in finals if data["text"]]
    return Outcome(
        clip=clip,
        loudness_db=loudness_db,
        bot_speaks=bot_speaks,
        seconds=round(seconds, 2),
        turns=len(finals),
        turns_with_words=len(texts),
        words=sum(len(text.split()) for text in texts),
        numbers=sum(1 for data in taken if data["value"] or find("order_number", str(data["text"]))),
        apologies=sum(1 for data in finals if not data["text"] and data["audio_ms"] >= WORDLESS_TURN_MS),
        holds=sum(1 for one in story if one.kind == "ears.hold_bot"),
        stops=sum(1 for one in story if one.kind == "ears.stop_bot"),
        texts=tuple(texts),
    )


def clips(folder: Path, *, quick: bool) -> Iterator[tuple[str, Audio]]:
    """16 kHz mono, at unit RMS."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".flac", ".wav", ".ogg"))
    for path in files[:: 4 if quick else 1]:
        samples, rate = soundfile.read(str(path), dtype="float32", always_2d=True)
        mono = samples.mean(axis=1)
        level = float(np.sqrt(np.square(mono).mean()))
        if level > 0:
            yield path.stem, over_telephone(mono / level * 10 ** (LOUDNESS_DB[-1] / 20), int(rate))


def at_loudness(audio: Audio, loudness_db: float) -> Audio:
    """With a second of silence before it, in which the bot has begun to speak."""
    gain = 10 ** ((loudness_db - LOUDNESS_DB[-1]) / 20)
    loud: Audio = np.concatenate((np.zeros(int(_LEAD_MS * 16), np.float32), audio * np.float32(gain)))
    return loud


async def measure(listening: Listening, folder: Path, *, quick: bool, as_json: bool) -> list[Outcome]:
    """Every clip, loudness and state of the bot."""
    outcomes = []
    for name, audio in clips(folder, quick=quick):
        seconds = len(audio) / 16_000
        for loudness_db in LOUDNESS_DB:
            for bot_speaks in (False, True):
                bot = ((100.0, _LEAD_MS + seconds * 1000),) if bot_speaks else ()
                scene = Scene(expectation=EXPECTED, bot=bot, silence_ms=0)
                story = await rehearse(listening, at_loudness(audio, loudness_db), scene)
                outcomes.append(outcome(name, loudness_db, bot_speaks, seconds, story))
                if outcomes[-1].turns or outcomes[-1].stops:
                    note(str(asdict(outcomes[-1])), as_json=as_json)
    return outcomes


def table(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """One row for each loudness and state of the bot."""
    rows = []
    counted = ("turns", "turns_with_words", "words", "numbers", "apologies", "holds", "stops")
    for bot_speaks in (False, True):
        for loudness_db in LOUDNESS_DB:
            mine = [one for one in outcomes if (one.bot_speaks, one.loudness_db) == (bot_speaks, loudness_db)]
            row: dict[str, Any] = {"bot": "speaks" if bot_speaks else "waits", "loudness_db": loudness_db}
            row |= {"clips": len(mine), "minutes": round(sum(one.seconds for one in mine) / 60, 2)}
            row |= {name: sum(getattr(one, name) for one in mine) for name in counted}
            row["clips_with_turn"] = sum(1 for one in mine if one.turns)
            row["clips_with_stop"] = sum(1 for one in mine if one.stops)
            rows.append(row)
    return rows


async def run(folder: Path, *, quick: bool, as_json: bool) -> list[Outcome]:
    """Open the models, and measure."""
    settings = load(None)
    listening = await open_listening(settings.listening, settings.server.data_dir / "cache")
    try:
        return await measure(listening, folder, quick=quick, as_json=as_json)
    finally:
        await listening.close()


def main() -> None:
    """Measure and print."""
    parser = arguments(__doc__ or "")
    parser.add_argument("folder", nargs="?", type=Path, default=data_folder("noise"), help="clips: WAV, FLAC or OGG")
    options = parser.parse_args()
    quiet_pipecat()
    outcomes = asyncio.run(run(need(options.folder), quick=options.quick, as_json=options.json))
    if not outcomes:
        refuse(f"no clips in {options.folder}")
    rows = table(outcomes)
    lines = [
        " ".join(f"{name:>16}" for name in rows[0]),
        *(" ".join(f"{v!s:>16}" for v in row.values()) for row in rows),
    ]
    finish({"benchmark": "bad_input", "rows": rows}, lines, as_json=options.json)


if __name__ == "__main__":
    main()
