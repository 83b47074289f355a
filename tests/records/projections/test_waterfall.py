from __future__ import annotations

from voicebot.records.events import audio, oms, turn
from voicebot.records.projections.waterfall import waterfall
from voicebot.records.sample import log_of, opening, order_turn


def test_a_turn_has_its_marks_and_its_reads() -> None:
    (first,) = waterfall(log_of(opening() + order_turn()))
    assert (first.number, first.speech_end_ms, first.voice_to_voice_ms) == (1, 4000, 310)
    assert [name for name, _ in first.marks] == ["vad_stop", "text", "answer_ready", "committed", "first_audio"]
    (read,) = first.reads
    assert (read.op, read.why, read.from_ms, read.took_ms) == ("find_orders", "speculation", -100, 30)
    assert (first.saved_by_prefetch_ms, first.speculated, first.partials) == (30, True, 1)
    assert first.end_reason == "complete"


def test_work_done_ahead_belongs_to_the_turn_that_it_ran_ahead_of() -> None:
    rows = [
        (0.0, 0, oms.OmsRequested(request="prefetch-1", op="find_orders", why="prefetch")),
        (100.0, 1, turn.TurnCommitted(text="one", speculated=False)),
        (110.0, 1, oms.OmsRequested(request="q1", op="get_order", why="turn")),
        (150.0, 1, oms.OmsRequested(request="q2", op="get_order", why="speculation")),
        (200.0, 1, turn.SpeculationDropped(reason="went on")),
        (300.0, 2, turn.TurnCommitted(text="two", speculated=False)),
    ]
    one, two = waterfall(log_of(rows))
    assert [read.request for read in one.reads] == ["prefetch-1", "q1"]
    assert [read.request for read in two.reads] == ["q2"]
    assert (one.dropped, two.dropped) == (0, 1)


def test_a_repeated_request_id_pairs_with_its_own_answer() -> None:
    def answered(status: str) -> oms.OmsAnswered:
        return oms.OmsAnswered(request="q1", op="get_order", status=status, took_ms=1)

    rows = [
        (0.0, 0, oms.OmsRequested(request="q1", op="get_order", why="speculation")),
        (10.0, 0, answered("cancelled")),
        (20.0, 0, oms.OmsRequested(request="q1", op="get_order", why="speculation")),
        (30.0, 0, answered("ok")),
        (100.0, 1, turn.TurnCommitted(text="one", speculated=False)),
    ]
    (only,) = waterfall(log_of(rows))
    assert [read.status for read in only.reads] == ["cancelled", "ok"]


def test_a_turn_without_an_answer_has_no_latency() -> None:
    rows = [
        (90.0, 1, audio.SpeechStopped(position_ms=80)),
        (100.0, 1, turn.TurnCommitted(text="hm", speculated=False)),
    ]
    (only,) = waterfall(log_of(rows))
    assert (only.marks, only.voice_to_voice_ms) == ((), None)
    assert only.to_json()["marks"] == {}
