"""Guards against what speech models make up: endless repetition, and sentences heard in noise. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")

#: What Whisper writes when nobody speaks, learned from video subtitles; callers say some of it too.
_PHANTOMS = re.compile(
    r"(?:thanks?|thank you)(?: so much| very much)?|you|bye(?: bye)?|so|oh|i|i'm|the|and|hmm+|uh|ah|yeah|okay|yes|look"
    r"|\d|i'?m (?:sorry|not sure|going to|gonna)(?: .*)?|you're .*|all right|see you"
)
#: Phantoms that no caller says: never believed.
_NEVER = re.compile(
    r".*\b(?:(?:for|thanks) watching|subscribe|subtitles? by|amara org|transcri(?:bed|ption) by|next video)\b.*"
)
_SOUND = re.compile(r"^\W*[\[(*♪].*[\])*♪]\W*$")
_CRY = re.compile(r"(?:\b(?:a+h*|o+h*|e+h*|n+o{3,}|w+o+h*|u+h*|m+)\b ?){2,}|n+o{4,}|a+h{2,}|(\w+)(?: \1){5,}")
#: Mean log-probability below which text was never speech in our measurements; speech is above -1.45.
_NOISE_LOG_PROB = -1.45
#: Faster speech than this is not speech (words, and digits, in a second of audio).
_MAX_WORDS_PER_S = 6.0


@lru_cache(maxsize=256)
def normalised(text: str) -> str:
    """Lower case words without punctuation, single spaces."""
    return " ".join(re.findall(r"[\w']+", text.lower().replace("’", "'")))


def is_phantom(text: str, *, no_speech: float, log_prob: float) -> bool:
    """Whether `text` is more likely made up of noise than said.

    Args:
        no_speech: the model's own probability of silence; high for dictated digits, too.
        log_prob: mean token log-probability, time stamps included.
    """
    plain = normalised(text)
    if not plain or _SOUND.match(text) or _NEVER.fullmatch(plain) or _CRY.fullmatch(plain):
        return True
    if log_prob < _NOISE_LOG_PROB or (log_prob < _NOISE_LOG_PROB + 0.15 and no_speech > 0.55):
        return True
    return log_prob < -1.1 and no_speech > 0.4 and _PHANTOMS.fullmatch(plain) is not None


def repeated(tokens: Sequence[object]) -> int:
    """Length of the unit that `tokens` repeats to its end (0 when there is none).

    Flagged are three rounds or more of at least eight tokens, whole sequences made of two rounds of three or more, and
    whole sequences that start over with four tokens or more; the last round may be cut off. "two two two two" and
    "no no no" are not flagged.
    """
    size = len(tokens)
    for unit in range(1, size // 2 + 1):
        length = unit
        while length < size and tokens[size - 1 - length] == tokens[size - 1 - length + unit]:
            length += 1
        rounds = length / unit
        if rounds >= 3 and length >= 8:
            return unit
        if unit >= 3 and rounds >= 2 and length == size:
            return unit
    for unit in range(max(5, size // 2), size - 3):
        if tokens[unit:] == tokens[: size - unit]:
            return unit
    return 0


def too_fast(text: str, audio_s: float) -> bool:
    """More words or digits than a person can say in this time."""
    words = re.findall(r"\d|[^\W\d]+", text)
    return len(words) > 4 + _MAX_WORDS_PER_S * audio_s


def one_round(tokens: Sequence[T]) -> Sequence[T]:
    """`tokens` with a repetition at the end reduced to one round; unchanged when there is none."""
    unit = repeated(tokens)
    if not unit:
        return tokens
    keep = len(tokens)
    while keep > unit and tokens[keep - 1] == tokens[keep - 1 - unit]:
        keep -= 1
    return tokens[:keep]
