"""Opens the messengers that the settings name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from voicebot.messages.messenger import CHANNELS, Channel, Messenger, Routed
from voicebot.messages.outbox import FILE, Outbox
from voicebot.messages.settings import MessageSettings
from voicebot.messages.smtp import smtp_from
from voicebot.messages.webhook import webhook_from


def open_messenger(settings: MessageSettings, data_dir: Path, environ: Mapping[str, str] | None = None) -> Routed:
    """The messenger of the settings; a way that both channels use is opened once.

    Raises:
        ConfigError: a way lacks its address or its secret.
        MessageError: the outbox cannot be written.
    """
    opened: dict[str, Messenger] = {}
    routes: dict[Channel, Messenger] = {}
    for channel in CHANNELS:
        way: str = getattr(settings, channel)
        if way == "none":
            continue
        if way not in opened:
            opened[way] = _open(way, settings, data_dir, environ)
        routes[channel] = opened[way]
    return Routed(routes)


def _open(way: str, settings: MessageSettings, data_dir: Path, environ: Mapping[str, str] | None) -> Messenger:
    match way:
        case "webhook":
            return webhook_from(settings, environ)
        case "smtp":
            return smtp_from(settings, environ)
        case _:
            return Outbox(data_dir / FILE, keep_days=settings.outbox_days)
