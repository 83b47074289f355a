"""Which steps of the flows a recorded call visited; its log tells only where the conversation came to rest."""

from __future__ import annotations

from collections.abc import Sequence

from voicebot.dialogue import codec
from voicebot.dialogue.engine import Engine
from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.rerun.canon import canonical
from voicebot.dialogue.rerun.outcome import Visit
from voicebot.records.projections.steps import Step

#: How the engine says that a step ran.
RAN = "run"


def retrace(steps: Sequence[Step], flows: FlowSet) -> list[tuple[Visit, ...]] | None:
    """The steps of the flows that each recorded step visited; None when these are not the flows of the call."""
    seen: list[Visit] = []
    turn = 0

    def watch(flow: str, step: str, way: str) -> None:
        if way == RAN:
            seen.append(Visit(turn, flow, step))

    engine = Engine(flows, watch=watch)
    state, found = engine.start(), list[tuple[Visit, ...]]()
    for step in steps:
        seen, turn = [], step.turn
        try:
            state, effects = engine.step(state, codec.input_from_json(step.input))
        except Exception:
            effects = ()
        if canonical([codec.to_json(effect) for effect in effects]) != canonical(step.effects):
            return None
        found.append(tuple(seen))
    return found
