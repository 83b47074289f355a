from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voicebot.errors import ModelError
from voicebot.listening import open_listening
from voicebot.listening.recognition import Expectation, Urgency
from voicebot.listening.settings import ListeningSettings


@pytest.mark.model
async def test_everything_that_calls_share_is_loaded_once_and_warm(tmp_path: Path) -> None:
    listening = await open_listening(ListeningSettings(workers=1), tmp_path)
    silence = np.zeros(16_000, np.float32)
    heard = await listening.recogniser.recognise(silence, expect=Expectation(), urgency=Urgency.FINAL)
    assert heard.text == ""
    assert 0.0 <= await listening.turn_model.complete(silence) <= 1.0
    one, other = listening.voice_activity(), listening.voice_activity()
    assert one is not other
    assert not one.feed(bytes(640), 20.0).voiced
    await listening.close()
    await listening.close()
    with pytest.raises(ModelError):
        await listening.recogniser.recognise(silence, expect=Expectation(), urgency=Urgency.FINAL)


async def test_a_missing_model_is_told_before_any_call(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not exist") as caught:
        await open_listening(ListeningSettings(voice_activity_model="/nowhere/silero.onnx"), tmp_path)
    assert caught.value.fix
