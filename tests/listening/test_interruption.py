from __future__ import annotations

import pytest

from voicebot.listening.interruption import Overlap, Verdict, judge, stray
from voicebot.listening.remarks import is_backchannel


@pytest.mark.parametrize("text", ["Mhm.", "Uh-huh", "okay", "I see.", "Oh, okay", "Right, right."])
def test_backchannels(text: str) -> None:
    assert is_backchannel(text)


@pytest.mark.parametrize("text", ["", "no", "wait", "okay but why", "yeah yeah yeah yeah", "my order"])
def test_what_is_none(text: str) -> None:
    assert not is_backchannel(text)


@pytest.mark.parametrize(
    ("overlap", "verdict"),
    [
        (Overlap(voiced_ms=40, silence_ms=0), Verdict.WAIT),
        (Overlap(voiced_ms=100, silence_ms=0), Verdict.PAUSE),
        (Overlap(voiced_ms=300, silence_ms=0, held=True), Verdict.WAIT),
        # a cough
        (Overlap(voiced_ms=200, silence_ms=200, held=True, text="", text_covers_ms=200), Verdict.RESUME),
        # "mhm", and more might follow
        (Overlap(voiced_ms=260, silence_ms=0, held=True, text="mhm", text_covers_ms=260), Verdict.WAIT),
        (Overlap(voiced_ms=260, silence_ms=200, held=True, text="Mhm.", text_covers_ms=260), Verdict.RESUME),
        # the words are older than the voice
        (Overlap(voiced_ms=600, silence_ms=200, held=True, text="mhm", text_covers_ms=260), Verdict.WAIT),
        (Overlap(voiced_ms=400, silence_ms=0, held=True, text="wait", text_covers_ms=300), Verdict.STOP),
        (Overlap(voiced_ms=500, silence_ms=0, held=True, text="where is", text_covers_ms=300), Verdict.STOP),
        (Overlap(voiced_ms=400, silence_ms=0, held=True, text="order", text_covers_ms=300), Verdict.WAIT),
        (Overlap(voiced_ms=400, silence_ms=200, held=True, text="order", text_covers_ms=400), Verdict.STOP),
        # "okay" is an answer when a question was asked
        (Overlap(voiced_ms=300, silence_ms=0, held=True, text="Okay.", kind="yes_no"), Verdict.STOP),
        # "Yes." (the bot answers) "Please."; and a "please" that answers what the bot asks
        (Overlap(voiced_ms=300, silence_ms=200, text="please", text_covers_ms=300, after_ms=80), Verdict.RESUME),
        (
            Overlap(voiced_ms=300, silence_ms=200, text="Please?", text_covers_ms=300, after_ms=-200, kind="yes_no"),
            Verdict.RESUME,
        ),
        (Overlap(voiced_ms=300, silence_ms=0, held=True, text="please", after_ms=80), Verdict.WAIT),
        (Overlap(voiced_ms=400, silence_ms=0, text="please wait", text_covers_ms=400, after_ms=80), Verdict.STOP),
        (Overlap(voiced_ms=300, silence_ms=200, text="please", after_ms=1500, kind="yes_no"), Verdict.STOP),
        # over the bot's goodbye
        (Overlap(voiced_ms=700, silence_ms=200, held=True, text="That's all, bye!", kind="parting"), Verdict.WAIT),
        (
            Overlap(voiced_ms=700, silence_ms=200, text="Thanks, you too.", text_covers_ms=700, kind="parting"),
            Verdict.RESUME,
        ),
        (Overlap(voiced_ms=700, silence_ms=0, text="oh and one more order", kind="parting"), Verdict.STOP),
        (Overlap(voiced_ms=300, silence_ms=0, held=True, text="no", kind="parting"), Verdict.STOP),
        # music, a radio
        (Overlap(voiced_ms=2000, silence_ms=0, held=True, text="", text_covers_ms=1800), Verdict.RESUME),
        (Overlap(voiced_ms=2000, silence_ms=0, text="stop that", interruptible=False), Verdict.WAIT),
        # what the recogniser makes of a cough; clearer words may follow, and do not
        (
            Overlap(voiced_ms=240, silence_ms=200, held=True, text="them", confidence=0.3, text_covers_ms=240),
            Verdict.WAIT,
        ),
        (
            Overlap(voiced_ms=240, silence_ms=300, held=True, text="them", confidence=0.3, text_covers_ms=240),
            Verdict.RESUME,
        ),
        (Overlap(voiced_ms=400, silence_ms=0, held=True, text="go on there", confidence=0.3), Verdict.WAIT),
        (Overlap(voiced_ms=800, silence_ms=0, held=True, text="go on there", confidence=0.35), Verdict.STOP),
        (Overlap(voiced_ms=240, silence_ms=0, held=True, text="stop", confidence=0.25), Verdict.STOP),
        (Overlap(voiced_ms=240, silence_ms=0, held=True, text="no", confidence=0.25), Verdict.WAIT),
        (Overlap(voiced_ms=240, silence_ms=300, held=True, text="You", text_covers_ms=240), Verdict.RESUME),
        # a short unclear answer to a question is none
        (Overlap(voiced_ms=240, silence_ms=0, held=True, text="yeah", confidence=0.2, kind="yes_no"), Verdict.WAIT),
        # somebody else, or said to somebody else
        (Overlap(voiced_ms=300, silence_ms=0, held=True, text="close the door", quieter_db=14), Verdict.WAIT),
        (Overlap(voiced_ms=400, silence_ms=0, held=True, text="close the door", quieter_db=14), Verdict.RESUME),
        (Overlap(voiced_ms=120, silence_ms=120, held=True, quieter_db=14), Verdict.RESUME),
        # people who talk in the background hold the bot once; the caller does at once
        (Overlap(voiced_ms=100, silence_ms=0, quieter_db=14, aside=True), Verdict.WAIT),
        (Overlap(voiced_ms=100, silence_ms=0, quieter_db=2, aside=True), Verdict.PAUSE),
        (Overlap(voiced_ms=400, silence_ms=0, held=True, text="close the door", quieter_db=6), Verdict.STOP),
        (Overlap(voiced_ms=900, silence_ms=0, held=True, text="honey close the door"), Verdict.WAIT),
        (
            Overlap(voiced_ms=900, silence_ms=140, held=True, text="honey close the door", text_covers_ms=900),
            Verdict.RESUME,
        ),
        # our own voice comes back, softer; or the caller repeats our words
        (Overlap(voiced_ms=700, silence_ms=0, held=True, text="blue shoes", like_ours=True), Verdict.WAIT),
        (
            Overlap(voiced_ms=700, silence_ms=140, text="blue shoes", text_covers_ms=700, like_ours=True, quieter_db=5),
            Verdict.RESUME,
        ),
        (Overlap(voiced_ms=700, silence_ms=0, text="blue shoes", like_ours=True, quieter_db=0), Verdict.STOP),
        # a click that did not even hold the bot
        (Overlap(voiced_ms=60, silence_ms=200, text="", text_covers_ms=60), Verdict.RESUME),
        # the decoding failed at the end of the voice; is late; and is late while the caller goes on
        (Overlap(voiced_ms=300, silence_ms=200, held=True, text_covers_ms=300), Verdict.RESUME),
        (Overlap(voiced_ms=300, silence_ms=980, held=True), Verdict.WAIT),
        (Overlap(voiced_ms=300, silence_ms=1000, held=True), Verdict.RESUME),
        (Overlap(voiced_ms=860, silence_ms=1000, held=True), Verdict.STOP),
        (Overlap(voiced_ms=300, silence_ms=1000, held=True, text="mhm", text_covers_ms=200), Verdict.RESUME),
        (Overlap(voiced_ms=1180, silence_ms=0, held=True), Verdict.WAIT),
        (Overlap(voiced_ms=1200, silence_ms=0, held=True), Verdict.STOP),
        (Overlap(voiced_ms=1600, silence_ms=0, held=True, text="mhm", text_covers_ms=300), Verdict.STOP),
        (Overlap(voiced_ms=2000, silence_ms=0), Verdict.PAUSE),
    ],
)
def test_verdicts(overlap: Overlap, verdict: Verdict) -> None:
    judgement = judge(overlap)
    assert judgement.verdict is verdict
    assert judgement.reason


