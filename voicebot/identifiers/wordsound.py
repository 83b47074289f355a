"""How alike two written names sound: Smith and Smyth, Philips and Fillips. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from voicebot.identifiers.sound import swap_cost

#: Letters that are written for the same sound in names, and what it costs to take one spelling for the other.
_SAME_SOUND: tuple[tuple[str, str, float], ...] = (
    *((one, other, 0.2) for one, other in (("PH", "F"), ("CK", "K"), ("GH", ""), ("SCH", "SH"), ("TH", "T"))),
    *((one, other, 0.2) for one, other in (("EY", "Y"), ("IE", "Y"), ("EA", "EE"), ("LEIGH", "LEY"), ("QU", "KW"))),
    *((one, other, 0.25) for one, other in (("AI", "A"), ("AY", "A"), ("AU", "O"), ("OU", "U"), ("OE", "O"))),
)
_VOWELS_WRITTEN = frozenset("AEIOUY")
_SILENT = frozenset("EHW")
_SAME_LETTERS: Mapping[frozenset[str], float] = {
    frozenset(pair): 0.2 for pair in ("CK", "CS", "SZ", "IY", "GJ", "FV", "KQ", "UW", "VW", "KX")
}


@cache
def _written_swap(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if one in _VOWELS_WRITTEN and other in _VOWELS_WRITTEN:
        return min(0.4, _SAME_LETTERS.get(frozenset((one, other)), 0.4))
    return _SAME_LETTERS.get(frozenset((one, other)), max(0.5, swap_cost(one, other)))


#: The last letters of both sides -> the rules that may end there; an empty string ends anywhere.
_RULES: dict[tuple[str, str], list[tuple[str, str, float]]] = {}
for _left, _right, _cost in _SAME_SOUND:
    for _a, _b in ((_left, _right), (_right, _left)):
        _RULES.setdefault((_a[-1:], _b[-1:]), []).append((_a, _b, _cost))


@lru_cache(maxsize=16384)
def word_distance(one: str, other: str) -> float:
    """How unlike two written names sound, in letters: Foxx and Fox 0.2, Smith and Smyth 0.2, Fox and box 0.5.

    Upper-case letters; doubled and silent ones cost little, vowels less than consonants.
    """
    rows, columns = len(one), len(other)
    table = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows + 1):
        for j in range(columns + 1):
            if i == j == 0:
                continue
            ways = []
            if i:
                ways.append(table[i - 1][j] + _extra(one, i - 1))
            if j:
                ways.append(table[i][j - 1] + _extra(other, j - 1))
            if i and j:
                ways.append(table[i - 1][j - 1] + _written_swap(one[i - 1], other[j - 1]))
            here, there = one[i - 1 : i] if i else "", other[j - 1 : j] if j else ""
            ways += [
                table[i - len(a)][j - len(b)] + cost
                for ends in {(here, there), (here, ""), ("", there)}
                for a, b, cost in _RULES.get(ends, ())
                if one.endswith(a, 0, i) and other.endswith(b, 0, j)
            ]
            table[i][j] = min(ways)
    return table[rows][columns]


def _extra(word: str, index: int) -> float:
    letter = word[index]
    if index and word[index - 1] == letter:
        return 0.2
    if letter in _SILENT and index:
        return 0.4
    return 0.6 if letter in _VOWELS_WRITTEN else 0.9
