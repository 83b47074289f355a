"""Where two runs of a call differ: in the path, in the effects, in the wording."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Literal

from voicebot.dialogue.rerun.canon import canonical, content, words
from voicebot.dialogue.rerun.outcome import OtherCourse, Rerun, Unanswered, Visit
from voicebot.dialogue.schema import STEPS
from voicebot.records.projections.steps import Step

What = Literal["path", "effects", "wording"]
Class = Literal["same", "wording", "effects", "path", "unanswered", "course"]
#: The gravest first: another path brings other effects and other words.
WHATS: tuple[What, ...] = ("path", "effects", "wording")
_NUMBERED = re.compile(r"([a-z]+)_\d+\Z")
CLASSES: tuple[Class, ...] = ("same", "wording", "effects", "path", "unanswered", "course")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first place where the runs differ in one respect.

    `old` and `new` are `{"flow", "step"}` for `path`, the effect's JSON form for the others; None where one run has
    nothing more.
    """

    what: What
    turn: int
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class _Item:
    turn: int
    key: str
    shown: Mapping[str, Any]


def differences(run: Rerun) -> tuple[Difference, ...]:
    """The first difference in each respect, the gravest respect first."""
    sides: Mapping[What, tuple[list[_Item], list[_Item]]] = {
        "path": _paths(run),
        "effects": (_effects(run.old), _effects(run.new)),
        "wording": (_wording(run.old), _wording(run.new)),
    }
    found = (_first(what, *sides[what], whole=run.stopped is None) for what in WHATS)
    return tuple(difference for difference in found if difference is not None)


def classify(run: Rerun, found: Sequence[Difference]) -> Class:
    """One word for a call: why it was not run to its end, or else the gravest respect in which it differs."""
    match run.stopped:
        case Unanswered():
            return "unanswered"
        case OtherCourse():
            return "course"
    return found[0].what if found else "same"


def _first(what: What, old: Sequence[_Item], new: Sequence[_Item], *, whole: bool) -> Difference | None:
    """`whole`: both runs came to their ends, so that one of them being longer is a difference, too."""
    for one, other in zip_longest(old, new):
        if one is None or other is None:
            left = one or other
            return Difference(what=what, turn=left.turn, old=_shown(one), new=_shown(other)) if whole else None
        if one.key != other.key:
            return Difference(what=what, turn=one.turn, old=one.shown, new=other.shown)
    return None


def _shown(item: _Item | None) -> Mapping[str, Any] | None:
    return item.shown if item is not None else None


def _paths(run: Rerun) -> tuple[list[_Item], list[_Item]]:
    if run.old_path is not None:
        return _visits(run.old_path), _visits(run.new_path)
    return _rests(run.old), _rests(run.new)


def _visits(visits: Iterable[Visit]) -> list[_Item]:
    return [_place(visit.turn, visit.flow, visit.step) for visit in visits]


def _rests(steps: Iterable[Step]) -> list[_Item]:
    """Where the conversation came to rest, one after the other."""
    items: list[_Item] = []
    for step in steps:
        item = _place(step.turn, step.flow, step.step)
        if not items or items[-1].key != item.key:
            items.append(item)
    return items


def _place(turn: int, flow: str | None, step: str | None) -> _Item:
    """Steps without a name are numbered, and numbered otherwise when one is put before them."""
    numbered = _NUMBERED.match(step or "")
    name = numbered[1] if numbered and numbered[1] in STEPS else step
    return _Item(turn, f"{flow}.{name}", {"flow": flow, "step": step})


def _effects(steps: Iterable[Step]) -> list[_Item]:
    return [_Item(step.turn, canonical(content(effect)), effect) for step in steps for effect in step.effects]


def _wording(steps: Iterable[Step]) -> list[_Item]:
    told = ((step.turn, effect, words(effect)) for step in steps for effect in step.effects)
    return [_Item(turn, canonical(said), effect) for turn, effect, said in told if said]
