from __future__ import annotations

from aiortc.rtp import RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from voicebot.transports.webrtc.jitter import ReorderBuffer, use_reorder_buffer


def feed(buffer: ReorderBuffer, numbers: list[int]) -> list[int]:
    """Numbers of the packets that come out, in their order."""
    out = []
    for number in numbers:
        packet = RtpPacket(sequence_number=number % 65536, timestamp=number)
        packet._data = b"voice"  # type: ignore[attr-defined]
        key_frame, frame = buffer.add(packet)
        assert key_frame is False
        if frame is not None:
            out.append(frame.timestamp)
    return out


def test_in_order_packets_pass_at_once() -> None:
    assert feed(ReorderBuffer(), list(range(10))) == list(range(10))


def test_reordered_packets_are_put_right() -> None:
    assert feed(ReorderBuffer(), [0, 2, 1, 3, 4, 5]) == [0, 1, 2, 3, 4]


def test_a_lost_packet_is_given_up_after_a_few_others() -> None:
    buffer = ReorderBuffer(wait_packets=3)
    assert feed(buffer, [0, 2, 3, 4, 5, 6, 7]) == [0, 2, 3, 4]
    assert buffer.lost == 1


def test_late_and_repeated_packets_are_dropped() -> None:
    assert feed(ReorderBuffer(), [5, 6, 6, 4, 7]) == [5, 6, 7]


def test_sequence_numbers_wrap() -> None:
    assert feed(ReorderBuffer(), list(range(65530, 65545))) == list(range(65530, 65545))


def test_a_jump_is_a_new_stream() -> None:
    assert feed(ReorderBuffer(), [1, 2, 3, 30_000, 30_001]) == [1, 2, 3, 30_000, 30_001]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=80), st.sets(st.integers(1, 79)))
def test_order_is_kept_whatever_happens(delays: list[int], lost: set[int]) -> None:
    arrivals = sorted((n for n in range(len(delays)) if n not in lost), key=lambda n: (n + delays[n], n))
    out = feed(ReorderBuffer(), arrivals)
    assert out == sorted(set(out))
    assert len(arrivals) - len(out) <= 4 + sum(1 for n in arrivals if delays[n])


def test_a_receiver_of_another_aiortc_is_left_alone() -> None:
    class Other:
        pass

    assert use_reorder_buffer(Other()) is None  # type: ignore[arg-type]
