"""Whole calls: sipp, baresip and `voicebot call` ask where an order is, and the records tell the same story of it.

The callers speak at the same time, as callers do.
"""

from __future__ import annotations

import functools
import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from call_story import Story
from live_server import LiveServer, StartServer, free_port
from phone_callers import Callers, Placed, baresip_home, known_as, place, timeline
from sipp_scenarios import Sipp, ack, expect, expect_request, invite, reply

from voicebot.caller import g711

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::ResourceWarning")]

#: Greeting, question, "What is the order number?", the number, the whole answer, goodbye; pauses in seconds. The gap
#: after the question ends before the bot asks again (7 s), that after the number leaves time for the longest answer.
WISMO = (7.0, "where_is_my_order", 5.0, "its_4481207", 25.0, "no_thanks_bye")


@pytest.fixture(scope="module")
def server(start_server: StartServer) -> Iterator[LiveServer]:
    with start_server() as one:
        yield one


def by_sipp(server: LiveServer, folder: Path, number: str) -> None:
    """PCMA; sipp plays one recording with the pauses in it."""
    speech = folder / f"{number}.alaw"
    speech.write_bytes(g711.encode("pcma", timeline(*WISMO, 60.0)))
    talk = f'<nop><action><exec rtp_stream="{speech},1,8,PCMA/8000"/></action></nop>'
    offer = invite("pcma", more=known_as(number)).replace("[rtp_port]", "[rtpstream_audio_port]")
    until_bye = expect_request("BYE") + reply("200 OK")
    flow = offer + expect(200, provisional=True, txn="inv") + ack() + talk + until_bye
    Sipp(folder, server.host, timeout_s=90).run(flow, to="shop")


