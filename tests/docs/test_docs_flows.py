"""docs/flows.md names everything that there is."""

from __future__ import annotations

import re
import typing
from pathlib import Path

from voicebot.dialogue.kinds import ActionName, Factor, QueryOp, SlotType
from voicebot.dialogue.lint import COMMANDS, REQUIRED
from voicebot.dialogue.problems import CODES
from voicebot.dialogue.render import KINDS
from voicebot.dialogue.schema import STEPS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "flows.md").read_text("utf-8")


def test_the_page_names_all_there_is() -> None:
    named = {word for span in re.findall(r"`([^`\n]+)`", PAGE) for word in re.findall(r"\w+", span)}
    types = (typing.get_args(kind) for kind in (SlotType, QueryOp, ActionName, Factor))
    for there_is in (KINDS, REQUIRED, *types):
        assert set(there_is) <= named, set(there_is) - named
    assert {"deny", "unsure", "human_agent"} <= COMMANDS
    for code, meaning in CODES.items():
        assert f"| {code} | {meaning} |" in PAGE


def test_every_action_of_a_step_has_one_row() -> None:
    rows = PAGE.partition("| action | with | does |\n")[2].partition("\n\n")[0].splitlines()[1:]
    actions = [name for row in rows for name in re.findall(r"`(\w+):", row.split(" | ")[0])]
    assert sorted(actions) == sorted(STEPS)
