"""The recogniser with real weights, over the telephone band."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from voicebot import weights
from voicebot.errors import ModelError
from voicebot.listening.dictation import Alphabet
from voicebot.listening.recognition import Audio, Expectation
from voicebot.listening.telephone import over_telephone
from voicebot.listening.whisper import WhisperDecoder
from voicebot.listening.windows import SHORT_FRAMES

pytestmark = pytest.mark.model
FIXTURES = Path(__file__).parents[2] / "audio_fixtures"


@pytest.fixture(scope="module")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> WhisperDecoder:
    return WhisperDecoder(str(weights.whisper_base(tmp_path_factory.mktemp("weights"))))


def clip(name: str) -> Audio:
    samples, rate = soundfile.read(FIXTURES / f"{name}.flac", dtype="float32")
    return over_telephone(samples, rate)


def test_a_question(decoder: WhisperDecoder) -> None:
    heard = decoder.recognise(clip("where_is_my_order"), Expectation(), thorough=True)
    assert "order" in heard.text.lower()
    assert heard.confidence > 0.3
    assert heard.decode_ms > 0


def test_an_order_number_has_a_value_and_hypotheses(decoder: WhisperDecoder) -> None:
    heard = decoder.recognise(clip("its_4481207"), Expectation(kind="order_number"), thorough=True)
    assert heard.value == "4481207"
    assert heard.nbest[0].text == "4481207"


@pytest.mark.parametrize(("alphabet", "allowed"), [(Alphabet.DIGITS, str.isdigit), (Alphabet.LETTERS, str.isalpha)])
def test_everything_else_is_forbidden(
    decoder: WhisperDecoder, alphabet: Alphabet, allowed: Callable[[str], bool]
) -> None:
    decoded = decoder._decode(clip("order_number_4481203"), SHORT_FRAMES)
    said = decoder._constrained.values(decoded.encoded, decoder._prompt, alphabet, 4.0)
    assert list(said.values()) == sorted(said.values(), reverse=True)
    assert all(allowed(value) and score < 0 for value, score in said.items())


def test_a_callers_own_number_comes_first_when_it_may_have_been_said(decoder: WhisperDecoder) -> None:
    audio = clip("order_number_4481203")
    blind = decoder.recognise(audio, Expectation(kind="order_number"), thorough=True)
    other = next((h.text for h in blind.nbest[1:] if len(h.text) == 7), blind.nbest[0].text)
    known = decoder.recognise(audio, Expectation(kind="order_number", bias=(other, "9999999")), thorough=True)
    assert "9999999" not in {h.text for h in known.nbest}
    assert {h.text for h in known.nbest} == {h.text for h in blind.nbest}


def test_partials_are_greedy(decoder: WhisperDecoder) -> None:
    heard = decoder.recognise(clip("its_4481207"), Expectation(kind="order_number"), thorough=False)
    assert heard.text
    assert (heard.nbest, heard.value) == ((), None)


def test_words_instead_of_a_number_have_no_value(decoder: WhisperDecoder) -> None:
    heard = decoder.recognise(clip("dont_know_number"), Expectation(kind="order_number"), thorough=True)
    assert heard.text
    assert heard.value is None
    assert heard.nbest == ()


@pytest.mark.parametrize(
    "audio",
    [
        np.zeros(0, np.float32),
        np.zeros(32_000, np.float32),
        np.full(32_000, 0.7, np.float32),
        np.full(32_000, np.nan, np.float32),
        np.random.default_rng(1).normal(0, 0.003, 32_000).astype(np.float32),
    ],
    ids=["empty", "silence", "dc", "nan", "hiss"],
)
def test_nothing_is_made_up(decoder: WhisperDecoder, audio: Audio) -> None:
    heard = decoder.recognise(audio, Expectation(kind="order_number"), thorough=True)
    assert (heard.text, heard.value) == ("", None)


def test_a_long_monologue_is_not_lost(decoder: WhisperDecoder) -> None:
    pause = np.zeros(8_000, np.float32)
    numbers = ["order_number_4481207", "order_number_4480022", "order_number_4481203", "its_4481207"]
    audio = np.concatenate([part for name in numbers * 3 for part in (clip(name), pause)])
    assert len(audio) > 29 * 16_000
    heard = decoder.recognise(audio, Expectation(), thorough=True)
    plain = "".join(c for c in heard.text if c.isdigit())
    assert plain.count("448") >= 8


def test_a_broken_model_is_a_model_error(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"nonsense")
    with pytest.raises(ModelError, match="cannot be loaded"):
        WhisperDecoder(str(tmp_path))
