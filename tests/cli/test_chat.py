"""What `voicebot chat` prints for an answer."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from voicebot.cli.app import app
from voicebot.cli.chat import printed
from voicebot.messages.messenger import Message

ANSWER = {"say": ["I've sent you the label."], "effects": [{"kind": "say"}], "ended": False}
LABEL = Message(id="m1", channel="sms", to="+14155550134", text="Here it is: https://x.example/1")


def test_messages_come_before_what_is_said_about_them() -> None:
    assert printed(ANSWER, [LABEL], as_json=False) == [
        "[sms] Here it is: https://x.example/1",
        "bot: I've sent you the label.",
    ]


def test_in_json_they_are_effects() -> None:
    (line,) = printed(ANSWER, [LABEL], as_json=True)
    found = json.loads(line)
    assert found["effects"] == [
        {"kind": "say"},
        {"kind": "message_kept", "channel": "sms", "text": "Here it is: https://x.example/1"},
    ]
    assert found["say"] == ANSWER["say"]
    assert "+14155550134" not in line


def test_the_help_shows_how_messages_look() -> None:
    told = " ".join(CliRunner().invoke(app, ["chat", "--help"]).stdout.split())
    assert "shown as [sms] or [email]," in told
