"""Word times from phoneme durations.

A voice gives durations per phoneme, with spaces between what espeak considers words. It joins some ("of the" becomes
one group) and expands others (digits, abbreviations), so groups and written words are matched by their lengths.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from voicebot.speaking.speech import WordTime

_MARKS = frozenset("^$_")
_PUNCTUATION = frozenset(".,:;!?")
_SILENT = frozenset("ˈˌː ")
_MAX_JOIN = 6


@dataclass(frozen=True, slots=True)
class Phone:
    """A phoneme and its duration in milliseconds."""

    symbol: str
    ms: float


@dataclass(frozen=True, slots=True)
class _Group:
    """Phonemes between two spaces: where they are, and how many sounds they have."""

    start_ms: float
    end_ms: float
    sounds: int


def aligned(text: str, phones: Sequence[Phone]) -> tuple[WordTime, ...]:
    """Times of the written words, from the model's own durations.

    Exact where espeak has one group per word; where it joined or expanded words, the group's span is shared by letters.
    """
    words = _words(text)
    groups = _groups(phones)
    if not words or not groups:
        return ()
    times: list[WordTime] = []
    for some_words, some_groups in _pair([_weight(word) for word in words], [group.sounds for group in groups]):
        span = groups[some_groups.start].start_ms, groups[some_groups.stop - 1].end_ms
        times += _share(words[some_words], *span)
    return tuple(times)


def estimated(text: str, start_ms: float, end_ms: float) -> tuple[WordTime, ...]:
    """An estimate, for voices without durations: the voiced span shared among the words by their letters.

    Off by up to a few hundred milliseconds in a long sentence.
    """
    return tuple(_share(_words(text), start_ms, end_ms))


def shifted(times: Sequence[WordTime], by_ms: float, total_ms: float) -> tuple[WordTime, ...]:
    """The same words `by_ms` later, kept within the clip."""

    def within(ms: float) -> float:
        return min(max(ms + by_ms, 0.0), total_ms)

    return tuple(WordTime(time.word, within(time.start_ms), within(time.end_ms)) for time in times)


def _words(text: str) -> list[str]:
    return [word for word in text.split() if any(char.isalnum() for char in word)]


def _weight(word: str) -> int:
    """About how many sounds a written word has; a digit is a spoken word."""
    letters = sum(char.isalpha() for char in word)
    return max(1, letters + 5 * sum(char.isdigit() for char in word))


def _groups(phones: Sequence[Phone]) -> list[_Group]:
    groups: list[_Group] = []
    at = start = 0.0
    sounds = 0
    for phone in (*phones, Phone(" ", 0.0)):
        if phone.symbol in _MARKS or phone.symbol in _PUNCTUATION or phone.symbol == " ":
            if sounds:
                groups.append(_Group(start, at, sounds))
            sounds = 0
        elif phone.symbol not in _SILENT:
            sounds += 1
        at += phone.ms
        if not sounds and phone.symbol not in "ˈˌ":
            start = at
    return groups


def _pair(words: Sequence[int], groups: Sequence[int]) -> list[tuple[slice, slice]]:
    """Monotone matching of words to groups: one to one, several words to one group, or one word to several groups.

    Minimises the squared differences of lengths, after scaling both to the same total.
    """
    scale = sum(groups) / sum(words)
    infinity = float("inf")
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    steps = [(1, 1), *((n, 1) for n in range(2, _MAX_JOIN)), *((1, n) for n in range(2, 5 * _MAX_JOIN))]
    for i in range(len(words) + 1):
        for j in range(len(groups) + 1):
            cost, _ = best.get((i, j), (infinity, (0, 0)))
            if cost == infinity:
                continue
            for di, dj in steps:
                if i + di > len(words) or j + dj > len(groups):
                    continue
                gap = sum(words[i : i + di]) * scale - sum(groups[j : j + dj])
                new = cost + gap * gap + 2.0 * (di + dj - 2)
                if new < best.get((i + di, j + dj), (infinity, (0, 0)))[0]:
                    best[i + di, j + dj] = (new, (i, j))
    end = (len(words), len(groups))
    if end not in best:
        return [(slice(0, len(words)), slice(0, len(groups)))]
    path: list[tuple[slice, slice]] = []
    while end != (0, 0):
        before = best[end][1]
        path.append((slice(before[0], end[0]), slice(before[1], end[1])))
        end = before
    return path[::-1]


def _share(words: Sequence[str], start_ms: float, end_ms: float) -> list[WordTime]:
    weights = [_weight(re.sub(r"\W", "", word)) for word in words]
    total = sum(weights) or 1
    times: list[WordTime] = []
    at = start_ms
    for word, weight in zip(words, weights, strict=True):
        end = at + (end_ms - start_ms) * weight / total
        times.append(WordTime(word, at, end))
        at = end
    return times