def by_baresip(server: LiveServer, folder: Path, number: str) -> Path:
    """PCMU; the command-line client plays a file. Returns the recording of what it heard."""
    home = folder / number
    home.mkdir()
    soundfile.write(home / "caller.wav", timeline(*WISMO, 10.0), 8000, subtype="PCM_16")
    baresip_home(home, home / "caller.wav", number=number, sip_port=free_port())
    client = subprocess.Popen(
        ["baresip", "-f", str(home), "-e", f"/dial {server.address()}", "-t", "80"],
        cwd=home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        server.told_story(number, timeout_s=80)
    finally:
        client.terminate()  # it closes its recording
        client.wait(10)
    return next(home.glob("dump-*-dec.wav"))


@pytest.fixture(scope="module")
def callers(server: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callers]:
    for program in ("sipp", "baresip"):
        assert shutil.which(program), f"{program} is needed: apt install sip-tester baresip-core"
    folder = tmp_path_factory.mktemp("callers")
    interrupting = ("where_is_my_order@barge=600", "its_4481207", "no_thanks_bye@barge=9000")
    typing = ("4481207#@barge=300", "no_thanks_bye@barge=6000")
    asking_for_a_human = ("human_please@barge=500", "yes_please", "yes_please", "no_thanks_bye")
    with Callers() as several:
        several.begin("sipp", lambda number: by_sipp(server, folder, number))
        several.begin("baresip", lambda number: by_baresip(server, folder, number))
        for name, turns in (
            ("interrupting", interrupting),
            ("typing", typing),
            ("asking for a human", asking_for_a_human),
        ):
            several.begin(name, functools.partial(says, server, folder, turns))
        yield several


def says(server: LiveServer, folder: Path, turns: tuple[str, ...], number: str) -> tuple[Placed, Path]:
    """By `voicebot call`; how it went, and the caller's own recording."""
    record = folder / f"{number}.wav"
    return place(server, *turns, number=number, options=("--record", str(record))).finish(), record


def tells_of_order_4481207(story: Story) -> None:
    """The delayed order of the demo shop: found, and told honestly, to the end of the sentence."""
    assert "wismo" in story.summary["intents"]
    read = story.all("oms.answered", op="find_orders", status="ok")
    assert {order["number"] for data in read for order in data["result"]["orders"]} == {"4481207"}
    assert "Trail Runner shoes" in story.heard
    assert "It's running late." in story.heard
    assert "It was promised by" in story.heard
    assert "It's now expected on" in story.heard
    assert story.one("policy.decided")["policy"] == "late_delivery"
    assert story.faults == []


def is_recorded(server: LiveServer, story: Story) -> None:
    """The recording is as long as the call, and both sides are on it."""
    answer = server.web.get(f"/api/calls/{story.id}/recording")
    assert answer.status_code == 200
    both, rate = soundfile.read(io.BytesIO(answer.content), dtype="int16")
    assert (both.shape[1], rate) == (2, 16000)
    assert len(both) / rate == pytest.approx(story.end["duration_ms"] / 1000, abs=1.5)
    for side in both.T:
        loudest = np.abs(side[: len(side) // 320 * 320]).reshape(-1, 320).max(axis=1)
        assert (loudest > 1000).sum() * 0.02 > 2.0, "seconds of voice"


def test_sipp_completes_a_wismo_call(server: LiveServer, callers: Callers) -> None:
    number, _ = callers.outcome("sipp")
    story = server.told_story(number)
    assert story.one("call.answered")["codec"] == "G.711"
    tells_of_order_4481207(story)
    is_recorded(server, story)
    assert (story.end["by"], story.end["reason"]) == ("bot", "goodbye")


def test_baresip_completes_a_wismo_call(server: LiveServer, callers: Callers) -> None:
    number, recording = callers.outcome("baresip")
    story = server.told_story(number)
    tells_of_order_4481207(story)
    is_recorded(server, story)
    heard, rate = soundfile.read(recording, dtype="int16")
    assert rate == 8000
    assert np.abs(heard).max() > 3000
    assert (story.end["by"], story.end["reason"]) == ("bot", "goodbye")


def test_a_conversation_with_an_interruption_is_told_alike_everywhere(server: LiveServer, callers: Callers) -> None:
    number, (placed, recording) = callers.outcome("interrupting")
    summary = placed.summary
    assert (placed.code, summary["code"], summary["ended_by"]) == (0, 200, "bot"), placed.errors
    assert [turn["played"] for turn in summary["turns"]] == [True, True, True]
    assert summary["turns"][0]["yield_ms"] is not None, "the bot falls silent in the middle of its greeting"
    assert summary["p50_ms"] is not None
    assert summary["pacing_error_ms"]["p50"] is not None
    assert np.abs(soundfile.read(recording, dtype="int16")[0]).max(axis=0).min() > 3000

    story = server.told_story(number)
    greeting = story.one("dialogue.said", role="greeting")
    played = story.one("audio.playback_ended", utterance=greeting["utterance"])
    assert not played["complete"]
    assert played["unheard"]
    assert greeting["text"].startswith(played["heard"])
    assert story.all("hearing.interruption", verdict="stop")
    assert "Trail Runner shoes" in story.heard

    shown = server.shown(story.id)
    assert shown[:-1] == story.events
    assert {name: shown[-1][name] for name in story.summary} == story.summary
    assert shown[-1]["transcript"] == story.document["lines"]
    assert shown[-1]["waterfall"] == story.document["turns"]
    assert story.summary["turns"] == len(story.words) == len(story.document["turns"]) >= 3
    rows = server.get("/api/calls")["calls"]
    assert next(row for row in rows if row["call"] == story.id) == story.summary
    assert server.shown("last")[-1]["call"] == rows[0]["call"]


def test_keys_are_an_order_number_too(server: LiveServer, callers: Callers) -> None:
    number, _ = callers.outcome("typing")
    story = server.told_story(number)
    assert [data["key"] for data in story.all("audio.dtmf")] == list("4481207#")
    read = story.all("oms.answered", op="find_orders", status="ok")
    assert read[0]["result"]["orders"][0]["number"] == "4481207"
    assert "Trail Runner shoes" in story.heard
    assert story.end["by"] == "bot"


def test_without_a_target_a_call_back_is_recorded(server: LiveServer, callers: Callers) -> None:
    number, (placed, _) = callers.outcome("asking for a human")
    assert placed.code == 0, placed.errors
    story = server.told_story(number)
    callback = story.one("handoff.callback")
    assert callback["number"] == number
    assert not story.all("handoff.transfer"), "there is nobody to transfer to"
    owed = next(row for row in server.get("/api/callbacks")["callbacks"] if row["call"] == story.id)
    assert (owed["number"], owed["due"], owed["handoff"]) == (number, callback["due"], callback["handoff"])
    assert "A colleague will call you on" in story.heard
    packet = server.get(f"/api/handoffs/{callback['handoff']}")
    assert (packet["call_id"], packet["caller"]["number"], packet["reason"]) == (story.id, number, "caller_asked")
    assert [action["name"] for action in packet["actions"]] == ["callback"]
