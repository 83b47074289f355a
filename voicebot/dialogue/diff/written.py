"""Texts of flow files to flows, patterns and facts, as they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voicebot.dialogue.problems import FlowError
from voicebot.policy import documents


@dataclass(frozen=True, slots=True)
class Written:
    """One side of a comparison.

    Attributes:
        flows: `flow wismo`, `pattern repeat`, … and what stands under that name.
        facts: `shop`, `lexicon en`, … and their values.
    """

    flows: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def read(texts: Mapping[str, str]) -> Written:
    """Read files by name; what is neither a flow, a pattern nor facts is left out.

    Raises:
        FlowError: with every file that is not YAML.
    """
    flows: dict[str, Mapping[str, Any]] = {}
    facts: dict[str, Any] = {}
    found, problems = documents.read_files(sorted(texts.items()), "F001")
    if problems:
        raise FlowError(problems)
    for _, document in found:
        data = document.data
        if not isinstance(data, dict):
            continue
        for head in ("flow", "pattern"):
            if head in data:
                flows[f"{head} {data[head]}"] = {key: value for key, value in data.items() if key != head}
        if "shop" in data:
            facts["shop"] = data["shop"]
        if "lexicon" in data:
            facts[f"lexicon {data['lexicon']}"] = data.get("words")
    return Written(flows, facts)
