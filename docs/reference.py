"""Writes the generated parts of the documentation: the settings, the events, and the flow language with its schema.

    .venv/bin/python docs/reference.py

All come from the classes and their docstrings; everything outside the markers in the pages is written by hand.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from voicebot.config import Settings
from voicebot.dialogue import json_schema
from voicebot.dialogue.json_schema import field_docs
from voicebot.dialogue.problems import CODES, WARNINGS
from voicebot.dialogue.schema import STEPS
from voicebot.records.events import kinds

DOCS = Path(__file__).parent
#: The schema that editors use.
SCHEMA = Path(json_schema.__file__).with_name("flow.schema.json")
#: Page and name of its generated part.
PARTS = (
    ("operations.md", "settings"),
    ("events.md", "events"),
    ("flow-reference.md", "documents"),
    ("flow-reference.md", "steps"),
    ("flows.md", "checks"),
)
_NAMES = {str: "text", int: "number", float: "number", bool: "true/false", Path: "path", Any: "any", type(None): "none"}


def class_doc(cls: type) -> str:
    """First paragraph of a class's own docstring; dataclasses without one get a signature, which is not one."""
    said = inspect.cleandoc(cls.__doc__ or "")
    return "" if said.startswith(f"{cls.__name__}(") else " ".join(said.split("\n\n")[0].split())


def type_name(hint: Any) -> str:
    """How a type is called for people."""
    if hint in _NAMES:
        return _NAMES[hint]
    origin, arms = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(dict.fromkeys(type_name(arm) for arm in arms))
    if origin is not None and issubclass(origin, Mapping):
        return "table"
    if origin is not None and issubclass(origin, Sequence | frozenset | set):
        return f"list of {type_name(arms[0])}"
    return getattr(hint, "__name__", str(hint))


def toml(value: Any) -> str:
    """A default as it is written in `voicebot.toml`; an unset one is empty."""
    if value is None:
        return ""
    if isinstance(value, Path):
        return json.dumps(str(value))
    if isinstance(value, tuple | list):
        return f"[{', '.join(toml(item) for item in value)}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


def settings() -> Iterator[str]:
    """A table for each section of the settings."""
    hints = typing.get_type_hints(Settings)
    for section in dataclasses.fields(Settings):
        cls = hints[section.name]
        docs, types_ = field_docs(cls), typing.get_type_hints(cls)
        values = cls()
        yield f"\n#### `[{section.name}]`\n\n{class_doc(cls)}\n"
        yield "| setting | type | default | |\n|---|---|---|---|"
        for field in dataclasses.fields(cls):
            default = toml(getattr(values, field.name))
            shown = f"`{default}`" if default else ""
            yield _row(f"`{field.name}`", type_name(types_[field.name]), shown, docs.get(field.name, ""))


def events() -> Iterator[str]:
    """A table for each kind of event, by family."""
    family = ""
    for kind, cls in sorted(kinds().items(), key=lambda item: (item[0].split(".")[0], item[0])):
        if kind.split(".")[0] != family:
            family = kind.split(".")[0]
            yield f"\n## {family}"
        docs, types_ = field_docs(cls), typing.get_type_hints(cls)
        yield f"\n### `{kind}`\n"
        if said := class_doc(cls):
            yield f"{said}\n"
        yield "| field | type | |\n|---|---|---|"
        for field in dataclasses.fields(cls):
            yield _row(f"`{field.name}`", type_name(types_[field.name]), docs.get(field.name, ""))


def documents() -> Iterator[str]:
    """A table for a flow, and for each part of it that is no step."""
    found = json_schema.flow_schema()["$defs"]
    for name in ("flow", "slot", "case", "choices"):
        yield f"\n### {_TITLES[name]}\n\n{found[name]['description']}\n"
        yield from _keys(found[name], found)


