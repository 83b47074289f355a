"""Settings of the ears: models, pools, and the limits of a turn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ListeningSettings:
    """How callers are heard."""

    model: str | None = None
    """Directory of a CTranslate2 Whisper model, or a hub name; None is the installed Whisper base."""
    compute_type: str = "int8"
    """CTranslate2 arithmetic."""
    threads: int = 1
    """Cores that one decoding may use."""
    workers: int = 2
    """Decodings at once; each takes `threads` cores."""
    max_waiting: int = 32
    """Decodings that may wait; further partial and eager ones are refused."""
    voice_activity_model: str | None = None
    """Path of a Silero VAD model (ONNX); None is the one inside pipecat."""
    turn_model: str | None = None
    """Path of a Smart Turn v3 model (ONNX); None is the one inside pipecat."""
    partial_every_ms: int = 400
    """Distance of the hypotheses while the caller speaks."""
    preroll_ms: int = 300
    """Audio kept from before the speech was noticed."""
    max_turn_ms: int = 60_000
    """A turn that is longer is taken as it is."""
    keys_pause_ms: int = 3_000
    """Keys are taken as complete when none was pressed for so long."""
