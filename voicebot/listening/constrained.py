"""Whisper restricted to digits or letters: a second decoding of the same encoder output.

Everything but characters, the hyphen and the end is forbidden, so that what was dictated cannot become words. One value
has several spellings in tokens ("4-4-8", "448"): their probabilities are added up. Blocking.
"""

from __future__ import annotations

import math
import re
import string
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from faster_whisper.tokenizer import Tokenizer

from voicebot.listening.dictation import Alphabet
from voicebot.listening.guards import one_round
from voicebot.listening.narrow import TokenMap
from voicebot.listening.variants import variants

_BEAM = 5
#: Tokens of a fast speaker: a letter takes two.
_TOKENS_PER_S, _TOKENS_MORE = {Alphabet.DIGITS: 8, Alphabet.LETTERS: 10, Alphabet.BOTH: 10}, 10
#: The longest tracking numbers have 34 characters.
_TOKENS_MOST = 72
#: Characters above the allowed ones, so that a longer hypothesis ends by itself rather than being cut to size.
_TOKENS_OVER = 3


class ConstrainedDecoder:
    """Hypotheses of one alphabet. `model` is a `ctranslate2.models.Whisper` with so many `workers`; thread-safe."""

    def __init__(self, model: Any, tokenizer: Tokenizer, ids: TokenMap, *, workers: int) -> None:
        self._model, self._tokens, self._ids = model, tokenizer, ids
        self._aside = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="recogniser-aside")
        spelled = [tokenizer.tokenizer.decode([token]) for token in range(tokenizer.eot)]
        self._forbidden = {alphabet: self._all_but(alphabet, spelled) for alphabet in Alphabet}
        self._characters = {
            character: ids.to_model([t for t, text in enumerate(spelled) if text.strip(" ") == character])
            for character in string.digits + string.ascii_uppercase
        }

    def _all_but(self, alphabet: Alphabet, spelled: Sequence[str]) -> list[int]:
        pattern = re.compile(alphabet.value)
        forbidden = [token for token, text in enumerate(spelled) if not pattern.fullmatch(text)]
        # Time stamps stay allowed: without them the model loses its place among many equal characters.
        forbidden += range(self._tokens.eot + 1, self._tokens.timestamp_begin)
        return self._ids.to_model(forbidden)

    def values(
        self,
        encoded: Any,
        prompt: Sequence[int],
        alphabet: Alphabet,
        seconds: float,
        *,
        most: int | None = None,
        carrier: str = "",
        nearly: bool = True,
    ) -> Mapping[str, float]:
        """Values with their log-probabilities (nats), most likely first.

        Args:
            encoded: encoder output of one piece of audio.
            prompt: tokens before any text.
            seconds: length of the audio.
            most: characters that the value may have.
            carrier: words before the value, taken as given.
            nearly: also those that nearly came out; found at the same time, when there is a core for it.
        """
        given = [self._tokens.timestamp_begin, *self._tokens.encode(f" {carrier}")] if carrier else []
        length = min(_TOKENS_MORE + int(seconds * _TOKENS_PER_S[alphabet]), _TOKENS_MOST)
        if most is not None:
            length = min(length, 2 * (most + _TOKENS_OVER))
        found: dict[str, float] = {}
        task = (encoded, [*prompt, *given], len(given), alphabet, length)
        near = self._aside.submit(self._greedy, *task) if nearly else None
        for value, total in self._beam(*task):
            found[value] = _added(found.get(value, -math.inf), total)
        for value, total in near.result().items() if near else ():
            found[value] = max(found.get(value, -math.inf), total)
        if most is None:
            # Nobody dictates the same twice without a word between.
            found = {"".join(one_round(value)): total for value, total in sorted(found.items(), key=lambda v: v[1])}
        return dict(sorted(((v, t) for v, t in found.items() if v), key=lambda item: -item[1]))

    def _beam(
        self, encoded: Any, prompt: Sequence[int], given: int, alphabet: Alphabet, length: int
    ) -> Iterator[tuple[str, float]]:
        result = self._model.generate(
            encoded,
            [self._ids.to_model(prompt)],
            beam_size=_BEAM,
            num_hypotheses=_BEAM,
            # The model allows itself half of it, as of the context, for the text.
            max_length=2 * (length + given),
            return_scores=True,
            suppress_tokens=self._forbidden[alphabet],
        )[0]
        for sequence, score in zip(result.sequences_ids, result.scores, strict=True):
            # What was given comes back with the rest. The score is a mean over the tokens and the end.
            tokens = self._ids.from_model(sequence)[given:]
            yield "".join(self._text(token) for token in tokens), float(score) * (len(tokens) + 1)

    def _greedy(
        self, encoded: Any, prompt: Sequence[int], given: int, alphabet: Alphabet, length: int
    ) -> dict[str, float]:
        """One hypothesis, and those that differ from it where another character was nearly as likely."""
        result = self._model.generate(
            encoded,
            [self._ids.to_model(prompt)],
            beam_size=1,
            max_length=2 * (length + given),
            return_scores=True,
            return_logits_vocab=True,
            suppress_tokens=self._forbidden[alphabet],
        )[0]
        tokens = self._ids.from_model(result.sequences_ids[0])[given:]
        # One more than there are tokens when the end was reached.
        logits = result.logits[0] if len(result.logits[0]) <= len(tokens) + 1 else result.logits[0][given:]
        written = [self._text(token) for token in tokens]
        steps = [
            (text, self._likely(step) if len(text) == 1 else {})
            for text, step in zip(written, logits, strict=False)
            if text
        ]
        return variants(steps, float(result.scores[0]) * (len(tokens) + 1))

    def _text(self, token: int) -> str:
        """Characters of a token; none of a hyphen or a time stamp."""
        return re.sub(r"[^A-Z0-9]", "", self._tokens.decode([token])) if token < self._tokens.eot else ""

    def _likely(self, logits: Any) -> dict[str, float]:
        """Log-probability of each character, up to a constant."""
        step = np.asarray(logits, dtype=np.float64).ravel()
        return {character: float(np.logaddexp.reduce(step[tokens])) for character, tokens in self._characters.items()}


def _added(one: float, other: float) -> float:
    """log(exp(one) + exp(other))."""
    high, low = max(one, other), min(one, other)
    return high + math.log1p(math.exp(low - high))
