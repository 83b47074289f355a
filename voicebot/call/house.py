"""What all calls of a process share: the pools, the flows, the shop, the books."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from voicebot.call.settings import CallSettings
from voicebot.dialogue.engine import Engine
from voicebot.dialogue.understand import Interpreter
from voicebot.handoff.desk import HandoffDesk
from voicebot.listening import Listening
from voicebot.oms.desk import OrderDesk
from voicebot.policy.book import PolicyBook
from voicebot.records.live import LiveLogs
from voicebot.records.recording import RecordingThread
from voicebot.records.store import SqlEventStore
from voicebot.speaking import Speaking


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Built once by the server, handed to every call."""

    settings: CallSettings
    engine: Engine
    interpreter: Interpreter
    policies: PolicyBook
    orders: OrderDesk
    handoff: HandoffDesk
    logs: LiveLogs
    store: SqlEventStore
    recording: RecordingThread
    data_dir: Path
    listening: Listening | None = None
    speaking: Speaking | None = None
