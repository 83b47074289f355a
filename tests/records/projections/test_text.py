from __future__ import annotations

import pytest

from voicebot.records.events import call, dialogue, hearing, turn
from voicebot.records.projections.text import chart, clock, describe, pairs, show
from voicebot.records.projections.waterfall import ReadBar, Turn
from voicebot.records.sample import ending, handed_off, log_of, opening, order_turn


def test_a_call_tells_its_story_in_order() -> None:
    page = [str(line) for line in show(log_of(opening() + order_turn() + handed_off() + ending()))]
    story = "\n".join(page)
    wanted = [
        "outcome   handed_off, packet h1",
        "  0:00.0  bot     Hello, this is the automated assistant.",
        "  0:02.9  caller  Where is order 4481207?",
        "oms find_orders: ok, 30 ms <- number=4481207 [speculation]",
        "understood wismo 0.94: start_flow(flow=wismo)",
        "policy late_order, rule late-3: offer=voucher because 3 days late",
        "  0:04.3  bot     It will arrive on [not heard: 2026-11-25. You get a voucher.]",
        "interrupted: words",
        "hand-off to default (caller_asked), packet h1",
        "transfer to sip:agents@pbx failed: 486 Busy Here",
        "call-back to +4930123456 due 2026-11-23T10:00:00.000Z",
        "ended by caller: hung up",
        "turn 1: 310 ms voice to voice, speculated, 30 ms saved by prefetch",
    ]
    places = [story.index(text) for text in wanted]
    assert places == sorted(places)


def test_a_chart_draws_spans_to_scale() -> None:
    turn_ = Turn(
        number=1,
        text="x",
        speech_end_ms=0,
        voice_to_voice_ms=300,
        marks=(("text", 150), ("first_audio", 300)),
        reads=(ReadBar(request="q", op="find_orders", why="prefetch", from_ms=-100, took_ms=100, status="ok"),),
    )
    title, read, text, audio = (str(line) for line in chart(turn_, width=40))
    assert title == "turn 1: 300 ms voice to voice"
    assert read == "  find_orders   |" + "█" * 10 + " " * 30 + "|      0 ms"
    assert text == "  text          |" + " " * 10 + "█" * 15 + " " * 15 + "|    150 ms"
    assert audio == "  first_audio   |" + " " * 25 + "█" * 15 + "|    300 ms"


def test_a_chart_of_a_turn_long_ahead_stays_in_its_width() -> None:
    read = ReadBar(request="q", op="find_orders", why="prefetch", from_ms=-90_000, took_ms=20, status="timeout")
    turn_ = Turn(number=1, text="", speech_end_ms=0, marks=(("first_audio", 300),), reads=(read,))
    lines = [str(line) for line in chart(turn_, width=40)]
    assert {line.index("|", line.index("|") + 1) for line in lines[1:]} == {57}
    assert lines[0] == "turn 1: no answer voice to voice"
    assert "timeout" in lines[1]


def test_a_turn_without_marks_is_only_a_title() -> None:
    assert len(chart(Turn(number=3, text="", speech_end_ms=None))) == 1


@pytest.mark.parametrize(
    ("at_ms", "text"), [(0, "  0:00.0"), (62_349, "  1:02.3"), (-5, "  0:00.0"), (3_600_000, " 60:00.0")]
)
def test_clock(at_ms: float, text: str) -> None:
    assert clock(at_ms) == text


def test_live_lines_leave_out_what_only_programs_need() -> None:
    partial, committed, latency, started = log_of(
        [
            (0, 1, hearing.Partial(text="whe", audio_ms=1, decode_ms=1)),
            (0, 1, turn.TurnCommitted(text="Where", speculated=False)),
            (0, 1, turn.TurnLatency(marks={"text": 90}, voice_to_voice_ms=200)),
            (0, 0, call.CallStarted(transport="sip", caller=None)),
        ]
    )
    assert describe(partial) is None
    assert str(describe(committed)) == "  0:00.0  caller  Where"
    assert "200 ms (text 90)" in str(describe(latency))
    assert "withheld" in str(describe(started))


def test_long_and_empty_values_are_shortened() -> None:
    assert pairs({"a": "x" * 100, "b": None, "c": 2}) == f"a={'x' * 60}…, c=2"
    assert pairs({}) == "-"


def test_a_match_is_told_with_what_was_heard() -> None:
    found = {"kind": "matched", "slot": "order_number", "decision": "confirm", "value": "4481207", "confidence": 0.88}
    sure, nothing = log_of(
        [
            (0, 1, dialogue.EngineEffect(effect={**found, "hypotheses": ["4481217", "4481213"]})),
            (0, 1, dialogue.EngineEffect(effect={**found, "decision": "ask_again", "value": None, "hypotheses": []})),
        ]
    )
    told = [str(line).split() for record in (sure, nothing) if (line := describe(record)) is not None]
    assert told[0][-7:] == ["order_number", "confirm:", "4481207", "0.88,", "heard", "4481217,", "4481213"]
    assert told[1][-4:] == ["order_number", "ask_again:", "nothing", "0.88"]
