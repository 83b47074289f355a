"""Every recipe of docs/cookbook.md is a list of steps as flow files have them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from voicebot.dialogue import schema
from voicebot.policy import documents

PAGE = (Path(__file__).parents[2] / "docs" / "cookbook.md").read_text("utf-8")
BLOCKS = re.findall(r"## ([^\n]+)\n(?:(?!## ).)*?```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize(("title", "text"), BLOCKS, ids=[title for title, _ in BLOCKS])
def test_a_recipe_is_made_of_steps(title: str, text: str) -> None:
    steps = documents.read(text)[0].data
    ids = {"done"} | {step["id"] for step in steps if "id" in step}
    for number, step in enumerate(steps):
        raw = {"id": f"step_{number}", **step}
        found = schema.step_type(raw).model_validate(raw)
        targets = [found.next, *getattr(found, "on", {}).values(), getattr(found, "on_failure", None)]
        targets += [case.next for case in getattr(found, "branch", ())]
        assert {target for target in targets if target} <= ids, title


def test_there_are_recipes() -> None:
    assert len(BLOCKS) >= 11
