"""G.711 against its standard's landmarks."""

from __future__ import annotations

import numpy as np
import pytest

from voicebot.caller import g711


@pytest.mark.parametrize(
    ("codec", "octet", "value"),
    [
        ("pcmu", 0x00, -32124),
        ("pcmu", 0x80, 32124),
        ("pcmu", 0xFF, 0),
        ("pcmu", 0x7F, 0),
        ("pcmu", 0xFE, 8),
        ("pcma", 0xD5, 8),
        ("pcma", 0x55, -8),
        ("pcma", 0xAA, 32256),
        ("pcma", 0x2A, -32256),
    ],
)
def test_landmarks(codec: str, octet: int, value: int) -> None:
    assert g711.decode(codec, bytes([octet]))[0] == value


@pytest.mark.parametrize("codec", ["pcmu", "pcma"])
def test_every_octet_survives_a_round_trip(codec: str) -> None:
    octets = bytes(range(256))
    again = g711.encode(codec, g711.decode(codec, octets))
    assert g711.decode(codec, again).tolist() == g711.decode(codec, octets).tolist()


@pytest.mark.parametrize("codec", ["pcmu", "pcma"])
def test_the_nearest_level_is_chosen_for_every_sample(codec: str) -> None:
    samples = np.arange(-32768, 32768, 7).astype(np.int16)
    decoded = g711.decode(codec, g711.encode(codec, samples)).astype(np.int32)
    levels = g711.decode(codec, bytes(range(256))).astype(np.int32)
    best = np.abs(levels[None, :] - samples.astype(np.int32)[:, None]).min(axis=1)
    assert (np.abs(decoded - samples) == best).all()


def test_silence_is_the_octet_of_silence() -> None:
    for codec in ("pcmu", "pcma"):
        assert g711.encode(codec, np.zeros(1, dtype=np.int16))[0] == g711.SILENCE[codec]
