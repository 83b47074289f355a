"""Whole calls between an aiortc peer and the router, through a real pipecat pipeline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from pipecat.frames.frames import EndFrame
from webrtc_bench import Browser, Server, Session, loudest_hz, serving, tone, until

from voicebot.transports.webrtc.leg import Ended
from voicebot.transports.webrtc.settings import WebRtcSettings


class Call:
    def __init__(self, server: Server, browser: Browser) -> None:
        self.server, self.browser = server, browser
        self.session: Session = server.sessions[-1]


def ended_by(session: Session) -> str | None:
    return session.leg.ended.by if session.leg.ended else None


@pytest.fixture
async def call() -> AsyncIterator[Call]:
    async with serving() as server, server.client() as http:
        browser = Browser(http)
        response = await browser.call()
        assert response.status_code == 200, response.text
        made = Call(server, browser)
        await asyncio.wait_for(made.session.connected.wait(), 10)
        await until(lambda: browser.channel.readyState == "open")
        yield made
        await browser.close()


async def test_audio_arrives_both_ways(call: Call) -> None:
    call.browser.microphone.pcm += tone(440, 1000)
    await call.session.desk.say(tone(1000, 1000))
    await until(lambda: 400 < loudest_hz(call.session.desk.heard[-16000:] or b"\0\0") < 480)
    await until(lambda: 950 < loudest_hz(bytes(call.browser.heard[-16000:]) or b"\0\0") < 1050)


async def test_frames_are_20_ms_and_keep_the_clock_while_the_browser_sends_nothing(call: Call) -> None:
    desk = call.session.desk
    await until(lambda: len(desk.frames) > 20)
    call.browser.microphone.quiet = True
    await asyncio.sleep(0.3)
    began, count = desk.frames[-1][0], len(desk.frames)
    await asyncio.sleep(1.0)
    call.browser.microphone.quiet = False
    assert {len(pcm) for _, pcm in desk.frames} == {640}
    elapsed_ms = (desk.frames[-1][0] - began) * 1000
    assert (len(desk.frames) - count) * 20 == pytest.approx(elapsed_ms, abs=200)


async def test_queued_ms_falls_to_nothing_as_the_bot_is_heard(call: Call) -> None:
    await call.session.desk.say(tone(500, 600))
    await until(lambda: call.session.leg.queued_ms > 300)
    await until(lambda: call.session.leg.queued_ms == 0.0, seconds=5)


async def test_keys_arrive_and_nonsense_is_ignored(call: Call) -> None:
    for message in ({"type": "dtmf", "key": "1"}, {"type": "dtmf", "key": "12"}, {"type": "dtmf"}, [1], "not json"):
        call.browser.send(message)
    call.browser.send({"type": "dtmf", "key": "#"})
    await until(lambda: call.session.desk.keys == ["1", "#"])


async def test_messages_reach_the_page(call: Call) -> None:
    call.session.leg.send({"type": "caption", "who": "bot", "text": "Hi", "final": True})
    await until(lambda: {"type": "caption", "who": "bot", "text": "Hi", "final": True} in call.browser.messages)


async def test_leg_describes_itself(call: Call) -> None:
    leg = call.session.leg
    assert leg.id == call.browser.answer["call"]
    assert (leg.kind, leg.codec, leg.caller, leg.called, leg.can_transfer) == ("webrtc", "opus", None, None, False)
    outcome = await leg.transfer("sip:a@b", handoff_id="h", timeout_s=1)
    assert not outcome.accepted


async def test_closed_page_ends_the_call_once(call: Call) -> None:
    await call.browser.close()
    await asyncio.wait_for(call.session.task, 10)
    assert call.session.events == ["connected", "disconnected"]
    assert ended_by(call.session) == "caller"


async def test_hang_up_by_the_page(call: Call) -> None:
    response = await call.browser.http.delete(f"/api/webrtc/{call.browser.session}")
    assert response.status_code == 204
    await asyncio.wait_for(call.session.task, 10)
    assert call.session.events == ["connected", "disconnected"]
    assert ended_by(call.session) == "caller"
    again = await call.browser.http.patch(f"/api/webrtc/{call.browser.session}", json={"candidates": []})
    assert again.status_code == 404


async def test_hang_up_by_the_bot_tells_the_page_why_and_happens_once(call: Call) -> None:
    await asyncio.gather(call.session.leg.hangup("goodbye"), call.session.leg.hangup("twice"))
    await until(lambda: call.browser.messages)
    await asyncio.wait_for(call.session.task, 10)
    await call.session.leg.hangup("thrice")
    assert call.session.events == ["connected", "disconnected"]
    assert call.session.leg.ended == Ended(by="bot", reason="goodbye")
    assert {"type": "ended", "by": "bot", "reason": "goodbye"} in call.browser.messages


async def test_pipeline_that_ends_closes_the_connection_after_the_last_word(call: Call) -> None:
    await call.session.desk.say(tone(700, 500))
    await call.session.worker.queue_frame(EndFrame())
    await asyncio.wait_for(call.session.task, 10)
    await asyncio.wait_for(call.session.leg.wait_closed(), 5)
    assert call.session.events == ["connected"]
    assert ended_by(call.session) == "bot"
    await until(lambda: 650 < loudest_hz(bytes(call.browser.heard[-32000:])) < 750)


async def test_browser_that_falls_silent_for_good_is_lost() -> None:
    settings = WebRtcSettings(lost_after_s=1.0)
    async with serving(settings) as server, server.client() as http:
        browser = Browser(http)
        await browser.call()
        session = server.sessions[-1]
        await asyncio.wait_for(session.connected.wait(), 10)
        browser.microphone.quiet = True
        await asyncio.wait_for(session.task, 10)
        assert session.events == ["connected", "disconnected"]
        assert session.leg.ended == Ended(by="network", reason="connection lost")
        await browser.close()


async def test_browser_that_never_connects_is_given_up() -> None:
    async with serving(WebRtcSettings(connect_timeout_s=1.0)) as server, server.client() as http:
        browser = Browser(http)
        response = await http.post("/api/webrtc/offer", json={"sdp": await browser.offer()})
        assert response.status_code == 200
        session = server.sessions[-1]
        await asyncio.wait_for(session.task, 10)
        assert session.events == ["disconnected"]
        assert ended_by(session) == "network"
        await browser.close()
