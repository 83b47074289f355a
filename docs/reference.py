"""Writes the generated parts of the documentation: the settings and the events.

    .venv/bin/python docs/reference.py

Both come from the dataclasses and their docstrings; everything outside the markers in the pages is written by hand.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import re
import textwrap
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from voicebot.config import Settings
from voicebot.records.events import kinds

DOCS = Path(__file__).parent
#: Page and name of its generated part.
PARTS = (("operations.md", "settings"), ("events.md", "events"))
_NAMES = {str: "text", int: "number", float: "number", bool: "true/false", Path: "path", Any: "any", type(None): "none"}


def field_docs(cls: type) -> dict[str, str]:
    """Docstrings under the fields of a dataclass, on one line each."""
    body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
            said = ast.literal_eval(text.value) if isinstance(text.value, ast.Constant) else ""
            found[field.target.id] = " ".join(str(said).split())
    return found


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


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def page(text: str, part: str) -> str:
    """The page with its generated part brought up to date.

    Raises:
        ValueError: the page has no place for it.
    """
    begin, end = f"<!-- generated: {part} -->", f"<!-- end of {part} -->"
    lines = "\n".join({"settings": settings, "events": events}[part]())
    found, count = re.subn(
        f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: f"{begin}\n{lines}\n\n{end}", text, flags=re.DOTALL
    )
    if count != 1:
        raise ValueError(f"no place for {part}: put {begin} and {end} into the page")
    return found


def main() -> None:
    for name, part in PARTS:
        path = DOCS / name
        path.write_text(page(path.read_text("utf-8"), part), "utf-8")


if __name__ == "__main__":
    main()
