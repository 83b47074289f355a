"""Mistakes in the files that shops write, flows as well as policies."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from voicebot.errors import VoicebotError


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake. `line` counts from 1."""

    file: str
    line: int
    code: str
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.code} {self.what} ({self.fix})"


class FileError(VoicebotError):
    """Files cannot be used; `problems` has every mistake once, in the order of files and lines."""

    def __init__(self, problems: Collection[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))
