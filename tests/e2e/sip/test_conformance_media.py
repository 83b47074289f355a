"""Media of a call against sipp with an RTP peer of our own, and against baresip."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from sip_rtp_peer import SILENT_PCMU, RtpPeer, decode_pcmu, tone_pcmu
from sip_server_process import ServerProcess, mark
from sipp_scenarios import Sipp, ack, answered, expect, free_port, hang_up, invite, pause

pytest_plugins = ("sip_fixtures",)
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


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
