"""Reads policy files and keeps them by name."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from voicebot.policy import documents
from voicebot.policy.decision import Decision
from voicebot.policy.problems import FileError, Problem
from voicebot.policy.reader import Pack, read_pack, read_policy
from voicebot.policy.source import Source, is_day, near
from voicebot.policy.table import LANGUAGE, Policy

_is_day = lru_cache(maxsize=16)(is_day)
#: A UTF-8 character has four bytes at most.
_MAX_BYTES = 4 * documents.MAX_CHARACTERS


class PolicyError(FileError):
    """The policies cannot be used."""


@dataclass(frozen=True, slots=True)
class _Read:
    policies: Mapping[str, Sequence[Policy]]
    packs: Sequence[Pack]
    problems: Sequence[Problem]


class PolicyBook:
    """Policies by name, each with its versions by date. Immutable; shared by all calls.

    Attributes:
        versions: name -> its versions, the earliest first. No two of them hold on one day.
        policies: name -> its latest version.
        packs: the statutes that were read, included or not.
        version: of the files' content.
    """

    def __init__(
        self, policies: Mapping[str, Policy | Sequence[Policy]], version: str = "", packs: Sequence[Pack] = ()
    ) -> None:
        self.versions: Mapping[str, tuple[Policy, ...]] = {
            name: (one,) if isinstance(one, Policy) else tuple(one) for name, one in policies.items()
        }
        self.policies: Mapping[str, Policy] = {name: found[-1] for name, found in self.versions.items()}
        self.packs = tuple(packs)
        self.version = version

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.policies)

    @classmethod
    def load(cls, path: Path) -> PolicyBook:
        """All policies of a folder, or of one file.

        Raises:
            PolicyError: with every mistake of every file at once.
        """
        files = sorted(path.rglob("*.yaml")) if path.is_dir() else [path] if path.is_file() else []
        if not files:
            fix = "give the folder with the policies"
            raise PolicyError([Problem(str(path), 1, "P001", "there are no *.yaml files", fix)])
        texts: dict[str, str] = {}
        problems: list[Problem] = []
        for file in files:
            name = str(file.relative_to(path)) if path.is_dir() else file.name
            try:
                if file.stat().st_size > _MAX_BYTES:
                    problems.append(Problem(name, 1, "P001", f"the file has more than {_MAX_BYTES} bytes", "split it"))
                    continue
                texts[name] = file.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                fix = "save the file as UTF-8 text"
                problems.append(Problem(name, 1, "P001", f"cannot be read: {error}", fix))
        return cls.parse(texts, problems)

    @classmethod
    def parse(cls, texts: Mapping[str, str], problems: Collection[Problem] = ()) -> PolicyBook:
        """Policies from texts by file name; see `load`."""
        read = _read(texts)
        found = [*problems, *read.problems]
        if found:
            raise PolicyError(found)
        digest = hashlib.sha256("\0".join(f"{f}\0{t}" for f, t in sorted(texts.items())).encode()).hexdigest()
        return cls(read.policies, digest[:16], read.packs)

    def at(self, policy: str, today: str = "") -> Policy | None:
        """The version that holds on a day (ISO 8601, a time after it is ignored), or the latest without a day."""
        versions = self.versions.get(policy, ())
        if not today:
            return versions[-1] if versions else None
        day = today[:10]
        return next((version for version in reversed(versions) if day in version.effective), None)

    def decide(self, policy: str, facts: Mapping[str, Any], *, today: str = "", language: str = LANGUAGE) -> Decision:
        """Decide by the version that holds on `today` (ISO 8601), which is also offered to it as the fact `today`.

        An unknown policy decides nothing, with that as its reason: a live call must not fall over it.
        """
        table = self.at(policy, today)
        if table is not None and (not today or _is_day(today[:10])):
            return table.decide({"today": today[:10], **facts}, language=language)
        if policy not in self.versions:
            reason = f"there is no policy {policy!r}"
        elif not _is_day(today[:10]):
            reason = f"today is not a day: {today!r}"
        else:
            reason = f"policy {policy!r} does not hold on {today[:10]}"
        return Decision(policy=policy, version="", rule="", outcome={}, reasons=(reason,), facts=dict(facts))


def _read(texts: Mapping[str, str]) -> _Read:
    laws: list[Source] = []
    others: list[Source] = []
    written, problems = documents.read_files(sorted(texts.items()), "P001")
    for file, document in written:
        is_law = isinstance(document.data, dict) and "statutes" in document.data
        (laws if is_law else others).append(Source(file, document))
    packs: dict[str, list[Pack]] = {}
    for source in laws:
        if (pack := read_pack(source)) is not None:
            packs.setdefault(pack.name, []).append(pack)
    for name, found in packs.items():
        found.sort(key=lambda pack: pack.effective.first)
        for earlier, later in itertools.pairwise(found):
            if not earlier.effective.last or later.effective.first <= earlier.effective.last:
                _twice(later.source, "statutes", name, dated=bool(later.effective.first))
    policies: dict[str, list[Policy]] = {}
    where: dict[str, list[tuple[Policy, Source]]] = {}
    for source in others:
        for policy in read_policy(source, packs):
            where.setdefault(policy.name, []).append((policy, source))
    for name, read in where.items():
        read.sort(key=lambda one: one[0].effective.first)
        policies[name] = [policy for policy, _ in read]
        for (one, _), (other, source) in itertools.pairwise(read):
            if not one.effective.last or other.effective.first <= one.effective.last:
                _twice(source, "policy", name, dated=bool(other.effective.first))
    for source in (*laws, *others):
        problems += source.problems
    return _Read(policies, [pack for found in packs.values() for pack in found], problems)


def _twice(source: Source, what: str, name: str, *, dated: bool) -> None:
    if dated:
        fix = "end the earlier one before it: effective: {from: …, to: …}"
        source.note(("effective",), "P011", f"{what} {name!r} overlaps the version before it", fix)
    else:
        fix = "rename one, or give each its days: effective: {from: …, to: …}"
        source.note((what,), "P004", f"{what} {name!r} is defined twice", fix)


def unknown_policy(book: PolicyBook, name: str) -> str:
    """What to do instead of asking for a policy that is not there."""
    return near(name, book.names, "there are ")


__all__ = ["Decision", "PolicyBook", "PolicyError", "unknown_policy"]
