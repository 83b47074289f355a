from __future__ import annotations

import asyncio
import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from voicebot.errors import ModelError
from voicebot.speaking import Speaking, open_speaking, piper
from voicebot.speaking.settings import SpeakingSettings
from voicebot.weights import piper_voice


def test_a_missing_voice_says_how_to_fix_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"speaking\.voice"):
        piper.load(tmp_path / "none.onnx", SpeakingSettings())


def test_a_damaged_voice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "voice.onnx"
    path.write_bytes(b"not a model")
    path.with_name("voice.onnx.json").write_text(json.dumps({"audio": {}}))
    with pytest.raises(ModelError, match="not a readable Piper voice"):
        piper.load(path, SpeakingSettings())


@pytest.fixture(scope="module")
def voice() -> piper.Voice:
    return piper.load(piper_voice(None), SpeakingSettings())


@pytest.mark.model
def test_speech_is_trimmed_levelled_and_timed(voice: piper.Voice) -> None:
    text = "Your order, four four eight, one two zero seven, left on Tuesday."
    speech = voice.speak(text)
    pcm = np.frombuffer(speech.pcm, "<i2")
    assert 2500 < speech.ms < 7000
    assert 3000 < np.abs(pcm).max() < 32_767
    first_sound = np.flatnonzero(np.abs(pcm) > 300)[0] / 16
    assert first_sound < 30
    assert [word.word for word in speech.words] == text.split()
    assert all(word.start_ms < word.end_ms for word in speech.words)
    assert all(a.end_ms <= b.start_ms for a, b in itertools.pairwise(speech.words))
    assert speech.words[-1].end_ms <= speech.ms


@pytest.mark.model
def test_word_times_point_at_sound_and_pauses_at_silence(voice: piper.Voice) -> None:
    speech = voice.speak("Good morning. Thank you for waiting.")
    pcm = np.frombuffer(speech.pcm, "<i2").astype(float)

    def level(start_ms: float, end_ms: float) -> float:
        return float(np.sqrt(np.mean(pcm[int(start_ms * 16) : int(end_ms * 16)] ** 2)))

    morning, thank = speech.words[1], speech.words[2]
    assert thank.start_ms - morning.end_ms > 40
    pause = level(morning.end_ms + 10, thank.start_ms - 10)
    assert pause < 0.5 * level(morning.start_ms, morning.end_ms)


@pytest.mark.model
def test_a_voice_speaks_faster_when_told_to(voice: piper.Voice) -> None:
    quick = piper.Voice(voice.piper, SpeakingSettings(pace=1.5), "quick")
    text = "Thank you very much for calling our shop today."
    assert quick.speak(text).ms < 0.85 * voice.speak(text).ms


@pytest.mark.model
async def test_the_opened_voice_speaks_remembers_and_closes(tmp_path: Path) -> None:
    speaking: Speaking = await open_speaking(SpeakingSettings(), tmp_path)
    try:
        assert await speaking.warm(["One moment."]) == 1
        now = asyncio.get_running_loop().time()
        first, same = await asyncio.gather(
            speaking.voice.synthesise("Hello there.", deadline=now + 1),
            speaking.voice.synthesise("Hello there.", deadline=now + 1),
        )
        assert first.pcm == same.pcm  # synthesised once: the voice never says a thing twice alike
        assert (await speaking.voice.synthesise("One moment.")).cached
        assert (await speaking.voice.synthesise("… !")).pcm == b""
    finally:
        await speaking.close()
