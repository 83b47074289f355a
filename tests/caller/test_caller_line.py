"""The media line over a real socket pair: what leaves, and what is made of what arrives."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import numpy as np
import pytest

from voicebot.caller import g711, rtp
from voicebot.caller.line import Line
from voicebot.caller.script import Played, Slot, prepare, read_turn
from voicebot.caller.sdp import Media


@pytest.fixture
def far() -> Iterator[socket.socket]:
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(5)
        yield sock


@pytest.fixture
def near() -> Iterator[socket.socket]:
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock


def media(far: socket.socket, *, dtmf: int | None = 101, direction: str = "sendrecv") -> Media:
    host, port = far.getsockname()
    return Media(host=host, port=port, codec="pcmu", payload=0, dtmf_payload=dtmf, direction=direction)


def line(near: socket.socket, far: socket.socket, dtmf: int | None = 101) -> Line:
    return Line(near, media(far, dtmf=dtmf), ssrc=7, sequence=65530, timestamp=2**32 - 160, gap_s=0.2)


def collect(far: socket.socket, count: int) -> list[rtp.Packet]:
    packets = [rtp.parse(far.recv(2048)) for _ in range(count)]
    return [one for one in packets if one]


def test_packets_are_numbered_without_a_gap_and_silence_fills_the_pauses(
    near: socket.socket, far: socket.socket
) -> None:
    one = line(near, far)
    turn = read_turn("x.wav")
    one.start()
    one.play(0, Played(turn=turn, slots=tuple(Slot(bytes([i]) * 160) for i in range(3)), voice=(0, 2)))
    packets = collect(far, 12)
    one.stop()
    assert [packet.sequence for packet in packets] == [(65530 + i) % 65536 for i in range(12)]
    assert [packet.timestamp for packet in packets] == [(2**32 - 160 + 160 * i) % 2**32 for i in range(12)]
    played = [packet.payload[0] for packet in packets if packet.payload[0] != 0xFF]
    assert played == [0, 1, 2]
    assert packets[0].marker
    times = one.log.voice_of(0, (0, 2))
    assert times is not None
    assert times[0] < times[1]
    assert one.log.voice_of(1, (0, 2)) is None


def test_keys_share_the_timestamp_of_their_start(near: socket.socket, far: socket.socket) -> None:
    one = line(near, far)
    one.play(0, prepare(read_turn("5"), "pcmu"))
    one.start()
    packets = [packet for packet in collect(far, 14) if packet.payload_type == 101]
    one.stop()
    assert len(packets) == 10
    assert len({packet.timestamp for packet in packets}) == 1
    assert [packet.marker for packet in packets] == [True] + [False] * 9


def test_keys_are_silence_when_the_other_side_takes_none(near: socket.socket, far: socket.socket) -> None:
    one = line(near, far, dtmf=None)
    one.play(0, prepare(read_turn("5"), "pcmu"))
    one.start()
    packets = collect(far, 12)
    one.stop()
    assert {packet.payload for packet in packets} == {b"\xff" * 160}


def test_what_arrives_is_decoded_timed_and_counted(near: socket.socket, far: socket.socket) -> None:
    one = line(near, far)
    one.start()
    collect(far, 1)
    loud = g711.encode("pcmu", (8000 * np.sin(np.arange(160))).astype(np.int16))
    for i in range(6):
        far.sendto(rtp.Packet(0, i, 160 * i, 99, loud).encode(), near.getsockname())
    far.sendto(b"\x80\xc8junk of rtcp", near.getsockname())
    far.sendto(rtp.Packet(101, 6, 960, 99, bytes([5, 10, 0, 160]), True).encode(), near.getsockname())
    far.sendto(rtp.Packet(99, 7, 1120, 99, b"unknown").encode(), near.getsockname())
    far.sendto(rtp.Packet(13, 8, 1280, 99, b"\x40").encode(), near.getsockname())
    collect(far, 5)
    one.stop()
    assert len(one.log.heard) == 7
    assert one.log.heard[0].dbfs > -20
    assert one.log.heard[-1].dbfs == -120
    assert one.log.keys == "5"
    assert one.log.strays == 2
    assert one.onset.began_at is not None
    assert one.receiver.received == 9
    assert [packet.position - one.log.heard[0].position for packet in one.log.heard[:3]] == [0, 160, 320]


def test_on_hold_nothing_leaves(near: socket.socket, far: socket.socket) -> None:
    one = Line(near, media(far, direction="recvonly"), ssrc=7, sequence=0, timestamp=0, gap_s=0.2)
    one.start()
    far.settimeout(0.2)
    with pytest.raises(TimeoutError):
        far.recv(2048)
    one.redirect(media(far))
    far.settimeout(5)
    assert collect(far, 1)
    one.stop()
