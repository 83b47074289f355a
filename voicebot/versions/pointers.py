"""Which version new calls take. Pure.

A call is put on the candidate by the hash of its id alone: who asks again gets the same answer, and a call that is on
the candidate at 10 % is on it at 50 %.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voicebot.versions.errors import VersionError

#: Entries of the history that are kept.
KEPT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A version that `percent` (above 0, below 100) of the new calls take."""

    id: str
    percent: float

    def __post_init__(self) -> None:
        if not 0 < self.percent < 100:
            raise VersionError(
                f"{self.percent:g} is not a share of the calls", fix="use a percentage between 0 and 100"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What was done with a version, and when (ISO 8601, UTC)."""

    at: str
    id: str
    did: str
    """`published`, `candidate`, `promoted`, `rolled back` or `withdrawn`."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointers:
    """`lives` are the versions that were live, one after another, without those that were rolled back; the last one is
    live now. When it is empty, the configured folders are."""

    lives: tuple[str, ...] = ()
    candidate: Candidate | None = None
    history: tuple[Change, ...] = ()

    @property
    def live(self) -> str | None:
        return self.lives[-1] if self.lives else None

    def published(self, id_: str, *, at: str, note: str = "", did: str = "published") -> Pointers:
        """Live for all new calls; a candidate ends."""
        lives = self.lives if id_ == self.live else (*self.lives, id_)
        return self._noted(Change(at=at, id=id_, did=did, note=note), lives=lives, candidate=None)

    def tried(self, id_: str, percent: float, *, at: str, note: str = "") -> Pointers:
        """A share of the new calls take it.

        Raises:
            VersionError: it is live already, or the percentage is none.
        """
        if id_ == self.live:
            raise VersionError(f"version {id_} is live already", fix="change the flows before you publish a candidate")
        change = Change(at=at, id=id_, did="candidate", note=note)
        return self._noted(change, candidate=Candidate(id=id_, percent=percent))

    def promoted(self, *, at: str, percent: float | None = None) -> Pointers:
        """The candidate is taken by all new calls, or by another share of them.

        Raises:
            VersionError: there is no candidate, or the percentage is none.
        """
        if self.candidate is None:
            raise VersionError("there is no candidate", fix="publish one with --candidate PERCENT")
        if percent is None or percent == 100:
            return self.published(self.candidate.id, at=at, did="promoted")
        return self.tried(self.candidate.id, percent, at=at)

    def rolled_back(self, *, at: str, to: str | None = None) -> Pointers:
        """Undo: the candidate ends; without one, what was live before is live again. `to` names the version instead.

        Raises:
            VersionError: nothing was live before.
        """
        if to is not None:
            lives = self.lives[: len(self.lives) - self.lives[::-1].index(to)] if to in self.lives else ()
            return self._noted(
                Change(at=at, id=to, did="rolled back"), lives=lives or (*self.lives, to), candidate=None
            )
        if self.candidate is not None:
            return self._noted(Change(at=at, id=self.candidate.id, did="withdrawn"), candidate=None)
        if len(self.lives) < 2:
            raise VersionError("no other version was live before", fix="name one of `voicebot flow versions`")
        return self._noted(Change(at=at, id=self.lives[-2], did="rolled back"), lives=self.lives[:-1])

    def _noted(self, change: Change, **changes: Any) -> Pointers:
        return dataclasses.replace(self, history=(*self.history, change)[-KEPT:], **changes)

    def to_json(self) -> dict[str, Any]:
        return {
            "lives": list(self.lives),
            "candidate": dataclasses.asdict(self.candidate) if self.candidate else None,
            "history": [dataclasses.asdict(change) for change in self.history],
        }

    @classmethod
    def from_json(cls, data: Any) -> Pointers:
        """The opposite of `to_json`.

        Raises:
            VersionError: the data is something else.
        """
        try:
            tried = data["candidate"]
            return cls(
                lives=tuple(_id(id_) for id_ in data["lives"]),
                candidate=Candidate(id=_id(tried["id"]), percent=float(tried["percent"])) if tried else None,
                history=tuple(_change(change) for change in data["history"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise VersionError(f"not a list of versions: {type(error).__name__}") from None


def share(call_id: str) -> float:
    """Where a call stands among all: 0 (with) to 100 (without), evenly spread, always the same for an id."""
    return int.from_bytes(hashlib.sha256(call_id.encode()).digest()[:8]) / 2**64 * 100


def is_id(text: str) -> bool:
    """Whether this can be a version's id: 16 hex digits. What is not one never becomes a path."""
    return len(text) == 16 and all(char in "0123456789abcdef" for char in text)


def _id(value: Any) -> str:
    if not isinstance(value, str) or not is_id(value):
        raise ValueError
    return value


def _change(data: Mapping[str, Any]) -> Change:
    return Change(at=str(data["at"]), id=str(data["id"]), did=str(data["did"]), note=str(data["note"]))
