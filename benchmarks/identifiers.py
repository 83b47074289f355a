"""Spoken identifiers, exactly right: by kind, speaker, line, grounded or not, once and after one targeted read-back.

    python benchmarks/identifiers.py [--quick] [--json] [--data DIR] [--no-peer]

Ours: what a live call does with one utterance (`WhisperDecoder.recognise` on the voice between its first and its last
sound, then `voicebot.identifiers`). The peer: plain faster-whisper `transcribe()` (base int8, 30 s window, beam 5) with
the same text grammar, on the same sound.

- `order_number`: strings of seven digits; the data's own, else spliced from its human digits (seeded).
- `postcode`, `phone`, `spelling`, `date`: CMU AN4. `code` is AN4's letters and digits behind one another ("G two eighty
  nine"): no shop's format, so what counts is the best hypothesis; a command word before it ("enter") is not part of it.
- `own`: the caller is known and has three to eight orders with random numbers, the one said among them. `index`: all
  that is known are 100,000 random order numbers, the ones said among them.
- Read-back: what `ground` or `doubt` takes is taken, wrong or not. What it would ask about is asked once: the caller
  says "yes" or puts right the characters asked about (understood, it is assumed), so the value is right in the end
  when its wrong characters are among those, or when it is one of the alternatives that are offered.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from _common import arguments, finish, note, rounded
from _data import add_data, lack
from _speech import NOISE_SOURCE, Clip, Line, digit_pool, load, over, spliced
from faster_whisper import WhisperModel

from voicebot import weights
from voicebot.identifiers import Decision, Grounding, find, ground, runs
from voicebot.identifiers.dates import find_dates
from voicebot.identifiers.grounding import doubt
from voicebot.identifiers.nearest import NumberIndex
from voicebot.listening.familiar_words import familiar_words
from voicebot.listening.narrow import narrowed
from voicebot.listening.recognition import Audio, Expectation, Recognition
from voicebot.listening.speech_in_file import voiced
from voicebot.listening.vad import Silero, VoiceActivity
from voicebot.listening.whisper import WhisperDecoder

PEER = "faster-whisper transcribe(), base int8, 30 s window, beam 5, the same text grammar"
_ORDERS, _ORDER_DIGITS, _SEED = 100, 7, 20261121
_POPULATION, _NEAREST = 100_000, 8
_QUICK_EVERY = 6
_COMMANDS = frozenset({"ENTER", "RUBOUT", "ERASE"})
#: Kind in the data -> what the flow waits for.
_EXPECTED: Mapping[str, str] = {
    "zip_code": "postcode",
    "phone_number": "phone",
    "date": "date",
    "alphanumeric": "code",
    **dict.fromkeys(("spelled_last_name", "spelled_first_name", "spelled_street", "spelled_city"), "spelling"),
}
#: What the recogniser is told; a code looks most like an order number with letters.
_KIND = {"code": "order_number"}
#: An extension of four digits is no telephone number.
_LENGTHS = {"postcode": (5, 9), "phone": (7, 10, 11)}
CLEAN = Line()
NOISY = Line(snr_db=10.0)
LINES = (CLEAN, NOISY, Line(loss=0.03), Line(codec="pcma"), Line(codec="g722"), Line(snr_db=10.0, loss=0.03))


@dataclass(frozen=True, slots=True)
class Item:
    """One utterance and what it says."""

    clip: Clip
    expected: str
    truth: str
    own: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return _KIND.get(self.expected, self.expected)


@dataclass(slots=True)
class Outcome:
    """One utterance, heard once. The names of the counts are those of the table's columns."""

    item: Item
    line: Line
    counts: dict[str, bool] = field(default_factory=dict)
    ms: float = 0.0
    heard: str = ""


class Ears:
    """Our recogniser and the peer's, on one thread each."""

    def __init__(self, cache: Path, *, peer: bool) -> None:
        path = weights.whisper(None, cache)
        self._ours = WhisperDecoder(narrowed(path, cache), threads=1, familiar=familiar_words(cache))
        self._silero = Silero(weights.silero(None))
        self._peer = WhisperModel(path, device="cpu", compute_type="int8", cpu_threads=1) if peer else None

    def voice(self, audio: Audio) -> Audio:
        """From the first voice to the last, as a call cuts it; all of it when there is none."""
        cut = voiced(audio, VoiceActivity(self._silero))
        return audio if cut is None else cut

    def ours(self, voice: Audio, kind: str) -> Recognition:
        return self._ours.recognise(voice, Expectation(kind=kind, patience="dictation"), thorough=True)

    def peers(self, voice: Audio) -> str | None:
        if self._peer is None:
            return None
        segments, _ = self._peer.transcribe(voice, language="en", beam_size=5)
        return " ".join(segment.text.strip() for segment in segments)


