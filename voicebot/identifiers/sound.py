"""How alike two characters sound when their names are spoken over a telephone. Pure.

A character's name is a few phonemes; what differs between two names is weighed by how much of it is heard. Vowels carry
the energy; places of articulation are lost first, above all of fricatives, whose spectrum lies beyond the telephone's
3.4 kHz (G A Miller and P E Nicely, "An analysis of perceptual confusions among some English consonants", 1955).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

#: Names of characters in ARPAbet phonemes; more than one where speakers differ.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "A": ("EY",),
    "B": ("B IY",),
    "C": ("S IY",),
    "D": ("D IY",),
    "E": ("IY",),
    "F": ("EH F",),
    "G": ("JH IY",),
    "H": ("EY CH", "HH EY CH"),
    "I": ("AY",),
    "J": ("JH EY",),
    "K": ("K EY",),
    "L": ("EH L",),
    "M": ("EH M",),
    "N": ("EH N",),
    "O": ("OW",),
    "P": ("P IY",),
    "Q": ("K Y UW",),
    "R": ("AA R", "AA"),
    "S": ("EH S",),
    "T": ("T IY",),
    "U": ("Y UW",),
    "V": ("V IY",),
    "W": ("D AH B L Y UW",),
    "X": ("EH K S",),
    "Y": ("W AY",),
    "Z": ("Z IY", "Z EH D"),
    "0": ("OW", "Z IH R OW"),
    "1": ("W AH N",),
    "2": ("T UW",),
    "3": ("TH R IY",),
    "4": ("F AO R",),
    "5": ("F AY V",),
    "6": ("S IH K S",),
    "7": ("S EH V AH N",),
    "8": ("EY T",),
    "9": ("N AY N",),
}
#: Consonant -> manner, place, voiced.
_CONSONANTS: Mapping[str, tuple[str, str, bool]] = {
    "P": ("stop", "lip", False),
    "B": ("stop", "lip", True),
    "T": ("stop", "ridge", False),
    "D": ("stop", "ridge", True),
    "K": ("stop", "back", False),
    "CH": ("affricate", "palate", False),
    "JH": ("affricate", "palate", True),
    "F": ("fricative", "lip", False),
    "V": ("fricative", "lip", True),
    "TH": ("fricative", "teeth", False),
    "S": ("fricative", "ridge", False),
    "Z": ("fricative", "ridge", True),
    "HH": ("breath", "back", False),
    "M": ("nasal", "lip", True),
    "N": ("nasal", "ridge", True),
    "L": ("glide", "ridge", True),
    "R": ("glide", "ridge", True),
    "W": ("glide", "lip", True),
    "Y": ("glide", "palate", True),
}
_NEAR_MANNERS = frozenset(
    frozenset(pair.split()) for pair in ("stop affricate", "affricate fricative", "stop fricative", "breath fricative")
)
#: Vowel -> height and backness of its first and its last part, 0..2.
_VOWELS: Mapping[str, tuple[float, float, float, float]] = {
    "IY": (2, 0, 2, 0),
    "IH": (1.7, 0.3, 1.7, 0.3),
    "EY": (1.2, 0, 1.8, 0),
    "EH": (1, 0.2, 1, 0.2),
    "AH": (0.8, 1, 0.8, 1),
    "AA": (0, 1.6, 0, 1.6),
    "AO": (0.8, 2, 0.8, 2),
    "AY": (0, 1, 1.7, 0.2),
    "OW": (1, 2, 1.6, 2),
    "UW": (2, 1.8, 2, 2),
}
_VOWEL_WEIGHT = 1.3
_CONSONANT_WEIGHT = 0.5
_PLACE, _FRICATIVE_PLACE, _VOICING, _NEAR_MANNER, _MANNER, _UNLIKE = 0.3, 0.25, 0.35, 0.3, 0.6, 0.9
#: Pairs that calls show to be nearer than their phonemes say: the vowel drowns the rest, a dark L is
#: a vowel, "V" is written for "five".
_NEARER: Mapping[frozenset[str], float] = {
    frozenset(pair): cost
    for cost, pairs in ((0.3, "V5"), (0.4, "59"), (0.45, "2Q"), (0.5, "LO L0"), (0.55, "19 15"))
    for pair in pairs.split()
}
#: A distance of this part of the longer name is as good as none in common.
_NOTHING_IN_COMMON = 0.6


@cache
def swap_cost(heard: str, said: str) -> float:
    """What it costs to believe that `said` was heard as `heard`: 0.0 the same, 0.25 easily mixed up, 1.0 unlike.

    Upper-case letters and digits; anything else is unlike everything but itself.
    """
    if heard == said:
        return 0.0
    pairs = [(a.split(), b.split()) for a in _NAMES.get(heard, ()) for b in _NAMES.get(said, ())]
    if not pairs:
        return 1.0
    ratio = min(_difference(a, b) / max(_weight(a), _weight(b)) for a, b in pairs)
    return min(1.0, 0.2 + 0.8 * ratio / _NOTHING_IN_COMMON, _NEARER.get(frozenset((heard, said)), 1.0))


def _weight(phones: list[str]) -> float:
    return sum(_VOWEL_WEIGHT if p in _VOWELS else _CONSONANT_WEIGHT for p in phones)


def _difference(one: list[str], other: list[str]) -> float:
    previous = [_weight(other[:j]) for j in range(len(other) + 1)]
    for i, a in enumerate(one, start=1):
        row = [_weight(one[:i])]
        for j, b in enumerate(other, start=1):
            row.append(min(previous[j - 1] + _swap(a, b), previous[j] + _weight([a]), row[j - 1] + _weight([b])))
        previous = row
    return previous[-1]


def _swap(a: str, b: str) -> float:
    if a == b:
        return 0.0
    if a in _VOWELS and b in _VOWELS:
        apart = sum(abs(x - y) for x, y in zip(_VOWELS[a], _VOWELS[b], strict=True)) / 4
        return min(1.0, apart) * _VOWEL_WEIGHT
    if a in _VOWELS or b in _VOWELS:
        return _VOWEL_WEIGHT + _CONSONANT_WEIGHT
    manner, place, voiced = zip(_CONSONANTS[a], _CONSONANTS[b], strict=True)
    cost = 0.0
    if manner[0] != manner[1]:
        cost += _NEAR_MANNER if frozenset(map(str, manner)) in _NEAR_MANNERS else _MANNER
    if place[0] != place[1]:
        cost += _FRICATIVE_PLACE if manner[0] == manner[1] == "fricative" else _PLACE
    if voiced[0] != voiced[1]:
        cost += _VOICING
    return min(_UNLIKE, cost) * _CONSONANT_WEIGHT
