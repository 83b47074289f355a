from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from console_bench import CALL, FakeStore, deps_for, records_of, wismo_call

from voicebot.console.api import call_json, recording_path
from voicebot.console.app import build_app
from voicebot.console.settings import ConsoleSettings
from voicebot.errors import VoicebotError
from voicebot.records.events import call


def client(tmp_path: Path, store: FakeStore | None = None, **changes: Any) -> httpx.AsyncClient:
    app = build_app(
        deps_for(tmp_path, store or FakeStore({CALL: wismo_call()}), **changes), ConsoleSettings(read_timeout_s=0.3)
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


async def test_list_is_paged_and_filtered(tmp_path: Path) -> None:
    store = FakeStore({f"c{n}": wismo_call(f"c{n}") for n in range(5)})
    store.kept["c9"] = wismo_call("c9")[:2]
    async with client(tmp_path, store) as http:
        first = (await http.get("/api/calls", params={"limit": 4})).json()
        assert [row["call"] for row in first["calls"]] == ["c9", "c4", "c3", "c2"]
        second = (await http.get("/api/calls", params={"limit": 4, "before": first["next"]})).json()
        assert ([row["call"] for row in second["calls"]], second["next"]) == (["c1", "c0"], None)
        live = (await http.get("/api/calls", params={"outcome": "unfinished"})).json()
        assert [row["call"] for row in live["calls"]] == ["c9"]


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "outcome=nice", "transport=fax", "before=" + "x" * 200])
async def test_bad_queries_name_the_field(tmp_path: Path, query: str) -> None:
    async with client(tmp_path) as http:
        response = await http.get(f"/api/calls?{query}")
        assert response.status_code == 422
        assert query.split("=")[0] in response.json()["fix"]


async def test_a_call_tells_its_whole_story(tmp_path: Path) -> None:
    async with client(tmp_path) as http:
        found = (await http.get(f"/api/calls/{CALL}")).json()
        assert found["live"] is False
        assert found["call"]["outcome"] == "handed_off"
        assert found["recording"] == {"url": f"/api/calls/{CALL}/recording", "offset_ms": 0}
        interrupted = next(line for line in found["lines"] if line["status"] == "interrupted")
        assert interrupted["unheard"].startswith("The carrier")
        assert [turn["voice_to_voice_ms"] for turn in found["turns"]] == [320, 380, 620]
        assert any("<script>" in line["text"] for line in found["lines"])
        unknown = [event["data"] for event in found["events"] if event["kind"] == "mood.measured"]
        assert unknown == [{"mood": "cross", "score": 0.7}]


async def test_polling_gets_only_what_is_new(tmp_path: Path) -> None:
    async with client(tmp_path) as http:
        whole = (await http.get(f"/api/calls/{CALL}")).json()
        news = (await http.get(f"/api/calls/{CALL}", params={"after": whole["last"] - 2})).json()
        assert [event["seq"] for event in news["events"]] == [whole["last"] - 1, whole["last"]]
        assert news["lines"] == whole["lines"]
        events = (await http.get(f"/api/calls/{CALL}/events", params={"after": 3, "limit": 2})).json()
        assert ([event["seq"] for event in events["events"]], events["last"]) == ([4, 5], 5)
        end = (await http.get(f"/api/calls/{CALL}/events", params={"after": whole["last"]})).json()
        assert end == {"events": [], "last": whole["last"]}


@pytest.mark.parametrize("path", ["", "/events", "/recording"])
async def test_no_such_call(tmp_path: Path, path: str) -> None:
    async with client(tmp_path) as http:
        response = await http.get(f"/api/calls/nobody{path}")
        assert (response.status_code, response.json()["error"]) == (404, "no such call")


@pytest.mark.parametrize("call_id", ["%2e%2e", "a%2fb", "a b", "<script>", "-x", "x" * 129])
async def test_strange_ids_reach_nothing(tmp_path: Path, call_id: str) -> None:
    async with client(tmp_path) as http:
        assert (await http.get(f"/api/calls/{call_id}/recording")).status_code in (404, 422)
        assert (await http.get(f"/api/handoffs/{call_id}")).status_code in (404, 422)


async def test_hand_offs_and_call_backs(tmp_path: Path) -> None:
    async with client(tmp_path) as http:
        assert (await http.get("/api/handoffs/h-1")).json() == {"id": "h-1", "reason": "caller_asked"}
        assert (await http.get("/api/handoffs/h-2")).status_code == 404
        assert (await http.get("/api/handoffs/-h_3")).status_code == 404
        assert (await http.get("/api/callbacks")).json()["callbacks"][0]["handoff"] == "h-1"


async def test_recording_that_is_gone(tmp_path: Path) -> None:
    async with client(tmp_path) as http:
        response = await http.get(f"/api/calls/{CALL}/recording")
        assert (response.status_code, response.json()["error"]) == (404, "no recording of this call")


async def test_store_that_fails_or_hangs_is_an_honest_503(tmp_path: Path) -> None:
    go_on = threading.Event()

    class Ill(FakeStore):
        def calls(self, **_: Any) -> Any:
            raise VoicebotError("cannot be read", where="/data/voicebot.db")

        def records(self, call_id: str, **_: Any) -> Any:
            go_on.wait(5)
            return []

    async with client(tmp_path, Ill()) as http:
        failed = await http.get("/api/calls")
        assert (failed.status_code, failed.json()["error"]) == (503, "cannot be read")
        assert "/data" not in failed.text
        hung = await http.get(f"/api/calls/{CALL}")
        go_on.set()
        assert (hung.status_code, hung.json()["error"]) == (503, "the event store does not answer")


def test_a_live_call_has_no_end_and_maybe_no_recording() -> None:
    records = records_of("c1", [(0, 0, call.CallStarted(transport="webrtc", caller=None))])
    found = call_json(records)
    assert (found["live"], found["recording"], found["turns"]) == (True, None, [])


@pytest.mark.parametrize(
    ("file", "inside"),
    [
        ("recordings/a.wav", True),
        ("../outside.wav", False),
        ("/etc/passwd", False),
        ("/etc/sound.wav", False),
        ("voicebot.db", False),
        ("recordings/../../x.wav", False),
    ],
)
def test_recordings_stay_inside_the_data_directory(tmp_path: Path, file: str, inside: bool) -> None:
    found = recording_path(tmp_path, file)
    assert (found is not None) is inside


def test_a_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (tmp_path / "secret.wav").write_bytes(b"RIFF")
    (data / "link.wav").symlink_to(tmp_path / "secret.wav")
    assert recording_path(data, "link.wav") is None
