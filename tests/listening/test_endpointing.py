from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.identifiers import Completeness
from voicebot.listening.endpointing import PROFILES, Ending, Evidence, Pauses, decide, dictating

COMPLETE, PLAUSIBLE, INCOMPLETE = Completeness


def ending(silence_ms: float, **known: object) -> Ending:
    return decide(Evidence(silence_ms=silence_ms, voiced_ms=900, **known)).ending  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("silence_ms", "known", "expected"),
    [
        (0, {}, Ending.KEEP),
        (100, {}, Ending.MAYBE_OVER),
        (1500, {}, Ending.MAYBE_OVER),
        (2000, {}, Ending.OVER),
        (230, {"text": COMPLETE}, Ending.OVER),
        (170, {"text": COMPLETE, "patience": "instant", "answers": True}, Ending.OVER),
        (170, {"text": COMPLETE, "patience": "instant"}, Ending.MAYBE_OVER),
        (200, {"text": COMPLETE, "stirring": True}, Ending.MAYBE_OVER),
        (300, {"text": COMPLETE, "stirring": True}, Ending.OVER),
        (300, {"text": PLAUSIBLE, "turn_probability": 0.9}, Ending.OVER),
        (300, {"text": PLAUSIBLE, "turn_probability": 0.9, "patience": "dictation"}, Ending.OVER),
        (300, {"text": PLAUSIBLE, "turn_probability": 0.4}, Ending.MAYBE_OVER),
        (610, {"text": PLAUSIBLE, "turn_probability": 0.6}, Ending.OVER),
        (610, {"text": PLAUSIBLE, "turn_probability": 0.4}, Ending.MAYBE_OVER),
        (860, {"text": PLAUSIBLE, "turn_probability": 0.4}, Ending.OVER),
        (860, {"text": PLAUSIBLE, "turn_awaited": True}, Ending.MAYBE_OVER),
        (230, {"text": COMPLETE, "turn_awaited": True}, Ending.OVER),
        (1110, {"text": PLAUSIBLE, "turn_awaited": True}, Ending.OVER),
        (1020, {"text": PLAUSIBLE, "turn_probability": 0.05}, Ending.MAYBE_OVER),
        (1020, {"text": INCOMPLETE}, Ending.MAYBE_OVER),
        (610, {"text": PLAUSIBLE, "turn_probability": 0.05}, Ending.MAYBE_OVER),
        (950, {"text": INCOMPLETE}, Ending.MAYBE_OVER),
        (950, {"text": INCOMPLETE, "patience": "dictation"}, Ending.MAYBE_OVER),
        (1390, {"text": INCOMPLETE, "patience": "dictation", "turn_probability": 0.99}, Ending.MAYBE_OVER),
        (1410, {"text": INCOMPLETE, "patience": "dictation"}, Ending.OVER),
        (610, {"text": INCOMPLETE, "wordless": True}, Ending.OVER),
        # a piece of a number always sounds finished
        (
            1390,
            {"text": PLAUSIBLE, "patience": "dictation", "dictating": True, "turn_probability": 0.99},
            Ending.MAYBE_OVER,
        ),
        (510, {"text": PLAUSIBLE, "patience": "dictation", "turn_probability": 0.99}, Ending.OVER),
        (960, {"text": PLAUSIBLE, "patience": "dictation", "turn_probability": 0.4}, Ending.MAYBE_OVER),
        (610, {"text": PLAUSIBLE, "dictating": True}, Ending.OVER),
        (300, {"text": COMPLETE, "patience": "never heard of"}, Ending.OVER),
    ],
)
def test_decisions(silence_ms: float, known: dict[str, object], expected: Ending) -> None:
    assert ending(silence_ms, **known) is expected


def test_a_slow_caller_gets_more_patience_unless_all_is_said() -> None:
    assert ending(700, text=PLAUSIBLE, usual_pause_ms=800) is Ending.MAYBE_OVER
    assert ending(230, text=COMPLETE, usual_pause_ms=800) is Ending.OVER


def test_a_short_word_always_sounds_finished() -> None:
    evidence = Evidence(silence_ms=300, voiced_ms=300, text=PLAUSIBLE, turn_probability=0.99)
    assert decide(evidence).ending is Ending.MAYBE_OVER


def test_patience_is_learned_and_wears_off() -> None:
    pauses = Pauses()
    pauses.inside(800)
    assert pauses.usual_ms == 800
    for _ in range(10):
        pauses.turn_ended()
    assert pauses.usual_ms < 300


@given(
    st.floats(0, 5000),
    st.sampled_from([None, *Completeness]),
    st.none() | st.floats(0, 1),
    st.sampled_from(list(PROFILES)),
    st.floats(0, 5000),
)
def test_no_evidence_waits_longer_than_the_cap(
    silence_ms: float, text: Completeness | None, probability: float | None, patience: str, pause_ms: float
) -> None:
    evidence = Evidence(
        silence_ms=silence_ms,
        voiced_ms=500,
        text=text,
        turn_probability=probability,
        patience=patience,
        usual_pause_ms=pause_ms,
    )
    decision = decide(evidence)
    assert decision.waited_for_ms <= PROFILES[patience].cap
    assert (decision.ending is Ending.OVER) == (silence_ms >= decision.waited_for_ms)
    assert decision.reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("448, a low", True),
        ("sam dot carter", True),
        ("S M I T H", True),
        ("Rob out DQTWX", True),
        ("OK", False),
        ("I don't have it", False),
        ("", False),
    ],
)
def test_pieces_of_something_dictated(text: str, expected: bool) -> None:
    assert dictating(text) is expected
