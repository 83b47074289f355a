"""The call as the caller's side of the line carried it: stereo, left the caller, right the bot, 8 kHz."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from voicebot.caller import g711
from voicebot.caller.line import Heard, MediaLog
from voicebot.caller.rtp import CLOCK_HZ
from voicebot.caller.voiced import PACKET_SAMPLES

_MAX_SAMPLES = 2 * 3600 * CLOCK_HZ


def stereo(log: MediaLog, codec: str) -> g711.Pcm:
    """Samples as (n, 2) int16. Packets lie where their clock puts them, whatever order they came in."""
    length = max(
        [(one.step + 1) * PACKET_SAMPLES for one in log.sent] + [one.position + len(one.pcm) for one in log.heard],
        default=0,
    )
    both = np.zeros((min(length, _MAX_SAMPLES), 2), dtype=np.int16)
    for sent in log.sent:
        _lay(both, 0, sent.step * PACKET_SAMPLES, g711.decode(codec, sent.payload))
    for heard in log.heard:
        _lay(both, 1, heard.position, heard.pcm)
    return both


def heard_between(heard: list[Heard], start: float, end: float) -> g711.Pcm:
    """What the bot said in packets that arrived in [start, end], on the timestamp clock; empty when nothing."""
    part = [one for one in heard if start <= one.at <= end]
    if not part:
        return np.zeros(0, dtype=np.int16)
    first = min(one.position for one in part)
    length = max(one.position + len(one.pcm) for one in part) - first
    out = np.zeros((min(length, _MAX_SAMPLES), 1), dtype=np.int16)
    for one in part:
        _lay(out, 0, one.position - first, one.pcm)
    return out[:, 0]


def save(path: Path, log: MediaLog, codec: str) -> None:
    """Write the stereo recording; the format follows the file's ending (WAV, FLAC)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, stereo(log, codec), CLOCK_HZ)


def _lay(track: g711.Pcm, channel: int, at: int, pcm: g711.Pcm) -> None:
    if 0 <= at < len(track):
        piece = pcm[: len(track) - at]
        track[at : at + len(piece), channel] = piece
