"""Words that two hypotheses in a row agree on: what a partial may be trusted with. Pure.

LocalAgreement-2 of Liu et al. 2020 (Low-Latency Sequence-to-Sequence Speech Recognition), by words: the longest common
beginning of the latest two hypotheses of one turn is agreed. A recogniser that decodes all of the speech anew every
time changes its mind about the last words and seldom about those before.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"\S+")


class Agreement:
    """One turn after the other."""

    def __init__(self) -> None:
        self._turn = -1
        self._latest: str = ""

    def heard(self, turn: int, text: str) -> str:
        """A newer hypothesis of a turn; returns its beginning that the one before it has, too."""
        before, self._latest = (self._latest if turn == self._turn else ""), text
        self._turn = turn
        return common(before, text)


def common(before: str, text: str) -> str:
    """The longest beginning of `text`, in whole words, with which `before` begins, case and punctuation aside.

    A number being dictated is one word to the recogniser ("448", then "4481"): the words must be the same in full.
    """
    known = [_plain(found.group()) for found in _WORD.finditer(before)]
    end = 0
    for index, found in enumerate(_WORD.finditer(text)):
        if index >= len(known) or _plain(found.group()) != known[index]:
            break
        end = found.end()
    return text[:end]


def _plain(word: str) -> str:
    return re.sub(r"[^\w]", "", word.lower())
