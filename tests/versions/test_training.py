"""What a version gets to understand callers with; the models themselves are tested beside the interpreter."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from versions_bench import Silent

from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.remote import RemoteInterpreter
from voicebot.dialogue.sentences import SentenceEncoder
from voicebot.dialogue.settings import DialogueSettings
from voicebot.errors import ConfigError
from voicebot.versions import training
from voicebot.versions.training import Trainer

FLOWS = FlowSet(flows={}, shop={}, version="0")
SHARED = cast(SentenceEncoder, object())


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Encoders that interpreters were loaded with."""
    found: list[Any] = []

    def load(flows: FlowSet, cache: Path, settings: DialogueSettings, encoder: SentenceEncoder | None = None) -> Silent:
        found.append(encoder)
        return Silent(flows)

    monkeypatch.setattr(training, "load_interpreter", load)
    return found


def test_training_does_not_keep_the_encoder_of_the_calls_busy(loaded: list[Any], tmp_path: Path) -> None:
    made = Trainer(SHARED, tmp_path, DialogueSettings())(FLOWS)
    assert isinstance(made, Silent)
    assert loaded == [None, SHARED]


async def test_the_remote_interpreter_is_put_before_it_where_there_is_one(loaded: list[Any], tmp_path: Path) -> None:
    settings = DialogueSettings(remote_url="http://127.0.0.1:9", remote_model="small")
    made = Trainer(SHARED, tmp_path, settings)(FLOWS)
    assert isinstance(made, RemoteInterpreter)
    await made.close()
    with pytest.raises(ConfigError, match="remote_model"):
        Trainer(SHARED, tmp_path, DialogueSettings(remote_url="http://127.0.0.1:9"))(FLOWS)
