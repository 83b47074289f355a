from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import cast

from versions_bench import Silent

from voicebot.dialogue.engine import Engine
from voicebot.dialogue.flowset import FlowSet
from voicebot.policy.book import PolicyBook
from voicebot.versions.editions import Edition, Editions, Offer
from voicebot.versions.pointers import share

CALLS = [f"call-{number}" for number in range(200)]


def edition(id_: str) -> Edition:
    flows = FlowSet(flows={}, shop={}, version=id_)
    return Edition(id=id_, engine=Engine(flows), policies=PolicyBook({}), interpreter=Silent(flows))


def closed(*editions: Edition) -> Mapping[str, bool]:
    return {one.id: cast(Silent, one.interpreter).closed for one in editions}


def test_a_share_of_the_calls_takes_the_candidate() -> None:
    live, tried = edition("live"), edition("tried")
    offer = Offer(live=live, candidate=tried, percent=50)
    chosen = [offer.for_call(call) for call in CALLS]
    assert chosen == [tried if share(call) < 50 else live for call in CALLS]
    assert 70 < chosen.count(tried) < 130


def test_who_is_on_the_candidate_stays_on_it_when_it_grows() -> None:
    small, large = (Offer(live=edition("a"), candidate=edition("b"), percent=percent) for percent in (10, 40))
    on_small = {call for call in CALLS if small.for_call(call).id == "b"}
    assert on_small
    assert on_small < {call for call in CALLS if large.for_call(call).id == "b"}


async def test_a_call_stays_on_its_edition() -> None:
    one, two = edition("one"), edition("two")
    editions = Editions(Offer(live=one))
    first = editions.enter("a")
    editions.switch(Offer(live=two))
    assert (first.id, editions.enter("b").id) == ("one", "two")
    assert editions.running() == {"one": 1, "two": 1}


async def test_an_edition_is_let_go_with_its_last_call() -> None:
    one, two = edition("one"), edition("two")
    editions = Editions(Offer(live=one))
    editions.enter("a")
    editions.enter("b")
    editions.switch(Offer(live=two))
    editions.leave("a")
    await asyncio.sleep(0)
    assert closed(one, two) == {"one": False, "two": False}
    editions.leave("b")
    editions.leave("b")
    await asyncio.sleep(0)
    assert closed(one, two) == {"one": True, "two": False}


async def test_an_edition_that_nobody_is_on_goes_at_once_and_one_that_stays_on_offer_does_not() -> None:
    one, two = edition("one"), edition("two")
    editions = Editions(Offer(live=one, candidate=two, percent=10))
    editions.switch(Offer(live=two))
    await asyncio.sleep(0)
    assert closed(one, two) == {"one": True, "two": False}


async def test_in_the_end_all_are_closed() -> None:
    one, two = edition("one"), edition("two")
    editions = Editions(Offer(live=one))
    editions.enter("a")
    editions.switch(Offer(live=two))
    await editions.close()
    assert closed(one, two) == {"one": True, "two": True}
