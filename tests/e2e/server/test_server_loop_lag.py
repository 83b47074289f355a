"""Ten calls at once do not block the event loop: nothing that takes long runs on it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from live_server import LiveServer, StartServer
from phone_callers import new_number, place

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::ResourceWarning")]

CALLS = 10
#: At the 99th percentile, of what the loop's own thread computes: the machine is shared with the callers.
MOST_MS = 20.0
#: Blocked without computing (a file, a lock); others' load reaches into this one.
MOST_BLOCKED_MS = 100.0
WATCHED_S = 45.0
#: For ten callers to start.
ALL_THERE_S = 60.0
TURNS = ("where_is_my_order", "order_number_4481207", "when_will_it_arrive", "repeat_please") * 4


@pytest.fixture(scope="module")
def server(start_server: StartServer) -> Iterator[LiveServer]:
    with start_server(call={"max_calls": CALLS}) as one:
        yield one


def test_ten_calls_that_speak_and_listen_do_not_hold_the_loop_up(server: LiveServer) -> None:
    with ExitStack() as callers:
        for _ in range(CALLS):
            callers.enter_context(place(server, *TURNS, number=new_number()))
        end_s = time.monotonic() + ALL_THERE_S
        while server.ready()["calls"]["running"] < CALLS:
            assert time.monotonic() < end_s, "they are not all in progress"
            time.sleep(0.5)
        time.sleep(WATCHED_S)
        assert server.ready()["calls"]["running"] == CALLS, "one has hung up"
        lag = server.get("/healthz")["loop_lag_ms"]
    assert lag["looks"] > 100
    assert lag["busy_p99"] < MOST_MS, lag
    assert lag["own_p99"] < MOST_BLOCKED_MS, lag
    server.wait_idle(30)
