"""The order system is slow or broken: the caller hears the truth, the log has the cause, other calls do not notice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from call_story import Story
from live_server import LiveServer, StartServer
from phone_callers import Caller, new_number, place

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::ResourceWarning")]

SORRY = "I can't reach our order system at the moment."
#: Why a human may be asked to call; see `HandoffRequested`.
REASONS = {"caller_asked", "policy", "low_confidence", "failure"}


@pytest.fixture(scope="module")
def server(start_server: StartServer) -> Iterator[LiveServer]:
    # Neither cache nor breaker may answer in place of the shop: each fault is to be met itself.
    oms = {"cache_ttl_s": 0.1, "breaker_failures": 1000}
    with start_server(call={"read_deadline_s": 3.0}, oms=oms) as one:
        yield one


@pytest.fixture(autouse=True)
def _whole_shop(server: LiveServer) -> Iterator[None]:
    yield
    server.break_shop()


def asks(server: LiveServer, number: str) -> Caller:
    """Keys in an order number and listens, longer than any test."""
    return place(server, "4481207#@barge=300", "silence_3s", number=number, options=("--settle-ms", "20000"))


def listens(server: LiveServer, text: str) -> Story:
    """The whole story of a caller who asks, and hangs up having heard these words."""
    number = new_number()
    with asks(server, number):
        server.wait_heard(number, text)
    return server.told_story(number)


def test_a_slow_shop_is_bridged_and_then_answered(server: LiveServer) -> None:
    server.break_shop(latency_ms=2000)
    story = listens(server, "Trail Runner shoes")
    assert story.heard.index("Let me look at that order.") < story.heard.index("Trail Runner shoes")
    assert "Let me look at that order." in story.said("filler")
    read = next(data for data in story.all("oms.answered", status="ok") if data["result"]["orders"])
    assert read["took_ms"] >= 2000
    assert SORRY not in story.heard
    assert story.faults == []


@pytest.mark.parametrize(
    ("fault", "status"),
    [("http_500", "unavailable"), ("html", "bad_answer"), ("wrong_json", "bad_answer"), ("hang", "timeout")],
)
def test_a_broken_shop_is_admitted(server: LiveServer, fault: str, status: str) -> None:
    server.break_shop(fail_rate=1.0, kind=fault)
    story = listens(server, "Shall I have a colleague call you back?")
    assert SORRY in story.heard
    assert not any("I found it" in text or "I've got it" in text for text in story.said())
    number = {data["request"] for data in story.all("oms.requested") if data["args"].get("number") == "4481207"}
    failed = [data for data in story.all("oms.answered") if data["request"] in number]
    assert [data["status"] for data in failed] == [status]
    assert failed[0]["cause"]
    assert story.summary["failed_reads"] >= 1
    assert story.end["by"] == "caller"
    assert server.ready()["ready"]


def test_a_call_back_is_arranged_while_the_shop_is_down(server: LiveServer) -> None:
    server.break_shop(fail_rate=1.0, kind="http_500")
    number = new_number()
    with place(server, "4481207#@barge=300", "yes", "yes", "silence_3s", number=number):
        server.wait_heard(number, "A colleague will call you on", timeout_s=60)
    story = server.told_story(number)
    callback = story.one("handoff.callback")
    assert callback["number"] == number
    assert server.get(f"/api/handoffs/{callback['handoff']}")["reason"] in REASONS
    assert any(row["call"] == story.id for row in server.get("/api/callbacks")["callbacks"])


def test_another_call_does_not_notice(server: LiveServer) -> None:
    """While one caller waits for a shop that hangs, another one is answered, to the end of the sentence."""
    server.break_shop(fail_rate=1.0, kind="hang")
    waiting, talking = new_number(), new_number()
    turns = ("human_please@barge=300", "silence_3s")
    with asks(server, waiting), place(server, *turns, number=talking) as other:
        server.wait_heard(talking, "Shall I connect you?")
        story = server.wait_heard(waiting, SORRY)
        assert other.leave().code == 0
    assert "Let me look at that order." in story.heard
    untouched = server.told_story(talking)
    assert untouched.faults == []
    assert SORRY not in untouched.heard


def test_when_the_shop_is_back_so_are_the_answers(server: LiveServer) -> None:
    story = listens(server, "Trail Runner shoes")
    assert SORRY not in story.heard
