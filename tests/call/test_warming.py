"""What is spoken before the first call needs it."""

from __future__ import annotations

from pathlib import Path

from voicebot.call.warming import first_needed, phrases
from voicebot.dialogue.loader import load_flows

FLOWS = load_flows(Path(__file__).parents[2] / "flows")


def test_the_greeting_is_ready_whole_and_values_of_calls_are_not() -> None:
    found = phrases(FLOWS, language="en", first_words=8)
    assert any("Harbour Lane" in phrase for phrase in found)
    assert "What is the order number?" in found
    assert "I found it:" in found
    assert len(found) == len(set(found))
    assert not any("{{" in phrase for phrase in found)


def test_what_nearly_every_call_says_comes_first() -> None:
    first = first_needed(FLOWS)
    wanted = {"patterns/main", "patterns/verify", "wismo", "find_order", "delivery_status", "human_agent"}
    assert wanted <= first.flows.keys()
    assert "loyalty" not in first.flows
    some, all_ = (phrases(flows, language="en", first_words=9) for flows in (first, FLOWS))
    assert 0 < len(some) < len(all_) / 2
