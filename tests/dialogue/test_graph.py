from __future__ import annotations

import re

import pytest
from stage import flows

from voicebot.dialogue.graph import mermaid, overview
from voicebot.dialogue.schema import Flow

FLOW = {
    "name": "extra",
    "slots": {"sure": {"type": "yes_no"}},
    "steps": [
        {"id": "look", "query": "find_orders", "into": "found", "on_failure": "end"},
        {"id": "choose", "branch": [{"if": "size(found.orders) > 0", "next": "ask"}, {"next": "end"}]},
        {"id": "ask", "ask": "sure", "prompt": 'Are you "sure"?', "on": {"deny": "end"}},
        {"id": "tell", "if": "sure", "say": "Fine.", "next": "done"},
        {"id": "end", "end": "said no"},
    ],
}


def test_every_step_is_a_node_and_every_way_an_edge() -> None:
    drawn = mermaid(Flow.model_validate(FLOW)).splitlines()
    assert drawn[0] == "flowchart TD"
    assert '  s_look[("read find_orders into found")]' in drawn
    assert '  s_ask[/"sure? Are you #quot;sure#quot;?"/]' in drawn
    assert '  s_end(["hang up: said no"])' in drawn
    edges = [line.strip() for line in drawn if "-->" in line]
    assert edges == [
        's_look -->|"failure"| s_end',
        "s_look --> s_choose",
        's_choose -->|"size(found.orders) > 0"| s_ask',
        's_choose -->|"else"| s_end',
        's_ask -->|"deny"| s_end',
        "s_ask --> s_tell",
        "s_tell --> s_done",
        's_tell -->|"not sure"| s_end',
    ]
    assert '  s_done(("done"))' in drawn


@pytest.mark.parametrize("name", sorted(flows().flows))
def test_shipped_flows_have_no_loose_ends(name: str) -> None:
    drawn = mermaid(flows().flows[name])
    nodes = set(re.findall(r"^  (s_\w+)[\[({]", drawn, re.MULTILINE))
    ends = {end for edge in re.findall(r"^  (s_\w+) -->(?:\|.*\|)? (s_\w+)$", drawn, re.MULTILINE) for end in edge}
    assert ends <= nodes
    assert max(map(len, drawn.splitlines())) < 200


def test_the_overview_shows_who_leads_to_whom() -> None:
    drawn = overview(flows())
    assert "caller((caller)) -->" in drawn
    assert "f_find_order -->|call| f_patterns__read_back" in drawn
    assert drawn.count('["wismo"]') == 1


def test_a_wording_of_another_language_is_shown_when_it_must() -> None:
    flow = Flow.model_validate({"name": "x", "steps": [{"id": "a", "say": {"de": "Gut.", "fr": "Bien."}}]})
    assert "Bien." in mermaid(flow, "fr")
    assert "Gut." in mermaid(flow, "en")
