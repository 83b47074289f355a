"""The SIP stack, listener, leg and transport in a process of their own, against sipp, baresip and raw datagrams."""

from __future__ import annotations

import random
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sip_rtp_peer import SILENT_PCMU, RtpPeer, decode_pcmu, tone_pcmu
from sip_server_process import ServerProcess
from sipp_scenarios import (
    Sipp,
    ack,
    answered,
    cancelled,
    expect,
    expect_request,
    free_port,
    hang_up,
    invite,
    notify,
    pause,
    refused,
    reply,
    request,
)

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

HANDOFF_HEX = b"ho-7f3a".hex()


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ServerProcess, ServerProcess]]:
    """One for everything, and one that gives up quickly and takes one call."""
    folder = tmp_path_factory.mktemp("servers")
    pair = (
        ServerProcess(free_port(), 20000, 20199, folder / "server.log"),
        ServerProcess(
            free_port(),
            20200,
            20299,
            folder / "strict.log",
            host="127.0.0.1",
            max_calls=1,
            never_sent_timeout_s=1.5,
            media_timeout_s=1.0,
        ),
    )
    try:
        for process in pair:
            process.wait("ready", timeout_s=40)
        yield pair
    finally:
        for process in pair:
            process.stop()


@pytest.fixture
def server(servers: tuple[ServerProcess, ServerProcess]) -> ServerProcess:
    return servers[0]


@pytest.fixture
def strict(servers: tuple[ServerProcess, ServerProcess]) -> ServerProcess:
    return servers[1]


@pytest.fixture
def sipp(tmp_path: Path, server: ServerProcess) -> Sipp:
    assert shutil.which("sipp"), "apt install sip-tester"
    return Sipp(tmp_path, f"127.0.0.1:{server.port}")


@pytest.fixture
def peer() -> Iterator[RtpPeer]:
    with RtpPeer() as rtp:
        yield rtp


def mark(process: ServerProcess) -> int:
    return len(process.events)


