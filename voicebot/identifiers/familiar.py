"""Words that people spell: names and places. A spelled word that is nearly one of them probably is it. Pure.

The same weighing as in `grounding`: how likely each word is to be spelled at all, and how likely it would then be heard
like this. A word that nobody knows is not ruled out; the longer it is, the less likely are just these letters.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from voicebot.identifiers.grounding import NATS_PER_LOGPROB, likelihood, missed, weigh
from voicebot.identifiers.nearest import NumberIndex

#: How often a spelled word is a familiar one, and how many letters may follow on average in one that is not.
_FAMILIAR, _LETTERS = 0.4, 8.0
_NEAREST = 8


class Familiar:
    """Familiar words, searched by the sound of their letters; a few milliseconds among 30,000.

    Args:
        words: letters only, any case.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._index = NumberIndex(words)

    def __len__(self) -> int:
        return len(self._index)

    def weighed(self, hypotheses: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
        """Hypotheses and the familiar words of the same length that they may be, likeliest first.

        Args:
            hypotheses: capitals, with mean log-probabilities, best first.

        Returns:
            The same kind of pairs: the best one's score is that of the best hypothesis, the others' are below it as
            much as they are less likely.
        """
        if not hypotheses or not len(self):
            return list(hypotheses)
        length = len(hypotheses[0][0])
        heard = {text: share for text, share in weigh(hypotheses).items() if abs(len(text) - length) <= 1}
        near = [word for word, _ in self._index.nearest(hypotheses, _NEAREST) if len(word) == length or word in heard]
        chance = missed(hypotheses)
        belief = {word: self._prior(word) * likelihood(word, heard, chance) for word in dict.fromkeys((*heard, *near))}
        best = max(belief.values(), default=0.0)
        if best <= 0.0:
            return list(hypotheses)
        score = max(score for _, score in hypotheses)
        ranked = sorted((word for word in belief if belief[word] > 0.0), key=lambda word: (-belief[word], word))
        return [(word, round(score + math.log(belief[word] / best) / NATS_PER_LOGPROB, 3)) for word in ranked]

    def _prior(self, word: str) -> float:
        """Chance that just this word is spelled."""
        return _FAMILIAR / len(self) if word in self._index else (1.0 - _FAMILIAR) / _LETTERS ** len(word)
