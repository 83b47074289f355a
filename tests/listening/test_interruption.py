from __future__ import annotations

import pytest

from voicebot.listening.interruption import Overlap, Verdict, is_backchannel, judge


@pytest.mark.parametrize("text", ["Mhm.", "Uh-huh", "okay", "I see.", "Oh, okay", "Right, right."])
def test_backchannels(text: str) -> None:
    assert is_backchannel(text)


@pytest.mark.parametrize("text", ["", "no", "wait", "okay but why", "yeah yeah yeah yeah", "my order"])
def test_what_is_none(text: str) -> None:
    assert not is_backchannel(text)


@pytest.mark.parametrize(
    ("overlap", "verdict"),
    [
        (Overlap(voiced_ms=60, silence_ms=0), Verdict.WAIT),
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
        # a click that did not even hold the bot
        (Overlap(voiced_ms=60, silence_ms=200, text="", text_covers_ms=60), Verdict.RESUME),
        # the decoding failed at the end of the voice; is late; and is late while the caller goes on
        (Overlap(voiced_ms=300, silence_ms=200, held=True, text_covers_ms=300), Verdict.RESUME),
        (Overlap(voiced_ms=300, silence_ms=580, held=True), Verdict.WAIT),
        (Overlap(voiced_ms=300, silence_ms=600, held=True), Verdict.RESUME),
        (Overlap(voiced_ms=300, silence_ms=600, held=True, text="mhm", text_covers_ms=200), Verdict.RESUME),
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
    assert overlap.inputs() == {"words": 2, "voiced_ms": 260, "silence_ms": 140, "expects": "open"}
    assert Overlap(voiced_ms=60, silence_ms=0).inputs()["words"] is None
