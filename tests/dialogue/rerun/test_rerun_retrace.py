from __future__ import annotations

from small_shop import Call, flows

from voicebot.dialogue.rerun.outcome import Visit
from voicebot.dialogue.rerun.retrace import retrace


def test_the_steps_between_are_found_by_running_the_recorded_flows() -> None:
    call = Call().say("where is my order", "4481207")
    found = retrace(call.steps, flows())
    assert found is not None
    assert len(found) == len(call.steps)
    told = [visit for visits in found for visit in visits if visit.turn == 2]
    assert Visit(2, "wismo", "tell") in told
    assert Visit(2, "wismo", "on_time") in told
    assert Visit(2, "wismo", "sorry") not in told


def test_other_flows_than_those_of_the_recording_are_noticed() -> None:
    call = Call().say("where is my order", "4481207")
    assert retrace(call.steps, flows(("is on its way.", "is under way."))) is None
