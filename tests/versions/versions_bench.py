"""Small flows that differ in their greeting, an interpreter without a model, and a watch to try them with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from voicebot.dialogue.commands import Alternative, Understanding
from voicebot.dialogue.context import Context
from voicebot.dialogue.flowset import FlowSet
from voicebot.versions.contents import Folders
from voicebot.versions.store import VersionStore
from voicebot.versions.watch import VersionWatch

ROOT = Path(__file__).parents[2]
AT = "2026-11-21T10:00:00Z"
MAIN = """\
pattern: main
slots:
  wish: {type: wish}
steps:
  - id: greeting
    say: "Welcome to {{ shop.name | name }}."
  - id: first
    ask: wish
    prompt: "How can I help you?"
    on: {deny: farewell}
    next: first
  - id: farewell
    end: goodbye
---
flow: human_agent
triggers:
  human_agent: [I want to speak to an agent]
steps:
  - handoff: {reason: caller_asked, summary: Wants a person.}
    into: outcome
  - say: "Nobody is there."
"""
POLICY = """\
policy: late_delivery
version: 2026-11-01
vocab: {days_late: int}
rules:
  - {id: late, when: {days_late: ">= 7"}, then: {offer: voucher}}
  - {id: all, when: {}, then: {offer: nothing}}
"""


def shop(folder: Path, name: str = "Harbour Lane") -> Folders:
    """The smallest flows that run, with a policy, of a shop with this name."""
    folders = Folders.within(folder)
    patterns = {
        pattern
        for file in (ROOT / "flows").rglob("*.yaml")
        for pattern in re.findall(r"^pattern: (\w+)", file.read_text("utf-8"), re.MULTILINE)
    } - {"main"}
    stubs = [f'pattern: {pattern}\nsteps:\n  - say: "Pardon?"\n' for pattern in sorted(patterns)]
    for file, text in (
        (folders.flows / "main.yaml", MAIN),
        (folders.flows / "patterns" / "stubs.yaml", "---\n".join(stubs)),
        (folders.policies / "late_delivery.yaml", POLICY),
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    rename(folders, name)
    return folders


def rename(folders: Folders, name: str) -> None:
    (folders.flows / "shop.yaml").write_text(f"shop:\n  name: {name}\n", "utf-8")


def spoil(folders: Folders) -> None:
    (folders.flows / "broken.yaml").write_text("flow: [", "utf-8")


class Silent:
    """Understands nothing."""

    def __init__(self, flows: FlowSet) -> None:
        self.flows = flows
        self.closed = False

    async def understand(self, text: str, context: Context, alternatives: Sequence[Alternative] = ()) -> Understanding:
        return Understanding(text=text)

    async def close(self) -> None:
        self.closed = True


def publish(store: VersionStore, folders: Folders, percent: float | None = None) -> str:
    id_ = store.keep(folders).id
    if percent is None:
        store.change(lambda now: now.published(id_, at=AT))
    else:
        store.change(lambda now: now.tried(id_, percent, at=AT))
    return id_


def watch(data_dir: Path, folders: Folders, *, watch_folders: bool = False) -> VersionWatch:
    return VersionWatch(VersionStore(data_dir), folders, train=Silent, watch_folders=watch_folders)
