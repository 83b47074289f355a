"""Mistakes in flow files, each with a code, a place, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voicebot.errors import VoicebotError

#: One rule, one code.
CODES: Mapping[str, str] = {
    "F001": "the file is not YAML",
    "F002": "unknown key",
    "F003": "missing or wrong value",
    "F004": "something is defined twice",
    "F005": "a step that does not exist",
    "F006": "a flow that does not exist",
    "F007": "a slot that does not exist",
    "F008": "an expression that is not CEL",
    "F009": "a name that nothing fills",
    "F010": "a wording that cannot be read",
    "F011": "wording missing in a language",
    "F012": "an intent started by two flows",
    "F013": "an intent that the taxonomy does not have",
    "F014": "a step that cannot be reached",
    "F015": "a pattern that must exist",
    "F016": "a policy that does not exist",
    "F017": "a branch without a last case for everything else",
    "F018": "a step that belongs in patterns only",
    "F019": "no flows found",
    "F020": "a filler that claims success",
    "F021": "a command that does not exist",
    "F022": "flows that call one another in a circle",
}


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


class FlowError(VoicebotError):
    """The flows cannot be used; `problems` has every mistake, in the order of the files."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))
