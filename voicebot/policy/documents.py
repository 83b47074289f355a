"""YAML with line numbers: every value knows where it stands, so that a mistake can be pointed at.

Plain data only: no tags, no anchors and aliases (they hide what a reviewer should see, and blow up), no key twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from voicebot.policy.problems import Problem

Path = tuple[str | int, ...]

MAX_CHARACTERS = 500_000
_MAX_DEPTH = 40


class DocumentError(Exception):
    """The text cannot be read. `line` counts from 1."""

    def __init__(self, line: int, what: str, fix: str, *, twice: bool = False) -> None:
        super().__init__(what)
        self.line, self.what, self.fix, self.twice = line, what, fix, twice


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its data, and the line of each of its values."""

    data: Any
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """Line of the value at `path`, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_files(texts: Iterable[tuple[str, str]], code: str) -> tuple[list[tuple[str, Document]], list[Problem]]:
    """The documents of files, each with its file's name, and a problem for every file that cannot be read.

    Args:
        texts: names and texts, in the order in which they are read.
        code: of these problems.
    """
    found: list[tuple[str, Document]] = []
    problems: list[Problem] = []
    for file, text in texts:
        try:
            found += [(file, document) for document in read(text)]
        except DocumentError as error:
            problems.append(Problem(file, error.line, code, error.what, error.fix))
    return found, problems


def read(text: str) -> list[Document]:
    """All documents of a YAML text; empty ones are left out.

    Raises:
        DocumentError: broken, too large, or using what is not allowed.
    """
    if len(text) > MAX_CHARACTERS:
        raise DocumentError(1, f"the file has more than {MAX_CHARACTERS} characters", "split it")
    try:
        return list(_documents(text))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(str(part) for part in (error.problem, error.context) if part) or "broken YAML"
        raise DocumentError(mark.line + 1 if mark else 1, what, "check indentation, quotes and brackets") from None
    except yaml.YAMLError as error:
        raise DocumentError(1, " ".join(str(error).split())[:200], "save the file as UTF-8 text") from None
    except RecursionError:
        raise DocumentError(1, "the file is nested too deeply", "make it flatter") from None


def _documents(text: str) -> Iterator[Document]:
    loader = yaml.SafeLoader(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            lines: dict[Path, int] = {}
            if node is not None:
                data = _data(loader, node, (), lines, set())
                if data is not None:
                    yield Document(data, lines)
    finally:
        loader.dispose()


def _data(loader: yaml.SafeLoader, node: yaml.Node, path: Path, lines: dict[Path, int], seen: set[int]) -> Any:
    line = node.start_mark.line + 1
    if id(node) in seen:
        raise DocumentError(line, "anchors and aliases are not allowed", "write the value out")
    seen.add(id(node))
    if len(path) > _MAX_DEPTH:
        raise DocumentError(line, "the file is nested too deeply", "make it flatter")
    lines[path] = line
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node, path, lines, seen)
    if isinstance(node, yaml.SequenceNode):
        return [_data(loader, item, (*path, i), lines, seen) for i, item in enumerate(node.value)]
    if node.tag.endswith(":timestamp"):
        return node.value
    try:
        return loader.construct_object(node)
    except (ValueError, yaml.YAMLError):
        raise DocumentError(line, f"{node.value!r} cannot be read as {node.tag}", "put it in quotes") from None


def _mapping(
    loader: yaml.SafeLoader, node: yaml.MappingNode, path: Path, lines: dict[Path, int], seen: set[int]
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise DocumentError(line, "a key is not plain text", "use a plain word as the key")
        # YAML 1.1 reads a bare `on`, `yes` or `no` as a boolean: a key is what is written.
        key = str(key_node.value)
        if key == "<<":
            raise DocumentError(line, "merge keys are not allowed", "write the values out")
        if key in result:
            raise DocumentError(line, f"the key {key!r} stands here twice", "remove one", twice=True)
        result[key] = _data(loader, value_node, (*path, key), lines, seen)
        lines[(*path, key)] = line
    return result
