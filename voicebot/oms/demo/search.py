"""Products by words of their name. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable

_ENOUGH = 0.5
"""Share of the best match's weight that another product needs."""


class NameIndex:
    """Which product a caller may mean: rare words count more, words that no product has do not count."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        """`names` are ids and the words that stand for each product."""
        self._words = {product: _words(name) for product, name in names}
        known = Counter(word for words in self._words.values() for word in words)
        self._weight = {word: math.log(1 + len(self._words) / count) for word, count in known.items()}

    def find(self, text: str, limit: int) -> list[str]:
        """Ids, best first; empty when no word is known."""
        asked = _words(text) & self._weight.keys()
        if not asked:
            return []
        weights = {p: sum(self._weight[w] for w in asked & words) for p, words in self._words.items()}
        best = max(weights.values())
        good = [p for p, weight in weights.items() if weight >= best * _ENOUGH]
        good.sort(key=lambda p: (-weights[p], len(self._words[p] - asked), p))
        return good[:limit]


def _words(text: str) -> frozenset[str]:
    found = re.findall(r"[^\W_]+", text.lower())
    return frozenset(
        word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in found
    )
