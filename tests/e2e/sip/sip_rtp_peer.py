"""A caller's media: sends and records RTP (RFC 3550) on one loopback port, from a thread."""

from __future__ import annotations

import itertools
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

SILENT_PCMU = b"\xff" * 160


def _ulaw_table() -> NDArray[np.int16]:
    """ITU-T G.711 mu-law, byte to linear."""
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = ((((code & 0x0F) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


_ULAW = _ulaw_table()


def decode_pcmu(payload: bytes) -> NDArray[np.int16]:
    return _ULAW[np.frombuffer(payload, np.uint8)]


def encode_pcmu(samples: NDArray[np.int16]) -> bytes:
    nearest = np.abs(_ULAW[None, :].astype(np.int32) - samples[:, None].astype(np.int32)).argmin(axis=1)
    return bytes(nearest.astype(np.uint8))


def tone_pcmu(hz: float, frames: int) -> list[bytes]:
    """20 ms payloads of a sine."""
    samples = (8000 * np.sin(2 * np.pi * hz * np.arange(160 * frames) / 8000)).astype(np.int16)
    data = encode_pcmu(samples)
    return [data[i : i + 160] for i in range(0, len(data), 160)]


@dataclass(frozen=True, slots=True)
class Packet:
    at_s: float
    seq: int
    timestamp: int
    payload_type: int
    payload: bytes

    @property
    def loud(self) -> bool:
        return bool(np.abs(decode_pcmu(self.payload)).max(initial=0) > 2000)


@dataclass
class RtpPeer:
    """Records what arrives; sends to where it came from (the server's address is learnt from its first packet)."""

    payload_type: int = 0
    received: list[Packet] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self.port = int(self._socket.getsockname()[1])
        self._far: tuple[str, int] | None = None
        self._seq, self._timestamp = 100, 16000
        self._next_s = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._receive, daemon=True)
        self._thread.start()

    def __enter__(self) -> RtpPeer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._socket.close()

    def _receive(self) -> None:
        while not self._stop.is_set():
            try:
                data, far = self._socket.recvfrom(2048)
            except TimeoutError:
                continue
            at_s = time.monotonic()
            self._far = far
            if len(data) > 12 and data[0] >> 6 == 2:
                _, kind, seq, timestamp, _ = struct.unpack("!BBHII", data[:12])
                self.received.append(Packet(at_s, seq, timestamp, kind & 0x7F, data[12:]))

    def wait_far(self, timeout_s: float = 8.0) -> None:
        """Until the server's first packet arrived."""
        end_s = time.monotonic() + timeout_s
        while self._far is None:
            assert time.monotonic() < end_s, "no RTP arrived"
            time.sleep(0.01)

    def send_raw(self, data: bytes) -> None:
        assert self._far is not None
        self._socket.sendto(data, self._far)

    def _packet(self, kind: int, payload: bytes, *, timestamp: int, marker: bool = False) -> bytes:
        head = struct.pack("!BBHII", 0x80, kind | (0x80 if marker else 0), self._seq & 0xFFFF, timestamp, 0xABCD1234)
        self._seq += 1
        return head + payload

    def send(self, payloads: list[bytes]) -> list[float]:
        """Send at 20 ms spacing; returns when each was sent, monotonic seconds.

        The timestamps follow the clock across calls, as a real sender's do: time that passed in between is a gap.
        """
        sent: list[float] = []
        self._catch_up()
        for payload in payloads:
            time.sleep(max(0.0, self._next_s - time.monotonic()))
            sent.append(time.monotonic())
            self.send_raw(self._packet(self.payload_type, payload, timestamp=self._timestamp))
            self._timestamp += 160
            self._next_s += 0.02
        return sent

    def _catch_up(self) -> None:
        missed = int((time.monotonic() - self._next_s) / 0.02) if self._next_s else 0
        self._timestamp += max(0, missed) * 160
        self._next_s = self._next_s + max(0, missed) * 0.02 if self._next_s else time.monotonic()

    def press(self, key: str, *, event_type: int = 101, duration_ms: int = 80) -> None:
        """One key as RFC 4733 events: marker first, same timestamp, three end packets."""
        code = "0123456789*#ABCD".index(key)
        self._catch_up()
        steps = duration_ms // 20
        for i in range(1, steps + 3):
            ended = i >= steps
            event = struct.pack("!BBH", code, (0x80 if ended else 0) | 10, min(i, steps) * 160)
            self.send_raw(self._packet(event_type, event, timestamp=self._timestamp, marker=i == 1))
            time.sleep(0.02)

    def gaps(self) -> int:
        """Sequence numbers that never arrived."""
        seqs = [p.seq for p in self.received]
        return sum((b - a) % 65536 - 1 for a, b in itertools.pairwise(seqs))
