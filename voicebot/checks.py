"""What settings have in common when they are checked: every mistake names the setting and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from voicebot.errors import ConfigError

#: Whether it is wrong, what is wrong, and what to do about it.
Rule = tuple[bool, str, str]


def check(section: str, rules: Iterable[Rule]) -> None:
    """Apply the rules of one section of the settings.

    Raises:
        ConfigError: the first rule that is broken.
    """
    for wrong, what, fix in rules:
        if wrong:
            raise ConfigError(what, where=section, fix=fix)


def at_least(settings: object, least: int, *names: str) -> Iterator[Rule]:
    for name in names:
        value = getattr(settings, name)
        # Not `value < least`: that would let NaN pass.
        yield not value >= least, f"{name} is {value}", f"use {least} or more"


def above_zero(settings: object, *names: str) -> Iterator[Rule]:
    for name in names:
        value = getattr(settings, name)
        yield not value > 0, f"{name} is {value}", "use a number above 0"


def known_zone(settings: object, name: str) -> Iterator[Rule]:
    value = getattr(settings, name)
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        yield True, f"{name}: unknown zone {value!r}", "use an IANA name such as Europe/Berlin"
