"""Does the caller speak the language that is listened for? Asked only of words that are doubtful anyway.

Whisper, told to write English, makes English of anything: of Spanish it makes a poor translation that the flow would
act on. Its language token, asked of the encoder's output that is there already, costs one step of the decoder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from voicebot.identifiers.vocabulary import words

#: Mean log-probability above which words are believed: accented English is there, other languages are not.
_BELIEVED_LOG_PROB = -0.75
#: A word or a digit alone may sound like any language.
_LEAST_S, _LEAST_WORDS = 1.0, 3
#: English of any accent had 0.2 and more in our measurements, other languages mostly less.
_OWN_AT_MOST = 0.2
#: The other language must stand out, and be one that many callers speak: noise is "Nynorsk" to Whisper, or "Latin".
_OTHER_AT_LEAST = 0.4
_SPOKEN = frozenset(
    words(
        "ar bg bn cs da de el en es fa fi fr gu he hi hr hu id it ja ko mr ms nl no pa pl pt ro ru sk sr sv ta te th",
        "tl tr uk ur vi yue zh",
    )
)


def is_doubtful(text: str, *, log_prob: float, seconds: float) -> bool:
    """Whether it is worth asking for the language of these words."""
    return log_prob < _BELIEVED_LOG_PROB and seconds >= _LEAST_S and len(text.split()) >= _LEAST_WORDS


def other_language(probabilities: Mapping[str, float], own: str) -> str | None:
    """The language (ISO 639-1) that stands out when `own` is next to impossible; None if it may be `own`, or noise."""
    likely = max(probabilities, key=lambda language: probabilities[language], default=own)
    if probabilities.get(own, 0.0) >= _OWN_AT_MOST or probabilities.get(likely, 0.0) < _OTHER_AT_LEAST:
        return None
    return likely if likely in _SPOKEN else None


def language_probabilities(
    model: Any, encoded: Any, prompt: Sequence[int], tokens: Mapping[str, int]
) -> dict[str, float]:
    """Of a CTranslate2 Whisper model for encoded speech. Blocking.

    The model's own `detect_language` refuses a narrowed vocabulary, so the decoder is asked for its first step. The
    token after that is forced, or the rules for time stamps would hide that step's languages.

    Args:
        prompt: start of transcript, and any token after it (the model's ids).
        tokens: the languages to choose among (ISO 639-1) and their ids; none for a model of one language.

    Raises:
        RuntimeError: decoding failed.
    """
    if not tokens:
        return {}
    result = model.generate(
        encoded, [list(prompt)], beam_size=1, max_length=4, return_logits_vocab=True, suppress_tokens=[]
    )[0]
    step = np.asarray(result.logits[0][0], dtype=np.float64).ravel()[list(tokens.values())]
    odds = np.exp(step - step.max())
    return dict(zip(tokens, (odds / odds.sum()).tolist(), strict=True))