def exchange(port: int, datagram: bytes, *, timeout_s: float = 2.0) -> str:
    """Send one datagram, return the first answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        udp.settimeout(timeout_s)
        own = udp.getsockname()[1]
        udp.sendto(datagram.replace(b"{own}", str(own).encode()), ("127.0.0.1", port))
        return udp.recv(65535).decode(errors="replace")


def options(port: int) -> str:
    branch = f"z9hG4bK{random.Random(time.monotonic_ns()).getrandbits(48):x}"
    return exchange(
        port,
        f"OPTIONS sip:ping@127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{{own}};branch={branch}\r\n"
        f"From: <sip:p@127.0.0.1:{{own}}>;tag=1\r\nTo: <sip:ping@127.0.0.1>\r\nCall-ID: {branch}\r\n"
        "CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n".encode(),
    )


# Media


@pytest.mark.parametrize(
    ("codec", "payload_type", "transport"), [("pcmu", 0, "u1"), ("pcma", 8, "u1"), ("pcmu", 0, "t1")]
)
def test_a_call_has_media_both_ways_from_answer_to_end(
    sipp: Sipp, server: ServerProcess, peer: RtpPeer, codec: str, payload_type: int, transport: str
) -> None:
    start = mark(server)
    caller = sipp.start(answered(codec) + pause(2000) + hang_up(), to="quiet", rtp_port=peer.port, transport=transport)
    peer.payload_type = payload_type
    peer.wait_far()
    peer.send([b"\x00" * 160] * 50)
    sipp.finish(caller)
    ended = server.wait("end", after=start)
    assert ended["by"] == "caller"
    # The far end heard a steady stream though the bot never said a word.
    assert {p.payload_type for p in peer.received} == {payload_type}
    assert len(peer.received) == pytest.approx(100, abs=8)
    assert peer.gaps() == 0
    assert {len(p.payload) for p in peer.received} == {160}
    # The pipeline got a frame every 20 ms, with the second of noise in it.
    assert ended["frames"] == pytest.approx(ended["seconds"] / 0.02, abs=6)
    assert ended["loud"] == pytest.approx(50, abs=4)


def test_the_caller_is_told_from_the_asserted_identity(sipp: Sipp, server: ServerProcess) -> None:
    start = mark(server)
    more = (
        "P-Asserted-Identity: <sip:+49301234567@carrier.example;user=phone>\nX-Call-Context: shop=7\n"
        "User-to-User: 616263;encoding=hex\n"
    )
    sipp.run(answered(more=more) + hang_up(), to="quiet")
    call = server.wait("call", after=start)
    assert call["caller"] == "+49301234567"
    assert call["called"] == "quiet"
    assert call["headers"] == {"X-Call-Context": "shop=7", "User-to-User": "616263;encoding=hex"}


def test_an_echo_comes_back_soon_and_whole(sipp: Sipp, peer: RtpPeer) -> None:
    caller = sipp.start(answered() + pause(4000) + hang_up(), to="echo", rtp_port=peer.port)
    peer.wait_far()
    peer.send([SILENT_PCMU] * 15)
    delays_ms = []
    for _ in range(5):
        seen = len(peer.received)
        first_s = peer.send(tone_pcmu(1000, 10))[0]
        peer.send([SILENT_PCMU] * 20)
        back = [p for p in peer.received[seen:] if p.loud]
        assert len(back) == pytest.approx(10, abs=2)
        delays_ms.append(1000 * (back[0].at_s - first_s))
    sipp.finish(caller)
    spectrum = np.abs(np.fft.rfft(np.concatenate([decode_pcmu(p.payload) for p in back[2:7]])))
    assert np.fft.rfftfreq(800, 1 / 8000)[spectrum.argmax()] == pytest.approx(1000, abs=15)
    assert sorted(delays_ms)[2] < 200, f"tone out to tone back took {delays_ms} ms"


def test_what_the_caller_says_reaches_the_pipeline_soon(sipp: Sipp, server: ServerProcess, peer: RtpPeer) -> None:
    start = mark(server)
    caller = sipp.start(answered() + pause(3500) + hang_up(), to="quiet", rtp_port=peer.port)
    tone = tone_pcmu(1000, 5)
    peer.wait_far()
    peer.send([SILENT_PCMU] * 20)
    sent_s = []
    for _ in range(8):
        sent_s.append(peer.send(tone)[0])
        peer.send([SILENT_PCMU] * 10)
    sipp.finish(caller)
    server.wait("end", after=start)
    heard_s = [e["at_s"] for e in server.events[start:] if e["event"] == "heard"]
    delays_ms = [round(1000 * (b - a)) for a, b in zip(sent_s, heard_s, strict=True)]
    assert sorted(delays_ms)[4] < 100, f"it took {delays_ms} ms"


def test_keys_arrive_once_each(sipp: Sipp, server: ServerProcess, peer: RtpPeer) -> None:
    start = mark(server)
    caller = sipp.start(answered() + pause(2500) + hang_up(), to="quiet", rtp_port=peer.port)
    peer.wait_far()
    peer.send([SILENT_PCMU] * 5)
    for key in "19*#":
        peer.press(key)
        peer.send([SILENT_PCMU] * 4)
    sipp.finish(caller)
    server.wait("end", after=start)
    assert [e["key"] for e in server.events[start:] if e["event"] == "key"] == list("19*#")


def test_a_hold_keeps_the_call_and_its_clock(sipp: Sipp, server: ServerProcess, peer: RtpPeer) -> None:
    start = mark(server)
    hold = invite(cseq=2, direction="sendonly") + expect(200, txn="inv") + ack(2)
    resume = invite(cseq=3) + expect(200, txn="inv") + ack(3)
    flow = answered() + pause(400) + hold + pause(600) + resume + pause(600) + hang_up()
    sipp.run(flow, to="tone", rtp_port=peer.port)
    ended = server.wait("end", after=start)
    assert ended["by"] == "caller"
    assert ended["frames"] == pytest.approx(ended["seconds"] / 0.02, abs=6)
    last = peer.received[-1].at_s
    assert sum(p.loud for p in peer.received if p.at_s > last - 0.4) > 10, "the bot is heard again after the hold"


def test_malformed_media_does_no_harm(sipp: Sipp, server: ServerProcess, peer: RtpPeer) -> None:
    start = mark(server)
    caller = sipp.start(answered() + pause(2500) + hang_up(), to="quiet", rtp_port=peer.port)
    peer.wait_far()
    dice = random.Random(7)
    for i in range(400):
        size = dice.choice((0, 1, 4, 11, 12, 13, 200, 1400))
        data = bytearray(dice.randbytes(size))
        if data and i % 2:
            data[0] = 0x80 | dice.randrange(64)
        peer.send_raw(bytes(data))
    seen = len(peer.received)
    time.sleep(0.8)
    assert len(peer.received) - seen == pytest.approx(40, abs=6)
    sipp.finish(caller)
    assert server.wait("end", after=start)["by"] == "caller"


# Signalling


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


# Transfer


def refer_check() -> str:
    """The REFER must carry the hand-off id in User-to-User inside Refer-To."""
    pattern = f"sip:[a-z]+@127.0.0.1:[0-9]+[?]User-to-User={HANDOFF_HEX}%3Bencoding%3Dhex"
    return expect_request("REFER", header="Refer-To", pattern=pattern) + reply("202 Accepted")


def test_a_transfer_that_succeeds_ends_the_call(sipp: Sipp, server: ServerProcess) -> None:
    start = mark(server)
    trying = notify(20, "100 Trying", "active;expires=60") + expect(200)
    done = notify(21, "200 OK", "terminated;reason=noresource") + expect(200)
    sipp.run(
        answered() + refer_check() + trying + done + expect_request("BYE") + reply("200 OK"), to="refer-agents-5099"
    )
    assert server.wait("transfer", after=start)["accepted"] is True
    assert server.wait("end", after=start)["by"] == "transfer"


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        pytest.param(
            refer_check() + notify(20, "486 Busy Here", "terminated;reason=noresource") + expect(200), 486, id="busy"
        ),
        pytest.param(
            refer_check() + notify(20, "503 Unavailable", "terminated;reason=noresource") + expect(200), 503, id="down"
        ),
        pytest.param(expect_request("REFER") + reply("603 Decline"), 603, id="refused"),
        pytest.param(refer_check(), 0, id="no-news"),
    ],
)
def test_a_transfer_that_fails_leaves_the_caller_with_us(
    sipp: Sipp, server: ServerProcess, peer: RtpPeer, refusal: str, code: int
) -> None:
    start = mark(server)
    stay = 3500 if code == 0 else 700
    sipp.run(answered() + refusal + pause(stay) + hang_up(30), to="refer-agents-5099", rtp_port=peer.port)
    outcome = server.wait("transfer", after=start)
    assert (outcome["accepted"], outcome["code"]) == (False, code)
    ended = server.wait("end", after=start)
    assert ended["by"] == "caller"
    assert peer.received[-1].at_s - peer.received[0].at_s > stay / 1000 - 0.2, "media went on"


def test_a_caller_who_hangs_up_during_a_transfer(sipp: Sipp, server: ServerProcess) -> None:
    start = mark(server)
    sipp.run(answered() + refer_check() + hang_up(30), to="refer-agents-5099")
    outcome = server.wait("transfer", after=start)
    assert (outcome["accepted"], outcome["detail"]) == (False, "the caller hung up")
    assert server.wait("end", after=start)["by"] == "caller"


# Giving up


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


# The process


def test_a_port_in_use_is_said_plainly(server: ServerProcess, tmp_path: Path) -> None:
    second = ServerProcess(server.port, 20300, 20399, tmp_path / "second.log")
    try:
        error = second.wait("error", timeout_s=40)["what"]
        second.process.wait(10)
    finally:
        code = second.stop()
    assert code == 1
    assert f"{server.port}" in error
    assert "in use" in error
    assert "--sip-port" in error


def test_stopping_the_server_says_goodbye_to_its_callers(sipp: Sipp, tmp_path: Path) -> None:
    port = free_port()
    process = ServerProcess(port, 20300, 20399, tmp_path / "stopped.log")
    try:
        process.wait("ready", timeout_s=40)
        flow = answered() + expect_request("BYE") + reply("200 OK")
        caller = sipp.start(flow, to="tone", server=f"127.0.0.1:{port}")
        process.wait("connected")
    finally:
        code = process.stop()
    sipp.finish(caller)
    assert code == 0
    assert process.wait("end")["by"] == "bot"
    assert process.events[-1]["event"] == "closed"


# A trunk

CHALLENGE = 'WWW-Authenticate: Digest realm="pbx", nonce="7f3a", algorithm=MD5, qop="auth"\n'


def test_the_server_registers_with_a_digest_and_takes_the_trunks_calls(sipp: Sipp, tmp_path: Path) -> None:
    registrar, port = free_port(), free_port()
    flow = (
        expect_request("REGISTER")
        + reply("401 Unauthorized", more=CHALLENGE)
        + expect_request("REGISTER", header="Authorization", pattern='username="bot".*response="[0-9a-f]+"')
        + reply("200 OK", more="Expires: 600\n")
    )
    pbx = sipp.listen(flow, registrar)
    trunk = {"register_user": "bot", "register_domain": f"127.0.0.1:{registrar}", "host": "127.0.0.1"}
    process = ServerProcess(port, 20300, 20399, tmp_path / "trunk.log", **trunk)
    try:
        process.wait("ready", timeout_s=40)
        sipp.finish(pbx)
        sipp.run(answered() + hang_up(), to="bot", server=f"127.0.0.1:{port}")
        assert process.wait("end")["by"] == "caller"
    finally:
        process.stop()


def test_a_registrar_that_refuses_us_is_said_plainly(sipp: Sipp, tmp_path: Path) -> None:
    registrar = free_port()
    pbx = sipp.listen(expect_request("REGISTER") + reply("403 Forbidden"), registrar)
    trunk = {"register_user": "bot", "register_domain": f"127.0.0.1:{registrar}", "host": "127.0.0.1"}
    process = ServerProcess(free_port(), 20300, 20399, tmp_path / "trunk.log", **trunk)
    try:
        error = process.wait("error", timeout_s=40)["what"]
        assert process.process.wait(10) == 1
    finally:
        process.stop()
    sipp.finish(pbx)
    assert "403" in error
    assert "VOICEBOT_SIP_PASSWORD" in error


# Another stack


@pytest.mark.parametrize(("codec", "module", "transport"), [("G722", "g722", "udp"), ("PCMU", "g711", "tcp")])
def test_baresip_calls(server: ServerProcess, tmp_path: Path, codec: str, module: str, transport: str) -> None:
    """The command-line client plays a tone to the echo and records what comes back."""
    import soundfile

    assert shutil.which("baresip"), "apt install baresip-core"
    rate = 16000 if codec == "G722" else 8000
    tone = 0.4 * np.sin(2 * np.pi * 600 * np.arange(rate * 4) / rate)
    soundfile.write(tmp_path / "in.wav", tone, rate, subtype="PCM_16")
    modules = "/usr/lib/baresip/modules"
    (tmp_path / "config").write_text(
        f"module_path {modules}\nsip_listen 127.0.0.1:{free_port()}\nnet_interface 127.0.0.1\n"
        f"audio_source aufile,{tmp_path}/in.wav\naudio_player aufile,{tmp_path}/out.wav\n"
        f"ausrc_srate {rate}\nauplay_srate {rate}\nausrc_channels 1\nauplay_channels 1\n"
        f"module {module}.so\nmodule aufile.so\nmodule auresamp.so\nmodule stdio.so\n"
        "module_tmp account.so\nmodule_app menu.so\n"
    )
    (tmp_path / "accounts").write_text(f"<sip:ann@127.0.0.1;transport={transport}>;regint=0;audio_codecs={codec}\n")
    (tmp_path / "contacts").write_text("")
    start = mark(server)
    dial = f"/dial sip:echo@127.0.0.1:{server.port};transport={transport}"
    done = subprocess.run(
        ["baresip", "-f", str(tmp_path), "-e", dial, "-t", "4"], capture_output=True, timeout=20, cwd=tmp_path
    )
    ended = server.wait("end", after=start)
    connected = server.wait("connected", after=start)
    assert connected["codec"] == ("G.722" if codec == "G722" else "G.711"), done.stdout[-2000:]
    assert ended["loud"] > 100
    assert ended["sent"] == pytest.approx(ended["received"], abs=15)
