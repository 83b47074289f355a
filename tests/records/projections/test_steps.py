from __future__ import annotations

from voicebot.records.events import call, dialogue, turn
from voicebot.records.projections.steps import Step, steps
from voicebot.records.sample import ending, log_of, opening

SAY = {"kind": "say", "utterance": "u1"}
QUERY = {"kind": "query", "request": "r1"}


def test_effects_belong_to_the_input_before_them() -> None:
    opened, said, heard = {"kind": "call_opened"}, {"kind": "user_said"}, {"kind": "heard"}
    log = log_of(
        [
            (0, 0, call.CallStarted(transport="text", caller=None)),
            (1, 0, dialogue.EngineInput(input=opened)),
            (1, 0, dialogue.EngineEffect(effect=SAY, flow="patterns/main", step="wish")),
            (1, 0, dialogue.Said(utterance="u1", text="Hello.")),
            (2, 1, turn.TurnCommitted(text="hi", speculated=False)),
            (2, 1, dialogue.EngineInput(input=said)),
            (2, 1, dialogue.EngineEffect(effect=SAY, flow="wismo", step="find")),
            (2, 1, dialogue.EngineEffect(effect=QUERY, flow="wismo", step="find")),
            (3, 1, dialogue.EngineInput(input=heard)),
        ]
    )
    assert steps(log) == [
        Step(turn=0, input=opened, effects=(SAY,), flow="patterns/main", step="wish"),
        Step(turn=1, input=said, effects=(SAY, QUERY), flow="wismo", step="find"),
        Step(turn=1, input=heard),
    ]


def test_a_call_without_a_dialogue_has_no_steps() -> None:
    assert steps(log_of(opening() + ending())) == []


def test_an_effect_without_an_input_is_left_out() -> None:
    assert steps(log_of([(0, 0, dialogue.EngineEffect(effect=SAY))])) == []
