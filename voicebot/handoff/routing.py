"""Which address a queue's calls are transferred to. Only configured targets are ever dialled (toll fraud)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from voicebot.errors import ConfigError

DEFAULT_QUEUE = "default"

# RFC 3261, section 25.1, without headers (`?`): those are ours to add.
_SIP_URI = re.compile(r"sips?:(?:[A-Za-z0-9\-_.!~*'()&=+$,;/%]+@)?[A-Za-z0-9\-.:\[\]]+(?:;[A-Za-z0-9\-_.!~*'()=+:%]+)*")


def checked_targets(targets: Mapping[str, str]) -> Mapping[str, str]:
    """The targets as they are.

    Raises:
        ConfigError: one is not a SIP URI.
    """
    for queue, uri in targets.items():
        if not _SIP_URI.fullmatch(uri):
            fix = 'write "sip:user@host"'
            raise ConfigError(f"{uri!r} is no SIP URI", where=f"handoff.targets.{queue}", fix=fix)
    return targets


def target_for(queue: str, targets: Mapping[str, str]) -> str | None:
    """The queue's own target, else the default's, else None."""
    return targets.get(queue) or targets.get(DEFAULT_QUEUE)
