from __future__ import annotations

from pathlib import Path

import pytest

from voicebot.errors import ModelError
from voicebot.listening.onnx_session import open_session


@pytest.mark.parametrize("content", [None, b"", b"no model"])
def test_what_is_no_model_says_what_where_and_how_to_fix_it(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "model.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match="the turn model cannot be loaded") as raised:
        open_session(path, model="turn model", fix="correct listening.turn_model")
    assert (raised.value.where, raised.value.fix) == (str(path), "correct listening.turn_model")
