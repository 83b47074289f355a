"""What changes, in words and as JSON. Values that belong to a caller are left out unless they are asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from voicebot.dialogue.rerun.canon import NUMBERED, WORDS, canonical
from voicebot.dialogue.rerun.compare import CLASSES, Class, Difference, classify, differences
from voicebot.dialogue.rerun.course import Standing
from voicebot.dialogue.rerun.outcome import OtherCourse, OtherDecision, Rerun, Unanswered
from voicebot.records.events.base import plain

HIDDEN = "…"
#: Kinds of wording that are the same for every caller, or tell nothing of one.
_HARMLESS = frozenset({"text", "date", "time", "money", "count", "carrier"})
_DIGITS = re.compile(r"\d{4}|@")
#: Written by whoever made the flows, such as a policy, a queue or an operation.
_NAME = re.compile(r"[a-z][a-z_]*\Z")
#: Fields that a caller's own words may be in.
_PERSONAL = frozenset({"value", "number", "order", "plan", "choices", "bias", "begun", "hypotheses", "alternatives"})
#: Changes that a person decides about; the rest was not run to its end.
_CHANGED: tuple[Class, ...] = ("wording", "effects", "path", "course")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What re-running one call showed.

    Attributes:
        flows / policies: versions that the call was recorded with.
        turn: of the caller, where the first difference is or the run ended; None when there is neither.
        lines: what changes, in words, the gravest first.
    """

    call: str
    class_: Class
    flows: str = ""
    policies: str = ""
    turn: int | None = None
    lines: tuple[str, ...] = ()
    anew: tuple[int, ...] = ()
    decisions: tuple[str, ...] = ()
    differences: tuple[Mapping[str, Any], ...] = field(default=())
    stopped: Mapping[str, Any] | None = None

    @property
    def changed(self) -> bool:
        """Something is different, or not known to be the same."""
        return self.class_ != "same" or bool(self.decisions)

    def to_json(self) -> dict[str, Any]:
        return {
            "call": self.call,
            "class": self.class_,
            "turn": self.turn,
            "flows": self.flows,
            "policies": self.policies,
            "differences": list(self.differences),
            "stopped": self.stopped,
            "understood_anew": list(self.anew),
            "decisions": list(self.decisions),
        }


def verdict(run: Rerun, *, call: str, flows: str = "", policies: str = "", values: bool = False) -> Verdict:
    """Sum a re-run up; `values` tells order numbers, addresses and the like as well."""
    found = differences(run)
    shown = [(d, *_shown(d, values=values)) for d in found]
    lines = [f"{d.what} at turn {d.turn}: {old} -> {new}" for d, old, new in shown]
    stopped = None
    if run.stopped is not None:
        stopped = {"turn": run.stopped.turn, "why": _why(run.stopped, values=values)}
        lines.insert(0, f"turn {run.stopped.turn}: {stopped['why']}")
    turns = [d.turn for d in found] + ([run.stopped.turn] if run.stopped else [])
    return Verdict(
        call=call,
        class_=classify(run, found),
        flows=flows,
        policies=policies,
        turn=min(turns, default=None),
        lines=tuple(lines),
        anew=run.anew,
        decisions=tuple(_decision(decision) for decision in run.decisions),
        differences=tuple({"what": d.what, "turn": d.turn, "old": old, "new": new} for d, old, new in shown),
        stopped=stopped,
    )


def summary(verdicts: Iterable[Verdict]) -> dict[str, Any]:
    """Counts over calls: all, the same, changed, and by class."""
    told = list(verdicts)
    counts = Counter(one.class_ for one in told)
    return {
        "calls": len(told),
        "same": counts["same"],
        "changed": sum(counts[name] for name in _CHANGED),
        "unanswered": counts["unanswered"],
        "by_class": {name: counts[name] for name in CLASSES},
        "decisions_changed": sum(bool(one.decisions) for one in told),
        "understood_anew": sum(bool(one.anew) for one in told),
    }


def _why(stopped: Unanswered | OtherCourse, *, values: bool) -> str:
    if isinstance(stopped, Unanswered):
        asked = _asked(stopped.effect, values=values) if stopped.effect is not None else stopped.why
        return f"unanswered: {asked}"
    if stopped.new.left:
        return "the conversation took another course: it is over before the caller's next turn"
    return (
        "the conversation took another course: "
        f"the caller answers {_standing(stopped.old)}, the bot waits for {_standing(stopped.new)}"
    )


def _standing(standing: Standing) -> str:
    if standing.question is not None:
        return str(standing.question)
    return "a goodbye" if standing.left else "nothing"


def _decision(decision: OtherDecision) -> str:
    def told(one: Mapping[str, Any]) -> str:
        outcome = " ".join(f"{name}={value}" for name, value in (one.get("outcome") or {}).items())
        return f"{one.get('rule') or 'no rule'} ({outcome or 'nothing'})"

    return f"{decision.policy} at turn {decision.turn}: {told(decision.old)} -> {told(decision.new)}"


def _shown(difference: Difference, *, values: bool) -> tuple[str, str]:
    """Old and new, in words."""
    old, new = difference.old, difference.new
    match difference.what:
        case "path":
            return _place(old), _place(new)
        case "wording":
            told = _said(old, values=values), _said(new, values=values)
        case _:
            fields = _changed_fields(old, new)
            told = _asked(old, values=values, only=fields), _asked(new, values=values, only=fields)
    return told if told[0] != told[1] else (told[0], f"{told[1]} (another value)")


def _place(place: Mapping[str, Any] | None) -> str:
    if place is None:
        return "nothing more"
    return f"{place['flow']}.{place['step']}" if place["flow"] else "the end"


def _said(effect: Mapping[str, Any] | None, *, values: bool) -> str:
    if effect is None:
        return "nothing more"
    texts = (effect[name] for name in WORDS if effect.get(name))
    return " / ".join(
        f'"{text if values else HIDDEN}"' if isinstance(text, str) else f'"{_text(text, values=values)}"'
        for text in texts
    )


def _text(wording: Iterable[Mapping[str, str]], *, values: bool) -> str:
    return "".join(_part(part["kind"], part["value"], values=values) for part in wording)


def _part(kind: str, value: str, *, values: bool) -> str:
    if values or kind in _HARMLESS or (kind in ("plain", "list") and not _DIGITS.search(value)):
        return value
    return f"[{kind.replace('_', ' ')}]"


def _changed_fields(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> frozenset[str] | None:
    """Which fields tell two effects of a kind apart; None when they are not of one kind."""
    if old is None or new is None or old["kind"] != new["kind"]:
        return None
    return frozenset(name for name in (*old, *new) if canonical(old.get(name)) != canonical(new.get(name)))


def _asked(effect: Mapping[str, Any] | None, *, values: bool, only: frozenset[str] | None = None) -> str:
    """An effect in words: `find_orders number=…`."""
    if effect is None:
        return "nothing more"
    head = str(effect["op"] if effect["kind"] == "query" else effect["kind"])
    skipped = {"kind", "op", *NUMBERED, *WORDS}
    told: list[str] = []
    for name, value in plain(effect).items():
        if name in skipped or value in (None, "", [], {}) or (only is not None and name not in only):
            continue
        if isinstance(value, dict):
            told += [f"{key}={item if values else HIDDEN}" for key, item in value.items()]
        else:
            told.append(f"{name}={value if values or _harmless(name, value) else HIDDEN}")
    return " ".join([head, *told])


def _harmless(name: str, value: Any) -> bool:
    if name in _PERSONAL:
        return False
    return isinstance(value, bool | int | float) or (isinstance(value, str) and _NAME.match(value) is not None)
