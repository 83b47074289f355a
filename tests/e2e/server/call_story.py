"""What an event log tells of a call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Story:
    """`/api/calls/{id}`."""

    document: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.document["call"]["call"])

    @property
    def live(self) -> bool:
        return bool(self.document["live"])

    @property
    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = self.document["call"]
        return found

    @property
    def events(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.document["events"]
        return found

    @property
    def kinds(self) -> list[str]:
        return [event["kind"] for event in self.events]

    def all(self, kind: str, **facts: Any) -> list[dict[str, Any]]:
        """Data of the events of that kind and with those values."""
        found = [event["data"] for event in self.events if event["kind"] == kind]
        return [data for data in found if all(data.get(name) == value for name, value in facts.items())]

    def one(self, kind: str, **facts: Any) -> dict[str, Any]:
        found = self.all(kind, **facts)
        assert len(found) == 1, f"{len(found)} of {kind} {facts} in {self.kinds}"
        return found[0]

    def said(self, role: str = "") -> list[str]:
        """Wording handed to the mouth, in order."""
        return [data["text"] for data in self.all("dialogue.said") if data["role"] == role or not role]

    @property
    def heard(self) -> str:
        """What reached the caller's ear, in order."""
        return " ".join(data["heard"] for data in self.all("audio.playback_ended") if data["heard"])

    @property
    def words(self) -> list[str]:
        """The caller's turns."""
        return [data["text"] for data in self.all("turn.committed")]

    @property
    def end(self) -> dict[str, Any]:
        """Data of the last event, which must be the end of the call."""
        assert self.kinds[-1] == "call.ended", self.kinds[-5:]
        assert self.kinds.count("call.ended") == 1
        found: dict[str, Any] = self.events[-1]["data"]
        return found

    @property
    def faults(self) -> list[str]:
        return [f"{data['where']}: {data['what']}" for data in self.all("call.fault")]
