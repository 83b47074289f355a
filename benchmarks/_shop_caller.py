"""A scripted caller: brings up wishes and answers what it is asked, from what the task's instructions tell a caller.

It sees what `voicebot chat --json` prints, and nothing else. What a question is about it tells by flow and slot.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

OR = " || "
_LONGEST = 90
_SAME_QUESTION = 5
_ORDER = re.compile(r"\bW\d{7}\b")


class GaveUp(Exception):  # noqa: N818
    """The caller has hung up: it was asked something that it has no answer to, or the same thing over and over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Wishes, answers that are the same for every task, and how wishes are begun."""

    wishes: Sequence[Mapping[str, Any]]
    defaults: Mapping[str, Any]
    openers: Mapping[str, str]


def facts_of(instructions: Mapping[str, str | None]) -> dict[str, str]:
    """What a task's instructions tell its caller, by the names that scripts use."""
    known = instructions["known_info"] or ""
    reason = instructions["reason_for_call"] or ""
    facts: dict[str, str] = {}
    emails = re.findall(r"[\w.]+@[\w.]*\w", known)
    facts |= {"email": "I don't remember it.", "other_email": "I don't remember it.", "zip": "I don't know it."}
    facts |= dict(zip(("email", "other_email"), emails, strict=False))
    if name := re.search(r"(?:[Yy]ou are|[Yy]ou're|name is|You name is) ([A-Z]\w+ [A-Z]\w+)", known):
        facts["name"] = name[1]
    elif handle := re.search(r"\b([a-z]+)_([a-z]+)_\d+", known):
        facts["name"] = f"{handle[1].title()} {handle[2].title()}"
    if "name" not in facts and (first := re.search(r"[Yy]ou're ([A-Z]\w+) \((\w+?)_(\w+?)_", known)):
        facts["name"] = f"{first[1]} {first[3].title()}"
    if code := re.search(r"\b\d{5}\b", known):
        facts["zip"] = code[0]
    numbers = list(dict.fromkeys(re.findall(r"#(W\d{7})", reason)))
    facts |= {f"order{place}": number for place, number in enumerate(numbers, start=1)}
    items = list(dict.fromkeys(re.findall(r"\b\d{10}\b", reason)))
    facts |= {f"item{place}": item for place, item in enumerate(items, start=1)}
    if there := re.search(r"(\d+ [A-Z][\w ]*), ([A-Z][\w ]+),(?: ([A-Z]{2}),)? (\d{5})", reason):
        state = there[3] or {"New York": "NY"}[there[2]]
        facts |= {"street": there[1], "city": there[2], "state": state, "new_zip": there[4]}
    return facts


@dataclass(slots=True, kw_only=True)
class Caller:
    """One call's caller.

    Args:
        phrasing: which of the wordings it uses.
        code: reads the one-time code that was sent to it.
    """

    script: Script
    facts: dict[str, str]
    phrasing: int
    code: Callable[[], str]
    _todo: list[Mapping[str, Any]] = field(default_factory=list)
    _now: Mapping[str, Any] | None = None
    _done: bool = False
    _answered: Counter[str] = field(default_factory=Counter)
    _asked: Counter[str] = field(default_factory=Counter)
    _turns: int = 0

    def __post_init__(self) -> None:
        self._todo = list(self.script.wishes)

    def reply(self, answer: Mapping[str, Any]) -> str:
        """What is said next, after an answer of the bot. Raises `GaveUp`."""
        self._listen(answer)
        expects = next((e for e in reversed(answer["effects"]) if e["kind"] == "expect"), None)
        slot = (expects or {}).get("slot")
        place = f"{answer['flow']}/{answer['step']}"
        self._asked[place] += 1
        self._turns += 1
        if self._turns > _LONGEST:
            self._give_up("the call takes too long")
        if slot == "wish" or slot is None:
            return self._next_wish()
        if self._asked[place] > _SAME_QUESTION:
            self._give_up(f"asked too often at {place}")
        if slot == "proof_code":
            return self.code()
        return self._answer(slot, expects or {}, answer["say"][-1] if answer["say"] else "")

    def _listen(self, answer: Mapping[str, Any]) -> None:
        said = " ".join(answer["say"])
        if heard := _ORDER.findall(said):
            self.facts["heard_order"] = heard[-1]
        if any(effect["kind"] == "commit_action" for effect in answer["effects"]):
            self._done = True

    def _next_wish(self) -> str:
        if self._now is not None and not self._done:
            self._todo[:0] = self._now.get("unless_done", [])
        if not self._todo:
            return "No, thank you. Goodbye."
        self._now, self._done = self._todo.pop(0), False
        self._answered.clear()
        self._asked.clear()
        opener = self._now["say"] if "say" in self._now else self.script.openers[self._now["want"]]
        return self._worded(opener)

    def _answer(self, slot: str, expects: Mapping[str, Any], question: str) -> str:
        answers = self._now["answers"] if self._now else {}
        # The only version that there is, is offered with a yes-or-no question.
        given = answers.get("swap_sku" if slot == "take_it" else slot, self.script.defaults.get(slot))
        key = slot
        if isinstance(given, Mapping) and "about" in given:
            about = next((word for word in given["about"] if re.search(word, question)), None)
            given, key = (given["about"][about], f"{slot} {about}") if about else (None, slot)
        if isinstance(given, list):
            count = self._answered[key]
            self._answered[key] += 1
            given = given[min(count, len(given) - 1)]
        if isinstance(given, Mapping) and expects["expects"] == "choice":
            return self._preferred(given, expects["choices"])
        if isinstance(given, Mapping):
            return "Yes." if any(re.search(wanted, question) for wanted in given["prefer"]) else "No."
        if given is None and expects["expects"] == "yes_no":
            return "Yes."
        if given is None:
            self._give_up(f"no answer to {slot}")
        return self._worded(given)

    def _preferred(self, given: Mapping[str, Any], choices: Sequence[str]) -> str:
        for wanted in given["prefer"]:
            for choice in choices:
                if re.search(wanted, choice):
                    return f"{choice.partition(', at ')[0]}."
        return self._worded(given["or"])

    def _worded(self, wordings: str) -> str:
        each = wordings.split(OR)
        return each[self.phrasing % len(each)].format(**self.facts)

    def _give_up(self, why: str) -> NoReturn:
        raise GaveUp(why)
