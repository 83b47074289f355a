from __future__ import annotations

import asyncio

import httpx
import pytest
from fastapi import FastAPI
from webrtc_bench import Browser, Server, serving

from voicebot.transports.webrtc.leg import WebRtcLeg
from voicebot.transports.webrtc.routes import BusyError, webrtc_router
from voicebot.transports.webrtc.settings import WebRtcSettings


async def offered(server: Server, headers: dict[str, str] | None = None, **body: str) -> httpx.Response:
    async with server.client() as http:
        browser = Browser(http)
        response = await http.post(
            "/api/webrtc/offer", json={"sdp": await browser.offer(), **body}, headers=headers or {}
        )
        await browser.close()
        return response


async def test_answer_names_call_and_session() -> None:
    async with serving() as server:
        response = await offered(server)
        answer = response.json()
        assert answer["type"] == "answer"
        assert answer["call"] == server.sessions[0].leg.id
        assert len(answer["session"]) >= 32
        assert "m=audio" in answer["sdp"]


async def test_claimed_numbers_count_only_where_allowed() -> None:
    async with serving() as server:
        await offered(server, caller="+44 20 7946 0018")
        assert server.sessions[0].leg.caller is None
    async with serving(WebRtcSettings(allow_claimed_number=True)) as server:
        await offered(server, caller="+44 20 7946 0018")
        await offered(server, caller="anna'; drop table calls")
        assert [session.leg.caller for session in server.sessions] == ["+442079460018", None]


async def test_full_house_answers_503_before_any_work() -> None:
    async with serving(admit=lambda: 12.4) as server:
        response = await offered(server)
        assert response.status_code == 503
        assert response.headers["retry-after"] == "12"
        assert response.json()["error"] == "all lines are busy"
        assert server.sessions == []


@pytest.mark.parametrize(("problem", "status"), [(BusyError(3), 503), (RuntimeError("boom"), 500)])
async def test_a_leg_that_nobody_takes_is_closed(problem: Exception, status: int) -> None:
    legs: list[WebRtcLeg] = []

    async def refuse(leg: WebRtcLeg) -> None:
        legs.append(leg)
        raise problem

    app = FastAPI()
    app.include_router(webrtc_router(refuse))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://voicebot.test") as http:
        browser = Browser(http)
        response = await browser.call()
        await browser.close()
    assert response.status_code == status
    assert "boom" not in response.text
    await asyncio.wait_for(legs[0].wait_closed(), 5)


async def test_sessions_are_bounded() -> None:
    async with serving(WebRtcSettings(max_claims=1)) as server:
        assert (await offered(server)).status_code == 200
        assert (await offered(server)).status_code == 503


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"sdp": ""}, 422),
        ({"sdp": "v=0"}, 422),
        ({"sdp": "x" * 40_000}, 422),
        ({"sdp": 7}, 422),
        ([], 422),
    ],
)
async def test_bad_offers(body: object, status: int) -> None:
    async with serving() as server, server.client() as http:
        response = await http.post("/api/webrtc/offer", json=body)
        assert response.status_code == status
        assert server.sessions == []


async def test_pages_of_other_sites_may_not_call() -> None:
    async with serving(WebRtcSettings(allowed_origins=("https://shop.example",))) as server:
        assert (await offered(server, {"Origin": "https://evil.example"})).status_code == 403
        assert (await offered(server, {"Origin": "null"})).status_code == 403
        assert (await offered(server, {"Origin": "https://shop.example"})).status_code == 200
        assert (await offered(server, {"Origin": "http://voicebot.test"})).status_code == 200


async def test_candidates_can_be_trickled() -> None:
    line = "candidate:1 1 udp 2130706431 127.0.0.1 40000 typ host"
    async with serving() as server, server.client() as http:
        browser = Browser(http)
        await browser.call()
        for candidates, status in [
            ([{"candidate": line, "sdpMid": "0", "sdpMLineIndex": 0}], 204),
            ([{"candidate": "", "sdpMid": "0", "sdpMLineIndex": 0}], 204),
            ([{"candidate": "candidate:nonsense", "sdpMid": "0", "sdpMLineIndex": 0}], 422),
            ([{"candidate": line}], 422),
            ("x", 422),
        ]:
            response = await http.patch(f"/api/webrtc/{browser.session}", json={"candidates": candidates})
            assert response.status_code == status, response.text
        assert (await http.patch("/api/webrtc/guess", json={"candidates": []})).status_code == 404
        assert (await http.delete("/api/webrtc/guess")).status_code == 204
        await browser.close()


async def test_config_for_the_page() -> None:
    async with serving(WebRtcSettings(ice_servers=("stun:stun.example:3478",))) as server, server.client() as http:
        found = (await http.get("/api/webrtc/config")).json()
        assert found == {"iceServers": [{"urls": "stun:stun.example:3478"}], "claimedNumber": False}
