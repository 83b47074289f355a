from __future__ import annotations

import asyncio

from sip_fakes import FakeCall, FakeStack

from voicebot.transports.sip.leg import SipLeg
from voicebot.transports.sip.listener import OnLeg, SipListener
from voicebot.transports.sip.port import Closed
from voicebot.transports.sip.settings import SipSettings


async def listening(on_leg: OnLeg) -> tuple[SipListener, FakeStack, list[str]]:
    stack, deaths = FakeStack(), list[str]()
    listener = SipListener(stack, on_leg, deaths.append, settings=SipSettings())
    await listener.start()
    return listener, stack, deaths


async def until_ended(leg: SipLeg) -> None:
    await leg.wait_ended()


async def test_each_call_has_a_task_until_it_ends() -> None:
    listener, stack, _ = await listening(until_ended)
    calls = [FakeCall(), FakeCall()]
    for call in calls:
        stack.ring(call)
    await asyncio.sleep(0)
    assert listener.live == 2
    calls[0].emit(Closed(by="caller", reason="hung up"))
    await asyncio.sleep(0.01)
    assert listener.live == 1


async def test_a_call_whose_server_side_fails_is_not_left_ringing() -> None:
    async def fail(_leg: SipLeg) -> None:
        raise RuntimeError("no pipeline")

    listener, stack, _ = await listening(fail)
    call = FakeCall()
    stack.ring(call)
    await asyncio.sleep(0.01)
    assert call.closed == Closed(by="bot", reason="the call was not taken")
    assert listener.live == 0


async def test_closing_ends_every_call() -> None:
    listener, stack, _ = await listening(until_ended)
    call = FakeCall()
    stack.ring(call)
    await asyncio.sleep(0)
    await listener.close()
    assert call.closed == Closed(by="bot", reason="the server stops")
    assert stack.closed
    assert listener.live == 0


async def test_a_call_that_rings_while_the_listener_closes_is_refused() -> None:
    listener, stack, _ = await listening(until_ended)
    late = FakeCall()
    await listener.close()
    stack.ring(late)
    await asyncio.sleep(0.01)
    assert late.closed == Closed(by="bot", reason="the server stops")
    assert late.answers == 0


async def test_the_death_of_the_stack_is_passed_on() -> None:
    _, stack, deaths = await listening(until_ended)
    assert stack.on_dead is not None
    stack.on_dead("gone")
    assert deaths == ["gone"]
