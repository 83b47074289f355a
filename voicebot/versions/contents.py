"""The files of a version: read, checked, named by what is in them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.loader import LEXICON, flow_files, load_flows
from voicebot.policy.book import PolicyBook
from voicebot.speaking.lexicon import load_lexicon
from voicebot.versions.errors import VersionError

#: No file of a version is longer; the loaders refuse much shorter ones.
MAX_FILE_BYTES = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """Where the files of a version are."""

    flows: Path
    policies: Path

    @classmethod
    def within(cls, folder: Path) -> Folders:
        return cls(flows=folder / "flows", policies=folder / "policies")


def files(folders: Folders) -> dict[str, bytes]:
    """Everything that belongs to a version, by name: `flows/wismo.yaml`, …; the tests of flows do not.

    Raises:
        VersionError: a file cannot be read.
    """
    found: dict[str, bytes] = {}
    lexicon = folders.flows / LEXICON
    flows = [*flow_files(folders.flows), *([lexicon] if lexicon.exists() else ())]
    rules = sorted(folders.policies.rglob("*.yaml"))
    for part, folder, paths in (("flows", folders.flows, flows), ("policies", folders.policies, rules)):
        for file in paths:
            try:
                if file.stat().st_size > MAX_FILE_BYTES:
                    raise VersionError("the file is too large", where=str(file), fix="split it")
                found[f"{part}/{file.relative_to(folder).as_posix()}"] = file.read_bytes()
            except OSError as error:
                raise VersionError(f"cannot be read: {error.strerror}", where=str(file), fix="check the file") from None
    return found


def content_id(contents: Mapping[str, bytes]) -> str:
    """First 16 hex digits of the SHA-256 over the names and contents of all files."""
    digest = hashlib.sha256()
    for name, content in sorted(contents.items()):
        # Lengths keep apart what would read the same when put together.
        digest.update(f"{len(name.encode())}:{name}{len(content)}:".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def load(folders: Folders) -> tuple[FlowSet, PolicyBook]:
    """Flows and policies, checked against each other.

    Raises:
        FileError: with every mistake.
    """
    policies = PolicyBook.load(folders.policies)
    return load_flows(folders.flows, policies=policies.policies), policies


def check_lexicon(folders: Folders) -> None:
    """Whether the lexicon beside the flows, if there is one, can be read.

    Raises:
        LexiconError: with every mistake.
    """
    load_lexicon(folders.flows / LEXICON, "en")
