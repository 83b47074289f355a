"""Start, stop and registration of the SIP side as a process."""

from __future__ import annotations

from pathlib import Path

import pytest
from sip_server_process import ServerProcess
from sipp_scenarios import Sipp, answered, expect_request, free_port, hang_up, reply

pytest_plugins = ("sip_fixtures",)
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


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
