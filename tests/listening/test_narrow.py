"""Narrowing a vocabulary, on a file of the real format with three variables in it."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from voicebot.listening.narrow import KEPT, TokenMap, english, narrowed

TOKENS = 51_865
ROW = 2


def _name(text: str) -> bytes:
    data = text.encode() + b"\0"
    return struct.pack("<H", len(data)) + data


def _variable(name: str, shape: tuple[int, ...], data: bytes) -> bytes:
    head = _name(name) + struct.pack("<B", len(shape)) + b"".join(struct.pack("<I", n) for n in shape)
    return head + struct.pack("<BI", 4, len(data)) + data


def _model(folder: Path, *, version: int = 6) -> Path:
    folder.mkdir()
    vocabulary = ["!", "4", "Ġwhere", "ĠпÑĢÐ", "GLL", *(f"x{i}" for i in range(TOKENS - 5))]
    vocabulary[30_000], vocabulary[30_001], vocabulary[50_300] = "4481", "Ġrare", "<|de|>"
    (folder / "vocabulary.json").write_text(json.dumps(vocabulary))
    (folder / "config.json").write_text(json.dumps({"suppress_ids": [1, 3], "lang_ids": [50_300]}))
    (folder / "tokenizer.json").write_text("{}")
    rows = b"".join(struct.pack("<H", i % 65_536) for i in range(TOKENS))
    data = struct.pack("<I", version) + _name("WhisperSpec") + struct.pack("<II", 3, 2)
    data += _variable("decoder/embeddings/weight", (TOKENS, 1), rows) + _variable("other", (2,), b"abcd")
    (folder / "model.bin").write_bytes(data + struct.pack("<I", 0))
    return folder


def test_only_english_and_what_controls_the_model_is_kept(tmp_path: Path) -> None:
    copy = Path(narrowed(str(_model(tmp_path / "base")), tmp_path / "cache"))
    tokens = json.loads((copy / "vocabulary.json").read_text())
    assert {"!", "4", "Ġwhere", "4481", "<|de|>"} <= set(tokens)
    assert not {"ĠпÑĢÐ", "GLL", "Ġrare"} & set(tokens)
    kept = json.loads((copy / KEPT).read_text())["kept"]
    assert len(kept) == len(tokens) < TOKENS
    data = (copy / "model.bin").read_bytes()
    assert struct.pack("<H", kept[-1]) in data
    assert data.endswith(b"abcd" + struct.pack("<I", 0))
    config = json.loads((copy / "config.json").read_text())
    assert config == {"suppress_ids": [1], "lang_ids": [kept.index(50_300)]}


def test_a_copy_is_made_once_and_again_when_it_was_damaged(tmp_path: Path) -> None:
    model = str(_model(tmp_path / "base"))
    copy = Path(narrowed(model, tmp_path / "cache"))
    whole = (copy / "model.bin").read_bytes()
    before = (copy / "model.bin").stat().st_mtime_ns
    assert narrowed(model, tmp_path / "cache") == str(copy)
    assert (copy / "model.bin").stat().st_mtime_ns == before
    (copy / "model.bin").write_bytes(whole[:-8])
    assert narrowed(model, tmp_path / "cache") == str(copy)
    assert (copy / "model.bin").read_bytes() == whole
    assert [one.name for one in (tmp_path / "cache").iterdir()] == [copy.name]


def test_another_format_and_a_hub_name_stay_as_they_are(tmp_path: Path) -> None:
    model = str(_model(tmp_path / "other", version=7))
    assert narrowed(model, tmp_path / "cache") == model
    assert narrowed("Systran/faster-whisper-base", tmp_path / "cache") == "Systran/faster-whisper-base"
    assert TokenMap.of(model).kept is None


def test_ids_go_both_ways(tmp_path: Path) -> None:
    copy = narrowed(str(_model(tmp_path / "base")), tmp_path / "cache")
    tokens = TokenMap.of(copy)
    assert tokens.from_model(tokens.to_model([2, 3, 30_000, 50_300])) == [2, 30_000, 50_300]
    assert tokens.to_model([-1]) == [-1]
    assert TokenMap().from_model([7]) == TokenMap().to_model([7]) == [7]


@pytest.mark.parametrize(
    ("token", "kept"), [("Ġorder", True), ("Order", True), ("X", True), ("ĠAB", False), ("é", False)]
)
def test_english_tokens(token: str, kept: bool) -> None:
    assert english(token) is kept
