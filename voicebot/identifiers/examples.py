"""Letters with an example: "b as in boy", "b for bravo", "b boy". Pure."""

from __future__ import annotations

from collections.abc import Sequence

from voicebot.identifiers.sound import swap_cost
from voicebot.identifiers.tokens import Token, low
from voicebot.identifiers.vocabulary import EXAMPLES, NATO, TENS, UNITS

_ALIKE = 0.7
#: What stands between a letter and its example.
_LIKE = tuple(
    tuple(phrase.split())
    for phrase in ("as in", "is in", "as an", "as and", "is for", "like in", "such as", "as for", "for", "like", "as")
)


def example_after(stream: Sequence[Token], index: int) -> tuple[str, int] | None:
    """The letter meant and the index behind "… as in boy", "… for bravo", "… boy", when `index` is a spelled letter.

    The example's word is heard better than the letter's name: of two that sound alike, the example's letter is meant.
    """
    letter = stream[index].low
    for phrase in _LIKE:
        after = index + 1 + len(phrase)
        if after < len(stream) and all(stream[index + 1 + i].low == word for i, word in enumerate(phrase)):
            example = stream[after].low
            if len(example) < 2 or not example.isalpha() or example in UNITS or example in TENS:
                return None
            meant = example[0].upper()
            if example[0] == letter or (phrase[-1] == "in" and swap_cost(letter.upper(), meant) <= _ALIKE):
                return meant, after + 1
            return None
    following = low(stream, index + 1)
    if len(following) > 2 and following[0] == letter and (following in EXAMPLES or following in NATO):
        return letter.upper(), index + 2
    return None
