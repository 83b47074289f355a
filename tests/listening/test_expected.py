from __future__ import annotations

import pytest

from voicebot.identifiers import Completeness
from voicebot.listening.expected import answers, complete, evidence
from voicebot.listening.recognition import Expectation, Recognition
from voicebot.listening.utterance import Utterance

NUMBER = Expectation(kind="order_number", patience="dictation")
REST = Expectation(kind="order_number", patience="dictation", begun="448,")


@pytest.mark.parametrize(
    ("expectation", "text", "how"),
    [
        (NUMBER, "448", Completeness.INCOMPLETE),
        (NUMBER, "4481207", Completeness.COMPLETE),
        (NUMBER, "1207", Completeness.INCOMPLETE),
        (REST, "1207", Completeness.COMPLETE),
        (REST, "12", Completeness.INCOMPLETE),
        (REST, "4481207", Completeness.COMPLETE),
        (REST, "", Completeness.INCOMPLETE),
    ],
)
def test_a_piece_from_the_turn_before_counts(expectation: Expectation, text: str, how: Completeness) -> None:
    assert complete(expectation, Recognition(text=text)) is how


def test_a_form_does_not_finish_what_the_caller_has_not_said() -> None:
    heard = Recognition(text="5, 5, 2, 8, 7, 6", value="5526764")
    assert complete(NUMBER, heard) is Completeness.INCOMPLETE


def test_only_what_was_asked_for_is_an_answer() -> None:
    assert answers(NUMBER, Recognition(text="4481207"))
    assert not answers(NUMBER, Recognition(text="where is my order?"))
    assert answers(REST, Recognition(text="1207"))
    assert answers(Expectation(kind="yes_no"), Recognition(text="yes"))
    assert answers(Expectation(kind="choice", choices=("the shoes",)), Recognition(text="the shoes"))


def test_what_is_not_decoded_is_not_known() -> None:
    u = Utterance(id=1, started_ms=0, from_ms=0, voiced_ms=600, voice_end_ms=600)
    known = evidence(u, None, NUMBER, 700, 0)
    assert (known.text, known.wordless, known.silence_ms, known.turn_probability) == (None, False, 100, None)
    known = evidence(u, Recognition(text=""), NUMBER, 700, 0)
    assert (known.text, known.wordless) == (Completeness.INCOMPLETE, True)
