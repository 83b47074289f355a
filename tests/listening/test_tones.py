from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from sounds import Floats, glued, key_tone, noise, pcm_of, silence, sine, telephone

from voicebot.listening.tones import KeyTones, Listened

ALL_KEYS = "0123456789*#ABCD"


def frames(audio: Floats) -> Iterator[bytes]:
    pcm = pcm_of(audio)
    for start in range(0, len(pcm) - 639, 640):
        yield pcm[start : start + 640]


def listened(audio: Floats, tones: KeyTones | None = None) -> list[Listened]:
    tones = tones or KeyTones()
    return [tones.listen(frame, 20.0 * (number + 1)) for number, frame in enumerate(frames(audio))]


def keys(audio: Floats, tones: KeyTones | None = None) -> str:
    return "".join(one.key or "" for one in listened(audio, tones))


def typed(said: str, *, tone_ms: float = 80, gap_ms: float = 80, level: float = 0.15) -> Floats:
    parts = [part for key in said for part in (key_tone(key, tone_ms, level=level), silence(gap_ms))]
    return glued(silence(95), *parts, silence(100))


def test_every_key_once_through_the_telephone() -> None:
    assert keys(telephone(typed(ALL_KEYS))) == ALL_KEYS


@pytest.mark.parametrize("offset_ms", range(0, 20, 3))
def test_forty_milliseconds_are_a_key_wherever_they_fall_and_twenty_are_none(offset_ms: int) -> None:
    lead = silence(100 + offset_ms)
    assert keys(glued(lead, typed("5", tone_ms=40, gap_ms=40))) == "5"
    assert keys(glued(lead, typed("5", tone_ms=20, gap_ms=40))) == ""


def test_the_same_key_twice_with_a_short_pause_is_two_keys_and_a_drop_out_is_none() -> None:
    assert keys(telephone(typed("4481207", tone_ms=50, gap_ms=50))) == "4481207"
    assert keys(glued(silence(50), key_tone("7", 60), silence(8), key_tone("7", 60), silence(100))) == "7"


def test_a_key_that_is_held_is_one_key() -> None:
    assert keys(typed("9", tone_ms=4000)) == "9"


@pytest.mark.parametrize("level", [0.015, 0.05, 0.45])
def test_soft_and_loud(level: float) -> None:
    assert keys(telephone(typed("120", level=level))) == "120"


def test_in_the_noise_of_a_bad_line() -> None:
    audio = typed("4481207", level=0.1)
    assert keys(telephone(audio + noise(len(audio) / 16, 0.02))) == "4481207"


@pytest.mark.parametrize(("twist_db", "counts"), [(-7.5, True), (3.5, True), (-12, False), (8, False)])
def test_twist(twist_db: float, counts: bool) -> None:
    low, high = sine(770, 100, 0.1), sine(1336, 100, 0.1 * 10 ** (twist_db / 20))
    assert keys(glued(silence(60), low + high, silence(100))) == ("5" if counts else "")


@pytest.mark.parametrize(("off", "counts"), [(0.985, True), (1.015, True), (0.965, False), (1.035, False)])
def test_frequencies_a_little_off(off: float, counts: bool) -> None:
    pair = sine(941 * off, 100, 0.1) + sine(1477 * off, 100, 0.1)
    assert keys(glued(silence(60), pair, silence(100))) == ("#" if counts else "")


@pytest.mark.parametrize("hz", [(350, 440), (480, 620), (440, 480), (1100,), (2100,), (770,), (697, 770)])
def test_tones_of_the_network_are_no_keys(hz: tuple[float, ...]) -> None:
    tone = np.sum([sine(one, 500, 0.15) for one in hz], axis=0)
    assert keys(telephone(glued(silence(50), tone, silence(100)))) == ""


def test_a_buzzing_voice_with_the_right_partials_is_no_key() -> None:
    """770 and 1336 Hz stand out, and their octaves sound with them, as in a voice."""
    pair = sine(770, 200, 0.1) + sine(1336, 200, 0.1)
    octaves = sine(1540, 200, 0.05) + sine(2672, 200, 0.05)
    assert keys(glued(silence(50), pair, silence(100))) == "5"
    assert keys(glued(silence(50), pair + octaves, silence(100))) == ""


def test_noise_is_no_key() -> None:
    assert keys(noise(20_000, 0.2)) == ""


def test_nobody_says_a_tone() -> None:
    """Where a key sounds the ears get silence, and everything else untouched."""
    audio = glued(noise(200, 0.05), key_tone("3", 200), noise(200, 0.05, seed=2))
    given, heard = list(frames(audio)), [one.voice for one in listened(audio)]
    assert heard[:9] == given[:9]
    assert heard[12:18] == [bytes(640)] * 6
    assert heard[-6:] == given[-6:]


class TestTonesAndEvents:
    """A press is counted once, whichever tells of it."""

    def test_the_event_follows_its_tone(self) -> None:
        tones = KeyTones()
        assert keys(typed("4"), tones) == "4"
        assert not tones.signalled("4", 400)
        assert keys(typed("481207"), tones) == ""
        assert all(tones.signalled(key, 1000 + 100 * number) for number, key in enumerate("481207"))

    def test_the_event_comes_first(self) -> None:
        tones = KeyTones()
        assert tones.signalled("4", 100)
        assert keys(typed("4"), tones) == ""
        assert tones.signalled("4", 500)

    def test_another_press_of_the_same_key_counts(self) -> None:
        tones = KeyTones()
        assert keys(typed("4"), tones) == "4"
        assert tones.signalled("4", 3000)

    def test_tones_beside_events_are_still_no_voice(self) -> None:
        tones = KeyTones()
        tones.signalled("1", 0)
        assert bytes(640) in [one.voice for one in listened(glued(noise(100, 0.05), key_tone("2", 200)), tones)]


def test_any_bytes_are_taken() -> None:
    tones = KeyTones()
    for pcm in (b"", b"\0", b"\1\2\3", bytes(640), b"\xff\x7f" * 320, b"\0\x80" * 320, bytes(2000)):
        assert tones.listen(pcm, 0.0).key is None
