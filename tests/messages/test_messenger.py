"""A messenger for each channel."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicebot.errors import ConfigError
from voicebot.messages.messenger import Message, MessageError
from voicebot.messages.open import open_messenger
from voicebot.messages.outbox import FILE, read_outbox
from voicebot.messages.settings import MessageSettings

SMS = Message(id="c-1-m1", channel="sms", to="+14155550134", text="Hello", kind="code", call="c-1")
MAIL = Message(id="c-1-m2", channel="email", to="jane@example.com", text="Hello", subject="Your order", call="c-1")


async def test_by_default_nothing_leaves_the_house(tmp_path: Path) -> None:
    messenger = open_messenger(MessageSettings(), tmp_path, {})
    assert messenger.channels == {"sms", "email"}
    await messenger.send(SMS, timeout_s=1)
    await messenger.send(MAIL, timeout_s=1)
    await messenger.close()
    assert read_outbox(tmp_path / FILE)[0] == [SMS, MAIL]


async def test_a_channel_that_is_off_cannot_be_used(tmp_path: Path) -> None:
    messenger = open_messenger(MessageSettings(sms="none"), tmp_path, {})
    assert messenger.channels == {"email"}
    with pytest.raises(MessageError, match=r"set messages\.sms"):
        await messenger.send(SMS, timeout_s=1)
    await messenger.close()


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        (MessageSettings(sms="webhook"), "not an http"),
        (MessageSettings(sms="webhook", webhook_url="https://x.example"), "no secret"),
        (MessageSettings(email="smtp"), "a mail server and a sender"),
        (
            MessageSettings(email="smtp", smtp_host="mail.example", smtp_from="a@x.example", smtp_user="a"),
            "password is missing",
        ),
    ],
)
def test_half_a_configuration_does_not_start(tmp_path: Path, settings: MessageSettings, wrong: str) -> None:
    with pytest.raises(ConfigError, match=wrong):
        open_messenger(settings, tmp_path, {})


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({"sms": "pigeon"}, "pigeon"),
        ({"sms": "smtp"}, "smtp"),
        ({"smtp_security": "maybe"}, "maybe"),
        ({"code_text": "Hello"}, "no {code}"),
        ({"timeout_s": 0.0}, "timeout_s"),
        ({"attempts": 0}, "attempts"),
    ],
)
def test_settings_are_checked(settings: dict[str, object], wrong: str) -> None:
    with pytest.raises(ConfigError, match=wrong):
        MessageSettings(**settings)  # type: ignore[arg-type]
