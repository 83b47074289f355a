"""Whisper with a window as long as the speech, instead of thirty seconds. Blocking: runs in the pool's threads.

The encoder's cost is its window, so features are padded only a little beyond the speech. Without the thirty seconds the
model sometimes starts over ("4415 4415 4…"); predicting time stamps nearly cures that, and what remains is noticed and
decoded again with a longer window. When the flow waits for digits, the encoder's output is decoded a second time with
everything but digits forbidden, which gives n-best values for grounding.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from voicebot.errors import ModelError
from voicebot.identifiers import find
from voicebot.identifiers.numbers import ORDER_DIGITS, as_digits
from voicebot.identifiers.spoken import digits, runs
from voicebot.listening.guards import is_phantom, one_round, repeated, too_fast
from voicebot.listening.recognition import Audio, Expectation, Hypothesis, Recognition

SAMPLE_RATE_HZ = 16_000
FRAMES_PER_S = 100
_MAX_FRAMES = 3000
_MIN_FRAMES = 500
_LONG_FRAMES = 1000
_MARGIN_FRAMES = 80
_STEP_FRAMES = 100
_MIN_AUDIO_S = 0.1
#: In longer audio, and so in longer windows, people repeat themselves and the model does not.
_BELIEVED_S = 10.0
#: Longer audio is cut at its quietest place.
_PIECE_S, _SEARCH_S = 28.0, 8.0
_TOKENS_PER_S = 8
_MIN_DICTATED = 3
#: Tokens of a repeated unit that is a phrase, not a stammer.
_CLEAR_LOOP = 5
_NBEST = 5
#: A free decode of the expected length with at least this mean log-probability was right 52 times of 52: no second one.
_SURE_LOG_PROB = -1.05
#: Lengths that a dictated value of a kind may have; None takes any.
_DIGIT_KINDS: dict[str, tuple[int, ...] | None] = {
    "order_number": (ORDER_DIGITS,),
    "phone": (10, 11),
    "digits": None,
    "postcode": (5,),
}


@dataclass(frozen=True, slots=True)
class _Decoded:
    text: str
    tokens: tuple[int, ...]
    log_prob: float
    no_speech: float
    encoded: Any


class WhisperDecoder:
    """One loaded model.

    Raises:
        ModelError: the model cannot be loaded.
    """

    def __init__(
        self, model: str, *, threads: int = 1, workers: int = 1, compute_type: str = "int8", language: str = "en"
    ) -> None:
        try:
            self._whisper = WhisperModel(
                model, device="cpu", compute_type=compute_type, cpu_threads=threads, num_workers=workers
            )
            self._tokens = Tokenizer(
                self._whisper.hf_tokenizer, self._whisper.model.is_multilingual, task="transcribe", language=language
            )
        except Exception as exc:
            raise ModelError(
                f"the recogniser's model cannot be loaded: {exc}", where=model, fix="correct listening.model"
            ) from exc
        self._prompt: list[int] = list(self._tokens.sot_sequence)
        self._not_digits = self._all_but_digits()

    def _all_but_digits(self) -> list[int]:
        text_tokens = self._tokens.eot
        single = {t for t in range(text_tokens) if re.fullmatch(r" ?[0-9]|-", self._whisper.hf_tokenizer.decode([t]))}
        stamps = self._tokens.timestamp_begin
        return [t for t in range(stamps) if t not in single and t != text_tokens]

    def warm(self) -> None:
        """Decode noise once at each usual window, so that the first caller does not pay for it."""
        noise = np.random.default_rng(0).normal(0, 0.01, SAMPLE_RATE_HZ).astype(np.float32)
        for frames in (_MIN_FRAMES, _LONG_FRAMES):
            decoded = self._decode(noise, frames, beam=1)
            self._digits(decoded, 1.0, None)

    def recognise(self, audio: Audio, expect: Expectation, *, thorough: bool) -> Recognition:
        """Text of `audio`.

        Args:
            thorough: False is for partials: greedy, no second attempt, no n-best.

        Raises:
            ModelError: decoding failed.
        """
        started = time.perf_counter()
        audio_ms = len(audio) / SAMPLE_RATE_HZ * 1000
        clean = _clean(audio)
        if clean is None:
            return Recognition(text="", no_speech=1.0, audio_ms=audio_ms)
        try:
            pieces = [self._piece(p, expect, thorough=thorough) for p in _pieces(clean)]
        except (RuntimeError, ValueError) as exc:
            raise ModelError(f"decoding failed: {exc}", where="recogniser") from exc
        kept = [p for p in pieces if not is_phantom(p.text, no_speech=p.no_speech, log_prob=_log(p.confidence))]
        took_ms = (time.perf_counter() - started) * 1000
        no_speech = min((p.no_speech for p in pieces), default=1.0)
        if not kept:
            return Recognition(text="", no_speech=no_speech, audio_ms=audio_ms, decode_ms=took_ms)
        best = kept[0] if len(kept) == 1 else None
        return Recognition(
            text=" ".join(p.text for p in kept),
            nbest=best.nbest if best else (),
            value=best.value if best else None,
            confidence=min(p.confidence for p in kept),
            no_speech=no_speech,
            audio_ms=audio_ms,
            decode_ms=took_ms,
        )

    def _piece(self, audio: Audio, expect: Expectation, *, thorough: bool) -> Recognition:
        seconds = len(audio) / SAMPLE_RATE_HZ
        decoded = self._decode(audio, _MIN_FRAMES, beam=1)
        text = decoded.text
        if self._looping(decoded, seconds):
            # A whole sentence said again is cut off at once; anything less clear is decoded with a longer window.
            text = self._text(one_round(decoded.tokens))
            clear = repeated(decoded.tokens) >= _CLEAR_LOOP and not too_fast(text, seconds)
            if thorough and not clear:
                decoded = self._decode(audio, max(_LONG_FRAMES, int(seconds * FRAMES_PER_S) + 500), beam=1)
                text = decoded.text
                if too_fast(text, seconds) or seconds < _BELIEVED_S:
                    text = self._text(one_round(decoded.tokens))
        nbest: tuple[Hypothesis, ...] = ()
        value = None
        if thorough and text and expect.kind in _DIGIT_KINDS and _dictated(text):
            nbest, value = self._value(decoded, text, seconds, expect)
        elif thorough:
            value = _found(expect.kind, text)
        return Recognition(
            text=text, nbest=nbest, value=value, confidence=math.exp(decoded.log_prob), no_speech=decoded.no_speech
        )

    @staticmethod
    def _looping(decoded: _Decoded, seconds: float) -> bool:
        return bool(repeated(decoded.tokens)) or too_fast(decoded.text, seconds)

    def _value(
        self, decoded: _Decoded, text: str, seconds: float, expect: Expectation
    ) -> tuple[tuple[Hypothesis, ...], str | None]:
        """Digits only, n-best. Values known to be near (`expect.bias`) come first; then those of a fitting length."""
        lengths = _DIGIT_KINDS[expect.kind]
        free = _free_digits(text)
        if lengths and len(free) in lengths and decoded.log_prob >= _SURE_LOG_PROB:
            return (Hypothesis(text=free, score=round(decoded.log_prob, 3)),), _found(expect.kind, text)
        nbest = self._digits(decoded, seconds, lengths)
        known = [h for h in nbest if h.text in expect.bias]
        nbest = (*known, *(h for h in nbest if h not in known))
        fitting = [h for h in nbest if lengths is None or len(h.text) in lengths]
        # Forcing a length must not finish what the caller has not said.
        if fitting and len(fitting[0].text) <= len(free) + 1:
            return nbest, _found(expect.kind, fitting[0].text)
        return nbest, _found(expect.kind, text)

    def _digits(self, decoded: _Decoded, seconds: float, lengths: Sequence[int] | None) -> tuple[Hypothesis, ...]:
        most = max(lengths) if lengths else int(4 + 6 * seconds)
        result = self._whisper.model.generate(
            decoded.encoded,
            [self._prompt],
            beam_size=_NBEST,
            num_hypotheses=_NBEST,
            max_length=len(self._prompt) + min(4 + 2 * (most + 2), 6 + int(seconds * _TOKENS_PER_S)),
            return_scores=True,
            suppress_tokens=self._not_digits,
        )[0]
        said: dict[str, float] = {}
        for tokens, score in zip(result.sequences_ids, result.scores, strict=True):
            value = re.sub(r"\D", "", self._tokens.decode(tokens))
            if value and score > said.get(value, -math.inf):
                said[value] = float(score)
        free = _free_digits(decoded.text)
        if free and free not in said and (lengths is None or len(free) in lengths):
            said[free] = decoded.log_prob - 0.5
        fits = [(value, score) for value, score in said.items() if lengths is None or len(value) in lengths]
        rest = [(value, score) for value, score in said.items() if (value, score) not in fits]
        ordered = sorted(fits, key=lambda h: -h[1]) + sorted(rest, key=lambda h: -h[1])
        return tuple(Hypothesis(text=value, score=round(score, 3)) for value, score in ordered)

    def _decode(self, audio: Audio, min_frames: int, *, beam: int) -> _Decoded:
        seconds = len(audio) / SAMPLE_RATE_HZ
        encoded = self._whisper.encode(self._features(audio, min_frames))
        result = self._whisper.model.generate(
            encoded,
            [self._prompt],
            beam_size=beam,
            max_length=min(len(self._prompt) + 12 + int(seconds * _TOKENS_PER_S), 224),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=[-1],
            max_initial_timestamp_index=50,
        )[0]
        tokens = tuple(t for t in result.sequences_ids[0] if t < self._tokens.eot)
        return _Decoded(
            self._text(tokens),
            tokens,
            float(result.scores[0]),
            float(result.no_speech_prob),
            encoded,
        )

    def _text(self, tokens: Sequence[int]) -> str:
        text: str = self._tokens.decode(list(tokens))
        return text.strip()

    def _features(self, audio: Audio, min_frames: int) -> npt.NDArray[np.float32]:
        features: npt.NDArray[np.float32] = self._whisper.feature_extractor(audio)
        wanted = math.ceil((features.shape[1] + _MARGIN_FRAMES) / _STEP_FRAMES) * _STEP_FRAMES
        window = min(max(min_frames, wanted), _MAX_FRAMES)
        features = features[:, :window]
        return np.ascontiguousarray(np.pad(features, ((0, 0), (0, window - features.shape[1]))), dtype=np.float32)


def _clean(audio: Audio) -> Audio | None:
    """Without DC offset, infinities and overload; None when there is too little of it."""
    if len(audio) < _MIN_AUDIO_S * SAMPLE_RATE_HZ:
        return None
    finite = np.nan_to_num(audio.astype(np.float32, copy=False), posinf=1.0, neginf=-1.0)
    centred = np.clip(finite - finite.mean(), -1.0, 1.0)
    return None if float(np.abs(centred).max()) < 1e-4 else centred


def _pieces(audio: Audio) -> list[Audio]:
    """Cut what is too long for one window where it is quietest."""
    pieces, limit, search = [], int(_PIECE_S * SAMPLE_RATE_HZ), int(_SEARCH_S * SAMPLE_RATE_HZ)
    while len(audio) > limit:
        hop = SAMPLE_RATE_HZ // 50
        region = audio[limit - search : limit]
        energy = np.convolve(np.square(region), np.ones(hop * 5), mode="valid")[::hop]
        cut = limit - search + int(np.argmin(energy)) * hop + 5 * hop // 2
        pieces.append(audio[:cut])
        audio = audio[cut:]
    return [*pieces, audio]


def _free_digits(text: str) -> str:
    """The digits of a free decode; stray letters among them are read as digits."""
    whole = [run.text for run in runs(text)]
    return (as_digits(whole[0]) if len(whole) == 1 else None) or digits(text)


def _dictated(text: str) -> bool:
    """Digits were said, more than "it ends in three", and hardly any letters among them."""
    said = "".join(run.text for run in runs(text))
    numeric = sum(c.isdigit() for c in said)
    return numeric >= _MIN_DICTATED and (len(said) - numeric) * 4 <= numeric


def _log(confidence: float) -> float:
    return math.log(max(confidence, 1e-9))


def _found(kind: str, text: str) -> str | None:
    found = find(kind, text)
    return found[0].value if found and found[0].score >= 0.5 else None
