"""Requests, refusals and odd moments against sipp and raw datagrams; callers without media."""

from __future__ import annotations

import random
import socket
import time

import pytest
from sip_datagrams import options
from sip_rtp_peer import SILENT_PCMU, RtpPeer
from sip_server_process import ServerProcess, mark
from sipp_scenarios import (
    Sipp,
    answered,
    cancelled,
    expect,
    expect_request,
    hang_up,
    invite,
    pause,
    refused,
    reply,
    request,
)

pytest_plugins = ("sip_fixtures",)
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


def test_a_caller_may_give_up_while_it_rings(sipp: Sipp, server: ServerProcess) -> None:
    start = mark(server)
    flow = invite() + expect(180, txn="inv") + pause(200) + cancelled()
    sipp.run(flow, to="ring")
    ended = server.wait("end", after=start)
    assert (ended["by"], ended["reason"]) == ("caller", "gave up before the answer")


def test_an_offer_without_a_common_codec_is_refused(sipp: Sipp, server: ServerProcess) -> None:
    start = mark(server)
    sipp.run(invite("g729") + refused(488, provisional=True), to="quiet")
    assert not server.events[start:]


def test_a_refusal_by_the_server_is_busy(sipp: Sipp) -> None:
    sipp.run(invite() + refused(486, provisional=True), to="busy")


def test_options_are_answered(sipp: Sipp) -> None:
    sipp.run(request("OPTIONS", 1) + expect(200), to="ping")


def test_the_call_over_the_limit_is_refused_and_the_next_one_is_not(sipp: Sipp, strict: ServerProcess) -> None:
    start = mark(strict)
    target = f"127.0.0.1:{strict.port}"
    first = sipp.start(answered() + pause(1000) + hang_up(), to="quiet", server=target)
    strict.wait("connected", after=start)
    sipp.run(invite() + refused(486, provisional=True), to="quiet", server=target)
    sipp.finish(first)
    strict.wait("end", after=start)
    sipp.run(answered() + hang_up(), to="quiet", server=target)
    strict.wait("end", after=start, count=2)


def test_the_server_hangs_up(sipp: Sipp, server: ServerProcess) -> None:
    start = mark(server)
    sipp.run(answered() + expect_request("BYE") + reply("200 OK"), to="bye")
    ended = server.wait("end", after=start)
    assert (ended["by"], ended["reason"]) == ("bot", "that is all")


@pytest.mark.parametrize(
    "flow",
    [
        pytest.param(invite(acked=False) + expect(200, provisional=True) + hang_up(2), id="before-ack"),
        pytest.param(answered() + hang_up(2), id="right-after-ack"),
        pytest.param(answered() + hang_up(2) + request("BYE", 3) + expect(481), id="twice"),
    ],
)
def test_bye_at_odd_moments(sipp: Sipp, server: ServerProcess, flow: str) -> None:
    start = mark(server)
    sipp.run(flow, to="tone")
    assert server.wait("end", after=start)["by"] == "caller"


def test_many_short_calls_leave_nothing_behind(sipp: Sipp, server: ServerProcess) -> None:
    start = mark(server)
    sipp.run(answered() + pause(300) + hang_up(), to="echo", calls=30)
    server.wait("end", after=start, count=30)
    assert "200 OK" in options(server.port)


def test_a_repeated_invite_is_one_call(server: ServerProcess) -> None:
    start = mark(server)
    body = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        own = udp.getsockname()[1]

        def message(method: str) -> bytes:
            content = f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}"
            return (
                f"{method} sip:ring@127.0.0.1:{server.port} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bKrepeated{own}\r\n"
                f"From: <sip:ann@127.0.0.1:{own}>;tag=9\r\nTo: <sip:ring@127.0.0.1>\r\nCall-ID: repeated-{own}\r\n"
                f"CSeq: 1 {method}\r\nContact: <sip:ann@127.0.0.1:{own}>\r\nMax-Forwards: 70\r\n"
                + (content if method == "INVITE" else "Content-Length: 0\r\n\r\n")
            ).encode()

        for _ in range(3):
            udp.sendto(message("INVITE"), ("127.0.0.1", server.port))
            time.sleep(0.05)
        server.wait("call", after=start)
        udp.sendto(message("CANCEL"), ("127.0.0.1", server.port))
        server.wait("end", after=start)
    assert sum(e["event"] == "call" for e in server.events[start:]) == 1


def test_malformed_datagrams_do_no_harm(server: ServerProcess) -> None:
    good = (
        b"INVITE sip:busy@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKx\r\n"
        b"From: <sip:a@b>;tag=1\r\nTo: <sip:busy@127.0.0.1>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n"
        b"Contact: <sip:a@127.0.0.1:9>\r\nContent-Type: application/sdp\r\nContent-Length: 20\r\n\r\n"
        b"v=0\r\nm=audio x y z\r\n"
    )
    dice = random.Random(11)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.connect(("127.0.0.1", server.port))
        for fixed in (
            b"",
            b"\x00" * 500,
            b"INVITE sip:" + b"a" * 30000 + b"@x SIP/2.0\r\n\r\n",
            good.replace(b"Content-Length: 20", b"Content-Length: -5"),
            good.replace(b"Content-Length: 20", b"Content-Length: 99999999999999999999"),
            good.replace(b"CSeq: 1", b"CSeq: 4294967299"),
            good.replace(b"To: <sip:busy@127.0.0.1>", b"To: <<<;;;>>>"),
        ):
            udp.send(fixed)
        for _ in range(500):
            broken = bytearray(good)
            for _ in range(dice.randrange(1, 8)):
                broken[dice.randrange(len(broken))] = dice.randrange(256)
            udp.send(bytes(broken[: dice.randrange(20, len(broken))]))
    assert "200 OK" in options(server.port)


def test_a_caller_who_never_sends_media_is_hung_up(sipp: Sipp, strict: ServerProcess) -> None:
    start = mark(strict)
    flow = answered() + expect_request("BYE") + reply("200 OK")
    sipp.run(flow, to="quiet", server=f"127.0.0.1:{strict.port}")
    ended = strict.wait("end", after=start)
    assert ended["by"] == "network"
    assert "since the answer" in ended["reason"]
    assert ended["seconds"] == pytest.approx(1.5, abs=0.5)


def test_a_caller_whose_media_stops_is_hung_up(sipp: Sipp, strict: ServerProcess, peer: RtpPeer) -> None:
    start = mark(strict)
    flow = answered() + expect_request("BYE") + reply("200 OK")
    caller = sipp.start(flow, to="quiet", server=f"127.0.0.1:{strict.port}", rtp_port=peer.port)
    peer.wait_far()
    peer.send([SILENT_PCMU] * 60)
    sipp.finish(caller)
    ended = strict.wait("end", after=start)
    assert (ended["by"], ended["reason"]) == ("network", "no media for 1 s")
    assert ended["seconds"] == pytest.approx(2.2, abs=0.5)
