"""Callers whom nobody can understand: every such call is asked differently, offered keys and a human, and ends."""

from __future__ import annotations

import itertools
import json

import pytest
from facts import NOW, found, order
from stage import Stage

from voicebot.dialogue.effects import Handoff, HangUp, Query
from voicebot.dialogue.inputs import Failed, Input, KeysPressed, UserSilent

CALLER = "+12025550123"
NOISE = Failed(where="hearing", now=NOW)
SILENT = UserSilent(silent_ms=7000, now=NOW)


def keys(pressed: str) -> KeysPressed:
    return KeysPressed(keys=pressed, now=NOW)


def asked_for_number() -> Stage:
    stage = Stage()
    stage.say("where is my order")
    return stage


def test_noise_is_asked_into_then_keys_then_a_human_then_one_is_called() -> None:
    stage = asked_for_number()
    assert "digit by digit" in stage.give(NOISE)
    assert "keypad" in stage.give(NOISE)
    assert "Shall I connect you to a colleague?" in stage.give(NOISE)
    assert "Press 1 for a colleague, or 2" in stage.give(NOISE)
    assert not stage.all(Handoff)
    assert "I'll connect you" in stage.give(NOISE) or "put you through" in stage.said
    (handoff,) = stage.all(Handoff)
    assert handoff.reason == "low_confidence"


def test_noise_where_nobody_can_take_the_call_comes_to_an_end() -> None:
    stage = asked_for_number()
    for _ in range(7):
        stage.give(NOISE)
    assert "end the call here" in stage.said
    assert stage.hung_up
    assert [effect.reason for effect in stage.all(HangUp)] == ["not_understood"]
    assert not any("number" in query.args for query in stage.all(Query)), "no number was made up"


def test_the_offer_is_answered_by_key() -> None:
    for misses, key in itertools.product((3, 4), "12"):
        stage = asked_for_number()
        for _ in range(misses):
            stage.give(NOISE)
        stage.give(keys(key))
        assert len(stage.all(Handoff)) == (key == "1")
        if key == "2":
            assert "order number" in stage.said, "goes on with what was asked"
            assert "digit by digit" in stage.give(NOISE) or "keypad" in stage.said, "and starts counting anew"


def test_what_is_understood_ends_the_count() -> None:
    stage = Stage(found(order()))
    stage.say("where is my order")
    stage.give(NOISE)
    stage.give(NOISE)
    assert "Trail Runner" in stage.say("4481207")
    assert "colleague" not in stage.give(NOISE)


def test_a_yes_or_no_that_is_not_understood_may_be_a_key() -> None:
    stage = Stage(caller=CALLER)
    stage.say("agent")
    stage.give(NOISE)
    assert "press 1 for yes, or 2 for no" in stage.give(NOISE)
    stage.give(keys("1"))
    assert stage.all(Handoff)


def test_a_wish_that_is_not_understood_may_be_a_colleague_by_key() -> None:
    stage = Stage()
    stage.give(NOISE)
    assert "press zero" in stage.give(NOISE)
    assert "connect you to a colleague" in stage.give(keys("0"))


def test_silence_names_the_keys_that_work_without_a_microphone() -> None:
    stage = asked_for_number()
    assert "digit by digit" in stage.give(SILENT)
    said = stage.give(SILENT)
    assert "still there" in said
    assert "keypad" in said
    assert "zero" in said
    assert "Goodbye" in stage.give(SILENT)


def test_always_out_of_scope_leads_to_a_human_as_well() -> None:
    stage = Stage()
    for _ in range(3):
        stage.say("how is the weather")
    assert "Would you like to talk to a colleague?" in stage.said
    assert "Press 1" in stage.say("how is the weather")
    stage.say("how is the weather")
    assert stage.all(Handoff)


def test_another_language_gets_short_words_and_keys() -> None:
    stage = asked_for_number()
    said = stage.command("other_language")
    assert "I only speak English." in said
    assert "press 1" in said
    stage.give(keys("1"))
    (handoff,) = stage.all(Handoff)
    assert handoff.reason == "low_confidence"
    assert "another language" in handoff.summary


def test_another_language_for_ever_ends_as_any_misunderstanding() -> None:
    stage = asked_for_number()
    for _ in range(5):
        stage.command("other_language")
    assert stage.all(Handoff)


def test_swearing_is_not_lectured_and_offered_a_human() -> None:
    stage = asked_for_number()
    said = stage.say("oh fuck you, you stupid machine")
    assert "sorry" in said
    assert "colleague" in said
    assert "order number" in stage.say("no"), "goes on with what was asked"
    stage.say("this is bullshit")
    stage.say("go to hell")
    (handoff,) = stage.all(Handoff)
    assert handoff.reason == "abuse"


def test_a_wish_counts_more_than_the_swearing_around_it() -> None:
    stage = Stage(found(order()), caller=CALLER)
    assert "Trail Runner" in stage.say("where the fuck is my order")


@pytest.mark.parametrize("seed", range(8))
def test_every_call_of_noise_and_silence_ends_soon(seed: int) -> None:
    """Whatever the order, nobody hears a fault, and the state stays small."""
    given: tuple[Input, ...] = (NOISE, SILENT, keys("#"), keys("77"))
    stage = asked_for_number() if seed % 2 else Stage(caller=CALLER)
    for number in range(40):
        stage.give(given[(number * (seed + 3) + number // (seed + 1)) % len(given)])
        assert "went wrong on our side" not in stage.said
        assert len(stage.state.stack) < 16
        json.dumps(stage.state.to_json())
        if stage.hung_up:
            return
    pytest.fail("goes on for ever")
