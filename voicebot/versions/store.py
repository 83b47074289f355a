"""Versions on disk: each a folder named by the hash of its content, never changed, and a file that says which is live.

    versions/current.json                      pointers.py
    versions/<id>/flows/… policies/…           the files as they were published
    versions/<id>/version.json                 counts, for lists

Everything is written beside its place and moved into it, so that a crash leaves no half version.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from voicebot.errors import VoicebotError
from voicebot.versions.contents import Folders, check_lexicon, content_id, files, load
from voicebot.versions.errors import VersionError
from voicebot.versions.pointers import Pointers, is_id

FOLDER = "versions"
_CURRENT, _COUNTS, _LOCK, _SCRATCH = "current.json", "version.json", ".lock", ".new-"
#: What a publication that was killed left behind is old after this.
_STALE_S = 3600.0
_SHORTEST = 4
_PUBLISH = "publish it again from its flows and policies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A version in the store. `flows` counts flows and patterns."""

    id: str
    flows: int
    policies: int


class VersionStore:
    """The published versions of a data directory. Blocking; safe between processes."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER

    def keep(self, folders: Folders) -> Stored:
        """Check flows and policies and store a copy of them. What is stored already is left as it is.

        Raises:
            FileError: with every mistake; nothing is stored then.
            VersionError: files cannot be read or written.
        """
        contents = files(folders)
        if {name.partition("/")[0] for name in contents} != {"flows", "policies"}:
            load(folders)  # says which folder is empty
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            scratch = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=self.folder))
            try:
                return self._move_in(scratch, self._written(scratch, contents))
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
        except OSError as error:
            raise _unwritable(self.folder, error) from None

    def _written(self, scratch: Path, contents: Mapping[str, bytes]) -> Stored:
        for name, content in contents.items():
            file = scratch / name
            file.parent.mkdir(parents=True, exist_ok=True)
            _write(file, content)
        # What is checked is the copy: the originals may be edited at this moment.
        flows, policies = load(Folders.within(scratch))
        check_lexicon(Folders.within(scratch))
        stored = Stored(id=content_id(contents), flows=len(flows.flows), policies=len(policies.names))
        _write(scratch / _COUNTS, json.dumps(asdict(stored)).encode())
        scratch.chmod(0o755)
        return stored

    def _move_in(self, scratch: Path, stored: Stored) -> Stored:
        target = self.folder / stored.id
        with self._locked():
            if target.exists() and self.fault(stored.id) is None:
                return stored
            if target.exists():
                damaged = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=self.folder))
                target.rename(damaged / stored.id)
                shutil.rmtree(damaged, ignore_errors=True)
            scratch.rename(target)
            _sync(self.folder)
        return stored

    def pointers(self) -> Pointers:
        """What is live; nothing when nothing was published.

        Raises:
            VersionError: the file cannot be read, or is damaged.
        """
        file = self.folder / _CURRENT
        try:
            return Pointers.from_json(json.loads(file.read_text("utf-8")))
        except FileNotFoundError:
            return Pointers()
        except (OSError, ValueError) as error:
            what = f"the list of versions cannot be read: {error}"
            raise VersionError(what, where=str(file), fix="restore the file, or remove it and publish again") from None
        except VersionError as error:
            fix = "restore the file, or remove it and publish again"
            raise VersionError(error.what, where=str(file), fix=fix) from None

    def change(self, how: Callable[[Pointers], Pointers]) -> Pointers:
        """Read, change and write the pointers, alone.

        Raises:
            VersionError: they cannot be read or written, or `how` refused.
        """
        try:
            with self._locked():
                changed = how(self.pointers())
                _replace(self.folder / _CURRENT, json.dumps(changed.to_json(), indent=1, ensure_ascii=False).encode())
                return changed
        except OSError as error:
            raise _unwritable(self.folder, error) from None

    def open(self, id_: str) -> Folders:
        """The files of a version, unchanged since they were published.

        Raises:
            VersionError: it has vanished, or is damaged.
        """
        fault = self.fault(id_)
        if fault is not None:
            raise fault
        return self.place(id_)

    def place(self, id_: str) -> Folders:
        """Where the files of a version are, whole or not."""
        return Folders.within(self.folder / id_)

    def fault(self, id_: str) -> VersionError | None:
        """What is wrong with a stored version, if anything."""
        folder = self.folder / id_
        if not is_id(id_) or not folder.is_dir():
            return VersionError(f"version {id_} is not there", where=str(folder), fix=_PUBLISH)
        try:
            found = content_id(files(Folders.within(folder)))
        except VoicebotError as error:
            return VersionError(f"version {id_} is damaged: {error}", where=str(folder), fix=_PUBLISH)
        if found != id_:
            return VersionError(
                f"version {id_} is damaged: its content is that of {found}", where=str(folder), fix=_PUBLISH
            )
        return None

    def stored(self, id_: str) -> Stored:
        """Counts of a version; zeros when they are lost."""
        try:
            data = json.loads((self.folder / id_ / _COUNTS).read_text("utf-8"))
            return Stored(id=id_, flows=int(data["flows"]), policies=int(data["policies"]))
        except (OSError, ValueError, KeyError, TypeError):
            return Stored(id=id_, flows=0, policies=0)

    def ids(self) -> tuple[str, ...]:
        """Everything that is stored."""
        if not self.folder.is_dir():
            return ()
        return tuple(sorted(child.name for child in self.folder.iterdir() if child.is_dir() and is_id(child.name)))

    def find(self, name: str) -> str:
        """The version that is meant: `live`, `candidate`, an id, or the beginning of one.

        Raises:
            VersionError: none, or more than one.
        """
        if name in ("live", "candidate"):
            pointers = self.pointers()
            tried = pointers.candidate.id if pointers.candidate is not None else None
            named = pointers.live if name == "live" else tried
            if named is None:
                raise VersionError(f"there is no {name} version", where=str(self.folder), fix="publish one")
            return named
        fitting = [id_ for id_ in self.ids() if id_.startswith(name)] if len(name) >= _SHORTEST else []
        if len(fitting) == 1:
            return fitting[0]
        what = f"{len(fitting)} versions begin with {name!r}" if fitting else f"there is no version {name!r}"
        raise VersionError(what, where=str(self.folder), fix="see `voicebot flow versions`")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _sweep(self) -> None:
        for left in self.folder.glob(f"{_SCRATCH}*"):
            with contextlib.suppress(OSError):
                if time.time() - left.stat().st_mtime > _STALE_S:
                    shutil.rmtree(left) if left.is_dir() else left.unlink()


def _write(file: Path, content: bytes) -> None:
    with file.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _replace(file: Path, content: bytes) -> None:
    handle, scratch = tempfile.mkstemp(prefix=_SCRATCH, dir=file.parent)
    os.close(handle)
    try:
        _write(Path(scratch), content)
        Path(scratch).chmod(0o644)
        Path(scratch).replace(file)
        _sync(file.parent)
    finally:
        Path(scratch).unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """What was moved into a folder is there after a power failure."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unwritable(folder: Path, error: OSError) -> VersionError:
    return VersionError(
        f"cannot be written: {error.strerror}", where=str(folder), fix="check --data-dir and its rights"
    )
