"""REFER against sipp: targets that answer, refuse, or say nothing."""

from __future__ import annotations

import pytest
from sip_rtp_peer import RtpPeer
from sip_server_process import ServerProcess, mark
from sipp_scenarios import Sipp, answered, expect, expect_request, hang_up, notify, pause, reply

pytest_plugins = ("sip_fixtures",)
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

HANDOFF_HEX = b"ho-7f3a".hex()


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
