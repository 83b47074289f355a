"""English only: Whisper with the tokens of other languages taken out of its vocabulary.

A multilingual Whisper compares every step of its decoder with 51,865 tokens, more work than all its layers together.
Without the tokens that no English call needs, a step takes a third less. Clusters of capitals ("GLL", "BRU") go too:
spelled names and codes then come out letter by letter, as they were said, and more of them are right.

The model's own file is copied without those rows, once, and kept. Format: CTranslate2 binary version 6.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import struct
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from voicebot.errors import ModelError

KEPT = "kept.json"
#: Part of the copy's name: a copy made by another rule is not used.
_RULE = "1"
_BINARY_VERSION, _SPEC = 6, "WhisperSpec"
_MULTILINGUAL, _FIRST_SPECIAL = 51_865, 50_257
#: Tokens are ranked by how frequent they were; rarer words are written in pieces.
_COMMON = 25_000
_SPACE = "Ġ"  # how the vocabulary writes a leading space
_CHUNK = 1 << 20


@dataclass(frozen=True)
class TokenMap:
    """Between the tokenizer's ids and those of the model, which differ when its vocabulary was narrowed."""

    kept: tuple[int, ...] | None = None
    """The tokenizer's id of each of the model's; None: they are the same."""

    @cached_property
    def _at(self) -> Mapping[int, int]:
        return {token: place for place, token in enumerate(self.kept or ())}

    @classmethod
    def of(cls, model: str) -> TokenMap:
        """The map that lies beside a narrowed model; that of any other changes nothing."""
        path = Path(model) / KEPT
        return cls(tuple(json.loads(path.read_text())["kept"])) if path.is_file() else cls()

    def to_model(self, ids: Sequence[int]) -> list[int]:
        """Model ids of the tokenizer's; those that the model does not have are left out. `-1` stays."""
        if self.kept is None:
            return list(ids)
        return [self._at.get(token, token) for token in ids if token in self._at or token < 0]

    def from_model(self, ids: Sequence[int]) -> list[int]:
        """The tokenizer's ids of the model's."""
        return list(ids) if self.kept is None else [self.kept[token] for token in ids]


def narrowed(model: str, cache_dir: Path) -> str:
    """Directory of `model` with an English vocabulary, made at the first use.

    A hub name, a model that is English-only or has another format is given back as it is.

    Raises:
        ModelError: the copy cannot be written.
    """
    source = Path(model)
    try:
        tokens = _tokens(source)
        if tokens is None or not _known_format(source / "model.bin"):
            return model
        target = cache_dir / f"{source.name}-english-{_key(source)}"
        if _whole(target):
            return str(target)
        cache_dir.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=cache_dir))
        try:
            _write(source, temporary, tokens)
            shutil.rmtree(target, ignore_errors=True)
            try:
                temporary.rename(target)
            except OSError:
                if not _whole(target):  # another process may have been faster
                    raise
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as exc:
        raise ModelError(
            f"cannot write the recogniser's English copy: {exc.strerror or exc}",
            where=str(cache_dir),
            fix="make the directory writable and leave 300 MB free",
        ) from exc
    return str(target)


def english(token: str) -> bool:
    """Whether a token (as the vocabulary writes it) may stand in English text that is spelled letter by letter."""
    plain = token.removeprefix(_SPACE)
    return all(33 <= ord(c) < 127 for c in plain) and re.search(r"[A-Z]{2}", plain) is None


def _kept(tokens: Sequence[str]) -> list[int]:
    """Ids to keep: common English pieces, every number, single bytes, and all that controls the model."""
    text = [
        rank
        for rank, token in enumerate(tokens[:_FIRST_SPECIAL])
        if len(token) == 1 or (english(token) and (rank < _COMMON or token.removeprefix(_SPACE).isdigit()))
    ]
    return [*text, *range(_FIRST_SPECIAL, len(tokens))]


