"""Bad input through the real ears, faster than real time: no made-up order number, no fault, no turn without end."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from sounds import Floats, glued, key_tone, music, noise, silence, sine, telephone

from voicebot import weights
from voicebot.call.rehearsal import Happened, Scene, rehearse
from voicebot.identifiers import find
from voicebot.listening import Listening
from voicebot.listening.pool import RecogniserPool
from voicebot.listening.recognition import Audio, Expectation, Recognition, Ticket, Urgency
from voicebot.listening.settings import ListeningSettings
from voicebot.listening.telephone import over_telephone
from voicebot.listening.turn_model import SmartTurn
from voicebot.listening.vad import Silero, VoiceActivity
from voicebot.listening.whisper import WhisperDecoder

pytestmark = pytest.mark.model
FIXTURES = Path(__file__).parents[2] / "audio_fixtures"
#: Development data, where there is any.
NOISE = sorted((Path(__file__).parents[3] / "shared" / "data" / "noise").glob("*.flac"))
NUMBER = Expectation(kind="order_number", patience="dictation")
SCENES = {
    "waits": Scene(expectation=NUMBER, silence_ms=7000),
    "speaks": Scene(expectation=NUMBER, bot=((100.0, 60_000.0),), tail_ms=1000),
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[WhisperDecoder, Silero, SmartTurn]:
    model = str(weights.whisper_base(tmp_path_factory.mktemp("weights")))
    return WhisperDecoder(model), Silero(weights.silero()), SmartTurn(weights.smart_turn())


@pytest.fixture
async def listening(models: tuple[WhisperDecoder, Silero, SmartTurn]) -> AsyncIterator[Listening]:
    decoder, silero, smart_turn = models
    pool = RecogniserPool(decoder)
    yield Listening(
        settings=ListeningSettings(),
        recogniser=pool,
        turn_model=smart_turn,
        voice_activity=functools.partial(VoiceActivity, silero),
    )
    await pool.close()


def clip(name: str) -> Floats:
    samples, rate = soundfile.read(FIXTURES / f"{name}.flac", dtype="float32")
    return over_telephone(samples, rate)


def of(story: Sequence[Happened], kind: str) -> list[Happened]:
    return [happened for happened in story if happened.kind == kind]


def texts(story: Sequence[Happened]) -> list[str]:
    return [str(happened.data["text"]) for happened in of(story, "ears.turn") if happened.data["text"]]


def numbers(story: Sequence[Happened]) -> list[str]:
    """Order numbers that the flow would be given."""
    found = [happened.data["value"] for happened in of(story, "ears.turn") if happened.data["value"]]
    return found or [one.value for text in texts(story) for one in find("order_number", text)]


#: None of these is speech.
NOT_SPEECH: dict[str, Floats] = {
    "silence": silence(9000),
    "one bit": np.tile(np.array([0, 1 / 32768], np.float32), 40_000),
    "DC offset": silence(4000) + np.float32(0.4),
    "DC that jumps": glued(silence(1500), silence(1500) + np.float32(0.5), silence(1500) - np.float32(0.5)),
    "clipped hum": np.clip(sine(50, 4000, 8.0), -1, 1),
    "full scale square": np.sign(sine(400, 3000)).astype(np.float32),
    "white noise": noise(4000, 0.1),
    "loud white noise": noise(4000, 0.4),
    "dial tone": sine(350, 4000, 0.2) + sine(440, 4000, 0.2),
    "a high tone": sine(3400, 4000, 0.5),
    "half the rate": sine(4000, 4000, 0.5),
    "fax": glued(*[part for _ in range(3) for part in (sine(1100, 500), silence(1500))]),
    "music on hold": music(10_000),
    "loud music on hold": music(8000, 0.8, seed=5),
    "clicks": np.tile(glued(np.ones(3, np.float32), silence(249.8)), 20),
}


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("name", NOT_SPEECH)
async def test_what_is_no_speech_says_nothing(listening: Listening, name: str, scene: str) -> None:
    story = await rehearse(listening, telephone(NOT_SPEECH[name]), SCENES[scene])
    assert texts(story) == []
    assert of(story, "call.fault") == []
    assert of(story, "ears.stop_bot") == []
    assert of(story, "audio.dtmf") == []
    assert len(of(story, "audio.speech_started")) <= 12, "no turn is opened again and again"


async def test_recorded_noise_makes_no_order_number(listening: Listening) -> None:
    for path in NOISE[::9]:
        samples, rate = soundfile.read(path, dtype="float32")
        story = await rehearse(listening, over_telephone(samples, rate), SCENES["waits"])
        assert numbers(story) == [], path.stem
        assert of(story, "audio.dtmf") == of(story, "call.fault") == [], path.stem


async def test_a_silent_caller_is_noticed_every_seven_seconds(listening: Listening) -> None:
    story = await rehearse(listening, silence(15_000), Scene(tail_ms=0))
    assert [happened.data["silent_ms"] for happened in of(story, "ears.silent")] == [7000, 14_000]


async def test_in_music_that_does_not_end_silence_or_noise_is_noticed(listening: Listening) -> None:
    """Whichever it is taken for, the dialogue is told in time, and so the call goes on or ends."""
    story = await rehearse(listening, telephone(music(30_000)), Scene(expectation=NUMBER, tail_ms=0))
    told = of(story, "ears.silent") + of(story, "ears.turn")
    assert told
    assert min(happened.at_ms for happened in told) < 16_000


async def test_keys_as_tones_are_keys_and_no_speech(listening: Listening) -> None:
    parts = [part for key in "4481207" for part in (key_tone(key, 90), silence(90))]
    story = await rehearse(listening, telephone(glued(silence(500), *parts, silence(200))), SCENES["waits"])
    assert [happened.data["keys"] for happened in of(story, "ears.keys")] == ["4481207"]
    assert "".join(str(happened.data["key"]) for happened in of(story, "audio.dtmf")) == "4481207"
    assert of(story, "ears.turn") == []


async def test_a_key_over_the_bot_stops_it(listening: Listening) -> None:
    audio = telephone(glued(silence(500), key_tone("0", 120), silence(200)))
    story = await rehearse(listening, audio, Scene(expectation=NUMBER, bot=((100.0, 9000.0),), tail_ms=4000))
    (stop,) = of(story, "ears.stop_bot")
    assert stop.at_ms < 800
    assert [happened.data["keys"] for happened in of(story, "ears.keys")] == ["0"]


@pytest.mark.parametrize("gain", [0.02, 6.0])
async def test_a_number_too_soft_or_clipped_is_right_or_not_there(listening: Listening, gain: float) -> None:
    said = np.clip(clip("its_4481207") * np.float32(gain), -1, 1).astype(np.float32)
    story = await rehearse(listening, telephone(glued(silence(300), said)), SCENES["waits"])
    assert set(numbers(story)) <= {"4481207"}


async def test_a_voice_on_a_dc_offset_is_heard(listening: Listening) -> None:
    said = clip("where_is_my_order")
    story = await rehearse(listening, glued(silence(300), said) * np.float32(0.5) + np.float32(0.3), Scene())
    assert "order" in " ".join(texts(story)).lower()


async def test_two_people_at_once_make_no_order_number(listening: Listening) -> None:
    one, other = clip("where_is_my_order_flowing"), clip("robot_mumble")
    size = max(len(one), len(other))
    both = np.pad(one, (0, size - len(one))) + np.pad(other, (0, size - len(other)))
    story = await rehearse(listening, glued(silence(300), both), SCENES["waits"])
    assert numbers(story) == []
    assert of(story, "ears.turn"), "but somebody was heard"


class Endless:
    """Stands for the recogniser, which would take minutes for this: words in proportion to the audio."""

    async def recognise(
        self,
        audio: Audio,
        *,
        expect: Expectation,
        urgency: Urgency,
        deadline: float | None = None,
        ticket: Ticket | None = None,
    ) -> Recognition:
        ms = len(audio) / 16
        return Recognition(text="and then " * int(1 + ms / 2000), confidence=0.9, audio_ms=ms)


async def test_a_minute_without_a_pause_is_one_turn(listening: Listening) -> None:
    """Which is decoded in parts and taken as it is."""
    sentence = clip("robot_mumble")
    loud = np.flatnonzero(np.abs(sentence) > 0.02)
    flowing = np.tile(sentence[loud[0] : loud[-1]], 1 + 58 * 16_000 // (loud[-1] - loud[0]))[: 58 * 16_000]
    endless = dataclasses.replace(listening, recogniser=Endless())
    story = await rehearse(endless, glued(silence(300), flowing.astype(np.float32)), SCENES["waits"])
    (turn,) = of(story, "hearing.final")
    assert 55_000 < turn.data["audio_ms"] < 66_000
    assert len(of(story, "ears.turn")) == 1
    assert numbers(story) == []
    longest = max(happened.data["audio_ms"] for happened in of(story, "hearing.partial"))
    assert longest > 40_000, "hypotheses go on to the end"


async def test_another_language_is_told_as_such(listening: Listening) -> None:
    heard = await listening.recogniser.recognise(clip("foreign_language"), expect=Expectation(), urgency=Urgency.FINAL)
    assert heard.language == "de"
    assert heard.text, "also when nothing else speaks for its words"
    heard = await listening.recogniser.recognise(clip("robot_mumble"), expect=Expectation(), urgency=Urgency.FINAL)
    assert heard.language is None
