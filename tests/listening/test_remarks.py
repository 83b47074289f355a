"""Words that are no wish to speak."""

from __future__ import annotations

import pytest

from voicebot.listening.remarks import (
    echoes,
    is_backchannel,
    is_courtesy,
    is_for_somebody_else,
    is_hum,
    is_particle,
    is_parting,
)

SAID = "I've got it: the blue running shoes. They are on their way, and should arrive on Thursday."


@pytest.mark.parametrize("text", ["Mhm.", "mm-hmm", "Uh-huh", "Hmm", "um", "Uh, um.", "Ah", "Oh!", "Er", "mmm"])
def test_hums(text: str) -> None:
    assert is_hum(text)
    assert is_backchannel(text)


@pytest.mark.parametrize("text", ["", "no", "home", "him", "you", "ham", "us", "eh what", "one"])
def test_what_is_no_hum(text: str) -> None:
    assert not is_hum(text)


@pytest.mark.parametrize("text", ["okay", "I see.", "Oh, okay", "Right, right.", "Yeah", "mhm okay"])
def test_backchannels(text: str) -> None:
    assert is_backchannel(text)


@pytest.mark.parametrize("text", ["", "no", "wait", "okay but why", "yeah yeah yeah yeah", "my order", "stop"])
def test_what_is_no_backchannel(text: str) -> None:
    assert not is_backchannel(text)


@pytest.mark.parametrize(
    ("text", "somebody_else"),
    [
        ("Honey, can you close the door?", True),
        ("Hey mom, I'm on the phone.", True),
        ("Just a second, I'm on the phone.", True),
        ("I am still on a call!", True),
        ("Not now, sweetie", True),
        ("I ordered a baby blanket", False),
        ("My mom placed the order", False),
        ("my phone number", False),
        ("I ordered it on the phone", False),
        ("", False),
    ],
)
def test_speech_for_somebody_else(text: str, somebody_else: bool) -> None:
    assert is_for_somebody_else(text) is somebody_else


@pytest.mark.parametrize(
    ("heard", "echo"),
    [
        ("the blue running shoes", True),
        ("should arrive on Thursday", True),
        ("They're on their way and should arrive on", True),
        ("shoes", False),
        ("when will they arrive", False),
        ("no I meant the other shoes", False),
        ("the way I see it", False),
        ("", False),
    ],
)
def test_the_echo_of_what_the_bot_says(heard: str, echo: bool) -> None:
    assert echoes(heard, SAID) is echo


def test_nothing_echoes_a_silent_bot() -> None:
    assert not echoes("hello there", "")


def test_courtesy_parting_particle() -> None:
    assert is_courtesy("Thank you, sir")
    assert not is_courtesy("please wait")
    assert is_parting("That's all, bye!")
    assert not is_parting("no")
    assert is_particle("You.")
    assert not is_particle("order")