def _tokens(source: Path) -> list[str] | None:
    path = source / "vocabulary.json"
    if not path.is_file() or not (source / "config.json").is_file():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    return found if isinstance(found, list) and len(found) == _MULTILINGUAL else None


def _key(source: Path) -> str:
    stat = (source / "model.bin").stat()
    return hashlib.sha256(f"{_RULE} {source.resolve()} {stat.st_size} {stat.st_mtime_ns}".encode()).hexdigest()[:12]


def _whole(target: Path) -> bool:
    """Whether the copy is there, and as it was written."""
    try:
        wanted = json.loads((target / KEPT).read_text())["sha256"]
        with (target / "model.bin").open("rb") as file:
            return bool(hashlib.file_digest(file, "sha256").hexdigest() == wanted)
    except (OSError, ValueError, KeyError):
        return False


def _write(source: Path, target: Path, tokens: Sequence[str]) -> None:
    kept = _kept(tokens)
    _narrow_model(source / "model.bin", target / "model.bin", kept)
    (target / "vocabulary.json").write_text(json.dumps([tokens[token] for token in kept]), encoding="utf-8")
    at = TokenMap(tuple(kept))
    config = json.loads((source / "config.json").read_text())
    for name in ("lang_ids", "suppress_ids", "suppress_ids_begin"):
        if name in config:
            config[name] = at.to_model(config[name])
    (target / "config.json").write_text(json.dumps(config))
    for name in ("tokenizer.json", "preprocessor_config.json"):
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)
    with (target / "model.bin").open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    (target / KEPT).write_text(json.dumps({"sha256": sha256, "kept": kept}))


def _known_format(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            return _number(file, "<I") == _BINARY_VERSION and _name(file) == _SPEC
        except (struct.error, UnicodeDecodeError):
            return False


def _narrow_model(source: Path, target: Path, kept: Sequence[int]) -> None:
    """Copy the file; of every variable with a row per token, only the rows in `kept`."""
    with source.open("rb") as old, target.open("wb") as new:
        _put(new, "<I", _number(old, "<I"))
        _put_name(new, _name(old))
        _put(new, "<I", _number(old, "<I"))  # revision
        variables = _number(old, "<I")
        _put(new, "<I", variables)
        for _ in range(variables):
            _put_name(new, _name(old))
            shape = [_number(old, "<I") for _ in range(_number(old, "<B"))]
            kind, size = _number(old, "<B"), _number(old, "<I")
            narrow = bool(shape) and shape[0] == _MULTILINGUAL
            row = size // shape[0] if narrow else 0
            shape = [len(kept), *shape[1:]] if narrow else shape
            _put(new, "<B", len(shape))
            for length in shape:
                _put(new, "<I", length)
            _put(new, "<B", kind)
            _put(new, "<I", row * len(kept) if narrow else size)
            if narrow:
                rows = memoryview(old.read(size))
                for token in kept:
                    new.write(rows[token * row : (token + 1) * row])
            else:
                _copy(old, new, size)
        shutil.copyfileobj(old, new)  # aliases
        new.flush()
        os.fsync(new.fileno())


def _copy(old: BinaryIO, new: BinaryIO, size: int) -> None:
    while size > 0:
        chunk = old.read(min(size, _CHUNK))
        if not chunk:
            raise OSError(0, "the model file ends too soon")
        new.write(chunk)
        size -= len(chunk)


def _number(file: BinaryIO, form: str) -> int:
    value: int = struct.unpack(form, file.read(struct.calcsize(form)))[0]
    return value


def _name(file: BinaryIO) -> str:
    return file.read(_number(file, "<H")).rstrip(b"\0").decode()


def _put(file: BinaryIO, form: str, value: int) -> None:
    file.write(struct.pack(form, value))


def _put_name(file: BinaryIO, name: str) -> None:
    data = name.encode() + b"\0"
    _put(file, "<H", len(data))
    file.write(data)
