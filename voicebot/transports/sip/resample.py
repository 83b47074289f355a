"""Conversion between the sample rates of telephone codecs, by integer factors, with little delay.

A windowed-sinc low-pass filter in polyphase form (Crochiere and Rabiner, "Multirate Digital Signal Processing",
1983, section 3.3), stateful across frames. The stop band starts where the narrower side's band, mirrored at its
Nyquist frequency, would reach the telephone band (0-3.4 kHz at 8 kHz), so the filter is short: 55 taps at 16 kHz,
1.7 ms of delay.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_PASS = 0.85
"""Edge of the pass band over the narrower Nyquist frequency: 3.4 kHz of 4 kHz."""
_TAPS_PER_FACTOR = 27
_KAISER_BETA = 6.2
"""About 65 dB of stop-band attenuation."""


@lru_cache(maxsize=8)
def _lowpass(factor: int) -> NDArray[np.float32]:
    """Unity-gain linear-phase low-pass at half the narrow rate; an odd number of taps, at the wide rate."""
    half = _TAPS_PER_FACTOR * factor // 2
    n = np.arange(-half, half + 1)
    taps = np.sinc(n / factor) * np.kaiser(2 * half + 1, _KAISER_BETA)
    low: NDArray[np.float32] = (taps / taps.sum()).astype(np.float32)
    return low


class Resampler:
    """Mono int16 from one rate to another; one is an integer multiple of the other.

    `n` samples in give exactly `n * rate_out / rate_in` out, call by call, as long as `n` is a multiple of the factor
    (any 10 or 20 ms frame is).

    Args:
        rate_in: Hz.
        rate_out: Hz.

    Raises:
        ValueError: neither rate is a multiple of the other.
    """

    def __init__(self, rate_in: int, rate_out: int) -> None:
        if min(rate_in, rate_out) <= 0 or max(rate_in, rate_out) % min(rate_in, rate_out):
            raise ValueError(f"cannot convert {rate_in} Hz to {rate_out} Hz: not an integer factor")
        self.rate_in, self.rate_out = rate_in, rate_out
        self._up, self._down = max(1, rate_out // rate_in), max(1, rate_in // rate_out)
        factor = self._up * self._down
        taps = _lowpass(factor)
        if self._up > 1:
            # Column p holds the taps that meet real samples in output phase p; time-reversed, oldest sample first.
            padded = np.concatenate([taps * self._up, np.zeros(-len(taps) % self._up, np.float32)])
            self._bank = np.ascontiguousarray(padded.reshape(-1, self._up)[::-1])
        else:
            self._bank = np.ascontiguousarray(taps[::-1, None])
        self._history = np.zeros(self._bank.shape[0] - 1, np.float32)

    @property
    def delay_ms(self) -> float:
        """Group delay of the filter."""
        factor = self._up * self._down
        return 0.0 if factor == 1 else 1000 * (len(_lowpass(factor)) // 2) / max(self.rate_in, self.rate_out)

    def feed(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        """Convert the next stretch of the stream.

        Raises:
            ValueError: the number of samples is not a multiple of the factor.
        """
        if self._up == self._down or not len(samples):
            return samples
        if len(samples) % self._down:
            raise ValueError(f"{len(samples)} samples are not a multiple of {self._down}")
        stream = np.concatenate([self._history, samples.astype(np.float32)])
        self._history = stream[len(samples) :]
        windows = np.lib.stride_tricks.sliding_window_view(stream, self._bank.shape[0])[:: self._down]
        out = (windows @ self._bank).reshape(-1)
        clipped: NDArray[np.int16] = np.clip(np.rint(out), -32768, 32767).astype(np.int16)
        return clipped

    def reset(self) -> None:
        """Forget the past, so that a new utterance does not begin with the tail of the last."""
        self._history[:] = 0
