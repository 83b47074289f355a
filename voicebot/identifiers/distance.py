"""How far a heard identifier is from a real one, counted in characters. Pure.

1.0 is a character that has nothing in common with the one heard in its place; characters that sound alike are nearer,
and a doubled one that was heard once (or the other way round) is nearly free: that is how recognisers fail on "double
four".
"""

from __future__ import annotations

from voicebot.identifiers.sound import swap_cost

#: A character too many or too few; the same when it only repeats its neighbour; two neighbours in the wrong order.
EXTRA, EXTRA_REPEATED, TURNED = 1.0, 0.6, 1.2


def sound_distance(heard: str, known: str) -> float:
    """Cheapest edits between two strings of upper-case letters and digits (optimal string alignment)."""
    before: list[float] = []
    row = [0.0]
    for j, true in enumerate(known):
        row.append(row[-1] + (EXTRA_REPEATED if j and known[j - 1] == true else EXTRA))
    for i, said in enumerate(heard):
        drop = EXTRA_REPEATED if i and heard[i - 1] == said else EXTRA
        previous, row = row, [row[0] + drop]
        for j, true in enumerate(known):
            add = EXTRA_REPEATED if j and known[j - 1] == true else EXTRA
            best = min(previous[j] + swap_cost(said, true), previous[j + 1] + drop, row[j] + add)
            if i and j and said == known[j - 1] != true and heard[i - 1] == true:
                best = min(best, before[j - 1] + TURNED)
            row.append(best)
        before = previous
    return row[-1]
