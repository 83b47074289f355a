"""A killed server loses at most the last 200 ms of its calls, and never from the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from voicebot.records.events import call, hearing
from voicebot.records.store import open_store, read_store
from voicebot.records.upkeep import end_cut_off_calls

pytestmark = pytest.mark.e2e

#: Appends an event every 2 ms and tells about each only afterwards.
WRITER = """
import sys, time
from pathlib import Path
from voicebot.records.events import hearing, call
from voicebot.records.live import LiveLog
from voicebot.records.store import open_store

store = open_store(Path(sys.argv[1]))
log = LiveLog("killed", clock=lambda: time.time() * 1000, store=store)
log.append(call.CallStarted(transport="sip", caller=None))
while True:
    record = log.append(hearing.Final(text="word"))
    sys.stdout.write(f"{record.seq} {time.time()}\\n")
    sys.stdout.flush()
    time.sleep(0.002)
"""

LOST_AT_MOST_S = 0.2


@pytest.mark.parametrize("alive_s", [0.35, 0.8, 1.3])
def test_kill_9_loses_at_most_the_last_200_ms(tmp_path: Path, alive_s: float) -> None:
    told_file = tmp_path / "told"
    with told_file.open("w") as told:
        environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=told, env=environment)
        deadline = time.monotonic() + 20
        while told_file.stat().st_size == 0 and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(alive_s)
        killed_at = time.time()
        writer.send_signal(signal.SIGKILL)
        writer.wait()

    appended = [(int(seq), float(at)) for seq, at in map(str.split, told_file.read_text().splitlines()[:-1])]
    owed = [seq for seq, at in appended if at < killed_at - LOST_AT_MOST_S]
    assert owed
    reader = read_store(tmp_path)
    kept = [record.seq for record in reader.records("killed")]
    reader.close()
    assert kept == list(range(1, len(kept) + 1))
    assert kept[-1] >= owed[-1]

    store = open_store(tmp_path)
    assert end_cut_off_calls(store) == ["killed"]
    assert store.flush(10)
    records = store.records("killed")
    assert isinstance(records[-1].event, call.CallEnded)
    assert [record.seq for record in records] == list(range(1, len(kept) + 2))
    assert isinstance(records[1].event, hearing.Final)
    store.close()
