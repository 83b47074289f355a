from __future__ import annotations

from voicebot.records.events import audio, call, dialogue, hearing, turn
from voicebot.records.projections.transcript import transcript
from voicebot.records.sample import handed_off, log_of, opening, order_turn


def test_lines_come_in_the_order_in_which_they_began_with_positions() -> None:
    lines = transcript(log_of(opening() + order_turn() + handed_off()))
    assert [(line.speaker, line.turn, line.start_ms, line.end_ms) for line in lines] == [
        ("bot", 0, 40, 2040),
        ("caller", 1, 2900, 4000),
        ("bot", 1, 4310, 5400),
        ("caller", 2, 5200, 6000),
    ]
    assert [line.text for line in lines if line.speaker == "caller"] == ["Where is order 4481207?", "Give me a human."]


def test_what_was_heard_is_kept_apart_from_what_was_said() -> None:
    answer = transcript(log_of(opening() + order_turn()))[2]
    assert (answer.status, answer.heard, answer.unheard) == (
        "interrupted",
        "It will arrive on",
        "2026-11-25. You get a voucher.",
    )
    assert answer.text == "It will arrive on 2026-11-25. You get a voucher."


def test_an_utterance_that_never_played_was_not_heard() -> None:
    (line,) = transcript(log_of([(0, 1, dialogue.Said(utterance="u9", text="Too late."))]))
    assert (line.status, line.heard, line.unheard) == ("not_played", "", "Too late.")


def test_an_utterance_under_way_is_neither_heard_nor_unheard() -> None:
    rows = [
        (0.0, 1, dialogue.Said(utterance="u9", text="One moment.")),
        (10.0, 1, audio.PlaybackStarted(utterance="u9", position_ms=10)),
    ]
    (line,) = transcript(log_of(rows))
    assert (line.status, line.heard) == ("playing", None)


def test_clauses_of_one_utterance_are_one_line() -> None:
    rows = [
        (0.0, 1, dialogue.Said(utterance="u1", text="Yes.")),
        (0.0, 1, dialogue.Said(utterance="u1", text="It is on its way.")),
        (
            9.0,
            1,
            audio.PlaybackEnded(
                utterance="u1", position_ms=9, complete=True, heard_ms=9, heard="Yes. It is on its way."
            ),
        ),
    ]
    assert [(line.text, line.heard) for line in transcript(log_of(rows))] == [("Yes. It is on its way.",) * 2]


def test_a_backchannel_is_no_turn() -> None:
    rows = [
        (100.0, 1, audio.SpeechStarted(position_ms=100)),
        (300.0, 1, audio.SpeechStopped(position_ms=290)),
        (
            310.0,
            1,
            hearing.Interruption(verdict="ignore", reason="backchannel", overlap_ms=190, inputs={"text": "mhm"}),
        ),
        (900.0, 2, audio.SpeechStarted(position_ms=880)),
        (1500.0, 2, audio.SpeechStopped(position_ms=1400)),
        (1700.0, 2, turn.TurnCommitted(text="Yes please", speculated=False)),
    ]
    lines = transcript(log_of(rows))
    assert [(line.kind, line.text, line.start_ms, line.end_ms, line.status) for line in lines] == [
        ("backchannel", "mhm", 100, 290, "ignored"),
        ("speech", "Yes please", 880, 1400, "committed"),
    ]


def test_words_that_were_never_taken_as_a_turn_stay_open() -> None:
    rows = [
        (100.0, 1, audio.SpeechStarted(position_ms=100)),
        (900.0, 1, hearing.Final(text="and then", audio_ms=700)),
        (950.0, 1, call.CallEnded(by="caller", reason="hung up")),
    ]
    (line,) = transcript(log_of(rows))
    assert (line.text, line.status) == ("and then", "open")


def test_keys_pressed_together_are_one_line() -> None:
    presses = [(100.0, "4"), (300.0, "2"), (600.0, "#"), (9000.0, "1")]
    lines = transcript(log_of([(at, 1, audio.Dtmf(key=key, position_ms=at)) for at, key in presses]))
    assert [(line.text, line.start_ms, line.end_ms) for line in lines] == [("42#", 100, 600), ("1", 9000, 9000)]


def test_in_a_text_conversation_what_was_said_was_read() -> None:
    rows = [
        (0.0, 0, call.CallStarted(transport="text", caller=None)),
        (0.0, 0, dialogue.Said(utterance="u1", text="Hello.")),
    ]
    (line,) = transcript(log_of(rows))
    assert (line.status, line.heard) == ("heard", "Hello.")


def test_nothing_comes_of_nothing() -> None:
    assert transcript([]) == []
