from __future__ import annotations

from voicebot.listening.silence import Silence


def told(silence: Silence, until_ms: int, start_ms: int = 0) -> list[float]:
    return [length for now in range(start_ms, until_ms, 20) if (length := silence.told(float(now))) is not None]


def test_it_is_told_every_time_it_is_due() -> None:
    silence = Silence()
    silence.due_ms = 1000
    assert told(silence, 2500) == [1000, 2000]


def test_a_voice_ends_it_and_it_begins_anew() -> None:
    silence = Silence()
    silence.due_ms = 1000
    silence.ends()
    assert told(silence, 5000) == []
    silence.begins(5000)
    assert told(silence, 6500, 5000) == [1000]


def test_a_key_starts_it_over_but_does_not_begin_it() -> None:
    silence = Silence()
    silence.due_ms = 1000
    silence.again(900)
    assert told(silence, 2000, 900) == [1000]
    silence.ends()
    silence.again(2000)
    assert told(silence, 9000, 2000) == []


def test_noise_does_not_end_it() -> None:
    silence = Silence()
    silence.due_ms = 1000
    silence.ends()
    silence.goes_on(600)
    assert told(silence, 2500, 600) == [1000, 2000]


def test_noise_over_which_somebody_spoke_does() -> None:
    silence = Silence()
    silence.due_ms = 1000
    silence.ends()
    silence.ends()
    silence.goes_on(600)
    assert told(silence, 2500, 600) == [1000], "counted from when they had done"


def test_zero_is_never() -> None:
    silence = Silence()
    silence.due_ms = 0
    assert told(silence, 60_000) == []
