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
    "F013": "an intent that neither the taxonomy has nor enough examples explain",
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
    "F024": "a slot that nothing fills, or nothing uses",
    "F025": "steps that run in a circle in which nothing is asked and nothing ends",
    "F026": "a way back to a question whose answer was not emptied",
    "F027": "a value read where nothing can have filled it yet",
    "F028": "a value computed for nobody",
    "F029": "a commit, or a yes, without its plan",
    "F030": "a write without the caller's yes",
    "F031": "a write for a caller who was not verified",
    "F032": "a wording that claims what is not done yet",
    "F033": "a wording that is too long to listen to",
    "F034": "a long wording that cannot be interrupted",
    "F035": "a question with one wording only",
    "F036": "a question for a number or name without a way out",
    "F037": "a yes-or-no question whose answer changes nothing",
    "F038": "a condition that is always the same, or stands in the branch twice",
    "F039": "a branch whose cases all lead to the same step",
    "F040": "a hand-off without a summary",
    "F041": "a value said as plain text that has a kind of its own",
    "F042": "something personal said to a caller who may not be verified",
    "F043": "a flow that nothing starts",
    "F044": "a step that leads to itself",
    "F045": "facts or outcomes that are not those of the policy",
    "F046": "arguments that are not those of the query or the action",
    "F047": "examples of two intents that are nearly the same",
    "F048": "a value that may be missing, said without a look whether it is there",
    "F049": "a pattern of said_as that is no regular expression",
}
#: Matters of taste, or of likelihood: told by `voicebot flow lint`, but no reason not to start.
WARNINGS = frozenset({"F028", "F033", "F034", "F035", "F043", "F047", "F048"})


class FlowError(FileError):
    """The flows cannot be used."""
