"""RTP packets, the receiver's statistics, and its stream on the timestamp clock (RFC 3550). No I/O."""

from __future__ import annotations

import struct
from dataclasses import dataclass

CLOCK_HZ = 8000
#: A jump of more than this is a new stream, not loss (RFC 3550 appendix A.1).
_MAX_DROPOUT = 3000
_HEADER = struct.Struct("!BBHII")


@dataclass(frozen=True, slots=True)
class Packet:
    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    marker: bool = False

    def encode(self) -> bytes:
        second = self.payload_type | (0x80 if self.marker else 0)
        return _HEADER.pack(0x80, second, self.sequence, self.timestamp, self.ssrc) + self.payload


def parse(data: bytes) -> Packet | None:
    """Read a packet; None for anything that is not RTP version 2 (RTCP on the same port, STUN, noise)."""
    if len(data) < _HEADER.size:
        return None
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
    if first >> 6 != 2 or 192 <= second <= 223:
        return None
    start = _HEADER.size + 4 * (first & 15)
    if first & 0x10:
        if len(data) < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4])
    stop = len(data) - (data[-1] if first & 0x20 else 0)
    if start > stop or (first & 0x20 and data[-1] == 0):
        return None
    return Packet(second & 0x7F, sequence, timestamp, ssrc, data[start:stop], bool(second & 0x80))


@dataclass(frozen=True, slots=True)
class Placed:
    """A packet's place: `position` counts 8 kHz samples from the stream's first packet; `sequence` does not wrap."""

    position: int
    sequence: int
    fresh: bool
    """False for a duplicate."""


class Receiver:
    """Follows one sender: loss, duplicates, reordering, jitter, and positions that survive wraps and new SSRCs."""

    def __init__(self) -> None:
        self.received = self.duplicates = self.reordered = self.streams = 0
        self._ssrc: int | None = None
        self._finished_loss = 0
        self._first = self._highest = self._base_timestamp = self._base_position = 0
        self._last_timestamp = 0
        self._seen: set[int] = set()
        self._transit: float | None = None
        self._jitter = 0.0

    @property
    def jitter_ms(self) -> float:
        """Interarrival jitter of RFC 3550 section 6.4.1, appendix A.8."""
        return self._jitter / CLOCK_HZ * 1000

    @property
    def lost(self) -> int:
        """Packets that never came, over all streams."""
        return self._finished_loss + self._stream_loss()

    def place(self, packet: Packet, arrival_s: float, elapsed_samples: int) -> Placed:
        """Account for a packet.

        Args:
            arrival_s: when it reached the socket.
            elapsed_samples: samples since the call's media began, by the wall; anchors a new stream.
        """
        far = self._ssrc is not None and abs(_signed(packet.sequence - self._highest, 16)) > _MAX_DROPOUT
        if packet.ssrc != self._ssrc or far:
            self._begin(packet, elapsed_samples)
        sequence = self._highest + _signed(packet.sequence - self._highest, 16)
        timestamp = self._last_timestamp + _signed(packet.timestamp - self._last_timestamp, 32)
        position = self._base_position + timestamp - self._base_timestamp
        if sequence in self._seen:
            self.duplicates += 1
            return Placed(position, sequence, fresh=False)
        self.received += 1
        self._seen.add(sequence)
        self._first = min(self._first, sequence)
        if sequence < self._highest:
            self.reordered += 1
        else:
            self._highest, self._last_timestamp = sequence, timestamp
        self._follow_jitter(arrival_s, timestamp)
        return Placed(position, sequence, fresh=True)

    def _begin(self, packet: Packet, elapsed_samples: int) -> None:
        self._finished_loss += self._stream_loss()
        self.streams += 1
        self._ssrc, self._transit, self._seen = packet.ssrc, None, set()
        self._first = self._highest = packet.sequence
        self._base_timestamp = self._last_timestamp = packet.timestamp
        self._base_position = elapsed_samples

    def _stream_loss(self) -> int:
        return self._highest - self._first + 1 - len(self._seen) if self._seen else 0

    def _follow_jitter(self, arrival_s: float, timestamp: int) -> None:
        transit = arrival_s * CLOCK_HZ - timestamp
        if self._transit is not None:
            self._jitter += (abs(transit - self._transit) - self._jitter) / 16
        self._transit = transit


def _signed(difference: int, bits: int) -> int:
    """A difference of wrapping counters as a number near zero."""
    half = 1 << (bits - 1)
    return (difference + half) % (1 << bits) - half
