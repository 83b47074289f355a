"""One typed settings tree, from `voicebot.toml`, overridden by the environment.

Every section is the frozen dataclass of the package it belongs to; every setting has a default. The environment
overrides single settings: `VOICEBOT_SIP__PORT=5070` is `[sip] port = 5070`. Secrets are never settings: a setting names
the environment variable that holds the secret.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from voicebot.call.settings import CallSettings
from voicebot.checks import at_least, check
from voicebot.console.settings import ConsoleSettings
from voicebot.dialogue.settings import DialogueSettings
from voicebot.errors import ConfigError
from voicebot.handoff.settings import HandoffSettings
from voicebot.listening.settings import ListeningSettings
from voicebot.messages.settings import MessageSettings
from voicebot.oms.labels.settings import LabelSettings
from voicebot.oms.settings import OmsSettings
from voicebot.records.settings import RecordsSettings
from voicebot.speaking.settings import SpeakingSettings
from voicebot.transports.sip.settings import SipSettings
from voicebot.transports.webrtc.settings import WebRtcSettings

PREFIX = "VOICEBOT_"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
FILE = "voicebot.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """The process."""

    data_dir: Path = Path("var")
    """Recordings, event log, demo shop, caches."""
    log_level: str = "INFO"
    """Least severe messages in the log: `DEBUG`, `INFO`, `WARNING`, `ERROR`, `CRITICAL`."""
    drain_timeout_s: float = 60.0
    """How long SIGTERM waits for running calls before it ends them."""

    def __post_init__(self) -> None:
        wrong = self.log_level.upper() not in LEVELS
        check("server", [(wrong, f"log_level {self.log_level!r} is not known", f"use one of {', '.join(LEVELS)}")])
        check("server", at_least(self, 0, "drain_timeout_s"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set, by section."""

    server: ServerSettings = field(default_factory=ServerSettings)
    sip: SipSettings = field(default_factory=SipSettings)
    web: ConsoleSettings = field(default_factory=ConsoleSettings)
    webrtc: WebRtcSettings = field(default_factory=WebRtcSettings)
    call: CallSettings = field(default_factory=CallSettings)
    listening: ListeningSettings = field(default_factory=ListeningSettings)
    speaking: SpeakingSettings = field(default_factory=SpeakingSettings)
    dialogue: DialogueSettings = field(default_factory=DialogueSettings)
    oms: OmsSettings = field(default_factory=OmsSettings)
    messages: MessageSettings = field(default_factory=MessageSettings)
    labels: LabelSettings = field(default_factory=LabelSettings)
    handoff: HandoffSettings = field(default_factory=HandoffSettings)
    records: RecordsSettings = field(default_factory=RecordsSettings)


def load(path: Path | None = None, *, environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Read settings.

    Args:
        path: the TOML file; None reads `voicebot.toml` of the working directory when it is there.
        environ: defaults to the process's environment.
        overrides: `section__name=value`, as command-line flags give them; None values are skipped.

    Raises:
        ConfigError: unknown setting (with the nearest valid name), wrong type, unreadable file.
    """
    tree = _read_file(path)
    _merge_environment(tree, os.environ if environ is None else environ)
    for name, value in overrides.items():
        if value is not None:
            section, key = name.split("__", 1)
            tree.setdefault(section, {})[key] = value
    source = str(path or FILE)
    _check_names(tree, Settings, source)
    try:
        settings = TypeAdapter(Settings).validate_python(tree)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        setting = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{setting}: {first['msg']}", where=source, fix=f"got {first['input']!r}") from None
    dialogue = settings.dialogue
    found = replace(dialogue, flows=_folder(dialogue.flows), policies=_folder(dialogue.policies))
    return replace(settings, dialogue=found)


def _folder(setting: Path) -> Path:
    """A folder as set; a relative one that the working directory does not have is the one beside the program."""
    beside = Path(__file__).parents[1] / setting
    return setting if setting.is_absolute() or setting.is_dir() or not beside.is_dir() else beside


def _read_file(path: Path | None) -> dict[str, Any]:
    chosen = path or Path(FILE)
    if not chosen.exists():
        if path is not None:
            raise ConfigError("no such settings file", where=str(path), fix="leave --config out to use the defaults")
        return {}
    try:
        return tomllib.loads(chosen.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"not valid TOML: {error}", where=str(chosen)) from None


def _merge_environment(tree: dict[str, Any], environ: Mapping[str, str]) -> None:
    sections = {f.name: f for f in dataclasses.fields(Settings)}
    hints = typing.get_type_hints(Settings)
    for name, raw in environ.items():
        if not name.startswith(PREFIX) or "__" not in name:
            continue  # other VOICEBOT_* variables hold secrets that settings name
        section, key = name[len(PREFIX) :].lower().split("__", 1)
        value: Any = raw
        if section in sections and _is_sequence(typing.get_type_hints(hints[section]).get(key)):
            value = [item.strip() for item in raw.split(",") if item.strip()]
        tree.setdefault(section, {})[key] = value


def _is_sequence(hint: Any) -> bool:
    return typing.get_origin(hint) in (tuple, list, frozenset, set)


def _check_names(tree: Mapping[str, Any], cls: type, source: str, at: str = "") -> None:
    hints = typing.get_type_hints(cls)
    for name, value in tree.items():
        if name not in hints:
            near = difflib.get_close_matches(name, hints, n=1, cutoff=0.5)
            fix = f"did you mean {at}{near[0]}?" if near else f"valid here: {', '.join(sorted(hints))}"
            raise ConfigError(f"unknown setting {at}{name}", where=source, fix=fix)
        hint = hints[name]
        if isinstance(hint, types.UnionType):
            hint = next((arm for arm in typing.get_args(hint) if dataclasses.is_dataclass(arm)), hint)
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            if not isinstance(value, Mapping):
                raise ConfigError(f"{at}{name} is a section, not a value", where=source, fix=f"write [{at}{name}]")
            _check_names(value, hint, source, f"{at}{name}.")
