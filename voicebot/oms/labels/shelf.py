"""Labels as files under names that nobody can guess; whoever has the name has the label, until it is deleted."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from voicebot.oms.labels.maker import Label, LabelError

#: Folder in the data directory, and below `public_url`.
FOLDER = "labels"
_NAME = re.compile(r"[A-Za-z0-9_-]{43}\.(pdf|png)")
_DAY_S = 86_400.0


class Shelf:
    """Files which only their owner may read; who keeps a shelf open calls `drop_old` from time to time.

    Args:
        folder: is made when there is none.
        public_url: see `LabelSettings`.
        wall_s: Unix time.

    Raises:
        LabelError: the folder cannot be made.
    """

    def __init__(
        self, folder: Path, public_url: str, *, keep_days: int, wall_s: Callable[[], float] = time.time
    ) -> None:
        self._folder, self._url = folder, f"{public_url.rstrip('/')}/{FOLDER}/"
        self._keep_s, self._wall_s = keep_days * _DAY_S, wall_s
        self._thread = ThreadPoolExecutor(1, "labels")
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.drop_old()
        except OSError as error:
            raise LabelError(f"labels cannot be kept: {error.strerror}", where=str(folder)) from error

    async def put(self, label: Label) -> str:
        """Keep a label; the link to it.

        Raises:
            LabelError: it cannot be written.
        """
        name = f"{secrets.token_urlsafe(32)}.{label.suffix}"
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._write, name, label.content)
        except OSError as error:
            raise LabelError(f"the label cannot be kept: {error.strerror}", where=str(self._folder)) from error
        except RuntimeError as error:
            raise LabelError("the label cannot be kept: the server is stopping", where=str(self._folder)) from error
        return self._url + name

    def find(self, name: str) -> Path | None:
        """The file of a label, by the last part of its link; None when there is none (any more)."""
        if not _NAME.fullmatch(name):
            return None
        path = self._folder / name
        return path if self._is_fresh(path) else None

    def drop_old(self) -> int:
        """Delete the labels that are past their time; how many. Blocking.

        Raises:
            OSError: one cannot be deleted.
        """
        old = [path for path in self._folder.iterdir() if _NAME.fullmatch(path.name) and not self._is_fresh(path)]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def close(self) -> None:
        """Finish what is being written."""
        self._thread.shutdown()

    def _write(self, name: str, content: bytes) -> None:
        path = self._folder / name
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        stamp = self._wall_s()
        os.utime(path, (stamp, stamp))

    def _is_fresh(self, path: Path) -> bool:
        try:
            return path.stat().st_mtime > self._wall_s() - self._keep_s
        except OSError:
            return False
