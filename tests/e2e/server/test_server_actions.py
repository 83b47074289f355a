"""Things are done for callers, by voice over SIP: proof, plan, read-back, yes, once; and not without them."""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from call_story import Story
from live_server import LiveServer, StartServer
from playwright.async_api import expect
from reacting_caller import SideBySide, converse
from shop_changes import Watched
from spoken_wishes import WISHES, Shop, Wish, answers, opening
from web_bench import chromium

from voicebot.messages.outbox import FILE, read_outbox
from voicebot.oms.demo.seed import ZONE

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::ResourceWarning")]

BY_ACTION = {wish.action: wish for wish in WISHES}
#: He hears the plan, and says no.
NO = Wish(
    action="no",
    caller="+16465550118",
    order="3461106",
    says={r"I can cancel the Glide wireless mouse": "no", r"Shall I cancel": "no", **opening("cancel_my_order")},
    read_back=r"I can cancel the Glide wireless mouse",
    told=r"I've left it as it is",
)


#: At midnight of the demo shop all dates of its orders move on: no call is compared across it.
SHOP_ZONE = ZoneInfo(ZONE)
LONGEST_CALL_S = 90.0


@dataclass(frozen=True)
class Served:
    """A call, and what it changed in the shop."""

    story: Story
    shop: Watched


@pytest.fixture(scope="module")
def server(start_server: StartServer) -> Iterator[LiveServer]:
    with start_server() as one:
        yield one


def day_left_s(now: datetime) -> float:
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - now).total_seconds()


def serve(server: LiveServer, wish: Wish) -> Served:
    shop = Shop(server)
    if (left_s := day_left_s(datetime.now(SHOP_ZONE))) < LONGEST_CALL_S:
        time.sleep(left_s + 1)
    before, began = shop.leaves(wish), datetime.now(SHOP_ZONE)
    story = converse(server, wish.caller, answers(server, wish), wish.told)
    after, ended = shop.leaves(wish), datetime.now(SHOP_ZONE)
    return Served(story, Watched(before=before, after=after, began=began, ended=ended))


@pytest.fixture(scope="module")
def calls(server: LiveServer, request: pytest.FixtureRequest) -> Iterator[SideBySide[Served]]:
    """Begun before anybody asks: those of the tests that run."""
    tests = {item.name for item in request.session.items if item.path == request.path}
    begun = [NO.action, *(wish.action for wish in WISHES if any(f"[{wish.action}]" in test for test in tests))]
    with SideBySide({one.action: functools.partial(serve, server, one) for one in (NO, *WISHES)}, begun) as several:
        yield several


def place(story: Story, kind: str, **facts: Any) -> int:
    """Where in the log the only such event is."""
    found = [
        at
        for at, event in enumerate(story.events)
        if event["kind"] == kind and all(event["data"].get(name) == value for name, value in facts.items())
    ]
    assert len(found) == 1, f"{len(found)} of {kind} {facts} in {story.kinds}"
    return found[0]


def after(story: Story, place: int, kind: str, says: Callable[[dict[str, Any]], object]) -> int:
    """Where in the log the next such event is."""
    found = (at for at, event in enumerate(story.events) if event["kind"] == kind and says(event["data"]))
    return next((at for at in found if at > place), len(story.events))


@pytest.mark.parametrize("action", list(BY_ACTION))
def test_it_is_done_once_after_proof_plan_and_yes(server: LiveServer, calls: SideBySide[Served], action: str) -> None:
    wish, served = BY_ACTION[action], calls.outcome(action)
    story = served.story
    assert served.shop.is_as_wished(wish.change), served.shop.change

    # In this order: the policies' reasons, the proof, the plan, its read-back heard to the end, the yes, the deed.
    begun, committed = place(story, "action.begun"), place(story, "action.committed")
    plan = story.one("action.begun")["plan"]
    planned = place(story, "action.planned", plan=plan, action=action, status="ok")
    decided = [event["data"] for event in story.events[:planned] if event["kind"] == "policy.decided"]
    reasons = {data["policy"]: data["reasons"] for data in decided}
    assert all(reasons.get(policy) for policy in (*wish.policies, "verification")), reasons
    if wish.proof:
        assert place(story, "verification.attempted", factor=wish.proof, outcome="ok") < begun
    if wish.read_back:
        read_back = after(
            story,
            planned,
            "audio.playback_ended",
            lambda data: data["complete"] and re.search(wish.read_back, data["heard"]),
        )
        agreed = after(story, read_back, "dialogue.understood", lambda data: {"affirm"} == names(data["commands"]))
        assert planned < read_back < agreed < begun
    assert planned < begun < committed
    assert not story.all("action.unknown")
    assert not story.all("action.failed")

    done = story.one("action.committed", plan=plan)
    assert Shop(server).done(done["key"]) == done["reference"], "the shop knows this write by the same key"
    if "reference" in wish.told:
        assert spelled(done["reference"]) in spelled(story.heard)
    if wish.sent:
        assert re.search(wish.sent, sent_to(server, wish.caller))
    assert story.faults == []


def names(commands: Iterable[Mapping[str, Any]]) -> set[str]:
    return {command["name"] for command in commands}


def spelled(text: str) -> str:
    """Letters and figures only."""
    return re.sub(r"[^0-9A-Z]", "", text.upper())


def sent_to(server: LiveServer, number: str) -> str:
    """All that was sent to a number."""
    return " ".join(one.text for one in read_outbox(server.data_dir / FILE)[0] if one.to == number)


def test_after_a_no_nothing_is_other_than_before(calls: SideBySide[Served]) -> None:
    served = calls.outcome(NO.action)
    story = served.story
    assert served.shop.change == {}
    assert re.search(NO.read_back, story.heard)
    assert place(story, "action.planned", status="ok") < place(story, "action.abandoned")
    assert not story.all("action.begun")
    assert story.faults == []


async def test_the_replay_page_shows_plan_yes_deed_and_reasons(server: LiveServer, calls: SideBySide[Served]) -> None:
    calls.outcome("cancel")
    address = f"http://127.0.0.1:{server.http_port}/calls/{server.call_of(BY_ACTION['cancel'].caller)}"
    async with chromium() as browser:
        page = await browser.new_page()
        await page.goto(address)
        decisions = page.locator("#decisions .decision")
        titles = page.locator("#decisions .decision b")
        await expect(decisions.filter(has_text="cancellations → rule")).to_contain_text("It was not packed yet")
        await expect(titles.filter(has_text=re.compile("Plan|yes|Done"))).to_have_text(
            ["Plan: cancel", "The caller's yes: cancel", "Done: cancel"]
        )
        await expect(decisions.filter(has_text="Done: cancel")).to_contain_text("reference 3576324")