def steps() -> Iterator[str]:
    """A table for each kind of step, with the keys that every step may have at first."""
    found = json_schema.flow_schema()["$defs"]
    shared = found["step_say"]["properties"]
    common = {"properties": {key: shared[key] for key in ("id", "if", "next")}}
    yield "\n### Every step\n"
    yield from _keys(common, found)
    for kind in STEPS:
        model = found[f"step_{kind}"]
        yield f"\n### `{kind}`\n\n{model['description']}\n"
        own = {key: value for key, value in model["properties"].items() if key not in common["properties"]}
        yield from _keys({**model, "properties": own}, found)


def checks() -> Iterator[str]:
    """What `voicebot flow lint` finds."""
    yield "\n| code | | |\n|---|---|---|"
    for code, meaning in CODES.items():
        yield _row(code, meaning, "warning" if code in WARNINGS else "")


#: Parts of the schema that have a section of their own.
_TITLES = {"flow": "A flow or pattern", "slot": "A slot", "case": "A case", "choices": "Choices"}
#: Parts of the schema that are shown where they are used.
_INLINE = frozenset({"handoffto", "callbackto", "waitfor"})


def _keys(model: Mapping[str, Any], found: Mapping[str, Any], inside: str = "") -> Iterator[str]:
    if not inside:
        yield "| key | value | |\n|---|---|---|"
    for key, value in model["properties"].items():
        needed = "**Required.** " if key in model.get("required", ()) else ""
        default = f" Default: `{json.dumps(value['default'])}`." if "default" in value else ""
        kind = "step" if key == "next" or key.startswith("on_") else schema_type(value)
        kind = "command -> step" if key == "on" else schema_type(value) if "$ref" in value else kind
        yield _row(f"`{inside}{key}`", kind, f"{needed}{value['description']}{default}")
        part = str(value.get("$ref", "")).rpartition("/")[2]
        if part in _INLINE:
            yield from _keys(found[part], found, f"{inside}{key}.")


def schema_type(value: Mapping[str, Any]) -> str:
    """How a type of the schema is called for people."""
    if "$ref" in value:
        part = str(value["$ref"]).rpartition("/")[2]
        name = {"condition": "CEL", "wordings": "wording"}.get(part, part)
        return f"[{name}](#{_TITLES[part].lower().replace(' ', '-')})" if part in _TITLES else name.removesuffix("to")
    if "enum" in value:
        return ", ".join(f"`{one}`" for one in value["enum"])
    if "const" in value:
        return f"`{json.dumps(value['const'])}`"
    match value.get("type"):
        case "array":
            return f"list of {schema_type(value['items'])}"
        case "object":
            inner = value.get("additionalProperties")
            return f"name -> {schema_type(inner)}" if isinstance(inner, Mapping) else "any"
        case "integer":
            low, high = value.get("minimum"), value.get("maximum")
            return f"{low:,} to {high:,}" if low is not None and high is not None else "whole number"
        case "boolean":
            return "`true`, `false`"
    return "name" if "pattern" in value else "text"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def page(text: str, part: str) -> str:
    """The page with its generated part brought up to date.

    Raises:
        ValueError: the page has no place for it.
    """
    begin, end = f"<!-- generated: {part} -->", f"<!-- end of {part} -->"
    lines = "\n".join(_WRITERS[part]())
    found, count = re.subn(
        f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: f"{begin}\n{lines}\n\n{end}", text, flags=re.DOTALL
    )
    if count != 1:
        raise ValueError(f"no place for {part}: put {begin} and {end} into the page")
    return found


_WRITERS: Mapping[str, Callable[[], Iterator[str]]] = {
    "settings": settings,
    "events": events,
    "documents": documents,
    "steps": steps,
    "checks": checks,
}


def main() -> None:
    SCHEMA.write_text(json_schema.text(), "utf-8")
    for name, part in PARTS:
        path = DOCS / name
        path.write_text(page(path.read_text("utf-8"), part), "utf-8")


if __name__ == "__main__":
    main()
