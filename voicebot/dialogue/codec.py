"""JSON forms of inputs and effects, for the event log and for re-running calls."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, cast, get_args

from voicebot.dialogue.commands import Command, Understanding
from voicebot.dialogue.effects import Effect
from voicebot.dialogue.inputs import Input
from voicebot.dialogue.wording import Part


def _kind(cls: type[Any]) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in cls.__name__).lstrip("_")


_INPUTS: Mapping[str, type[Any]] = {_kind(cls): cls for cls in get_args(Input)}
_EFFECTS: Mapping[str, type[Any]] = {_kind(cls): cls for cls in get_args(Effect)}


def to_json(thing: Input | Effect) -> dict[str, Any]:
    """`{"kind": "user_said", …}`; tuples become lists, and what an effect itself calls its kind is `expects`."""
    plain: dict[str, Any] = _listed(dataclasses.asdict(thing))
    if "kind" in plain:
        plain["expects"] = plain.pop("kind")
    return {"kind": _kind(type(thing)), **plain}


def input_from_json(row: Mapping[str, Any]) -> Input:
    """Inverse of `to_json` for inputs.

    Raises:
        ValueError: unknown kind, or fields that do not fit it.
    """
    return cast(Input, _built(_INPUTS, row))


def effect_from_json(row: Mapping[str, Any]) -> Effect:
    """Inverse of `to_json` for effects.

    Raises:
        ValueError: unknown kind, or fields that do not fit it.
    """
    return cast(Effect, _built(_EFFECTS, row))


def _built(kinds: Mapping[str, type[Any]], row: Mapping[str, Any]) -> Any:
    cls = kinds.get(str(row.get("kind")))
    if cls is None:
        raise ValueError(f"unknown kind {row.get('kind')!r}")
    if "expects" in row:
        row = {**row, "kind": row["expects"]}
    known = {field.name for field in dataclasses.fields(cls)}
    try:
        return cls(**{name: _typed(name, value) for name, value in row.items() if name in known})
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{row.get('kind')}: {error}") from None


def _typed(name: str, value: Any) -> Any:
    match name:
        case "wording" | "filler":
            return tuple(Part(part["kind"], part["value"]) for part in value)
        case "choices" | "bias" | "hypotheses" | "alternatives":
            return tuple(value)
        case "understanding":
            commands = tuple(Command(c["name"], c["args"], c["confidence"]) for c in value["commands"])
            alternatives = tuple(a if isinstance(a, str) else (a[0], a[1]) for a in value["alternatives"])
            return Understanding(**{**value, "commands": commands, "alternatives": alternatives})
    return value


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _listed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_listed(item) for item in value]
    return value
