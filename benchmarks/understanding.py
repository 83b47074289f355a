"""Intents: ours against two peers that learn from the same sentences, on texts that nobody learnt from.

    python benchmarks/understanding.py [--quick] [--json] [--data DIR] [--flows DIR] [--half held|development|all]

Sets: utterances of other shops and assistants by file, `intent` in the names of the taxonomy; rows marked as loose fits
are left out. The odd rows of each file are the development half, on which thresholds may be tuned; figures are of the
even rows, the half held out. Every text is taken for the first thing that a caller says.

accuracy: of in-scope texts, moves of the conversation (yes, thanks …) among them; refused: in-scope texts taken for out
of scope; recall: out-of-scope texts recognised as such; noisy: accuracy with recognition errors made up in 10 % of the
words (replaced by words that sound alike, left out, put in), the same for all sides. Times are of one utterance at a
time on one thread.
"""

from __future__ import annotations

import csv
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _common import ROOT, arguments, finish, note, percentile, rounded
from _data import add_data, lack
from _noise import misheard, sound_alikes
from _understanders import Nearest, Ours, TfIdf, Understander, whole

from voicebot import weights
from voicebot.dialogue.engine import Engine
from voicebot.dialogue.inputs import CallOpened
from voicebot.dialogue.interpreter import load_interpreter
from voicebot.dialogue.learning import examples
from voicebot.dialogue.loader import load_flows
from voicebot.dialogue.sayings import OUT_OF_SCOPE
from voicebot.dialogue.sentences import open_encoder
from voicebot.dialogue.settings import DialogueSettings

SETS = ("abcd", "bitext", "clinc", "banking77", "slurp", "multidogo")
HALVES = ("held", "development", "all")
NOISE = 0.10
#: A set is thinned out evenly to so many texts with --quick.
_QUICK = 120
_SEED = 1


@dataclass(frozen=True, slots=True)
class Said:
    """One text, and the intent it has."""

    source: str
    text: str
    intent: str

    @property
    def in_scope(self) -> bool:
        return self.intent != OUT_OF_SCOPE


@dataclass(frozen=True, slots=True)
class Told:
    """What one side made of a text, as it was and with recognition errors (None where it was not asked)."""

    said: Said
    intent: str | None
    noisy: str | None
    ms: float


def main() -> None:
    """Ask all sides about every text."""
    parser = arguments(__doc__ or "")
    add_data(parser, "the tables", "text")
    parser.add_argument("--flows", type=Path, default=ROOT / "flows", help="folder with the conversations")
    parser.add_argument("--half", choices=HALVES, default="held", help="which rows")
    parser.add_argument("--errors", action="store_true", help="print what ours got wrong (development half only)")
    args = parser.parse_args()
    if args.errors and args.half != "development":
        parser.error("--errors needs --half development: the held-out half is not for looking at")
    said = [row for name in SETS for row in thinned(load(args.data / f"{name}.tsv", args.half), args.quick)]
    if not said:
        lack(f"no texts in {args.data}")
    alike = sound_alikes(row.text for row in said)
    with tempfile.TemporaryDirectory(prefix="voicebot-understanding-") as cache:
        began = time.perf_counter()
        sides, seconds = _sides(args.flows, Path(cache))
        note(f"trained in {time.perf_counter() - began:.1f} s, ours in {seconds:.1f} s", as_json=args.json)
        found = {side.name: [ask(side, row, alike) for row in said] for side in sides}
    result = {
        "benchmark": "understanding",
        "half": args.half,
        "texts": len(said),
        "training_s": rounded(seconds),
        "sides": [summarise(name, told) for name, told in found.items()],
    }
    if args.errors:
        for line in errors(found["ours"]):
            note(line, as_json=args.json)
    finish(result, table(result["sides"]), as_json=args.json)


def load(file: Path, half: str) -> list[Said]:
    """Rows of one table, without the loose fits; [] when there is no such file."""
    if not file.exists():
        return []
    lines = file.read_text("utf-8").splitlines()
    rows = [r for r in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE) if r["strict"] == "yes"]
    rows = {"development": rows[::2], "held": rows[1::2]}.get(half, rows)
    return [Said(file.stem, row["text"], row["intent"]) for row in rows]


