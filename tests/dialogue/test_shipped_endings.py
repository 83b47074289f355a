"""How conversations end, and what does not end them."""

from __future__ import annotations

from facts import NOW, found, order
from stage import Stage

from voicebot.dialogue.inputs import Failed, Heard, UserSilent

CALLER = "+12025550123"
SHOES = order()


def test_who_goes_on_after_the_goodbye_is_heard_again() -> None:
    stage = Stage(found(SHOES), caller=CALLER)
    stage.say("where is my order")
    assert "Goodbye" in stage.say("no, that's all, thanks")
    assert stage.hung_up
    assert "Trail Runner" in stage.say("wait, where is my order?")
    assert "Goodbye" in stage.say("no thanks, bye")
    assert stage.hung_up


def test_a_second_bye_over_the_goodbye_only_ends_the_call() -> None:
    stage = Stage(found(SHOES), caller=CALLER)
    stage.say("goodbye")
    assert stage.say("bye") == ""
    assert stage.hung_up
    assert stage.give(UserSilent(silent_ms=7000, now=NOW)) == ""
    assert stage.hung_up


def test_a_goodbye_that_was_not_heard_is_said_again_in_short() -> None:
    stage = Stage(found(SHOES), caller=CALLER)
    stage.say("goodbye")
    cut = f"u{stage.state.utterances}"
    stage.give(Heard(utterance=cut, complete=False, heard="Thank", now=NOW))
    assert stage.say("that's all, bye") == "Goodbye!"
    assert stage.hung_up
    assert stage.say("bye") == ""


def test_noise_while_a_transfer_is_under_way_decides_nothing() -> None:
    stage = Stage(caller=CALLER, hold=["Handoff"])
    stage.say("agent")
    stage.say("yes")
    before = stage.state.pending
    assert before is not None
    assert stage.give(Failed(where="hearing", now=NOW)) == ""
    for _ in range(4):
        stage.give(UserSilent(silent_ms=7000, now=NOW))
    assert stage.state.pending == before


def test_noise_without_words_is_not_called_a_fault_of_ours() -> None:
    stage = Stage()
    said = stage.give(Failed(where="hearing", now=NOW))
    assert "wrong" not in said
    assert said
