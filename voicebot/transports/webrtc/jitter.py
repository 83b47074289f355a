"""A reorder buffer for voice, in place of aiortc's.

aiortc's audio buffer holds four packets (80 ms) at all times, and after one lost packet it holds fifteen (300 ms) for
the rest of the call. A voice agent needs the audio now: this one passes packets on as they come in order, waits for a
missing one only while a few later ones arrive, then goes on without it (the gap is filled by the media clock).
"""

from __future__ import annotations

from aiortc import RTCRtpReceiver
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtp import RtpPacket

_MODULUS = 1 << 16
#: aiortc has no setting for the buffer; this is where it keeps it.
_ATTRIBUTE = "_RTCRtpReceiver__jitter_buffer"


class ReorderBuffer:
    """Same calls as `aiortc.jitterbuffer.JitterBuffer`: `add` takes a packet and returns at most one frame.

    Every RTP packet of the audio codecs that WebRTC requires (RFC 7874) is one frame.

    Args:
        wait_packets: how many packets may overtake a missing one before it is given up (20 ms each).
        restart_after: a jump of the sequence number by more than this is a new stream.
    """

    def __init__(self, wait_packets: int = 3, restart_after: int = 500) -> None:
        self._wait = wait_packets
        self._restart_after = restart_after
        self._next: int | None = None
        self._held: dict[int, RtpPacket] = {}
        self.lost = 0

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        """Take a packet; the first value (a request for a key frame) is always False for audio."""
        if self._next is None:
            self._next = packet.sequence_number
        ahead = (packet.sequence_number - self._next) % _MODULUS
        behind = _MODULUS - ahead
        if ahead > self._restart_after and behind > self._restart_after:
            self._held.clear()
            self._next, ahead = packet.sequence_number, 0
        if ahead <= self._restart_after:
            self._held[packet.sequence_number] = packet
        return False, self._take()

    def _take(self) -> JitterFrame | None:
        assert self._next is not None
        if self._next not in self._held:
            if len(self._held) <= self._wait:
                return None
            start = self._next
            self._next = min(self._held, key=lambda number: (number - start) % _MODULUS)
            self.lost += (self._next - start) % _MODULUS
        packet = self._held.pop(self._next)
        self._next = (self._next + 1) % _MODULUS
        # `_data` is the payload without the codec's own packet header, set by the receiver before `add`.
        return JitterFrame(data=packet._data, timestamp=packet.timestamp)  # type: ignore[attr-defined]


def use_reorder_buffer(receiver: RTCRtpReceiver) -> ReorderBuffer | None:
    """Replace the receiver's jitter buffer before the first packet; None when aiortc no longer has one there."""
    if not hasattr(receiver, _ATTRIBUTE):
        return None
    buffer = ReorderBuffer()
    setattr(receiver, _ATTRIBUTE, buffer)
    return buffer
