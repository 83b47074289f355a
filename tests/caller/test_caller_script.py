"""Turns as written, and what they put on the line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from voicebot.caller.clips import ClipError, load, resample
from voicebot.caller.dtmf import key_of
from voicebot.caller.script import ScriptError, prepare, read_turn, sound


def test_a_file_keys_and_an_interruption() -> None:
    assert read_turn("a/hi.wav").clip == Path("a/hi.wav")
    assert read_turn("12#").keys == "12#"
    assert read_turn("a/hi.wav", barge_ms=300).barge_ms == 300
    turn = read_turn("a/hi.wav@barge=0", barge_ms=300)
    assert (turn.label, turn.barge_ms) == ("hi.wav", 0)
    assert read_turn("./12").clip == Path("12")


def test_an_empty_turn_is_refused() -> None:
    with pytest.raises(ScriptError):
        read_turn("  ")


def test_keys_become_events_with_silence_between_them() -> None:
    played = prepare(read_turn("1#"), "pcmu")
    events = [key_of(slot.payload) for slot in played.slots if slot.key]
    assert events == [("1", False)] * 7 + [("1", True)] * 3 + [("#", False)] * 7 + [("#", True)] * 3
    assert [i for i, slot in enumerate(played.slots) if slot.marker] == [0, 13]
    assert played.slots[9].back == 9
    assert played.voice is not None
    end = played.slots[played.voice[1]]
    assert key_of(end.payload) == ("#", True)
    assert played.voice[1] == 13 + 7


@pytest.mark.parametrize(("rate", "suffix"), [(8000, "wav"), (16000, "flac"), (44100, "wav")])
def test_clips_of_any_rate_are_brought_to_8_khz(tmp_path: Path, rate: int, suffix: str) -> None:
    t = np.arange(rate) / rate
    path = tmp_path / f"tone.{suffix}"
    soundfile.write(path, np.stack([0.5 * np.sin(2 * np.pi * 440 * t)] * 2, axis=1), rate)
    pcm = load(path)
    assert len(pcm) == 8000
    spectrum = np.abs(np.fft.rfft(pcm.astype(float)))
    assert int(np.argmax(spectrum)) == 440
    assert np.abs(pcm).max() == pytest.approx(0.5 * 32767, rel=0.03)


def test_what_lies_above_the_band_does_not_fold_back() -> None:
    t = np.arange(16000) / 16000
    out = resample(np.sin(2 * np.pi * 6000 * t), 16000, 8000)
    assert np.abs(out[200:-200]).max() < 0.01


def test_clips_that_cannot_be_used(tmp_path: Path) -> None:
    noise = tmp_path / "noise.wav"
    noise.write_bytes(b"not audio at all")
    empty = tmp_path / "empty.wav"
    soundfile.write(empty, np.zeros(0), 8000)
    for path in (tmp_path / "missing.wav", noise, empty, tmp_path):
        with pytest.raises(ClipError):
            prepare(read_turn(str(path)), "pcmu")


def test_a_noise_has_its_place_in_the_clip_although_nobody_speaks(tmp_path: Path) -> None:
    click, still = tmp_path / "click.wav", tmp_path / "still.wav"
    pcm = np.zeros(8000, np.int16)
    soundfile.write(still, pcm, 8000)
    pcm[1600:1760] = 9000 * (-1) ** np.arange(160)
    soundfile.write(click, pcm, 8000)
    assert prepare(read_turn(str(click)), "pcmu").voice is None
    assert sound(prepare(read_turn(str(click)), "pcmu"), "pcmu") == (10, 10)
    assert sound(prepare(read_turn(str(still)), "pcma"), "pcma") is None
    assert sound(prepare(read_turn("12#"), "pcmu"), "pcmu") is None
