"""What a recorded call can answer when it is run again.

A request of the new run is answered as the same request was in the recorded one: same kind, same arguments, whatever
its number and its words. Nothing is made up; what was never asked has no answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voicebot.dialogue.rerun.canon import canonical, content
from voicebot.records.projections.reads import Read
from voicebot.records.projections.steps import Step

#: Reading twice gives the same answer twice; a deed was done as often as it was recorded.
_REPEATABLE = frozenset({"query"})
#: Reads that told something.
_TOLD = frozenset({"ok", "not_found"})


def answers_to(given: Mapping[str, Any]) -> str | None:
    """The request that an input (JSON form) answers; None when it comes from elsewhere."""
    request = given.get("request")
    if request is None and isinstance(detail := given.get("detail"), Mapping):
        request = detail.get("request")
    return request if isinstance(request, str) else None


def addressed(answer: Mapping[str, Any], request: str, now: str) -> dict[str, Any]:
    """The same answer to another request, at another time."""
    if "request" in answer:
        return {**answer, "request": request, "now": now}
    return {**answer, "detail": {**answer["detail"], "request": request}, "now": now}


@dataclass(slots=True)
class Asked:
    """A request of the recorded call.

    Attributes:
        id: in the recorded call.
        at: index of the step that made it.
        answer: the input that answered it; None when none came before the call ended.
        answered_at: index of that step.
    """

    id: str
    at: int
    answer: Mapping[str, Any] | None = None
    answered_at: int = -1
    used: bool = False


class Answers:
    """The answers of one recorded call. Every recorded answer to a deed is given once."""

    def __init__(self, steps: Sequence[Step], reads: Iterable[Read] = ()) -> None:
        self._asked: dict[str, list[Asked]] = defaultdict(list)
        self._read: dict[str, Mapping[str, Any]] = {}
        by_id: dict[str, Asked] = {}
        for at, step in enumerate(steps):
            answered = by_id.get(answers_to(step.input) or "")
            if answered is not None and answered.answer is None:
                answered.answer, answered.answered_at = step.input, at
            for effect in requests(step.effects):
                by_id[effect["request"]] = asked = Asked(effect["request"], at)
                self._asked[canonical(content(effect))].append(asked)
        for read in reads:
            # Read ahead of need, or for a turn that was not over: asked all the same.
            if read.answer is not None and read.answer.status in _TOLD:
                key = canonical({"kind": "query", "op": read.request.op, "args": read.request.args})
                self._read[key] = read.answer.result

    def find(self, effect: Mapping[str, Any], at: int) -> Asked | None:
        """The recorded request that a new one, made at recorded step `at`, is the same as.

        One made at the same step is preferred, then the latest before, then the first after it.
        """
        key = canonical(content(effect))
        found = _best([asked for asked in self._asked[key] if not asked.used], at)
        if found is None and effect.get("kind") in _REPEATABLE:
            found = _best([asked for asked in self._asked[key] if asked.answer is not None], at)
            if found is None and key in self._read:
                return Asked(
                    effect["request"], at, {"kind": "query_answered", "request": "", "result": self._read[key]}
                )
        if found is not None:
            found.used = True
        return found

    def recorded(self, effect: Mapping[str, Any], at: int) -> Mapping[str, Any] | None:
        """How the same request was answered in the recorded call, without using it up."""
        found = _best(self._asked[canonical(content(effect))], at)
        return found.answer if found is not None else None


def requests(effects: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Effects that want an answer."""
    return (effect for effect in effects if isinstance(effect.get("request"), str))


def _best(candidates: Sequence[Asked], at: int) -> Asked | None:
    here = next((asked for asked in candidates if asked.at == at), None)
    if here is not None:
        return here
    before = [asked for asked in candidates if asked.at < at]
    told = [asked for asked in before if asked.answer is not None]
    after = next((asked for asked in candidates if asked.at > at and asked.answer is not None), None)
    return told[-1] if told else after or (before[-1] if before else None)
