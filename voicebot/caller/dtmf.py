"""Keys as RTP events (RFC 4733): the packets of one key press, on the 20 ms grid."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

KEYS = "0123456789*#ABCD"
PACKET_SAMPLES = 160
_VOLUME_DBM0 = 10


@dataclass(frozen=True, slots=True)
class KeyPacket:
    """One packet of a key press. `offset` says by how many 20 ms steps it follows the event's start.

    All packets of an event carry the timestamp of its start; only the first has the marker.
    """

    payload: bytes
    marker: bool
    offset: int
    end: bool


def key_packets(key: str, *, steps: int = 8) -> Iterator[KeyPacket]:
    """A press of `steps` x 20 ms: growing durations, then the end packet three times (section 2.5.1.4)."""
    event = KEYS.index(key.upper())
    for step in range(steps + 2):
        end = step >= steps - 1
        duration = PACKET_SAMPLES * min(step + 1, steps)
        payload = struct.pack("!BBH", event, (0x80 if end else 0) | _VOLUME_DBM0, duration)
        yield KeyPacket(payload, marker=step == 0, offset=step, end=end)


def key_of(payload: bytes) -> tuple[str, bool] | None:
    """Key and end bit of a received event, or None when it is not a key."""
    if len(payload) < 4 or payload[0] >= len(KEYS):
        return None
    return KEYS[payload[0]], bool(payload[1] & 0x80)