def main() -> None:
    """Hear everything over every line, print the table."""
    parser = arguments(__doc__ or "")
    add_data(parser, "audio.tsv")
    parser.add_argument("--no-peer", action="store_true", help="our side only")
    parser.add_argument("--every", type=int, default=1, help="only every n-th utterance")
    parser.add_argument(
        "--lines",
        type=int,
        default=len(LINES),
        help=f"only the first n lines: {'; '.join(map(str, LINES))}".replace("%", "%%"),
    )
    args = parser.parse_args()
    rows = load(args.data, lambda row: row["kind"] in _EXPECTED or row["kind"].startswith("digits"))
    noises = load(args.data, lambda row: row["source"] == NOISE_SOURCE)
    found = items(rows)
    if not found:
        lack(f"no clip of a known kind in {args.data}")
    index = NumberIndex(_random_orders(_POPULATION - len(found), np.random.default_rng(_SEED + 1)))
    for item in found:
        if item.own:
            index.add(item.truth)
    lines, every = (LINES[:3], _QUICK_EVERY) if args.quick else (LINES[: args.lines], args.every)
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="voicebot-weights-") as cache:
        ears = Ears(Path(cache), peer=not args.no_peer)
        for line in lines:
            for number, item in enumerate(chosen := found[::every]):
                outcomes.append(hear(ears, item, line, noises, index, peer=line in (CLEAN, NOISY)))
                if number % 25 == 24:
                    note(f"{line}: {number + 1} of {len(chosen)}", as_json=args.json)
    finish(summarise(outcomes, args.data.name), _table(outcomes), as_json=args.json)


def items(clips: Sequence[Clip]) -> list[Item]:
    """What there is to hear, each with its truth; for order numbers with a caller's orders."""
    random = np.random.default_rng(_SEED)
    strings = [clip for clip in clips if clip.kind.startswith("digits")]
    orders = [clip for clip in strings if len(clip.note) == _ORDER_DIGITS]
    if not orders and strings:
        rate = strings[0].rate_hz
        orders = spliced(
            digit_pool([s for s in strings if s.rate_hz == rate]), rate, count=_ORDERS, length=_ORDER_DIGITS, seed=_SEED
        )
    found = []
    for clip in orders:
        others = _random_orders(int(random.integers(2, 8)), random)
        found.append(Item(clip, "order_number", clip.note, (*others, clip.note)))
    for clip in clips:
        expected = _EXPECTED.get(clip.kind)
        if expected and (truth := truth_of(expected, clip.transcript)):
            found.append(Item(clip, expected, truth))
    return found


def truth_of(expected: str, transcript: str) -> str | None:
    """The value that a transcript says; None when it says none of the kind."""
    words = [word for word in transcript.split() if word not in _COMMANDS]
    text = " ".join(words)
    match expected:
        case "spelling":
            return "".join(words)
        case "code":
            said = re.sub(r"(?<=\b[A-Z]) (?=[A-Z]\b)", "", text)
            letters = said.split()[0] if said else ""
            figures = "".join(run.text for run in runs(" ".join(said.split()[1:]).lower(), letters=False))
            return (
                letters + figures if figures and letters.isalpha() and len(words) > 1 and len(words[0]) == 1 else None
            )
        case "date":
            dates = find_dates(text.lower(), None)
            return dates[0].value if dates else None
    said = "".join(run.text for run in runs(text.lower(), letters=False))
    return said if len(said) in _LENGTHS[expected] else None


def hear(ears: Ears, item: Item, line: Line, noises: Sequence[Clip], index: NumberIndex, *, peer: bool) -> Outcome:
    """Ours blind, with what can be known, after a read-back; and the peer."""
    outcome = Outcome(item, line)
    voice = ears.voice(over(line, item.clip, noises))
    began = time.perf_counter()
    heard = ears.ours(voice, item.kind)
    outcome.ms = 1000 * (time.perf_counter() - began)
    value = best(item, heard)
    outcome.heard = f"{heard.text} -> {value}"
    counts = outcome.counts
    counts["one-shot"] = same(item, value)
    candidates = _candidates(value, heard)
    settled_by(counts, "blind", item, doubt(candidates))
    if item.own:
        # A flow also tells the recogniser the caller's own numbers: that puts hypotheses in order, which `ground` does.
        settled_by(counts, "own", item, ground(candidates, item.own))
        near = [number for number, _ in index.nearest(candidates, _NEAREST)] if candidates else []
        settled_by(counts, "index", item, ground(candidates, near, population=len(index)))
    if peer and (text := ears.peers(voice)) is not None:
        counts["peer"] = same(item, from_text(item, text))
    return outcome


def best(item: Item, heard: Recognition) -> str | None:
    """The value; for a code, which has no form of its own, the likeliest characters."""
    if item.expected != "code":
        return heard.value
    return heard.nbest[0].text if heard.nbest else from_text(item, heard.text)


