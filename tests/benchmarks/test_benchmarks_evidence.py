"""What a call's log proves about a turn: rightness, and a read that was really made in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import _benchmarks_path  # noqa: F401
import pytest
from _evidence import EARLIER, IN_TURN, PREFETCHED, SPECULATIVE, Verdict, verdicts
from _script import Step

from voicebot.records.events.audio import PlaybackStarted, SpeechStarted
from voicebot.records.events.base import CallEvent, Record
from voicebot.records.events.dialogue import Said, Understood
from voicebot.records.events.oms import OmsAnswered, OmsRequested
from voicebot.records.events.turn import TurnCommitted

NUMBER = "4481207"
HEADLINE = "the Trail Runner shoes"
STEP = Step(clip="number", slots={"order_number": NUMBER}, said="late", order=NUMBER, reads=True)
TOLD = f"I found it: {HEADLINE}. It's running late."


def log(*parts: CallEvent | Sequence[CallEvent], turn: int = 1) -> list[Record]:
    """Records of one turn, ten milliseconds apart."""
    events = [event for part in parts for event in ([part] if isinstance(part, CallEvent) else part)]
    return [
        Record(call_id="c", seq=i, at_ms=10.0 * i, wall="", turn=turn, event=event) for i, event in enumerate(events, 1)
    ]


def read(why: str, name: str = "r1", **answer: Any) -> list[CallEvent]:
    found: dict[str, Any] = {"orders": [{"number": NUMBER, "headline": HEADLINE}]}
    facts: dict[str, Any] = {"status": "ok", "took_ms": 100.0, "result": found} | answer
    return [
        OmsRequested(request=name, op="find_orders", args={"number": NUMBER}, why=why),
        OmsAnswered(request=name, op="find_orders", **facts),
    ]


def taken(number: str = NUMBER, intent: str | None = None) -> list[CallEvent]:
    understood = Understood(text="", intent=intent, confidence=1.0, slots={"order_number": number})
    return [understood, TurnCommitted(text="", speculated=False)]


def told(text: str = TOLD, *, role: str = "answer", utterance: str = "u1", at_ms: float = 500.0) -> list[CallEvent]:
    return [
        Said(utterance=utterance, text=text, role=role),
        PlaybackStarted(utterance=utterance, position_ms=at_ms),
    ]


def only(*parts: CallEvent | Sequence[CallEvent]) -> Verdict:
    (verdict,) = verdicts(log(*parts), [STEP])
    return verdict


SPEECH = SpeechStarted(position_ms=0.0)
CACHED: dict[str, Any] = {"cached": True, "saved_ms": 100.0}


def test_the_order_asked_for_after_the_turn_was_taken_is_a_read_in_the_turn() -> None:
    assert only(SPEECH, taken(), read("turn"), told()) == Verdict(right=True, read=IN_TURN)


def test_a_speculative_read_is_a_live_one() -> None:
    assert only(SPEECH, read("speculation"), taken(), told()).read == SPECULATIVE


@pytest.mark.parametrize("answer", [CACHED, {"saved_ms": 40.0}], ids=["found its snapshot", "joined it"])
def test_an_answer_that_a_prefetch_of_this_turn_brought_is_named_so(answer: dict[str, Any]) -> None:
    assert only(SPEECH, read("prefetch", "p1"), taken(), read("turn", **answer), told()).read == PREFETCHED


def test_a_snapshot_from_before_the_caller_spoke_is_no_live_read() -> None:
    assert only(read("prefetch", "p1"), SPEECH, taken(), read("turn", **CACHED), told()).read == EARLIER


def test_a_snapshot_of_an_earlier_call_is_no_live_read_even_when_a_prefetch_of_this_turn_found_it() -> None:
    found = only(SPEECH, read("prefetch", "p1", **CACHED), taken(), read("turn", **CACHED), told())
    assert (found.right, found.read) == (True, EARLIER)


def test_a_failed_prefetch_does_not_make_a_cached_answer_live() -> None:
    failed = read("prefetch", "p1", status="timeout", result={})
    assert only(SPEECH, failed, taken(), read("turn", **CACHED), told()).read == EARLIER


def test_an_order_that_the_dialogue_had_already_is_right_and_not_live() -> None:
    assert only(read("prefetch", "p1"), SPEECH, taken(), told()) == Verdict(right=True, read=EARLIER)


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ((SPEECH, taken("4481208"), read("turn"), told()), "order_number 4481208"),
        ((SPEECH, taken(), read("turn"), told("What is the order number?")), "does not say"),
        ((SPEECH, taken(), read("turn"), told("I found it: a lamp. It's running late.")), "does not name the order"),
        ((SPEECH, taken(), read("turn", status="timeout", result={}), told()), "never gave"),
        ((SPEECH, taken(), read("turn"), told()[:1]), "never heard"),
        ((SPEECH,), "0 turns were taken for 1"),
    ],
    ids=["other number", "other answer", "other order", "no read", "not played", "no turn"],
)
def test_what_is_not_right(parts: Sequence[CallEvent | Sequence[CallEvent]], why: str) -> None:
    found = only(*parts)
    assert not found.right
    assert why in found.why


def test_an_answer_behind_a_filler_counts_from_its_own_first_sound() -> None:
    filler = told("Let me look at that order.", role="filler", utterance="f", at_ms=400.0)
    found = only(SPEECH, taken(), read("turn"), filler, told(at_ms=1300.0))
    assert (found.right, found.filler_first, found.answer_after_first_sound_ms) == (True, True, 900.0)


def test_the_words_of_a_filler_are_no_answer() -> None:
    assert not only(SPEECH, taken(), read("turn"), told(TOLD, role="filler")).right


def test_a_turn_cut_in_two_leaves_the_other_turns_theirs() -> None:
    first = Step(clip="where", intent="wismo", said="order number")
    records = [
        *log(SPEECH, taken(), told("Sorry?", utterance="a"), turn=1),
        *log(SPEECH, taken(intent="wismo"), told("What is the order number?", utterance="b"), turn=2),
        *log(SPEECH, taken(), read("turn"), told(), turn=3),
    ]
    assert [verdict.right for verdict in verdicts(records, [first, STEP])] == [True, True]
    lost, found = verdicts(records[-8:], [first, STEP])
    assert (lost.right, found.right) == (False, True)
