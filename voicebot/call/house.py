"""What all calls of a process share: the pools, the editions of the flows, the shop, the books."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from voicebot.call.settings import CallSettings
from voicebot.handoff.desk import HandoffDesk
from voicebot.listening import Listening
from voicebot.oms.desk import OrderDesk
from voicebot.oms.write_desk import WriteDesk
from voicebot.records.live import LiveLogs
from voicebot.records.recording import RecordingThread
from voicebot.records.store import SqlEventStore
from voicebot.speaking import Speaking
from voicebot.versions.editions import Editions


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Built once by the server, handed to every call."""

    settings: CallSettings
    editions: Editions
    orders: OrderDesk
    writes: WriteDesk
    handoff: HandoffDesk
    logs: LiveLogs
    store: SqlEventStore
    recording: RecordingThread
    data_dir: Path
    listening: Listening | None = None
    speaking: Speaking | None = None
