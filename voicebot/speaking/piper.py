"""The shared Piper voice.

One ONNX Runtime session with one thread serves all calls. Piper works sentence by sentence and scales each to full
range by default; here every clip is made as loud as the others,
and its silence is cut away.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from piper.config import PiperConfig, SynthesisConfig
from piper.voice import AudioChunk, PiperVoice

from voicebot.errors import ModelError
from voicebot.speaking import onnx_outputs, sound, word_times
from voicebot.speaking.lexicon import EMPTY, Lexicon
from voicebot.speaking.pool import DeadlinePool, QueueFullError
from voicebot.speaking.settings import SpeakingSettings
from voicebot.speaking.speech import SAMPLE_RATE_HZ, Speech, WordTime
from voicebot.speaking.word_times import Phone

_WARM_UP = ("Yes.", "One moment, please.", "Thank you for calling, how can I help you today?")


@dataclass(frozen=True, slots=True)
class Voice:
    """A loaded voice.

    Attributes:
        piper: the session and its phoniser.
        fingerprint: changes with the model, its configuration and every setting that changes the sound.
    """

    piper: PiperVoice
    settings: SpeakingSettings
    fingerprint: str
    lexicon: Lexicon = EMPTY

    def speak(self, text: str) -> Speech:
        """Synthesise, in the calling thread; several threads may.

        Raises:
            ModelError: the model failed on this text.
        """
        config = SynthesisConfig(
            speaker_id=self.settings.speaker,
            length_scale=self.piper.config.length_scale / self.settings.pace,
            normalize_audio=False,
        )
        try:
            voiced = self.lexicon.phonetic(text)
            chunks = list(self.piper.synthesize(voiced, config, include_alignments=True))
        except Exception as error:
            raise ModelError(
                f"the voice failed on a text of {len(text)} characters: {type(error).__name__}",
                where="speaking",
                fix="check speaking.voice and speaking.speaker",
            ) from error
        return self._finish(text, chunks)

    def _finish(self, text: str, chunks: list[AudioChunk]) -> Speech:
        rate = self.piper.config.sample_rate
        empty = np.zeros(0, np.float32)
        whole = np.concatenate([chunk.audio_float_array for chunk in chunks]) if chunks else empty
        clip = sound.trim(whole, rate, lead_ms=self.settings.lead_pad_ms, tail_ms=self.settings.tail_pad_ms)
        pcm = sound.to_house(sound.level(clip.samples, rate, self.settings.loudness_dbfs), rate)
        total_ms = len(pcm) / 2 / SAMPLE_RATE_HZ * 1000
        words: tuple[WordTime, ...]
        if all(chunk.phoneme_alignments for chunk in chunks):
            phones = [
                Phone(phone.phoneme, phone.num_samples / rate * 1000)
                for chunk in chunks
                for phone in chunk.phoneme_alignments or ()
            ]
            words = word_times.shifted(word_times.aligned(text, phones), -clip.start / rate * 1000, total_ms)
        else:
            words = word_times.estimated(text, self.settings.lead_pad_ms, total_ms - self.settings.tail_pad_ms)
        return Speech(text=text, pcm=pcm, words=words)


def load(path: Path, settings: SpeakingSettings, lexicon: Lexicon = EMPTY) -> Voice:
    """Load and warm a voice; blocks for one to two seconds.

    Raises:
        ModelError: missing, corrupt, or not a Piper voice.
        LexiconError: the lexicon asks for sounds that the voice does not have.
    """
    try:
        model = path.read_bytes()
        raw_config = path.with_name(path.name + ".json").read_bytes()
        config = PiperConfig.from_dict(json.loads(raw_config))
        session = _session(onnx_outputs.expose(model, "Ceil"))
    except Exception as error:  # onnxruntime's own errors share no base
        raise ModelError(
            f"not a readable Piper voice: {type(error).__name__}",
            where=str(path),
            fix="set speaking.voice to a .onnx file with its .onnx.json beside it",
        ) from error
    lexicon.check(config.phoneme_id_map)
    sounding = (
        lexicon.fingerprint,
        settings.speaker,
        settings.pace,
        settings.loudness_dbfs,
        settings.lead_pad_ms,
        settings.tail_pad_ms,
    )
    digest = hashlib.sha256(model + raw_config + repr(sounding).encode()).hexdigest()
    voice = Voice(PiperVoice(session=session, config=config), settings, digest, lexicon)
    for text in _WARM_UP:
        voice.speak(text)
    return voice


def _session(model: bytes) -> onnxruntime.InferenceSession:
    """A session of one thread, from a file: given bytes, it would keep all 60 MB of them for as long as it lives.

    Without an arena of its own: that one keeps the peak of the longest sentence ever spoken (another 150 MB).
    """
    options = onnxruntime.SessionOptions()
    options.enable_cpu_mem_arena = False
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    with tempfile.TemporaryDirectory(prefix="voicebot-") as folder:
        path = Path(folder) / "voice.onnx"
        path.write_bytes(model)
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class PiperSynthesiser:
    """`Synthesiser` on a shared voice and its pool."""

    def __init__(self, voice: Voice, pool: DeadlinePool[Speech]) -> None:
        self._voice, self._pool = voice, pool

    async def synthesise(self, text: str, *, deadline: float | None = None) -> Speech:
        """See `Synthesiser`. Text without anything to pronounce gives empty speech."""
        if not any(char.isalnum() for char in text):
            return Speech(text=text, pcm=b"")
        try:
            return await self._pool.run(text, lambda: self._voice.speak(text), deadline=deadline)
        except QueueFullError as error:
            raise ModelError(error.what, where=error.where, fix=error.fix) from error
