"""When two effects are the same: requests and utterances are numbered anew in every run, words are compared apart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from voicebot.records.events.base import plain
from voicebot.records.redaction import redact_all

#: Numbers given by the run.
NUMBERED = ("request", "utterance")
#: Fields with words for people. No answer hangs on them.
WORDS = ("wording", "filler", "summary")


def canonical(value: Any) -> str:
    """Equal for equal JSON values, as the log keeps them: without card numbers."""
    return json.dumps(plain(redact_all(plain(value))), sort_keys=True, ensure_ascii=False)


def content(effect: Mapping[str, Any]) -> dict[str, Any]:
    """What an effect asks for, without its numbers and words."""
    return {name: value for name, value in effect.items() if name not in NUMBERED and name not in WORDS}


def words(effect: Mapping[str, Any]) -> dict[str, Any]:
    """The words in an effect, by field; empty ones are left out."""
    return {name: effect[name] for name in WORDS if effect.get(name)}
