"""Something is done for a caller, by voice over SIP: proof, plan, yes, once; and not without them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from live_server import LiveServer, StartServer
from phone_callers import place

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::ResourceWarning")]

#: One of the demo shop's customers, whose order is paid and not packed.
MARA, ORDER = "+16465550101", "3310460"


@pytest.fixture(scope="module")
def server(start_server: StartServer) -> Iterator[LiveServer]:
    with start_server() as one:
        yield one


def order_status(server: LiveServer) -> str:
    """As the shop itself has it."""
    shop = f"http://127.0.0.1:{server.shop_port}/v1/orders"
    found = server.web.get(shop, params={"number": ORDER}).json()
    return str(found["orders"][0]["status"])


def test_an_order_is_cancelled_after_proof_and_a_yes(server: LiveServer) -> None:
    # She says no to the plan first: nothing happens.
    with place(server, "cancel_my_order", "postcode_10011", "no", "no_thanks_bye", number=MARA) as caller:
        assert caller.finish().code == 0
    story = server.told_story(MARA)
    assert story.one("action.planned")["status"] == "ok"
    assert not story.all("action.begun")
    assert story.all("action.abandoned")
    assert order_status(server) == "open"

    with place(server, "cancel_my_order", "10011#", "yes_please", "no_thanks_bye", number=MARA) as caller:
        assert caller.finish().code == 0
    story = server.told_story(MARA)
    kinds = [kind for kind in story.kinds if kind.startswith(("verification.", "action."))]
    assert kinds == ["verification.attempted", "action.planned", "action.begun", "action.committed"]
    assert story.one("verification.attempted")["outcome"] == "ok"
    assert "10011" not in str(story.one("verification.attempted"))
    assert story.one("action.committed")["reference"] in story.heard.replace(" ", "")
    assert "It's cancelled." in story.heard
    assert story.faults == []
    assert order_status(server) == "cancelled"
