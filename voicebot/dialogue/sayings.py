"""What the classifier learns from: sentences written with variants, and some among other words. Pure.

A line like `(I want|help me) to cancel (my|the) order` stands for all its combinations, of which a few, spread evenly,
are learnt. A part of the wishes is learnt a second time with a greeting, a name or a number around it, so that these
do not count as wishes. Nothing is left to chance: the same lines give the same sentences.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zlib import crc32

OUT_OF_SCOPE = "out_of_scope"
#: Of the combinations that a line stands for, so many are learnt.
MOST = 6
_GROUP = re.compile(r"\(([^()]*\|[^()]*)\)")
_GOLDEN = 0.618


def variants(line: str, most: int = MOST) -> list[str]:
    """Sentences that `line` stands for, at most `most`; a line without `(a|b)` stands for itself."""
    parts = _GROUP.split(line)
    groups = [part.split("|") for part in parts[1::2]]
    total = math.prod(map(len, groups))
    stride = max(1, round(total * _GOLDEN))
    while math.gcd(stride, total) > 1:
        stride += 1
    found = [_combination(parts, groups, number * stride % total) for number in range(min(total, most))]
    return list(dict.fromkeys(found))


def _combination(parts: Sequence[str], groups: Sequence[Sequence[str]], number: int) -> str:
    words = [parts[0]]
    for group, rest in zip(groups, parts[2::2], strict=True):
        number, choice = divmod(number, len(group))
        words += [group[choice], rest]
    return re.sub(r" (?=[,.?])", "", " ".join("".join(words).split()))


def examples(shipped: Mapping[str, Any], triggers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """(label, text) of everything that is learnt.

    Args:
        shipped: `intents`, `acts` and `out_of_scope` (by subject), each name -> lines; `asides` with `before` and
            `after`.
        triggers: (intent, text) of the flows.

    The subjects of what is out of scope are labels of their own, `out_of_scope/cards`.
    """
    wishes = [(name, text) for name, lines in shipped["intents"].items() for text in _all(lines)]
    wishes += list(triggers)
    others = [(name, text) for name, lines in shipped["acts"].items() for text in _all(lines)]
    subjects = shipped[OUT_OF_SCOPE]
    others += [(f"{OUT_OF_SCOPE}/{name}", text) for name, lines in subjects.items() for text in _all(lines)]
    wishes = sorted(set(wishes))
    return sorted({*wishes, *others, *_among_asides(wishes, shipped["asides"])})


def _all(lines: Iterable[str]) -> list[str]:
    return [text for line in lines for text in variants(line)]


def _among_asides(wishes: Sequence[tuple[str, str]], asides: Mapping[str, Sequence[str]]) -> Iterable[tuple[str, str]]:
    """Every other wish with words before it, behind it, or both."""
    for label, text in wishes:
        lot = crc32(text.encode())
        if lot % 2:
            continue
        before = asides["before"][lot // 2 % len(asides["before"])] if lot // 64 % 4 else ""
        after = asides["after"][lot // 8 % len(asides["after"])] if not before or lot // 256 % 2 else ""
        yield label, f"{before} {text} {after}".strip()
