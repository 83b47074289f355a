"""The schema for editors is current, knows every key, and accepts what the loader accepts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from stage import ROOT

from voicebot.dialogue import json_schema
from voicebot.dialogue.loader import LEXICON, flow_files
from voicebot.dialogue.schema import STEPS
from voicebot.policy import documents

SCHEMA: Any = json_schema.flow_schema()
MISTAKES = Path(__file__).parent / "mistakes"
_TYPES: Mapping[str, type[Any]] = {"string": str, "boolean": bool, "object": dict, "array": list}


def test_the_committed_schema_is_current() -> None:
    committed = resources.files("voicebot.dialogue").joinpath("flow.schema.json").read_text("utf-8")
    assert json.loads(committed) == SCHEMA, "run .venv/bin/python docs/reference.py"


def test_every_key_and_every_part_is_explained() -> None:
    for name, part in SCHEMA["$defs"].items():
        assert part["description"], name
        for key, value in part.get("properties", {}).items():
            assert value.get("description"), f"{name}.{key}"


def test_no_explanation_is_left_of_what_is_gone() -> None:
    known = {key for part in SCHEMA["$defs"].values() for key in part.get("properties", {})}
    assert {name.rpartition(".")[2] for name in json_schema._MEANINGS} <= known
    assert len(SCHEMA["$defs"]["step"]["oneOf"]) == len(STEPS)


def files() -> list[Path]:
    return [*flow_files(ROOT / "flows"), ROOT / "flows" / LEXICON, MISTAKES / "base.yaml"]


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_flows_that_load_are_valid(path: Path) -> None:
    for document in documents.read(path.read_text("utf-8")):
        assert list(errors(document.data, SCHEMA)) == []


@pytest.mark.parametrize("name", ["unknown_key", "two_actions", "wrong_value", "prompt_missing", "no_head", "no_step",
                                  "unknown_command", "unknown_intent", "long_condition"])  # fmt: skip
def test_mistakes_of_form_are_not_valid(name: str) -> None:
    for document in documents.read((MISTAKES / f"{name}.yaml").read_text("utf-8")):
        assert list(errors(document.data, SCHEMA))


def errors(data: Any, schema: Any, place: str = "") -> Iterator[str]:
    """A validator of the part of JSON Schema that ours uses; what it does not know is an error, too."""
    for key, rule in schema.items():
        if key not in _CHECKS and key not in ("$schema", "$defs", "title", "description", "default"):
            yield f"unknown keyword {key}"
        for problem in _CHECKS[key](data, rule, schema, place) if key in _CHECKS else ():
            yield f"{place}: {problem}" if not problem.startswith("/") else problem


def _is(data: Any, name: str) -> bool:
    if name in ("integer", "number"):
        return isinstance(data, int if name == "integer" else (int, float)) and not isinstance(data, bool)
    return isinstance(data, _TYPES[name])


def _type(data: Any, rule: Any, _schema: Any, _place: str) -> Iterator[str]:
    if not any(_is(data, name) for name in ([rule] if isinstance(rule, str) else rule)):
        yield f"{data!r} is not {rule}"


def _ref(data: Any, rule: Any, _schema: Any, place: str) -> Iterator[str]:
    yield from errors(data, SCHEMA["$defs"][rule.removeprefix("#/$defs/")], place)


def _some(data: Any, rule: Any, _schema: Any, place: str) -> Iterator[str]:
    if all(list(errors(data, one, place)) for one in rule):
        yield f"{data!r} fits none"


def _one(data: Any, rule: Any, _schema: Any, place: str) -> Iterator[str]:
    found = [not list(errors(data, one, place)) for one in rule]
    if sum(found) != 1:
        yield f"{data!r} fits {sum(found)}"


def _properties(data: Any, rule: Any, _schema: Any, place: str) -> Iterator[str]:
    for key, value in data.items() if isinstance(data, dict) else ():
        yield from errors(value, rule.get(key, {}), f"{place}/{key}")


def _additional(data: Any, rule: Any, schema: Any, place: str) -> Iterator[str]:
    for key, value in data.items() if isinstance(data, dict) else ():
        if key not in schema.get("properties", {}):
            yield from [f"unknown key {key}"] if rule is False else errors(value, rule, f"{place}/{key}")


def _names(data: Any, rule: Any, _schema: Any, place: str) -> Iterator[str]:
    for key in data if isinstance(data, dict) else ():
        yield from errors(key, rule, f"{place}/{key}")


def _items(data: Any, rule: Any, _schema: Any, place: str) -> Iterator[str]:
    for number, item in enumerate(data if isinstance(data, list) else ()):
        yield from errors(item, rule, f"{place}/{number}")


def _bad(data: Any, types: Any, bad: bool) -> list[str]:
    return [f"{data!r} is out of bounds"] if isinstance(data, types) and bad else []


_CHECKS: Mapping[str, Any] = {
    "type": _type, "$ref": _ref, "anyOf": _some, "oneOf": _one, "properties": _properties,
    "additionalProperties": _additional, "propertyNames": _names, "items": _items,
    "required": lambda data, rule, *_: [f"no {key}" for key in rule if isinstance(data, dict) and key not in data],
    "enum": lambda data, rule, *_: [] if data in rule else [f"{data!r} is none of {rule}"],
    "const": lambda data, rule, *_: [] if data == rule else [f"{data!r} is not {rule!r}"],
    "pattern": lambda data, rule, *_: _bad(data, str, not (isinstance(data, str) and re.search(rule, data))),
    "minimum": lambda data, rule, *_: _bad(data, int, isinstance(data, int) and data < rule),
    "maximum": lambda data, rule, *_: _bad(data, int, isinstance(data, int) and data > rule),
    "minLength": lambda data, rule, *_: _bad(data, str, isinstance(data, str) and len(data) < rule),
    "maxLength": lambda data, rule, *_: _bad(data, str, isinstance(data, str) and len(data) > rule),
    "minItems": lambda data, rule, *_: _bad(data, list, isinstance(data, list) and len(data) < rule),
    "minProperties": lambda data, rule, *_: _bad(data, dict, isinstance(data, dict) and len(data) < rule),
}  # fmt: skip
