"""What is spoken before the first call needs it."""

from __future__ import annotations

from pathlib import Path

from voicebot.call.warming import phrases
from voicebot.dialogue.loader import load_flows

FLOWS = load_flows(Path(__file__).parents[2] / "flows")


def test_the_greeting_is_ready_whole_and_values_of_calls_are_not() -> None:
    found = phrases(FLOWS, language="en", first_words=8)
    assert any("Harbour Lane" in phrase for phrase in found)
    assert "What is the order number?" in found
    assert "I found it:" in found
    assert len(found) == len(set(found))
    assert not any("{{" in phrase for phrase in found)
