"""Differences of the steps of a flow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from voicebot.dialogue.diff.change import Change, quoted, shown
from voicebot.dialogue.diff.match import Item, items, matched, moved
from voicebot.dialogue.diff.values import TARGETS, by_language, differences

_SPOKEN = ("say", "prompt")


def steps(group: str, before: Any, after: Any) -> Iterator[Change]:
    """From the steps of one flow to those of another, in the order of the new ones; removed ones come first."""
    old, new = items(before), items(after)
    pairs = matched(old, new)
    partner = {theirs.number: ours for ours, theirs in pairs}
    kept = {ours.number for ours, _ in pairs}
    names = {ours.id: theirs.id for ours, theirs in pairs if ours.id and theirs.id}
    elsewhere = {theirs.number for _, theirs in moved(pairs)}
    for item in old:
        if item.number not in kept:
            yield Change(group=group, kind="step_removed", place=item.label, words=f"removed: {described(item)}")
    for item in new:
        ours = partner.get(item.number)
        if ours is None:
            words = f"added {_after(new, item)}: {described(item)}"
            yield Change(group=group, kind="step_added", place=item.label, words=words)
            continue
        if ours.id != item.id:
            yield Change(group=group, kind="step_renamed", place=item.label, words=f"was called {ours.label}")
        if item.number in elsewhere:
            yield Change(group=group, kind="step_moved", place=item.label, words=f"moved: now {_after(new, item)}")
        yield from _changed(group, ours, item, names)


def _changed(group: str, ours: Item, item: Item, names: Mapping[str, str]) -> Iterator[Change]:
    if ours.action != item.action:
        words = f"was {described(ours)}, is now {described(item)}"
        yield Change(group=group, kind="step_changed", place=item.label, words=words)
        return
    before, after = renamed(ours.data, names), item.data
    for key in dict.fromkeys((*before, *after)):
        if key != "id":
            for note in differences(before.get(key), after.get(key), key):
                yield note.at(group, item.label)


def renamed(data: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """A step whose targets have their new names: what only follows a renaming is no change."""

    def inner(key: str, value: Any) -> Any:
        if key in TARGETS:
            return names.get(value, value) if isinstance(value, str) else value
        if key == "on" and isinstance(value, dict):
            return {command: inner("next", target) for command, target in value.items()}
        if key == "branch" and isinstance(value, list):
            return [{k: inner(k, v) for k, v in case.items()} if isinstance(case, dict) else case for case in value]
        return value

    return {key: inner(key, value) for key, value in data.items()}


def described(item: Item) -> str:
    """What a step does, on one line."""
    for key in _SPOKEN:
        variants = by_language(item.data[key]) if key in item.data else {}
        said = next((texts[0] for texts in variants.values() if texts), None)
        if said is not None:
            slot = "" if key == item.action else f" {shown(item.data.get(item.action))},"
            return f"{item.action}{slot} {quoted(said)}"
    value = item.data.get(item.action)
    return item.action if value is True else f"{item.action} {shown(value)}"


def _after(new: Sequence[Item], item: Item) -> str:
    return f"after {new[item.number - 2].label}" if item.number > 1 else "at the beginning"
