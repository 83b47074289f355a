"""The packets of a key press."""

from __future__ import annotations

import struct

import pytest

from voicebot.caller.dtmf import KEYS, key_of, key_packets


@pytest.mark.parametrize("key", KEYS)
def test_marker_first_growing_durations_and_three_end_packets(key: str) -> None:
    press = list(key_packets(key, steps=4))
    fields = [struct.unpack("!BBH", packet.payload) for packet in press]
    assert [packet.marker for packet in press] == [True] + [False] * 5
    assert [duration for _, _, duration in fields] == [160, 320, 480, 640, 640, 640]
    assert [bool(flags & 0x80) for _, flags, _ in fields] == [False] * 3 + [True] * 3
    assert {event for event, _, _ in fields} == {KEYS.index(key)}
    assert [packet.offset for packet in press] == list(range(6))


def test_a_received_event_is_read() -> None:
    press = list(key_packets("#"))
    assert key_of(press[0].payload) == ("#", False)
    assert key_of(press[-1].payload) == ("#", True)


@pytest.mark.parametrize("payload", [b"", b"\0\0", bytes([16, 0, 0, 0]), bytes([255, 0, 0, 0])])
def test_what_is_no_key_is_none(payload: bytes) -> None:
    assert key_of(payload) is None
