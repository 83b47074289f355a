"""A document that is being read, and the mistakes found in it."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from voicebot.policy.documents import Document, Path
from voicebot.policy.problems import Problem
from voicebot.policy.table import Period


@dataclass(slots=True)
class Source:
    """One document of a file."""

    file: str
    document: Document
    problems: list[Problem] = field(default_factory=list)

    def note(self, path: Path, code: str, what: str, fix: str) -> None:
        self.problems.append(Problem(self.file, self.document.line(path), code, what, fix))

    def known(self, path: Path, data: Mapping[str, Any], keys: Collection[str]) -> None:
        """Note every key that is not among `keys`."""
        for key in data:
            if key not in keys:
                self.note((*path, key), "P002", f"unknown key {key!r}", near(key, keys, "known keys: "))

    def text(self, path: Path, data: Mapping[str, Any], key: str) -> str:
        """A text, or a number or date as it is written; empty when there is none."""
        value = data.get(key, "")
        if isinstance(value, list | dict) or value is None:
            self.note((*path, key), "P003", f"{key}: is not a text", "write a text")
            return ""
        return str(value)

    def day(self, path: Path, raw: Any) -> str:
        """An ISO 8601 day; empty, with a note, when it is not one."""
        if not is_day(raw):
            self.note(path, "P010", f"{raw!r} is not a day", "write it as 2026-11-01")
            return ""
        return str(raw)

    def period(self, path: Path, data: Mapping[str, Any], key: str) -> Period:
        """`effective: {from: DAY, to: DAY}`, both included, each of which may be left out."""
        raw = data.get(key)
        if raw is None:
            return Period()
        path = (*path, key)
        if not isinstance(raw, dict) or not raw:
            self.note(path, "P010", f"{key}: is not {{from: DAY, to: DAY}}", "write from: and to:, or one of them")
            return Period()
        self.known(path, raw, ("from", "to"))
        first, last = (self.day((*path, end), raw[end]) if end in raw else "" for end in ("from", "to"))
        if first and last and last < first:
            self.note(path, "P010", f"it ends on {last}, before it begins on {first}", "correct the dates")
            return Period()
        return Period(first=first, last=last)


def is_day(raw: Any) -> bool:
    """Whether it is an ISO 8601 day such as 2026-11-01."""
    try:
        return isinstance(raw, str) and date.fromisoformat(raw).isoformat() == raw
    except ValueError:
        return False


def near(wrong: Any, right: Iterable[str], otherwise: str) -> str:
    """`did you mean …?`, or `otherwise` with all that is right."""
    found = difflib.get_close_matches(str(wrong), sorted(right), n=1)
    return f"did you mean {found[0]}?" if found else f"{otherwise}{', '.join(sorted(right))}"
