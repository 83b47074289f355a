"""PCMU and PCMA (ITU-T G.711) by table, in numpy. Samples are int16 at 8 kHz, one octet each on the wire."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Pcm = npt.NDArray[np.int16]

#: The octet that decodes to silence.
SILENCE = {"pcmu": 0xFF, "pcma": 0xD5}


def encode(codec: str, pcm: Pcm) -> bytes:
    """int16 samples to octets of `pcmu` or `pcma`."""
    return _ENCODE[codec][pcm.view(np.uint16)].tobytes()


def decode(codec: str, octets: bytes) -> Pcm:
    """Octets of `pcmu` or `pcma` to int16 samples."""
    return _DECODE[codec][np.frombuffer(octets, dtype=np.uint8)]


def _mu_values() -> Pcm:
    code = ~np.arange(256, dtype=np.uint8)
    exponent, mantissa = (code >> 4 & 7).astype(np.int32), (code & 15).astype(np.int32)
    size = ((mantissa << 3) + 0x84 << exponent) - 0x84
    return np.where(code & 0x80, -size, size).astype(np.int16)


def _a_values() -> Pcm:
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    exponent, mantissa = (code >> 4 & 7).astype(np.int32), (code & 15).astype(np.int32)
    size = np.where(exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0))
    return np.where(code & 0x80, size, -size).astype(np.int16)


def _nearest(values: Pcm) -> npt.NDArray[np.uint8]:
    """For each of the 65,536 sample values (as uint16), the code whose value is nearest."""
    order = np.argsort(values, kind="stable")
    levels = values[order].astype(np.int32)
    samples = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    above = np.clip(np.searchsorted(levels, samples), 1, 255)
    nearer_below = samples - levels[above - 1] <= levels[above] - samples
    return order[np.where(nearer_below, above - 1, above)].astype(np.uint8)


_DECODE = {"pcmu": _mu_values(), "pcma": _a_values()}
_ENCODE = {codec: _nearest(values) for codec, values in _DECODE.items()}
# Two codes lie equally near to zero; silence is the positive one on every line.
for _codec, _octet in SILENCE.items():
    _ENCODE[_codec][0] = _octet
