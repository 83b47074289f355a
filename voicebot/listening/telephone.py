"""Audio as the telephone hears it: 8 kHz, G.711 mu-law, and back to 16 kHz."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import soxr

from voicebot.listening.recognition import Audio

_TELEPHONE_HZ, _HOUSE_HZ = 8_000, 16_000
_BIAS, _CLIP = 132, 32_635


def mu_law(samples: npt.NDArray[np.int16]) -> npt.NDArray[np.uint8]:
    """Encode 16-bit samples (ITU-T G.711, mu-law)."""
    wide = samples.astype(np.int32)
    sign = np.where(wide < 0, 0x80, 0)
    magnitude = np.minimum(np.abs(wide), _CLIP) + _BIAS
    exponent = np.clip(np.floor(np.log2(magnitude)).astype(np.int32) - 7, 0, 7)
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    code: npt.NDArray[np.uint8] = (~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8)
    return code


def mu_law_decoded(code: npt.NDArray[np.uint8]) -> npt.NDArray[np.int16]:
    """Decode mu-law to 16-bit samples."""
    inverted = ~code.astype(np.int32) & 0xFF
    exponent, mantissa = (inverted >> 4) & 0x07, inverted & 0x0F
    magnitude = ((mantissa << 3) + _BIAS << exponent) - _BIAS
    return np.where(inverted & 0x80, -magnitude, magnitude).astype(np.int16)


def over_telephone(samples: Audio, rate_hz: int) -> Audio:
    """Mono float32 at any rate -> what a call delivers: float32, 16 kHz, telephone band, mu-law noise."""
    narrow = soxr.resample(samples, rate_hz, _TELEPHONE_HZ, quality="HQ")
    coded = mu_law((np.clip(narrow, -1.0, 1.0) * 32767).astype(np.int16))
    decoded = mu_law_decoded(coded).astype(np.float32) / 32768.0
    wide: Audio = soxr.resample(decoded, _TELEPHONE_HZ, _HOUSE_HZ, quality="HQ").astype(np.float32)
    return wide
