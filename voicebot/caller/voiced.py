"""Which packets carry voice: one gate for what is sent and what is received.

A packet is loud when its level, without DC, is at least `GATE_DBFS`. That lies 15-25 dB under telephone speech (about
-20 to -30 dBFS) and 10 dB or more over comfort noise and the idle noise of G.711. Speech begins with a loud packet
that is followed by at least three loud ones of the next five, so that a click or a lone pop is neither an answer nor an
interruption.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np
import webrtcvad

from voicebot.caller.g711 import Pcm

GATE_DBFS = -45.0
PACKET_SAMPLES = 160
_LOOKAHEAD, _NEEDED = 5, 3


def level_dbfs(pcm: Pcm) -> float:
    """RMS level of a packet after removing DC; -120 for digital silence."""
    if not len(pcm):
        return -120.0
    samples = pcm.astype(np.float64)
    rms = math.sqrt(max(float(samples.var()), 1e-3))
    return max(20 * math.log10(rms / 32768), -120.0)


def begins(loud: list[bool]) -> list[int]:
    """Indices of loud packets that pass the look-ahead rule: speech, not a click."""
    return [i for i, one in enumerate(loud) if one and sum(loud[i + 1 : i + 1 + _LOOKAHEAD]) >= _NEEDED]


def clip_voice(pcm: Pcm) -> tuple[int, int] | None:
    """First and last voiced 20 ms packet of a clip (8 kHz), or None when nobody speaks.

    Both the level gate, raised to 30 dB under the clip's loudest packet so that a noisy line does not count as voice,
    and webrtcvad (whose hang-over the level gate cuts off) must agree; the last packet must also end a run, by the same
    rule read backwards.
    """
    packets = [pcm[i : i + PACKET_SAMPLES] for i in range(0, len(pcm) - PACKET_SAMPLES + 1, PACKET_SAMPLES)]
    levels = [level_dbfs(packet) for packet in packets]
    if not levels:
        return None
    gate = max(GATE_DBFS, max(levels) - 30)
    vad = webrtcvad.Vad(1)
    loud = [
        vad.is_speech(packet.tobytes(), 8000) and level >= gate for packet, level in zip(packets, levels, strict=True)
    ]
    starts, ends = begins(loud), begins(loud[::-1])
    return (starts[0], len(loud) - 1 - ends[0]) if starts and ends else None


def clip_sound(pcm: Pcm) -> tuple[int, int] | None:
    """First and last loud 20 ms packet of a clip (8 kHz), whatever it is that is loud; None when nothing is."""
    starts = range(0, len(pcm) - PACKET_SAMPLES + 1, PACKET_SAMPLES)
    loud = [index for index, at in enumerate(starts) if level_dbfs(pcm[at : at + PACKET_SAMPLES]) >= GATE_DBFS]
    return (loud[0], loud[-1]) if loud else None


class Onset:
    """The same rule on a live stream: says when the other side began to speak, and when it was last heard."""

    def __init__(self, *, gap_s: float) -> None:
        """`gap_s`: this much silence ends a spell of speech."""
        self._gap_s = gap_s
        self._recent: deque[tuple[float, bool]] = deque(maxlen=1 + _LOOKAHEAD)
        self.began_at: float | None = None
        """Start of the spell under way, or of the last one."""
        self.last_at: float | None = None
        """Last loud packet of that spell."""

    def hear(self, at: float, loud: bool) -> None:
        """One received packet."""
        self._recent.append((at, loud))
        if self.last_at is not None and at - self.last_at <= self._gap_s:
            if loud:
                self.last_at = at
            return
        loud_times = [time for time, one in self._recent if one and (self.last_at is None or time > self.last_at)]
        if len(loud_times) > _NEEDED:
            self.began_at, self.last_at = loud_times[0], loud_times[-1]

    def speaking(self, now: float) -> bool:
        return self.last_at is not None and now - self.last_at <= self._gap_s
