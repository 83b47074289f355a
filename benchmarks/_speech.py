"""Recorded speech for the benchmarks on recognition: loading, splicing digit strings, codecs, noise, lost packets.

A data folder has `audio.tsv`, and the clips that it names: docs/benchmark-data.md.
"""

from __future__ import annotations

import csv
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import soundfile
import soxr
from _data import need

from voicebot.caller import g711
from voicebot.listening.recognition import Audio

HOUSE_HZ = 16_000
_PACKET_S = 0.02
_FADE = 0.5
#: Shorter runs of exact zeros are inside a digit.
_SPLICE_QUIET_S, _SPLICE_HOP_S = 0.07, 0.005
NOISE_SOURCE = "noise"


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording: mono float32 at `rate_hz`."""

    name: str
    source: str
    speaker: str
    kind: str
    transcript: str
    note: str
    samples: Audio
    rate_hz: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What happens to the sound between the caller's mouth and us."""

    codec: str = "pcmu"
    snr_db: float | None = None
    loss: float = 0.0

    def __str__(self) -> str:
        noise = "" if self.snr_db is None else f", {self.snr_db:g} dB"
        return f"{self.codec}{noise}" + (f", {100 * self.loss:g} % lost" if self.loss else "")


def load(data: Path, wanted: Callable[[dict[str, str]], bool]) -> list[Clip]:
    """Clips whose row in `audio.tsv` is wanted; ends the benchmark when there is no such file."""
    with need(data / "audio.tsv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if wanted(row)]
    return list(_read(data, rows))


def _read(data: Path, rows: Sequence[dict[str, str]]) -> Iterator[Clip]:
    for row in rows:
        samples, rate = soundfile.read(str(data / row["path"]), dtype="float32", always_2d=True)
        name = Path(row["path"]).stem
        yield Clip(
            name, row["source"], row["speaker"], row["kind"], row["transcript"], row["note"], samples.mean(axis=1), rate
        )


def digit_pool(clips: Sequence[Clip]) -> dict[tuple[str, str], list[Audio]]:
    """(speaker, digit) -> recordings, out of digit strings that were spliced with exact silence between the digits."""
    pool: dict[tuple[str, str], list[Audio]] = {}
    for clip in clips:
        parts = list(_spoken_parts(clip))
        if len(parts) == len(clip.note):
            for digit, part in zip(clip.note, parts, strict=True):
                pool.setdefault((clip.speaker, digit), []).append(part)
    return pool


def _spoken_parts(clip: Clip) -> Iterator[Audio]:
    hop, quiet_hops = int(clip.rate_hz * _SPLICE_HOP_S), int(_SPLICE_QUIET_S / _SPLICE_HOP_S)
    silent = [not clip.samples[i : i + hop].any() for i in range(0, len(clip.samples), hop)]
    start, quiet = None, 0
    for index, still in enumerate(silent + [True] * quiet_hops):
        quiet = quiet + 1 if still else 0
        if not still and start is None:
            start = index
        elif start is not None and quiet >= quiet_hops:
            yield clip.samples[start * hop : (index - quiet + 1) * hop]
            start = None


def spliced(
    pool: dict[tuple[str, str], list[Audio]], rate_hz: int, *, count: int, length: int, seed: int
) -> list[Clip]:
    """Strings of random digits, each of one speaker in turn, with 60 to 260 ms between the digits."""
    random = np.random.default_rng(seed)
    speakers = sorted({speaker for speaker, _ in pool})
    speakers = [one for one in speakers if all((one, digit) in pool for digit in "0123456789")]
    made = []
    for number in range(count if speakers else 0):
        speaker = speakers[number % len(speakers)]
        value = "".join(map(str, random.integers(0, 10, length)))
        parts = [np.zeros(int(0.3 * rate_hz), np.float32)]
        for digit in value:
            takes = pool[speaker, digit]
            parts.append(takes[int(random.integers(len(takes)))])
            parts.append(np.zeros(int(rate_hz * random.uniform(0.06, 0.26)), np.float32))
        parts.append(np.zeros(int(0.5 * rate_hz), np.float32))
        samples = np.concatenate(parts)
        made.append(
            Clip(f"{speaker}_{number:03}_{value}", "spliced", speaker, f"digits{length}", "", value, samples, rate_hz)
        )
    return made


def over(line: Line, clip: Clip, noises: Sequence[Clip]) -> Audio:
    """What the house receives: 16 kHz mono float32. The same clip and line give the same sound."""
    random = np.random.default_rng(zlib.crc32(f"{clip.name} {line}".encode()))
    rate = HOUSE_HZ if line.codec == "g722" else 8_000
    samples = soxr.resample(clip.samples, clip.rate_hz, rate, quality="HQ").astype(np.float32)
    if line.snr_db is not None and noises:
        samples = _with_noise(samples, rate, noises[int(random.integers(len(noises)))], line.snr_db, random)
    pcm = (np.clip(samples, -1.0, 1.0) * 32767).astype(np.int16)
    heard = _through_g722(pcm) if line.codec == "g722" else g711.decode(line.codec, g711.encode(line.codec, pcm))
    if line.loss:
        heard = _with_losses(heard, int(rate * _PACKET_S), line.loss, random)
    wide: Audio = soxr.resample(heard.astype(np.float32) / 32768.0, rate, HOUSE_HZ, quality="HQ").astype(np.float32)
    return wide


def _with_noise(samples: Audio, rate: int, noise: Clip, snr_db: float, random: np.random.Generator) -> Audio:
    """Speech level is that of its louder half: pauses do not make noise softer."""
    sound = soxr.resample(noise.samples, noise.rate_hz, rate, quality="HQ").astype(np.float32)
    sound = np.roll(np.resize(sound, max(len(samples), len(sound))), int(random.integers(len(sound))))[: len(samples)]
    frame = int(rate * _PACKET_S)
    power = np.square(samples[: len(samples) // frame * frame]).reshape(-1, frame).mean(axis=1)
    speech = float(power[power >= np.median(power)].mean()) if len(power) else 0.0
    scale = np.sqrt(speech / 10 ** (snr_db / 10) / max(float(np.square(sound).mean()), 1e-12))
    mixed: Audio = np.clip(samples + scale * sound, -1.0, 1.0).astype(np.float32)
    return mixed


def _with_losses(pcm: g711.Pcm, packet: int, loss: float, random: np.random.Generator) -> g711.Pcm:
    """Lost packets are concealed by the one before, fading out."""
    heard = pcm.copy()
    for start in range(packet, len(heard) - packet, packet):
        if random.random() < loss:
            heard[start : start + packet] = (heard[start - packet : start] * _FADE).astype(np.int16)
    return heard


def _through_g722(pcm: g711.Pcm) -> g711.Pcm:
    encoder = av.CodecContext.create("g722", "w")
    encoder.sample_rate, encoder.layout, encoder.format = HOUSE_HZ, "mono", "s16"
    decoder = av.CodecContext.create("g722", "r")
    decoder.sample_rate, decoder.layout = HOUSE_HZ, "mono"
    frame = av.AudioFrame.from_ndarray(pcm[np.newaxis, : len(pcm) // 2 * 2], format="s16", layout="mono")
    frame.sample_rate = HOUSE_HZ
    decoded = []
    for packet in [*encoder.encode(frame), *encoder.encode(None)]:
        decoded += [one.to_ndarray() for one in decoder.decode(packet)]
    heard: g711.Pcm = np.concatenate(decoded, axis=1)[0].astype(np.int16)
    return heard
