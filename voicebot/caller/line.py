"""The media line: one thread that sends a packet every 20 ms on the absolute clock, and reads what arrives.

Arrival times are the kernel's own (SO_TIMESTAMPNS) where the system gives them, so that a busy interpreter does not
count as the bot's latency.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import struct
import threading
import time
from collections import deque
from dataclasses import dataclass, field

from voicebot.caller import dtmf, g711, rtp
from voicebot.caller.measure import Level
from voicebot.caller.script import Played, Slot, silence
from voicebot.caller.sdp import Media
from voicebot.caller.voiced import GATE_DBFS, PACKET_SAMPLES, Onset, level_dbfs

STEP_S = 0.020
#: Behind by more than this, the schedule starts anew instead of catching up with a burst.
_GIVE_UP_S = 0.5
_SO_TIMESTAMPNS = 35
_COMFORT_NOISE = 13


@dataclass(frozen=True, slots=True)
class Sent:
    """A packet that left: its 20 ms step, when, how late that was, of which turn (-1: silence between), its octets."""

    step: int
    at: float
    late_s: float
    turn: int
    slot: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Heard:
    """A packet that arrived: when, its level, and its place on the timestamp clock (8 kHz samples from the start)."""

    at: float
    dbfs: float
    position: int
    pcm: g711.Pcm


@dataclass(slots=True)
class MediaLog:
    """Everything that crossed the socket, in order."""

    sent: list[Sent] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    keys: str = ""
    strays: int = 0
    """Datagrams that were not RTP of ours."""

    def levels(self) -> list[Level]:
        return [Level(one.at, one.dbfs) for one in self.heard]

    def voice_of(self, turn: int, voice: tuple[int, int]) -> tuple[float, float] | None:
        """When the first and last voiced packets of a turn left; None until both have."""
        times = {one.slot: one.at for one in self.sent if one.turn == turn}
        return (times[voice[0]], times[voice[1]]) if voice[0] in times and voice[1] in times else None


class Line(threading.Thread):
    """RTP of one call, over a bound UDP socket. `start` begins the clock; `stop` ends the thread."""

    def __init__(
        self, sock: socket.socket, media: Media, *, ssrc: int, sequence: int, timestamp: int, gap_s: float
    ) -> None:
        super().__init__(name="caller-rtp", daemon=True)
        self.log = MediaLog()
        self.receiver = rtp.Receiver()
        self.onset = Onset(gap_s=gap_s)
        self.began_at = 0.0
        self._sock, self._ssrc, self._sequence, self._timestamp = sock, ssrc, sequence, timestamp
        self._media = media
        self._queue: deque[tuple[int, int, Slot]] = deque()
        self._stopping = False
        self._step = 0
        sock.setblocking(False)
        try:
            sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        except OSError:
            self._stamped = False
        else:
            self._stamped = True

    def redirect(self, media: Media) -> None:
        """Use other media from now on (re-INVITE, transfer)."""
        self._media = media

    def play(self, turn: int, played: Played) -> None:
        """Queue a turn; it begins with the next packet."""
        self._queue.extend([(turn, index, slot) for index, slot in enumerate(played.slots)])

    @property
    def playing(self) -> bool:
        return bool(self._queue)

    def stop(self) -> None:
        self._stopping = True
        self.join(timeout=2.0)

    def run(self) -> None:
        _hurry()
        self.began_at = origin = time.monotonic()
        while not self._stopping:
            wait = origin + self._step * STEP_S - time.monotonic()
            if wait <= 0:
                if wait < -_GIVE_UP_S:
                    origin -= wait
                self._send(origin + self._step * STEP_S)
                self._step += 1
            elif select.select([self._sock], [], [], wait)[0]:
                self._drain()
        self._drain()

    def _send(self, scheduled: float) -> None:
        media = self._media
        turn, index, slot = self._queue.popleft() if self._queue else (-1, -1, silence(media.codec))
        if slot.key and media.dtmf_payload is None:
            slot = silence(media.codec)
        if media.sends:
            packet = rtp.Packet(
                media.dtmf_payload if slot.key and media.dtmf_payload is not None else media.payload,
                (self._sequence + self._step) & 0xFFFF,
                (self._timestamp + (self._step - slot.back) * PACKET_SAMPLES) & 0xFFFFFFFF,
                self._ssrc,
                slot.payload,
                slot.marker or self._step == 0,
            ).encode()
            at = time.monotonic()
            try:
                self._sock.sendto(packet, (media.host, media.port))
            except OSError:
                self.log.strays += 1
            self.log.sent.append(Sent(self._step, at, at - scheduled, turn, index, b"" if slot.key else slot.payload))

    def _drain(self) -> None:
        while True:
            try:
                data, extra, _, _ = self._sock.recvmsg(2048, 64)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                # A port that the other side has closed: ICMP unreachable is reported here.
                continue
            self._on_packet(data, _arrival(extra))

    def _on_packet(self, data: bytes, at: float) -> None:
        packet = rtp.parse(data)
        media = self._media
        if packet is None:
            self.log.strays += 1
            return
        placed = self.receiver.place(packet, at, int(max(0.0, at - self.began_at) * rtp.CLOCK_HZ))
        if packet.payload_type == media.dtmf_payload:
            self._on_key(packet)
        elif packet.payload_type in (media.payload, _COMFORT_NOISE) and placed.fresh:
            noise = packet.payload_type == _COMFORT_NOISE
            pcm = g711.decode(media.codec, b"" if noise else packet.payload)
            level = level_dbfs(pcm)
            self.onset.hear(at, level >= GATE_DBFS)
            self.log.heard.append(Heard(at, level, placed.position, pcm))
        elif placed.fresh:
            self.log.strays += 1

    def _on_key(self, packet: rtp.Packet) -> None:
        found = dtmf.key_of(packet.payload)
        if found and packet.marker:
            self.log.keys += found[0]


def _hurry() -> None:
    """Ask for real-time scheduling of this thread, as a telephone's own hardware has; most accounts may not."""
    if hasattr(os, "sched_setscheduler"):
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def _arrival(extra: list[tuple[int, int, bytes]]) -> float:
    """The kernel's time of arrival, moved to the monotonic clock; now where there is none."""
    now = time.monotonic()
    for level, kind, data in extra:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(data) >= 16:
            seconds, nanoseconds = struct.unpack("qq", data[:16])
            age = time.time() - (seconds + nanoseconds * 1e-9)
            # A stepped wall clock makes nonsense of the age.
            return now - age if 0 <= age < 1 else now
    return now
