"""Smart Turn v3.2: does the voice sound finished? One shared session in a thread of its own."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import numpy as np
from pipecat.audio.turn.smart_turn._whisper_features import compute_whisper_log_mel_features

from voicebot.errors import ModelError
from voicebot.listening.onnx_session import open_session
from voicebot.listening.recognition import Audio, PoolFullError

_SAMPLES = 8 * 16_000
_MAX_WAITING = 8


class TurnModel(Protocol):
    """Judges from the sound alone."""

    async def complete(self, audio: Audio) -> float:
        """Probability, 0..1, that the speaker of `audio` (float32, 16 kHz; the end matters) has finished.

        Raises:
            PoolFullError: too many judgements are waiting: do without.
            ModelError: the model failed.
        """
        ...


class SmartTurn:
    """The `TurnModel` in use; 45 ms a judgement on one core.

    Raises:
        ModelError: the model cannot be loaded.
    """

    def __init__(self, path: Path) -> None:
        self._session = open_session(path, model="turn model", fix="correct listening.turn_model")
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="turn-model")
        self._waiting = 0

    async def complete(self, audio: Audio) -> float:
        if self._waiting >= _MAX_WAITING:
            raise PoolFullError("too many end-of-turn judgements are waiting")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, self.judge, audio)
        except (RuntimeError, ValueError) as exc:
            raise ModelError(f"the turn model failed: {exc}", where="turn model") from exc
        finally:
            self._waiting -= 1

    def judge(self, audio: Audio) -> float:
        """Blocking form of `complete`: the last eight seconds, silence in front when there are fewer."""
        tail = np.nan_to_num(audio[-_SAMPLES:].astype(np.float32, copy=False))
        padded = np.pad(tail, (_SAMPLES - len(tail), 0))
        features = compute_whisper_log_mel_features(padded, do_normalize=True)
        (output,) = self._session.run(None, {"input_features": features[np.newaxis].astype(np.float32)})[:1]
        return float(np.ravel(output)[0])

    async def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)
