from __future__ import annotations

import json

import pytest

from voicebot.records.events import call, oms
from voicebot.records.projections.summary import Summary, summarise
from voicebot.records.sample import Row, ending, handed_off, log_of, opening, order_turn


def test_a_whole_call() -> None:
    found = summarise(log_of(opening() + order_turn() + handed_off() + ending()))
    assert (found.call, found.transport, found.caller, found.codec) == ("call-1", "sip", "+4930123456", "PCMA")
    assert (found.intents, found.flows) == (("wismo", "human_agent"), ("wismo",))
    assert (found.turns, found.reads, found.failed_reads, found.interruptions) == (2, 1, 0, 1)
    assert (found.p50_ms, found.p95_ms) == (310, 310)
    assert (found.outcome, found.handoff, found.transferred) == ("handed_off", "h1", False)
    assert found.callback_due == "2026-11-23T10:00:00.000Z"
    assert (found.duration_ms, found.ended_by) == (9500, "caller")


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        (opening() + order_turn() + ending(), "contained"),
        (opening() + ending(), "abandoned"),
        (opening() + ending("bot"), "abandoned"),
        (opening() + order_turn(), "unfinished"),
        (opening() + handed_off(), "handed_off"),
    ],
)
def test_outcomes(rows: list[Row], outcome: str) -> None:
    assert summarise(log_of(rows)).outcome == outcome


def test_faults_and_failed_reads_are_counted() -> None:
    rows: list[Row] = [
        (0, 0, call.Fault(where="oms", what="no answer")),
        (0, 0, oms.OmsAnswered(request="q", op="get_order", status="timeout", took_ms=4000)),
        (0, 0, oms.OmsAnswered(request="q", op="get_order", status="not_found", took_ms=4)),
    ]
    found = summarise(log_of(rows))
    assert (found.faults, found.failed_reads) == (("oms: no answer",), 1)


def test_json_round_trip_survives_fields_of_other_versions() -> None:
    found = summarise(log_of(opening() + order_turn() + ending()))
    stored = json.loads(json.dumps(found.to_json()))
    assert Summary.from_json(stored) == found
    assert Summary.from_json(stored | {"newer": 1}) == found
    assert Summary.from_json({"call": "x", "started": "y"}).outcome == "unfinished"


def test_a_call_without_records_cannot_be_summed_up() -> None:
    with pytest.raises(ValueError, match="without records"):
        summarise([])
