"""The order system is slow or broken: the caller hears the truth, the log has the cause, other calls do not notice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from call_story import Story
from conftest import StartServer
from live_server import LiveServer
from phone_callers import Caller, new_number, place

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::ResourceWarning")]

SORRY = "I can't reach our order system at the moment."
#: Why a human may be asked to call; see `HandoffRequested`.
REASONS = {"caller_asked", "policy", "low_confidence", "failure"}


@pytest.fixture(scope="module")
def server(start_server: StartServer) -> Iterator[LiveServer]:
    # The breaker would answer in place of a shop that failed often: here each fault is to be met itself.
    with start_server(call={"read_deadline_s": 3.0}, oms={"breaker_failures": 1000}) as one:
        yield one


@pytest.fixture(autouse=True)
def _whole_shop(server: LiveServer) -> Iterator[None]:
    yield
    server.break_shop()


def asking(server: LiveServer, number: str) -> Caller:
    # Patient enough to wait for the answer after a filler.
    return place(server, "4481207#@barge=300", "no_thanks_bye", number=number, options=("--settle-ms", "4500"))


def asks_and_leaves(server: LiveServer, number: str) -> Story:
    """Keys in a number, listens to what there is to say, says goodbye."""
    placed = asking(server, number).finish()
    assert placed.code == 0, placed.errors
    return server.told_story(number)


def test_a_slow_shop_is_bridged_and_then_answered(server: LiveServer) -> None:
    server.break_shop(latency_ms=2000)
    story = asks_and_leaves(server, new_number())
    assert "Let me look at that order." in story.said("filler")
    assert "Trail Runner shoes" in story.heard
    assert story.heard.index("Let me look at that order.") < story.heard.index("Trail Runner shoes")
    read = next(data for data in story.all("oms.answered", status="ok") if data["result"]["orders"])
    assert read["took_ms"] >= 2000
    assert SORRY not in story.heard


@pytest.mark.parametrize(
    ("fault", "status"),
    [("http_500", "unavailable"), ("html", "bad_answer"), ("wrong_json", "bad_answer"), ("hang", "timeout")],
)
def test_a_broken_shop_is_admitted(server: LiveServer, fault: str, status: str) -> None:
    server.break_shop(fail_rate=1.0, kind=fault)
    story = asks_and_leaves(server, new_number())
    assert SORRY in story.heard
    assert "Shall I have a colleague call you back?" in story.heard
    assert not any("Found it" in text or "I've got it" in text for text in story.said())
    number = {data["request"] for data in story.all("oms.requested") if data["args"].get("number") == "4481207"}
    failed = [data for data in story.all("oms.answered") if data["request"] in number]
    assert [data["status"] for data in failed] == [status]
    assert failed[0]["cause"]
    assert story.summary["failed_reads"] >= 1
    assert (story.end["by"], story.end["reason"]) == ("bot", "goodbye")
    assert server.ready()["ready"]


def test_a_call_back_is_arranged_while_the_shop_is_down(server: LiveServer) -> None:
    server.break_shop(fail_rate=1.0, kind="http_500")
    number = new_number()
    turns = ("4481207#@barge=300", "yes", "yes", "no_thanks_bye")
    place(server, *turns, number=number).finish()
    story = server.told_story(number)
    callback = story.one("handoff.callback")
    assert callback["number"] == number
    assert server.get(f"/api/handoffs/{callback['handoff']}")["reason"] in REASONS
    assert any(row["call"] == story.id for row in server.get("/api/callbacks")["callbacks"])


def test_another_call_does_not_notice(server: LiveServer) -> None:
    """While one caller waits for a shop that hangs, another one is answered at once, to the end of the sentence."""
    server.break_shop(fail_rate=1.0, kind="hang")
    waiting, talking = new_number(), new_number()
    one = asking(server, waiting)
    other = place(server, "human_please@barge=500", "no_thanks_bye@barge=6000", number=talking)
    placed, _ = other.finish(), one.finish()
    assert placed.code == 0, placed.errors
    assert placed.summary["turns"][0]["v2v_ms"] is not None
    stories: dict[str, Any] = {number: server.told_story(number) for number in (waiting, talking)}
    assert "Shall I connect you?" in stories[talking].heard
    assert stories[talking].faults == []
    assert SORRY not in stories[talking].heard
    assert SORRY in stories[waiting].heard


def test_when_the_shop_is_back_so_are_the_answers(server: LiveServer) -> None:
    story = asks_and_leaves(server, new_number())
    assert "Trail Runner shoes" in story.heard
    assert SORRY not in story.heard
