"""Words wrong: our recogniser with its short window against plain faster-whisper, on the same clips.

    python benchmarks/wer.py [--quick] [--json] [--data DIR]

Every clip of speech goes through 8 kHz mu-law. Ours: what a live call does (`WhisperDecoder.recognise` on the voice
between its first and its last sound; the flow waits for nothing in particular), and the greedy partials. The peer:
plain faster-whisper `transcribe()` (base int8, 30 s window, beam 5) on the same sound. Each on one thread, clip by clip
in turn. Words are compared in lower case without marks; numbers and spelled letters character by character, however
they are grouped ("two eighty", "2 80", "280" are the same). Of clips that come with slots instead of a transcript (a
JSON object in `note`), the figure is the share of the slots' words that were not heard: extra words do not count.
"""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _common import arguments, finish, note, percentile, rounded
from _data import add_data, lack
from _speech import NOISE_SOURCE, Clip, Line, load, over
from faster_whisper import WhisperModel

from voicebot import weights
from voicebot.identifiers import runs
from voicebot.listening.narrow import narrowed
from voicebot.listening.recognition import Audio, Expectation
from voicebot.listening.speech_in_file import voiced
from voicebot.listening.vad import Silero, VoiceActivity
from voicebot.listening.whisper import WhisperDecoder

PEER = "faster-whisper transcribe(), base int8, 30 s window, beam 5"
SIDES = ("ours", "partials", "peer")
_QUICK_EVERY = 8


@dataclass(frozen=True, slots=True)
class Heard:
    """One clip by one side: word errors, words said, time."""

    source: str
    side: str
    errors: int
    words: int
    ms: float


class Sides:
    """The models, one thread each."""

    def __init__(self, cache: Path) -> None:
        path = weights.whisper(None, cache)
        self._ours = WhisperDecoder(narrowed(path, cache), threads=1)
        self._peer = WhisperModel(path, device="cpu", compute_type="int8", cpu_threads=1)
        self._silero = Silero(weights.silero(None))
        self._ours.warm()

    def voice(self, audio: Audio) -> Audio:
        cut = voiced(audio, VoiceActivity(self._silero))
        return audio if cut is None else cut

    def text(self, side: str, voice: Audio) -> str:
        if side == "peer":
            segments, _ = self._peer.transcribe(voice, language="en", beam_size=5)
            return " ".join(segment.text.strip() for segment in segments)
        return self._ours.recognise(voice, Expectation(), thorough=side == "ours").text


def main() -> None:
    """Hear every clip on all sides."""
    parser = arguments(__doc__ or "")
    add_data(parser, "audio.tsv")
    args = parser.parse_args()
    clips = load(args.data, lambda row: row["source"] != NOISE_SOURCE)
    clips = [clip for clip in clips if reference(clip)]
    clips = clips[:: _QUICK_EVERY if args.quick else 1]
    if not clips:
        lack(f"no speech in {args.data}")
    found: list[Heard] = []
    with tempfile.TemporaryDirectory(prefix="voicebot-weights-") as cache:
        sides = Sides(Path(cache))
        for number, clip in enumerate(clips):
            found += hear(sides, clip, number)
            if number % 25 == 24:
                note(f"{number + 1} of {len(clips)}", as_json=args.json)
    result = {"benchmark": "wer", "data": args.data.name, "peer": PEER, "sources": summarise(found)}
    finish(result, _table(result["sources"]), as_json=args.json)


def hear(sides: Sides, clip: Clip, number: int) -> list[Heard]:
    """All sides on the same sound; who begins changes from clip to clip."""
    voice = sides.voice(over(Line(), clip, ()))
    said = reference(clip)
    first = number % len(SIDES)
    found = []
    for side in (*SIDES[first:], *SIDES[:first]):
        began = time.perf_counter()
        text = sides.text(side, voice)
        ms = 1000 * (time.perf_counter() - began)
        wrong = word_errors if clip.transcript else words_missed
        found.append(Heard(clip.source, side, wrong(said, words(apart(text))), len(said), ms))
    return found


def reference(clip: Clip) -> list[str]:
    """Words that were said: the transcript's, else those of the slots."""
    if clip.transcript:
        return words(clip.transcript)
    slots = json.loads(clip.note)["slots"] if clip.note.startswith("{") else {}
    return [word for phrase in slots.values() for word in words(phrase)]


def words_missed(said: Sequence[str], heard: Sequence[str]) -> int:
    """How many of the words that were said are not among those heard."""
    return (Counter(said) - Counter(heard)).total()


def apart(text: str) -> str:
    """Heard text with letters that were written together ("BURGH") one by one: they were spelled."""
    return re.sub(r"\b[A-Z]{2,}(?=\d|\b)", lambda match: " ".join(match.group()) + " ", text)


def words(text: str) -> list[str]:
    """Lower case words; what is dictated, character by character."""
    out, at = [], 0
    for run in runs(text):
        out += _plain(text[at : run.start]) + list(run.text.lower())
        at = run.end
    return out + _plain(text[at:])


def _plain(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower().replace("’", "'"))


def word_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Levenshtein distance in words."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, start=1):
        before, row[0] = row[0], i
        for j, other in enumerate(heard, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]


def summarise(found: Sequence[Heard]) -> list[dict[str, Any]]:
    """Word error rate in percent, and the median time, by source and side."""
    rows = []
    for source in (*dict.fromkeys(one.source for one in found), "all"):
        row: dict[str, Any] = {"source": source}
        for side in SIDES:
            some = [one for one in found if one.side == side and source in (one.source, "all")]
            row["clips"] = len(some)
            row[f"{side}_wer"] = rounded(100 * sum(o.errors for o in some) / max(1, sum(o.words for o in some)))
            row[f"{side}_p50_ms"] = rounded(percentile([one.ms for one in some], 50))
        row["times_faster"] = rounded(row["peer_p50_ms"] / max(row["ours_p50_ms"], 0.1), 2)
        rows.append(row)
    return rows


def _table(rows: Sequence[dict[str, Any]]) -> list[str]:
    columns = [f"{side}_{what}" for side in SIDES for what in ("wer", "p50_ms")]
    lines = [f"{'source':18} {'clips':>5} " + " ".join(f"{c:>15}" for c in columns) + f" {'times faster':>13}"]
    for row in rows:
        figures = " ".join(f"{row[c]!s:>15}" for c in columns)
        lines.append(f"{row['source']:18} {row['clips']:5} {figures} {row['times_faster']:>13}")
    return [*lines, "", "wer: percent of words; p50_ms: median time of a clip, one thread", f"peer is   {PEER}"]


if __name__ == "__main__":
    main()