def test_the_inputs_of_a_verdict_hold_no_words() -> None:
    overlap = Overlap(voiced_ms=260, silence_ms=140.4, text="my order")
    assert overlap.inputs() == {
        "words": 2,
        "confidence": 1.0,
        "voiced_ms": 260,
        "silence_ms": 140,
        "expects": "open",
        "quieter_db": None,
        "aside": False,
        "like_ours": False,
    }
    assert Overlap(voiced_ms=60, silence_ms=0).inputs()["words"] is None


@pytest.mark.parametrize(
    ("text", "answers", "quieter_db", "bot_words", "reason"),
    [
        ("where is my order", False, None, "", None),
        ("Um.", False, None, "", "a hum"),
        ("Mhm.", True, None, "", None),
        ("Honey, not now", False, None, "", "meant for somebody else"),
        ("close the door", False, 14.0, "", "too quiet to be meant for us"),
        ("close the door", False, 9.0, "", None),
        ("4481207", True, 14.0, "", None),
        ("", False, 14.0, "", None),
        ("how can I help you", False, None, "How can I help you?", "echo of the bot"),
        ("how can I help you", False, 1.0, "How can I help you?", None),
        ("where is my order", False, None, "How can I help you?", None),
    ],
)
def test_words_that_are_no_turn(
    text: str, answers: bool, quieter_db: float | None, bot_words: str, reason: str | None
) -> None:
    assert stray(text, 0.9, answers, (), quieter_db, bot_words) == reason


def test_a_letter_to_choose_is_no_hum() -> None:
    assert stray("M.", 0.9, False, (), None, "") == "a hum"
    assert stray("M.", 0.9, False, ("M", "N"), None, "") is None


@pytest.mark.parametrize(
    ("text", "confidence", "reason"),
    [
        ("No!", 0.25, "unclear"),
        ("No!", 0.4, None),
        ("no it is not", 0.25, None),
        ("12", 0.2, None),
    ],
)
def test_a_sneeze_is_no_answer(text: str, confidence: float, reason: str | None) -> None:
    assert stray(text, confidence, True, (), None, "") == reason
