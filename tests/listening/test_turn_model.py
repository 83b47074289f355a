from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from voicebot import weights
from voicebot.errors import ModelError
from voicebot.listening.recognition import PoolFullError
from voicebot.listening.telephone import over_telephone
from voicebot.listening.turn_model import SmartTurn

pytestmark = pytest.mark.model
FIXTURES = Path(__file__).parents[2] / "audio_fixtures"


@pytest.fixture
def smart_turn() -> Iterator[SmartTurn]:
    model = SmartTurn(weights.smart_turn())
    yield model
    asyncio.run(model.close())


async def test_a_whole_question_sounds_more_finished_than_half_of_it(smart_turn: SmartTurn) -> None:
    samples, rate = soundfile.read(FIXTURES / "where_is_order_4481207.flac", dtype="float32")
    audio = over_telephone(samples, rate)
    whole, half = await smart_turn.complete(audio), await smart_turn.complete(audio[: len(audio) // 2])
    assert whole > max(0.5, half)


async def test_any_audio_is_judged(smart_turn: SmartTurn) -> None:
    for audio in (np.zeros(0), np.zeros(100), np.full(20 * 16_000, np.nan)):
        assert 0.0 <= await smart_turn.complete(audio.astype(np.float32)) <= 1.0


async def test_too_many_judgements_are_refused(smart_turn: SmartTurn) -> None:
    results = await asyncio.gather(
        *(smart_turn.complete(np.zeros(100, np.float32)) for _ in range(12)), return_exceptions=True
    )
    assert sum(isinstance(result, PoolFullError) for result in results) == 4
    assert sum(isinstance(result, float) for result in results) == 8


def test_a_broken_model_is_a_model_error(tmp_path: Path) -> None:
    (tmp_path / "turn.onnx").write_bytes(b"nonsense")
    with pytest.raises(ModelError, match="cannot be loaded"):
        SmartTurn(tmp_path / "turn.onnx")
