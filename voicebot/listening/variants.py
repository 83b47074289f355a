"""Values that nearly came out of a decoding, from what was likely at each of its steps. Pure.

A beam of a few hypotheses shows one doubt, or none; what the model thought of B when it wrote V is in the probabilities
of that step. One character exchanged for a likely other one, or two, is a variant.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

#: How much less likely an alternative may be, alone or two together (nats), and how many variants there may be.
_FARTHEST_NATS = 3.0
_MOST = 16

#: A character of the value, or several where the model writes several at once, and the log-probability of single
#: characters at that step (empty: nothing else is known to be likely).
Step = tuple[str, Mapping[str, float]]


def variants(steps: Sequence[Step], total: float) -> dict[str, float]:
    """The value of the steps and its variants with their log-probabilities, most likely first.

    Args:
        steps: as they were decoded.
        total: log-probability of them all.
    """
    written = [text for text, _ in steps]
    found = {"".join(written): total}
    changes = sorted(_changes(steps), key=lambda change: -change[2])
    alone = [(one,) for one in changes]
    pairs = [two for two in itertools.combinations(changes, 2) if two[0][0] != two[1][0]]
    for chosen in sorted([*alone, *pairs], key=lambda some: -sum(nats for _, _, nats in some)):
        nats = sum(nats for _, _, nats in chosen)
        if nats < -_FARTHEST_NATS or len(found) > _MOST:
            break
        changed = written.copy()
        for place, text, _ in chosen:
            changed[place] = text
        value = "".join(changed)
        found.setdefault(value, total + nats)
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _changes(steps: Sequence[Step]) -> list[tuple[int, str, float]]:
    """Place, what is written there instead, and by how much that is less likely."""
    changes = []
    for place, (text, likely) in enumerate(steps):
        if text not in likely:
            continue
        before = steps[place - 1][0] if place else ""
        after = steps[place + 1][0] if place + 1 < len(steps) else ""
        for other, log_prob in likely.items():
            nats = log_prob - likely[text]
            if other == text or nats < -_FARTHEST_NATS:
                continue
            # The character before once more, or this one left out, is what the model was thinking of.
            instead = other + text if other == before else "" if other == after else other
            changes.append((place, instead, nats))
    return changes
