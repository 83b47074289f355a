"""Differences of plain values, wordings and conditions."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from voicebot.dialogue.diff.change import Note, quoted, shown

#: Keys whose values are spoken or written to people.
WORDINGS = frozenset({"say", "prompt", "filler", "text", "label", "summary"})
#: Keys whose values name a step.
TARGETS = frozenset({"next", "on_failure", "on_change"})
_MAIN = "en"
_FOLLOWING = "the step after it"


def differences(before: Any, after: Any, name: str = "") -> Iterator[Note]:
    """From one value to another; None is one that is not there. `name` is its key, dotted when it is an inner one."""
    if before == after:
        return
    key = name.rpartition(".")[2]
    if key in WORDINGS and _is_wording(before) and _is_wording(after):
        yield from wordings(before, after, name)
    elif key == "again":
        yield from _agains(before, after)
    elif key == "if":
        yield condition(before, after)
    elif key == "branch":
        yield from branches(before, after)
    elif key in TARGETS:
        yield Note("next", f"{name}: goes to {after or _FOLLOWING}, not to {before or _FOLLOWING}")
    elif isinstance(before, dict) and isinstance(after, dict):
        for inner in dict.fromkeys((*before, *after)):
            yield from differences(before.get(inner), after.get(inner), f"{name}.{inner}" if name else inner)
    elif _is_plain_list(before) and _is_plain_list(after):
        yield from _lists(before, after, name)
    elif before is None:
        yield Note("value", f"{name} is now {shown(after)}")
    elif after is None:
        yield Note("value", f"{name} is no longer given (was {shown(before)})")
    else:
        yield Note("value", f"{name}: {shown(before)} -> {shown(after)}")


def wordings(before: Any, after: Any, name: str) -> Iterator[Note]:
    """By language, variant by variant: old -> new."""
    old, new = by_language(before), by_language(after)
    for language in dict.fromkeys((*old, *new)):
        what = name if language == _MAIN else f"{name} ({language})"
        ours, theirs = old.get(language, []), new.get(language, [])
        matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
        for tag, i, i_end, j, j_end in matcher.get_opcodes():
            if tag == "equal":
                continue
            gone, come = ours[i:i_end], theirs[j:j_end]
            for one, other in zip(gone, come, strict=False):
                yield Note("wording", f"{what}: {quoted(one)} -> {quoted(other)}")
            for one in gone[len(come) :]:
                yield Note("wording", f"{what}: no longer says {quoted(one)}")
            for other in come[len(gone) :]:
                yield Note("wording", f"{what}: also says {quoted(other)}" if ours else f"{what}: says {quoted(other)}")


def by_language(value: Any) -> dict[str, list[str]]:
    """Any way to write a wording, as variants by language."""
    if value is None:
        return {}
    found = value if isinstance(value, dict) else {_MAIN: value}
    return {
        str(language): [
            " ".join(str(item).split()) for item in (variants if isinstance(variants, list) else [variants])
        ]
        for language, variants in found.items()
    }


def condition(before: Any, after: Any) -> Note:
    if before is None:
        return Note("condition", f"only if {shown(after)}")
    if after is None:
        return Note("condition", f"always (was: only if {shown(before)})")
    return Note("condition", f"only if {shown(before)} -> only if {shown(after)}")


def branches(before: Any, after: Any) -> Iterator[Note]:
    """Cases by their conditions; what is left over changed its condition when it goes to the same step."""
    old, new = _cases(before), _cases(after)
    gone = {test: target for test, target in old.items() if test not in new}
    come = {test: target for test, target in new.items() if test not in old}
    for test, target in old.items():
        if test in new and new[test] != target:
            yield Note("branch", f"{_when(test)}: goes to {new[test]}, not to {target}")
    for test, target in gone.items():
        same = next((other for other, where in come.items() if where == target), None)
        if same is None:
            yield Note("branch", f"no longer goes to {target} {_when(test)}")
        else:
            del come[same]
            yield Note("condition", f"to {target} {_when(test)} -> {_when(same)}")
    for test, target in come.items():
        yield Note("branch", f"goes to {target} {_when(test)}")
    if not gone and len(old) == len(new) and list(old) != list(new):
        yield Note("branch", "the cases are tried in another order")


def _agains(before: Any, after: Any) -> Iterator[Note]:
    old, new = (value if isinstance(value, list) else [] for value in (before, after))
    for number in range(max(len(old), len(new))):
        one, other = (side[number] if number < len(side) else None for side in (old, new))
        yield from wordings(one, other, f"again {number + 1}")


def _lists(before: list[Any] | None, after: list[Any] | None, name: str) -> Iterator[Note]:
    old, new = before or [], after or []
    gone, come = [item for item in old if item not in new], [item for item in new if item not in old]
    for item in gone:
        yield Note("value", f"{name}: no longer {shown(item)}")
    for item in come:
        yield Note("value", f"{name}: also {shown(item)}")
    if not gone and not come:
        yield Note("value", f"{name}: in another order")


def _cases(value: Any) -> dict[str | None, str]:
    cases = value if isinstance(value, list) else []
    return {
        shown(case["if"]) if "if" in case else None: shown(case.get("next"))
        for case in cases
        if isinstance(case, Mapping)
    }


def _when(test: str | None) -> str:
    return "otherwise" if test is None else f"if {test}"


def _is_wording(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_wording(item) for item in value.values())
    return value is None or isinstance(value, str) or _is_plain_list(value)


def _is_plain_list(value: Any) -> bool:
    return value is None or (isinstance(value, list) and not any(isinstance(item, dict | list) for item in value))
