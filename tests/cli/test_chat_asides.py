"""`voicebot chat`: what a flow developer asks on the side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from voicebot.cli.app import app

pytestmark = pytest.mark.model


def chat(data: Path, *lines: str) -> list[dict[str, Any]]:
    wanted = ["chat", "--json", "--caller", "+14155550134", "--data-dir", str(data)]
    result = CliRunner().invoke(app, wanted, input="".join(f"{line}\n" for line in lines))
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_where_it_stands_why_and_one_turn_back(prepared_data: Path) -> None:
    said = ["where is my order", ":why", ":state", ":back", ":state", "I want to cancel it", ":back", ":x"]
    told = chat(prepared_data, *said)
    _, answer, why, state, back, before, cancel, again, unknown = told
    assert answer["flow"] == "find_order"
    assert any(line.startswith("understood: wismo") for line in why["told"])
    assert any(line.startswith("ran: wismo.find -> find_order.") for line in why["told"])
    assert state["told"][0] == "patterns/main.anything_else"
    assert any("find_order.which" in line for line in state["told"])
    assert back["told"] == ["taken back"]
    assert before["told"][0].startswith("patterns/main.first_wish")
    assert cancel["intent"] == "cancel"
    assert again["told"] == ["taken back"]
    assert unknown["told"][0].startswith(":state")


def test_what_was_done_is_not_taken_back(prepared_data: Path) -> None:
    told = chat(prepared_data, ":back", "I want to talk to a human", "yes", ":back")
    assert told[1]["told"] != ["taken back"]
    assert told[-1]["told"] != ["taken back"]
