"""Differences of flows, and of whole sets of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from voicebot.dialogue.diff.change import Change, quoted
from voicebot.dialogue.diff.steps import steps
from voicebot.dialogue.diff.values import differences
from voicebot.dialogue.diff.written import Written

#: A flow that is gone and a new one are one that was renamed from this share of equal steps on.
_RENAMED = 0.5


def changes(before: Written, after: Written) -> Iterator[Change]:
    """Everything that changed, flow by flow in the order of their names."""
    old, new = before.flows, after.flows
    was = _renamed(old, new)
    for name in sorted(old.keys() | new.keys()):
        if name in new:
            source = was.get(name, name)
            if source not in old:
                yield Change(group=name, kind="flow_added", place="", words=f"added: {_summary(new[name])}")
                continue
            if source != name:
                words = f"renamed: was called {source.partition(' ')[2]}"
                yield Change(group=name, kind="flow_renamed", place="", words=words)
            yield from _flow(name, old[source], new[name])
        elif name not in was.values():
            yield Change(group=name, kind="flow_removed", place="", words=f"removed: {_summary(old[name])}")
    for name in sorted(before.facts.keys() | after.facts.keys()):
        for note in differences(before.facts.get(name), after.facts.get(name), ""):
            yield note.at(name)


def _flow(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key), new.get(key)
        if key == "triggers":
            yield from _triggers(name, _mapping(before), _mapping(after))
        elif key == "slots":
            yield from _slots(name, _mapping(before), _mapping(after))
        elif key == "steps":
            yield from steps(name, before, after)
        elif key == "description" and before != after:
            yield Change(group=name, kind="value", place="", words="the description is another one")
        else:
            for note in differences(before, after, key):
                yield note.at(name)


def _triggers(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for intent in dict.fromkeys((*old, *new)):
        place = f"trigger {intent}"
        before, after = (side[intent] if isinstance(side.get(intent), list) else [] for side in (old, new))
        if intent not in new:
            yield Change(group=name, kind="trigger", place=place, words="no longer starts it")
        elif intent not in old:
            yield Change(group=name, kind="trigger", place=place, words=f"starts it, as in {quoted(', '.join(after))}")
        else:
            for text in [text for text in before if text not in after]:
                yield Change(group=name, kind="trigger", place=place, words=f"no longer has the example {quoted(text)}")
            for text in [text for text in after if text not in before]:
                yield Change(group=name, kind="trigger", place=place, words=f"has the example {quoted(text)}")


def _slots(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for slot in dict.fromkeys((*old, *new)):
        place = f"slot {slot}"
        if slot not in new:
            yield Change(group=name, kind="slot", place=place, words="removed")
        elif slot not in old:
            kind = new[slot].get("type", "without a type") if isinstance(new[slot], dict) else new[slot]
            yield Change(group=name, kind="slot", place=place, words=f"added ({kind})")
        else:
            for note in differences(old[slot], new[slot], ""):
                yield Change(group=name, kind="slot", place=place, words=note.words)


def _renamed(old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """New name -> old name."""
    gone, come = [name for name in old if name not in new], [name for name in new if name not in old]
    likely = [
        (_common(old[one], new[other]), one, other)
        for one in gone
        for other in come
        if one.partition(" ")[0] == other.partition(" ")[0]
    ]
    found: dict[str, str] = {}
    for share, one, other in sorted(likely, reverse=True):
        if share >= _RENAMED and other not in found and one not in found.values():
            found[other] = one
    return found


def _common(old: Mapping[str, Any], new: Mapping[str, Any]) -> float:
    """Share of steps that both have, 0..1."""
    ours, theirs = _counted(old), _counted(new)
    return 2 * (ours & theirs).total() / max(1, ours.total() + theirs.total())


def _counted(flow: Mapping[str, Any]) -> Counter[str]:
    found = flow.get("steps")
    return Counter(json.dumps(step, sort_keys=True) for step in (found if isinstance(found, list) else ()))


def _summary(flow: Mapping[str, Any]) -> str:
    count = len(flow["steps"]) if isinstance(flow.get("steps"), list) else 0
    intents = ", ".join(_mapping(flow.get("triggers")))
    return f"{count} step{'' if count == 1 else 's'}" + (f", started by {intents}" if intents else "")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
