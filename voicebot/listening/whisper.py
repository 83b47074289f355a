"""Whisper with a window as long as the speech, instead of thirty seconds. Blocking: runs in the pool's threads.

The encoder's cost is its window, so features are padded only a little beyond the speech. Without the thirty seconds the
model sometimes starts over ("4415 4415 4…"); predicting time stamps nearly cures that, and what remains is noticed and
decoded again with a longer window. When the flow waits for an identifier and one is dictated, the encoder's output is
decoded a second time with everything but its characters forbidden, which gives n-best values for grounding.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from voicebot.errors import ModelError
from voicebot.identifiers.familiar import Familiar
from voicebot.listening.constrained import ConstrainedDecoder
from voicebot.listening.dictation import (
    Alphabet,
    Dictation,
    Weighed,
    dictation,
    familiarised,
    found,
    in_passing,
    is_clear,
    is_too_short,
    settled,
    weighed,
)
from voicebot.listening.guards import is_phantom, one_round, repeated, too_fast
from voicebot.listening.narrow import TokenMap
from voicebot.listening.other_language import is_doubtful, language_probabilities, other_language
from voicebot.listening.recognition import Audio, Early, Expectation, Hypothesis, Recognition
from voicebot.listening.windows import (
    FRAMES_PER_S,
    LONG_FRAMES,
    SAMPLE_RATE_HZ,
    SHORT_FRAMES,
    cleaned,
    framed,
    pieces,
)

#: In longer audio, and so in longer windows, people repeat themselves and the model does not.
_BELIEVED_S = 10.0
#: Spelled letters take two tokens each.
_TOKENS_PER_S, _TOKENS_MORE, _CONTEXT = 7, 10, 448
#: Frames that a second window is longer than the speech: in which a model that lost its place finds it, and in which it
#: makes other mistakes.
_LONGER_FRAMES, _OTHER_FRAMES = 500, 230
#: Free decoding finds characters in no order that is known to it so much less likely than words.
_DICTATED_LOG_PROB = 0.25
#: Mean log-probability below which a decoding is hardly ever right.
_POOR_LOG_PROB = -1.2
#: Tokens of a repeated unit that is a phrase, not a stammer.
_CLEAR_LOOP = 5


@dataclass(frozen=True, slots=True)
class _Decoded:
    text: str
    tokens: tuple[int, ...]
    log_prob: float
    no_speech: float
    encoded: Any
    long: bool
    """The window was the longer one."""


class WhisperDecoder:
    """One loaded model.

    Args:
        language: ISO 639-1.
        familiar: words that callers may spell.

    Raises:
        ModelError: the model cannot be loaded.
    """

    def __init__(
        self,
        model: str,
        *,
        threads: int = 1,
        workers: int = 1,
        compute_type: str = "int8",
        language: str = "en",
        familiar: Familiar | None = None,
    ) -> None:
        self._familiar = familiar or Familiar(())
        try:
            self._whisper = WhisperModel(
                model, device="cpu", compute_type=compute_type, cpu_threads=threads, num_workers=workers
            )
            self._ids = TokenMap.of(model)
            # A narrowed vocabulary has lost languages, not their tokens.
            multilingual = self._ids.kept is not None or self._whisper.model.is_multilingual
            self._tokens = Tokenizer(self._whisper.hf_tokenizer, multilingual, task="transcribe", language=language)
            self._language, self._languages = language, self._language_tokens() if multilingual else {}
        except Exception as exc:
            raise ModelError(
                f"the recogniser's model cannot be loaded: {exc}", where=model, fix="correct listening.model"
            ) from exc
        self._prompt: list[int] = list(self._tokens.sot_sequence)
        self._constrained = ConstrainedDecoder(self._whisper.model, self._tokens, self._ids, workers=workers)

    def _language_tokens(self) -> dict[str, int]:
        """The model's ids of its languages (ISO 639-1); they stand between the start and "translate"."""
        names = self._whisper.hf_tokenizer
        tokens = range(self._tokens.sot + 1, names.token_to_id("<|translate|>"))
        return dict(zip((names.id_to_token(t).strip("<|>") for t in tokens), self._ids.to_model(tokens), strict=True))

    def warm(self) -> None:
        """Decode noise once at each usual window, so that the first caller does not pay for it."""
        noise = np.random.default_rng(0).normal(0, 0.01, SAMPLE_RATE_HZ).astype(np.float32)
        heard = dictation("digits", "1 2 3")
        for frames in (SHORT_FRAMES, LONG_FRAMES):
            decoded = self._decode(noise, frames)
            if heard is not None:
                self._values(decoded, heard, 1.0)

    def recognise(
        self, audio: Audio, expect: Expectation, *, thorough: bool, early: Early | None = None
    ) -> Recognition:
        """Text of `audio`.

        Args:
            thorough: False is for partials: greedy, no second attempt, no n-best.
            early: see `Ticket`; called in this thread.

        Raises:
            ModelError: decoding failed.
        """
        started = time.perf_counter()
        audio_ms = len(audio) / SAMPLE_RATE_HZ * 1000
        clean = cleaned(audio)
        if clean is None:
            return Recognition(text="", no_speech=1.0, audio_ms=audio_ms)
        try:
            heard = [
                self._piece(piece, expect, early if thorough else None, thorough=thorough) for piece in pieces(clean)
            ]
        except (RuntimeError, ValueError) as exc:
            raise ModelError(f"decoding failed: {exc}", where="recogniser") from exc
        kept = [p for p in heard if p.language or not _made_up(p)]
        took_ms = (time.perf_counter() - started) * 1000
        no_speech = min((p.no_speech for p in heard), default=1.0)
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
            language=next((p.language for p in kept if p.language), None),
        )

    def _piece(self, audio: Audio, expect: Expectation, early: Early | None, *, thorough: bool) -> Recognition:
        seconds = len(audio) / SAMPLE_RATE_HZ
        decoded = self._decode(audio, SHORT_FRAMES)
        text = decoded.text
        if self._looping(decoded, seconds):
            # A whole sentence said again is cut off at once; anything less clear is decoded with a longer window.
            text = self._text(one_round(decoded.tokens))
            clear = repeated(decoded.tokens) >= _CLEAR_LOOP and not too_fast(text, seconds)
            if thorough and not clear:
                decoded = self._decode(audio, self._longer(seconds))
                text = decoded.text
                if too_fast(text, seconds) or seconds < _BELIEVED_S:
                    text = self._text(one_round(decoded.tokens))
        elif thorough and decoded.log_prob < _POOR_LOG_PROB and not decoded.long:
            # The model lost its place, or there is nothing to be heard: another window tells which.
            again = self._decode(audio, self._longer(seconds))
            if again.log_prob > decoded.log_prob and not self._looping(again, seconds):
                decoded, text = again, again.text
        plain = Recognition(text=text, confidence=math.exp(decoded.log_prob), no_speech=decoded.no_speech)
        if not thorough or not text:
            return plain
        if expect.kind == "open" and (said := in_passing(text)) and not is_clear(said, decoded.log_prob):
            # The sentence is understood without it, so one window must do.
            if early is not None:
                early(text)
            outcome = weighed(said, [self._values(decoded, said, seconds, nearly=False)], expect.bias)
            number = outcome.value or said.free
            return replace(plain, text=f"{said.carrier} {number}.", nbest=outcome.nbest)
        heard = dictation(expect.kind, text)
        if heard is None:
            if foreign := self._other_language(decoded, seconds):
                return replace(plain, language=foreign)
            return replace(plain, value=found(expect.kind, text))
        if is_clear(heard, decoded.log_prob) or is_too_short(heard, text):
            value = heard.value(heard.free) or found(expect.kind, text)
            free = Hypothesis(text=value or heard.free, score=round(decoded.log_prob, 3))
            return replace(plain, nbest=(free,), value=value)
        outcome = self._weighed(decoded, heard, audio, expect.bias, early)
        return replace(plain, nbest=outcome.nbest, value=outcome.value or found(expect.kind, text))

    def _weighed(
        self, decoded: _Decoded, heard: Dictation, audio: Audio, known: Sequence[str], early: Early | None
    ) -> Weighed:
        """From one window when that is clear, else from two."""
        seconds = len(audio) / SAMPLE_RATE_HZ
        if early is not None:
            early(decoded.text)
        windows = [self._values(decoded, heard, seconds)]
        if not settled(heard, windows[0]):
            if early is not None and (likely := weighed(heard, windows, known).value):
                early(likely)
            other = SHORT_FRAMES if decoded.long else int(seconds * FRAMES_PER_S) + _OTHER_FRAMES
            encoded = self._whisper.encode(self._features(audio, other))
            # Of digits the first window has shown what is doubtful.
            nearly = heard.alphabet is not Alphabet.DIGITS
            windows.append(self._values(replace(decoded, encoded=encoded), heard, seconds, nearly=nearly))
        return familiarised(heard, weighed(heard, windows, known), known, self._familiar)

    def _values(
        self, decoded: _Decoded, heard: Dictation, seconds: float, *, nearly: bool = True
    ) -> Mapping[str, float]:
        return self._constrained.values(
            decoded.encoded,
            self._prompt,
            heard.alphabet,
            seconds,
            most=heard.most,
            carrier=heard.carrier,
            nearly=nearly,
        )

    def _other_language(self, decoded: _Decoded, seconds: float) -> str | None:
        """Asked of the encoder's output when the words are doubtful."""
        if not is_doubtful(decoded.text, log_prob=decoded.log_prob, seconds=seconds):
            return None
        probabilities = language_probabilities(
            self._whisper.model,
            decoded.encoded,
            self._ids.to_model([self._tokens.sot, self._tokens.timestamp_begin]),
            self._languages,
        )
        return other_language(probabilities, self._language)

    @staticmethod
    def _looping(decoded: _Decoded, seconds: float) -> bool:
        return bool(repeated(decoded.tokens)) or too_fast(decoded.text, seconds)

    @staticmethod
    def _longer(seconds: float) -> int:
        return max(LONG_FRAMES, int(seconds * FRAMES_PER_S) + _LONGER_FRAMES)

    def _decode(self, audio: Audio, min_frames: int) -> _Decoded:
        """Free and greedy."""
        seconds = len(audio) / SAMPLE_RATE_HZ
        encoded = self._whisper.encode(self._features(audio, min_frames))
        result = self._whisper.model.generate(
            encoded,
            [self._ids.to_model(self._prompt)],
            beam_size=1,
            # The model allows itself half of it, as of its context, for the text.
            max_length=min(2 * (_TOKENS_MORE + int(seconds * _TOKENS_PER_S)), _CONTEXT),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=[-1],
            max_initial_timestamp_index=50,
        )[0]
        tokens = tuple(t for t in self._ids.from_model(result.sequences_ids[0]) if t < self._tokens.eot)
        return _Decoded(
            self._text(tokens),
            tokens,
            float(result.scores[0]),
            float(result.no_speech_prob),
            encoded,
            min_frames > SHORT_FRAMES,
        )

    def _text(self, tokens: Sequence[int]) -> str:
        text: str = self._tokens.decode(list(tokens))
        return text.strip()

    def _features(self, audio: Audio, min_frames: int) -> Any:
        return framed(self._whisper.feature_extractor(audio), min_frames)


def _made_up(piece: Recognition) -> bool:
    log_prob = math.log(max(piece.confidence, 1e-9))
    if piece.nbest:
        log_prob += _DICTATED_LOG_PROB
    return is_phantom(piece.text, no_speech=piece.no_speech, log_prob=log_prob)
