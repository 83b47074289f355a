"""The stereo recording, and what the bot said between two instants."""

from __future__ import annotations

import numpy as np

from voicebot.caller import g711
from voicebot.caller.line import Heard, MediaLog, Sent
from voicebot.caller.recording import heard_between, stereo


def octets(value: int) -> bytes:
    return g711.encode("pcmu", np.full(160, value, dtype=np.int16))


def heard(at: float, position: int, value: int) -> Heard:
    return Heard(at, -20.0, position, np.full(160, value, dtype=np.int16))


def test_each_side_lies_on_its_own_clock_whatever_order_packets_came_in() -> None:
    log = MediaLog(
        sent=[Sent(0, 0.0, 0.0, -1, -1, octets(1000)), Sent(2, 0.04, 0.0, 0, 0, octets(2000))],
        heard=[heard(0.05, 320, 30), heard(0.06, 160, 20), heard(0.07, -160, 5)],
    )
    both = stereo(log, "pcmu")
    assert both.shape == (480, 2)
    left = [int(both[160 * i + 5, 0]) for i in range(3)]
    assert left[1] == 0
    assert abs(left[0] - 1000) < 40
    assert abs(left[2] - 2000) < 80
    assert both[::160, 1].tolist() == [0, 20, 30]


def test_an_empty_call_is_an_empty_recording() -> None:
    assert stereo(MediaLog(), "pcma").shape == (0, 2)


def test_the_answer_alone() -> None:
    packets = [heard(1.0, 8000, 1), heard(1.04, 8320, 3), heard(1.02, 8160, 2), heard(2.0, 16000, 9)]
    assert heard_between(packets, 0.5, 1.5)[::160].tolist() == [1, 2, 3]
    assert len(heard_between(packets, 5.0, 6.0)) == 0
