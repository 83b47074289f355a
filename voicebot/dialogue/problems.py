"""The codes of mistakes in flow files (`voicebot.policy.problems.Problem`)."""

from __future__ import annotations

from collections.abc import Mapping

from voicebot.policy.problems import FileError

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
    "F023": "an example of two intents",
    "F024": "a slot that nothing asks for and nothing uses",
}


class FlowError(FileError):
    """The flows cannot be used."""
