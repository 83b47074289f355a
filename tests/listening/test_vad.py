"""Voice activity with the real Silero session; voices from the project's own fixtures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from voicebot import weights
from voicebot.errors import ModelError
from voicebot.listening.telephone import over_telephone
from voicebot.listening.vad import FRAME_BYTES, FRAME_MS, Activity, Silero, SileroState, TelephoneBand, VoiceActivity

pytestmark = pytest.mark.model
FIXTURES = Path(__file__).parents[2] / "audio_fixtures"


@pytest.fixture(scope="module")
def silero() -> Silero:
    return Silero(weights.silero())


def clip(name: str) -> np.ndarray:
    samples, rate = soundfile.read(FIXTURES / f"{name}.flac", dtype="float32")
    return over_telephone(samples, rate)


def listen(silero: Silero, *parts: np.ndarray) -> list[Activity]:
    activity = VoiceActivity(silero)
    pcm = (np.clip(np.concatenate(parts), -1, 1) * 32767).astype("<i2").tobytes()
    return [
        activity.feed(pcm[start : start + FRAME_BYTES], (start // FRAME_BYTES + 1) * FRAME_MS)
        for start in range(0, len(pcm), FRAME_BYTES)
    ]


def silence(ms: int) -> np.ndarray:
    return np.zeros(ms * 16, np.float32)


def voiced_ms(heard: list[Activity]) -> int:
    return sum(a.voiced for a in heard) * FRAME_MS


def test_speech_has_a_beginning_and_an_end(silero: Silero) -> None:
    heard = listen(silero, silence(1000), clip("where_is_my_order"), silence(1000))
    first = next(a.position_ms for a in heard if a.voiced)
    assert 1000 < first < 1600
    assert voiced_ms(heard) > 600
    assert not heard[-1].voiced
    assert heard[-1].voiced_until_ms < heard[-1].position_ms - 900


def test_a_soft_yes_after_a_loud_number_is_heard(silero: Silero) -> None:
    heard = listen(silero, clip("order_number_4481207"), silence(1500), clip("yes"), silence(500))
    assert any(a.voiced for a in heard[-60:])


@pytest.mark.parametrize("name", ["order_number_4480022", "piece_448_low", "piece_00", "yes", "stop"])
def test_deep_voices_and_hissed_words_are_heard_on_a_telephone(silero: Silero, name: str) -> None:
    speech = clip(name)
    level = np.sqrt(np.mean(speech.reshape(-1)[: len(speech) // 320 * 320].reshape(-1, 320) ** 2, axis=1))
    loud_ms = int(np.sum(level > 0.25 * level.max())) * FRAME_MS
    assert voiced_ms(listen(silero, silence(1000), speech, silence(500))) >= 0.7 * loud_ms


@pytest.mark.parametrize("name", ["silence_3s", "line_hiss_3s", "tone_440hz", "cough"])
def test_what_is_no_voice(silero: Silero, name: str) -> None:
    assert voiced_ms(listen(silero, silence(500), clip(name))) <= 60


def test_dc_and_clipping_do_not_hide_the_voice(silero: Silero) -> None:
    speech = clip("where_is_my_order")
    assert voiced_ms(listen(silero, np.full(16_000, 0.3, np.float32), speech + 0.3)) > 600
    assert voiced_ms(listen(silero, silence(1000), np.clip(speech * 20, -1, 1))) > 600
    assert voiced_ms(listen(silero, np.full(32_000, 0.5, np.float32))) == 0


def test_keys_and_tones_are_no_voice(silero: Silero) -> None:
    t = np.arange(32_000) / 16_000
    for pair in ((697, 1209), (941, 1477), (440, 440), (3900, 3900)):
        tone = np.sum([np.sin(2 * np.pi * hz * t) for hz in pair], axis=0) * 0.25
        assert voiced_ms(listen(silero, silence(300), tone.astype(np.float32))) <= 60


def test_a_silent_call_does_not_run_the_model(silero: Silero, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silero, "probability", lambda *_: pytest.fail("the model ran"))
    listen(silero, silence(5000))


def test_frames_of_an_odd_length_are_taken(silero: Silero) -> None:
    activity = VoiceActivity(silero)
    for pcm in (b"", b"\0", b"\1\2" * 1000):
        activity.feed(pcm, 20)


def test_a_broken_model_is_a_model_error(tmp_path: Path) -> None:
    (tmp_path / "silero.onnx").write_bytes(b"nonsense")
    with pytest.raises(ModelError, match="cannot be loaded"):
        Silero(tmp_path / "silero.onnx")


def test_the_state_is_the_calls_own(silero: Silero) -> None:
    one, other = SileroState.fresh(), SileroState.fresh()
    silero.probability(clip("where_is_my_order")[8000:8256], one)
    assert one.recurrent.any()
    assert not other.recurrent.any()


@pytest.mark.parametrize(("hz", "kept"), [(300, 1.0), (1000, 1.0), (3000, 1.0), (6000, 0.0), (7500, 0.0)])
def test_the_telephone_band_keeps_what_is_below_4_khz(hz: int, kept: float) -> None:
    tone = np.sin(2 * np.pi * hz * np.arange(3200) / 16_000).astype(np.float32)
    band = TelephoneBand()
    narrow = np.concatenate([band.take(tone[start : start + 320]) for start in range(0, 3200, 320)])
    assert len(narrow) == 1600
    assert abs(float(np.abs(narrow[200:]).max()) - kept) < 0.1


def test_a_frame_has_its_level(silero: Silero) -> None:
    tone = 0.1 * np.sqrt(2) * np.sin(2 * np.pi * 1000 * np.arange(640) / 16_000)
    heard = listen(silero, silence(100), tone.astype(np.float32))
    assert heard[0].dbfs == -120.0
    assert -21.0 < heard[-1].dbfs < -19.0
