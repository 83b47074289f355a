"""The dialogue engine's `step`: how long one input takes, over all conversation tests.

    python benchmarks/engine.py [--quick] [--json] [--flows DIR]

Every test of flows/tests is played with the real understanding and policies; each call of `step` is timed, whatever it
does: answers to requests, whole turns, branches through several flows. The peer is the floor of the same work: taking
the state and the effects of each step to their JSON forms, which the event log needs anyway.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

from _common import ROOT, arguments, finish, note, percentile, refuse, rounded

from voicebot import config
from voicebot.dialogue import codec
from voicebot.dialogue.effects import Effect, Say
from voicebot.dialogue.engine import Engine
from voicebot.dialogue.inputs import Input
from voicebot.dialogue.interpreter import load_interpreter
from voicebot.dialogue.loader import load_flows
from voicebot.dialogue.state import State
from voicebot.dialogue.testing.cases import read_suite
from voicebot.dialogue.testing.play import Player
from voicebot.policy.book import PolicyBook

TARGET_P95_MS = 1.0


class Timed(Engine):
    """An engine with a stop-watch."""

    def begin(self) -> None:
        self.steps_ms: list[float] = []
        self.json_ms: list[float] = []

    def step(self, state: State, event: Input) -> tuple[State, tuple[Effect, ...]]:
        began = time.perf_counter_ns()
        after, effects = super().step(state, event)
        done = time.perf_counter_ns()
        json.dumps([after.to_json(), *(codec.to_json(effect) for effect in effects)])
        self.steps_ms.append((done - began) / 1e6)
        self.json_ms.append((time.perf_counter_ns() - done) / 1e6)
        return after, effects


def main() -> None:
    """Play all tests, print the times."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--flows", type=Path, default=ROOT / "flows", help="folder with the flows")
    args = parser.parse_args()
    settings = config.load(None)
    book = PolicyBook.load(args.flows.parent / "policies")
    flows = load_flows(args.flows, policies=book.names)
    files = sorted((args.flows / "tests").rglob("*.yaml"))
    suite = read_suite({file.name: file.read_text("utf-8") for file in files})
    if suite.problems or not suite.tests:
        refuse("the conversation tests cannot be read: voicebot flow test tells why")
    interpreter = load_interpreter(flows, settings.server.data_dir / "cache", settings.dialogue)
    engine = Timed(flows)
    engine.begin()
    player = Player(engine, interpreter, book, suite.orders, _written)
    rounds = 1 if args.quick else 5
    note(f"{len(suite.tests)} conversations, {rounds} rounds", as_json=args.json)
    for _ in range(rounds):
        for written in suite.tests:
            player.play(written.case)
    result = {"conversations": len(suite.tests), "steps": len(engine.steps_ms), "target_p95_ms": TARGET_P95_MS}
    result |= {f"step_{name}": value for name, value in _figures(engine.steps_ms).items()}
    result |= {f"json_{name}": value for name, value in _figures(engine.json_ms).items()}
    met = "met" if result["step_p95_ms"] <= TARGET_P95_MS else "not met"
    lines = [f"{'':<22}{'p50 ms':>10}{'p95 ms':>10}{'p99 ms':>10}"]
    for label, name in (("step", "step"), ("state and effects JSON", "json")):
        lines.append(f"{label:<22}" + "".join(f"{result[f'{name}_p{q}_ms']:>10}" for q in (50, 95, 99)))
    lines.append(
        f"{result['steps']} steps of {len(suite.tests)} conversations; target p95 <= {TARGET_P95_MS:g} ms: {met}"
    )
    finish(result, lines, as_json=args.json)


def _figures(times: Sequence[float]) -> dict[str, float]:
    return {f"p{q}_ms": rounded(percentile(times, q), 3) or 0.0 for q in (50, 95, 99)}


def _written(say: Say, _today: str) -> str:
    return say.text


if __name__ == "__main__":
    main()
