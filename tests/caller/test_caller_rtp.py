"""RTP packets, and a receiver that keeps count through loss, reordering, wraps and new streams."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.caller.rtp import Packet, Placed, Receiver, parse


def packets(count: int, *, first: int = 0, timestamp: int = 0, ssrc: int = 1) -> list[Packet]:
    return [Packet(0, (first + i) % 65536, (timestamp + 160 * i) % 2**32, ssrc, bytes(160)) for i in range(count)]


def receive(receiver: Receiver, sequence: Iterable[Packet], *, start_s: float = 0.0) -> list[Placed]:
    return [
        receiver.place(packet, start_s + 0.02 * i, round(8000 * (start_s + 0.02 * i)))
        for i, packet in enumerate(sequence)
    ]


def test_a_packet_is_read_back_as_it_was_built() -> None:
    packet = Packet(101, 65535, 2**32 - 1, 7, b"abc", marker=True)
    assert parse(packet.encode()) == packet


def test_csrc_extension_and_padding_are_stepped_over() -> None:
    plain = Packet(0, 1, 2, 3, b"").encode()
    data = bytes([0x80 | 0x20 | 0x10 | 1]) + plain[1:] + b"CSRC" + b"\xbe\xde\x00\x01" + b"extn" + b"voice" + b"\0\0\3"
    packet = parse(data)
    assert packet is not None
    assert packet.payload == b"voice"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80" * 11,
        b"\x00" + bytes(40),
        b"\x80\xc8" + bytes(40),
        bytes([0x8F]) + bytes(20),
        bytes([0x90]) + bytes(11) + b"\0\0\xff\xff",
        bytes([0xA0]) + bytes(11) + b"\xff",
        bytes([0xA0]) + bytes(12),
    ],
)
def test_what_is_not_rtp_is_none(data: bytes) -> None:
    assert parse(data) is None


@given(st.binary(max_size=80))
def test_no_bytes_raise(data: bytes) -> None:
    parse(data)


def test_counters_survive_the_wrap_of_sequence_and_timestamp() -> None:
    receiver = Receiver()
    placed = receive(receiver, packets(10, first=65533, timestamp=2**32 - 320))
    assert [one.position for one in placed] == [160 * i for i in range(10)]
    assert (receiver.received, receiver.lost, receiver.reordered) == (10, 0, 0)


def test_loss_duplicates_and_reordering_are_told_apart() -> None:
    receiver = Receiver()
    a, b, c, d, e, f = packets(6)
    placed = receive(receiver, [a, c, b, b, f])
    assert (receiver.lost, receiver.duplicates, receiver.reordered) == (2, 1, 1)
    assert [one.fresh for one in placed] == [True, True, True, False, True]
    assert [one.position for one in placed] == [0, 320, 160, 160, 800]
    receive(receiver, [d, e])
    assert receiver.lost == 0


def test_packets_before_the_first_one_heard_count() -> None:
    receiver = Receiver()
    first, second = packets(2)
    placed = receive(receiver, [second, first])
    assert placed[1].position == placed[0].position - 160
    assert (receiver.received, receiver.lost) == (2, 0)


def test_a_new_stream_is_anchored_by_the_wall_and_is_no_loss() -> None:
    receiver = Receiver()
    receive(receiver, packets(5, first=100))
    placed = receive(receiver, packets(5, first=40000, timestamp=999, ssrc=2), start_s=3.0)
    assert placed[0].position == 24000
    assert (receiver.lost, receiver.streams) == (0, 2)


def test_loss_of_a_finished_stream_is_kept() -> None:
    receiver = Receiver()
    receive(receiver, packets(5)[::2])
    receive(receiver, packets(5, ssrc=2), start_s=1.0)
    assert receiver.lost == 2


def test_jitter_is_nil_for_an_even_stream_and_grows_with_uneven_arrival() -> None:
    even, uneven = Receiver(), Receiver()
    receive(even, packets(50))
    for i, packet in enumerate(packets(50)):
        uneven.place(packet, 0.02 * i + (0.010 if i % 2 else 0.0), 0)
    assert even.jitter_ms < 0.01
    assert 5 < uneven.jitter_ms < 11
