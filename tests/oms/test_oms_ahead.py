"""Reads begun before they are needed: which, how many, and which are given up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from oms_builders import jumping

from voicebot.oms.ahead import Ahead
from voicebot.oms.settings import OmsSettings

EXISTS = ("4481207", "4480022", "9274460", "9274461", "9274462")
WHOLE = ("find_orders", {"number": "4481207"})
OTHER = ("find_orders", {"number": "4480022"})


class Shop:
    """Takes a second for each answer; knows `EXISTS`, and calls all that begin alike near."""

    def __init__(self, settings: OmsSettings) -> None:
        self.asked: list[str] = []
        self.given_up: list[str] = []
        self.ahead = Ahead(self.ask, settings)

    async def ask(self, op: str, args: Mapping[str, Any], request: str) -> Mapping[str, Any]:
        (value,) = args.values()
        self.asked.append(f"{op} {value}")
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            self.given_up.append(value)
            raise
        if value in EXISTS and op == "find_orders":
            return {"status": "ok", "orders": [{"number": value}], "nearest": []}
        return {"status": "not_found", "nearest": [number for number in EXISTS if number[:3] == value[:3]]}


def played(story: Callable[[Shop], Awaitable[None]], prefetches_per_call: int = 12) -> Shop:
    async def play() -> Shop:
        shop = Shop(OmsSettings(prefetches_per_call=prefetches_per_call))
        await story(shop)
        await shop.ahead.close()
        return shop

    return jumping(play)


def test_what_was_asked_is_not_asked_again_while_its_snapshot_lives() -> None:
    async def story(shop: Shop) -> None:
        for pause_s in (0.2, 2, 18, 5):
            shop.ahead.begin(*WHOLE)
            await asyncio.sleep(pause_s)

    assert played(story).asked == ["find_orders 4481207", "find_orders 4481207"]


def test_two_neighbours_of_a_number_that_does_not_exist_are_read() -> None:
    async def story(shop: Shop) -> None:
        shop.ahead.foresee([("near_orders", {"number": "927446"})])
        await asyncio.sleep(9)

    assert played(story).asked == ["near_orders 927446", "find_orders 9274460", "find_orders 9274461"]


def test_one_that_exists_has_no_neighbours() -> None:
    async def story(shop: Shop) -> None:
        shop.ahead.foresee([WHOLE])
        await asyncio.sleep(9)

    assert played(story).asked == ["find_orders 4481207"]


def test_a_number_that_is_heard_otherwise_now_is_given_up_once_that_is_found() -> None:
    async def story(shop: Shop) -> None:
        shop.ahead.foresee([WHOLE])
        await asyncio.sleep(0.5)
        shop.ahead.foresee([("find_orders", {"number": "9270000"})])  # there is none
        await asyncio.sleep(0.2)
        shop.ahead.foresee([OTHER])
        await asyncio.sleep(9)

    shop = played(story)
    assert shop.given_up == ["9274460", "9274461"], "the neighbours of what was misheard"
    assert shop.asked[:3] == ["find_orders 4481207", "find_orders 9270000", "find_orders 4480022"]


def test_what_is_misheard_later_does_not_stop_what_was_right() -> None:
    async def story(shop: Shop) -> None:
        shop.ahead.foresee([("near_orders", {"number": "448120"})])
        await asyncio.sleep(1.5)
        shop.ahead.foresee([("find_orders", {"number": "4448120"})])
        await asyncio.sleep(9)

    shop = played(story)
    assert shop.given_up == []
    assert shop.asked == ["near_orders 448120", "find_orders 4481207", "find_orders 4480022", "find_orders 4448120"]


def test_who_was_given_up_and_is_heard_again_is_asked_for_again() -> None:
    async def story(shop: Shop) -> None:
        shop.ahead.foresee([OTHER])
        await asyncio.sleep(0.5)
        shop.ahead.foresee([WHOLE])
        await asyncio.sleep(0.2)
        shop.ahead.foresee([OTHER])
        await asyncio.sleep(0.5)
        shop.ahead.foresee([WHOLE])
        await asyncio.sleep(9)

    shop = played(story)
    assert shop.given_up == ["4481207"]
    assert shop.asked == ["find_orders 4480022", "find_orders 4481207", "find_orders 4481207"]


def test_nothing_else_is_given_up() -> None:
    async def story(shop: Shop) -> None:
        shop.ahead.begin("find_orders", {"phone": "+14155550134"})  # as it rings
        shop.ahead.foresee([("near_orders", {"number": "448120"})])
        await asyncio.sleep(1.5)
        for reads in (
            [],
            [("find_orders", {"email": "ada@example.com"})],
            [WHOLE, ("find_orders", {"number": "4480022"})],
        ):
            shop.ahead.foresee(reads)
            await asyncio.sleep(0.1)
        await asyncio.sleep(9)

    shop = played(story)
    assert shop.given_up == []
    assert sorted(shop.asked) == [
        "find_orders +14155550134",
        "find_orders 4480022",
        "find_orders 4481207",
        "find_orders ada@example.com",
        "near_orders 448120",
    ]


def test_a_call_has_only_so_many() -> None:
    async def story(shop: Shop) -> None:
        shop.ahead.foresee(("find_orders", {"number": str(number)}) for number in range(9))
        await asyncio.sleep(1)

    assert len(played(story, prefetches_per_call=3).asked) == 3


def test_guesses_leave_room_for_what_is_said_in_full() -> None:
    async def story(shop: Shop) -> None:
        for number in range(92744, 92790):
            shop.ahead.foresee([("near_orders", {"number": str(number)})])
            await asyncio.sleep(1.5)
        guesses.extend(shop.asked)
        shop.ahead.foresee([WHOLE])
        await asyncio.sleep(3)

    guesses: list[str] = []
    assert played(story).asked[len(guesses) :] == ["find_orders 4481207"]
    assert 0 < len(guesses) <= 6