def thinned(rows: Sequence[Said], quick: bool) -> Sequence[Said]:
    return rows[:: max(1, len(rows) // _QUICK)] if quick else rows


def _sides(folder: Path, cache: Path) -> tuple[list[Understander], float]:
    """All sides, and the seconds that ours took to be ready."""
    flows = load_flows(folder)
    encoder = open_encoder(weights.minilm(None), cache)
    began = time.perf_counter()
    interpreter = load_interpreter(flows, cache, DialogueSettings(), encoder)
    seconds = time.perf_counter() - began
    engine = Engine(flows)
    state, _ = engine.step(engine.start(), CallOpened(now="2026-01-05T10:00:00Z", today="2026-01-05"))
    pairs = whole(examples(flows))
    return [Ours(interpreter, engine.context(state)), TfIdf(pairs), Nearest(pairs, encoder)], seconds


def ask(side: Understander, row: Said, alike: dict[str, tuple[str, ...]]) -> Told:
    began = time.perf_counter()
    intent = side.intent(row.text)
    ms = 1000 * (time.perf_counter() - began)
    noisy = side.intent(misheard(row.text, NOISE, alike, _SEED)) if row.in_scope else None
    return Told(row, intent, noisy, ms)


def summarise(name: str, found: Sequence[Told]) -> dict[str, Any]:
    """Figures of one side: over all texts, and by set."""
    times = [one.ms for one in found]
    sources = dict.fromkeys(one.said.source for one in found)
    return {
        "side": name,
        "p50_ms": rounded(percentile(times, 50), 2),
        "p95_ms": rounded(percentile(times, 95), 2),
        **_scores(found),
        "sets": {source: _scores([one for one in found if one.said.source == source]) for source in sources},
    }


def _scores(found: Sequence[Told]) -> dict[str, float | int | None]:
    inside = [one for one in found if one.said.in_scope]
    outside = [one for one in found if not one.said.in_scope]
    return {
        "in_scope": len(inside),
        "accuracy": _share([one.intent == one.said.intent for one in inside]),
        "noisy": _share([one.noisy == one.said.intent for one in inside]),
        "refused": _share([one.intent == OUT_OF_SCOPE for one in inside]),
        "out_of_scope": len(outside),
        "recall": _share([one.intent == OUT_OF_SCOPE for one in outside]),
    }


def _share(hits: Sequence[bool]) -> float | None:
    return round(100 * sum(hits) / len(hits), 1) if hits else None


def errors(found: Sequence[Told]) -> list[str]:
    """The commonest confusions, and every text behind them."""
    wrong = [one for one in found if one.intent != one.said.intent]
    counted = Counter((one.said.source, one.said.intent, str(one.intent)) for one in wrong)
    lines = [f"{count:5} {source:10} {want} -> {got}" for (source, want, got), count in counted.most_common(60)]
    return lines + [f"{o.said.source:10} {o.said.intent} -> {o.intent}: {o.said.text[:160]}" for o in wrong]


def table(sides: Sequence[dict[str, Any]]) -> list[str]:
    """For people."""
    columns = ("in_scope", "accuracy", "noisy", "refused", "out_of_scope", "recall")
    lines = [f"{'side':30} {'set':10} " + " ".join(f"{column:>12}" for column in columns)]
    for side in sides:
        for source, scores in (*side["sets"].items(), ("all", side)):
            figures = " ".join(f"{'-' if scores[c] is None else scores[c]!s:>12}" for c in columns)
            lines.append(f"{side['side']:30} {source:10} {figures}")
        lines.append(f"{side['side']:30} p50 {side['p50_ms']} ms, p95 {side['p95_ms']} ms an utterance")
    return [*lines, "", f"percent; noisy: recognition errors made up in {NOISE:.0%} of the words"]


if __name__ == "__main__":
    main()
