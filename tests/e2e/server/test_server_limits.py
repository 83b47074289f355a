"""The call over the limit, a server that is stopped, and one that is killed."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from live_server import LiveServer, StartServer
from phone_callers import Handset, known_as, new_number, place, timeline
from sipp_scenarios import Sipp, answered, expect_request, hang_up, invite, refused, reply

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::ResourceWarning")]

LET_GO = expect_request("BYE") + reply("200 OK")


@pytest.fixture(scope="module")
def server(start_server: StartServer) -> Iterator[LiveServer]:
    with start_server(call={"max_calls": 1}, server={"drain_timeout_s": 40.0}) as one:
        yield one


@pytest.fixture(autouse=True)
def _runs(server: LiveServer) -> None:
    """A test that is tried again finds a server that takes calls, whatever became of the last one."""
    if server.process.poll() is not None:
        server.restart()
    server.wait_idle()


def test_the_call_over_the_limit_is_busy_and_the_running_one_goes_on(server: LiveServer, sipp: Sipp) -> None:
    number, over = new_number(), new_number()
    with Handset() as handset:
        flow = answered(more=known_as(number)) + LET_GO
        first = sipp.start(flow, to="shop", server=server.host, rtp_port=handset.port)
        handset.lift()
        server.wait_for(number, "call.answered")
        sipp.run(invite(more=known_as(over)) + refused(486, provisional=True), to="shop", server=server.host)
        assert server.ready()["calls"] == {"running": 1, "max": 1}
        handset.say(timeline("human_please"))
        handset.answer_over()
        handset.say(timeline("no_thanks_bye"))
        sipp.finish(first)
    story = server.told_story(number)
    assert "Shall I connect you?" in story.heard
    assert (story.end["by"], story.faults) == ("bot", [])
    assert all(row["caller"] != over for row in server.get("/api/calls")["calls"])
    server.wait_idle()
    sipp.run(answered() + hang_up(), to="shop", server=server.host)
    server.wait_idle()


def test_a_killed_server_closes_the_call_when_it_is_back(server: LiveServer, sipp: Sipp) -> None:
    number = new_number()
    with Handset() as handset:
        caller = sipp.start(
            answered(more=known_as(number)) + LET_GO, to="shop", server=server.host, rtp_port=handset.port
        )
        handset.lift()
        handset.say(timeline(0.5, "where_is_my_order"))
        server.wait_for(number, "turn.committed")
        time.sleep(0.5)
        server.kill()
        caller.kill()
        caller.wait()
    server.restart()
    story = server.told_story(number)
    assert story.words
    assert (story.end["by"], story.end["reason"]) == ("network", "the server stopped")
    assert story.summary["outcome"] != "unfinished"
    again = new_number()
    with place(server, "4481207#@barge=300", "silence_3s", number=again):
        server.wait_heard(again, "Trail Runner shoes")
    assert server.told_story(again).faults == []


def test_a_server_told_to_stop_lets_the_running_call_finish(server: LiveServer, sipp: Sipp) -> None:
    number = new_number()
    with Handset() as handset:
        flow = answered(more=known_as(number)) + LET_GO
        caller = sipp.start(flow, to="shop", server=server.host, rtp_port=handset.port)
        handset.lift()
        server.wait_for(number, "call.answered")
        server.terminate()
        assert server.wait("draining")["running"] == 1
        answer = server.web.get("/readyz")
        assert (answer.status_code, answer.json()["draining"]) == (503, True)
        sipp.run(invite() + refused(486, provisional=True), to="shop", server=server.host)
        handset.say(timeline("human_please"))
        handset.answer_over()
        story = server.story(server.call_of(number))
        assert story.live
        assert "Shall I connect you?" in story.heard
        handset.say(timeline("no_thanks_bye"))
        sipp.finish(caller)
    assert server.ended(20) == 0
    assert server.told("stopped") == {"event": "stopped", "cut_off": 0}
    shown = server.shown("last")
    assert shown[-2]["kind"] == "call.ended"
    assert shown[-2]["data"]["reason"] == "goodbye"
