"""Flows as pictures."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from stage import flows

from voicebot.dialogue.graph_svg import svg

_SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", ["wismo", "cancel", "patterns/verify", "patterns/silence"])
def test_every_step_is_on_the_picture_once_and_none_lies_on_another(name: str) -> None:
    flow = flows().flows[name]
    drawn = ElementTree.fromstring(svg(flow))
    titles = [str(text.text) for text in drawn.iter(f"{_SVG}text") if text.get("class") == "id"]
    assert sorted(title for title in titles if title != "done") == sorted(step.id for step in flow.steps)
    corners = [(box.get("x"), box.get("y")) for box in drawn.iter(f"{_SVG}rect")]
    assert len(set(corners)) == len(corners) == len(flow.steps)
    assert len(list(drawn.iter(f"{_SVG}path"))) > len(flow.steps) // 2


def test_words_that_look_like_markup_are_words() -> None:
    flow = flows().flows["cancel"].model_copy(update={"name": "a<b>&"})
    assert ElementTree.fromstring(svg(flow)).findtext(f"{_SVG}title") == "a<b>&"