def from_text(item: Item, text: str) -> str | None:
    """What the text grammar finds in a free text."""
    if item.expected == "code":
        words = [word for word in re.findall(r"[A-Za-z0-9]+", text) if word.isupper() or word.isdigit()]
        return "".join(words) or None
    values = find(item.kind, text)
    if not values and item.expected == "phone":
        return "".join(run.text for run in runs(text, letters=False)) or None
    return values[0].value if values else None


def same(item: Item, value: str | None) -> bool:
    """Whether a value is the truth, whatever is added in writing it."""
    bare = re.sub(r"[^A-Z0-9]", "", (value or "").upper())
    if item.expected == "phone" and (value or "").startswith("+1"):
        bare = bare.removeprefix("1")
    return bare == re.sub(r"[^A-Z0-9]", "", item.truth.upper())


def _candidates(value: str | None, heard: Recognition) -> list[tuple[str, float]]:
    scored = [(hypothesis.text, hypothesis.score) for hypothesis in heard.nbest]
    if value and value not in {text for text, _ in scored}:
        scored.insert(0, (value, scored[0][1] if scored else 0.0))
    return scored


def settled_by(counts: dict[str, bool], name: str, item: Item, grounding: Grounding) -> None:
    """Right at once, right in the end, taken though wrong."""
    right = same(item, grounding.value)
    taken = grounding.decision is Decision.ACCEPT
    counts[name] = right
    counts[f"{name} +1"] = right or (not taken and repaired(item, grounding))
    counts[f"{name} wrong"] = taken and not right


def repaired(item: Item, grounding: Grounding) -> bool:
    """Whether one truthful answer to the question about a wrong value makes it right."""
    if any(same(item, alternative) for alternative in grounding.alternatives):
        return True
    value = re.sub(r"[^A-Z0-9]", "", (grounding.value or "").upper())
    truth = re.sub(r"[^A-Z0-9]", "", item.truth.upper())
    if grounding.decision is not Decision.CONFIRM or len(value) != len(truth):
        return False
    wrong = {place for place, (a, b) in enumerate(zip(value, truth, strict=True)) if a != b}
    return wrong <= set(grounding.uncertain)


def _random_orders(count: int, random: np.random.Generator) -> list[str]:
    return [f"{number:0{_ORDER_DIGITS}}" for number in random.integers(0, 10**_ORDER_DIGITS, count)]


def _percent(outcomes: Sequence[Outcome], count: str) -> float | None:
    values = [outcome.counts[count] for outcome in outcomes if count in outcome.counts]
    return rounded(100 * sum(values) / len(values)) if values else None


_COUNTS = (
    "one-shot",
    "blind +1",
    "blind wrong",
    "own",
    "own +1",
    "own wrong",
    "index",
    "index +1",
    "index wrong",
    "peer",
)


def _groups(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, str, list[Outcome]]]:
    for line in dict.fromkeys(str(o.line) for o in outcomes):
        of_line = [o for o in outcomes if str(o.line) == line]
        for expected in dict.fromkeys(o.item.expected for o in of_line):
            yield line, expected, [o for o in of_line if o.item.expected == expected]


def summarise(outcomes: Sequence[Outcome], data: str) -> dict[str, Any]:
    """Percentages by line and kind, and by speaker over the clean line."""
    clean = [o for o in outcomes if o.line == CLEAN]
    key: Callable[[Outcome], tuple[str, str]] = lambda o: (o.item.expected, o.item.clip.speaker)  # noqa: E731
    return {
        "benchmark": "identifiers",
        "data": data,
        "peer": PEER,
        "lines": [
            {"line": line, "kind": expected, "clips": len(some), **{c: _percent(some, c) for c in _COUNTS}}
            for line, expected, some in _groups(outcomes)
        ],
        "speakers": [
            {"kind": kind, "speaker": speaker, "clips": len(some), "one-shot": _percent(some, "one-shot")}
            for kind, speaker in dict.fromkeys(map(key, clean))
            for some in ([o for o in clean if key(o) == (kind, speaker)],)
        ],
        "wrong": [f"{o.item.clip.name}: {o.item.truth} heard {o.heard}" for o in clean if not o.counts["one-shot"]],
    }


def _table(outcomes: Sequence[Outcome]) -> list[str]:
    rows = [f"{'line':18} {'kind':13} {'clips':>5} " + " ".join(f"{c:>11}" for c in _COUNTS)]
    for line, expected, some in _groups(outcomes):
        figures = " ".join(f"{'' if (p := _percent(some, c)) is None else p:>11}" for c in _COUNTS)
        rows.append(f"{line:18} {expected:13} {len(some):5} {figures}")
    summary = summarise(outcomes, "")
    return [
        *("wrong     " + one for one in summary["wrong"]),
        "",
        *rows,
        "",
        "percent exactly right; +1: after one targeted read-back; wrong: taken without a question though not right",
        f"peer is   {PEER}",
    ]


if __name__ == "__main__":
    main()
