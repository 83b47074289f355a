from __future__ import annotations

from voicebot.dialogue.commands import Command, Understanding
from voicebot.dialogue.understand import in_language


def test_a_wish_in_another_language_is_not_believed() -> None:
    read = Understanding(text="good life", intent="complaint", confidence=0.5, commands=(Command("start_flow"),))
    told = in_language(read, "de")
    assert told.commands == (Command("other_language", {"language": "de"}),)
    assert (told.intent, told.text) == (None, "good life")


def test_ours_and_values_are_believed() -> None:
    read = Understanding(text="4481207", slots={"order_number": "4481207"}, commands=(Command("set_slot"),))
    assert in_language(read, "de") is read
    assert in_language(read, None) is read
