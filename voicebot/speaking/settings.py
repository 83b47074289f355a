"""Settings of the voice and its playback."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakingSettings:
    """How the bot sounds, and how far ahead of the caller's ear its audio may run."""

    voice: str | None = None
    """Path of a Piper voice (`.onnx` with `.onnx.json` beside it); None is the installed English voice."""
    speaker: int | None = None
    """Speaker number, for voices with several."""
    lexicon: str | None = None
    """Path of the lexicon: how names are said. None is `lexicon.yaml` in the flows' folder, when there is one."""
    workers: int = 1
    """Sentences synthesised at once; each takes one core."""
    max_waiting: int = 64
    """Sentences that may wait for a worker; further live ones are refused."""
    pace: float = 1.0
    """Speaking rate: 1.2 is a fifth faster than the voice's own."""
    loudness_dbfs: float = -20.0
    """Loudness of every clip, pauses left out; peaks above -2 dBFS are rounded off, never clipped."""
    lead_pad_ms: float = 10.0
    """Silence kept in front of the first sound of a clip: all of it is added to the caller's wait."""
    tail_pad_ms: float = 25.0
    """Silence kept behind the last sound of a clip; pauses between clauses are made when they are joined."""
    first_clause_words: int = 8
    """Longest first clause, in spoken words, when it can be cut without hurting the melody."""
    cache_memory_mb: int = 48
    """Bound of the phrase cache in memory (about 1 MB for every 30 s of speech)."""
    cache_disk_mb: int = 256
    """Bound of the phrase cache on disk; it holds fixed wording only."""
    lead_ms: int = 60
    """Audio handed to the transport ahead of real time: the most that an interruption finds already on its way."""
    fade_ms: float = 5.0
    """Ramp when playback is paused and resumed."""
