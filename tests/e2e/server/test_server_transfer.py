"""Handing over: the id travels with the call to the agent, the packet behind it is right, and nobody is lost."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pytest
from live_server import LiveServer, StartServer, free_port
from phone_callers import Callers, Handset, known_as, place, timeline
from sipp_scenarios import Sipp, answered, expect, expect_request, hang_up, notify, pause, reply

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::ResourceWarning")]

TRYING = notify(20, "100 Trying", "active;expires=60") + expect(200)
LET_GO = expect_request("BYE") + reply("200 OK")


def failed(status: str) -> str:
    """The referred call came to nothing."""
    return notify(21, status, "terminated;reason=noresource") + expect(200)


def noting(method: str, header: str, path: Path) -> str:
    """Wait for a request and write one of its headers down at once (sipp's own log comes at the end of a scenario)."""
    shell = f"echo '[$1]' > {path}"  # sipp does not resolve entities here, and needs none
    read = f'<ereg regexp="[^ ].*" search_in="hdr" header="{header}:" check_it="true" assign_to="1"/>'
    return f'<recv request="{method}"><action>{read}<exec command="{shell}"/></action></recv>'


def referred(noted: Path | None = None) -> str:
    """Wait for the REFER, accept it."""
    wait = noting("REFER", "Refer-To", noted) if noted else expect_request("REFER")
    return wait + reply("202 Accepted") + TRYING


@pytest.fixture(scope="module")
def agents() -> int:
    """The port at which the shop's agents are called."""
    return free_port()


@pytest.fixture(scope="module")
def server(start_server: StartServer, agents: int) -> Iterator[LiveServer]:
    targets = {"default": f"sip:agents@127.0.0.1:{agents}"}
    with start_server(handoff={"targets": targets}, call={"transfer_timeout_s": 12.0}) as one:
        yield one


def decoded(user_to_user: str) -> str:
    """RFC 7433: hexadecimal content and its encoding."""
    content, _, encoding = user_to_user.partition(";")
    assert encoding == "encoding=hex"
    return bytes.fromhex(content).decode()


def seen(path: Path, process: subprocess.Popen[bytes], timeout_s: float = 60) -> str:
    """What a scenario noted, once it did."""
    end_s = time.monotonic() + timeout_s
    while not (path.exists() and path.read_text().endswith("\n")):
        assert process.poll() is None, f"sipp ended with {process.returncode}"
        assert time.monotonic() < end_s, "sipp noted nothing"
        time.sleep(0.05)
    return path.read_text().strip()


def answers(noted: Path) -> str:
    """An agent's telephone: notes User-to-User, answers, and is left after a moment."""
    media = (
        "Content-Type: application/sdp\nContent-Length: [len]\n\n"
        "v=0\no=agent 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [local_ip]\nt=0 0\nm=audio 9 RTP/AVP 0\n"
    )
    ok = reply("200 OK").replace("[last_To:]", "[last_To:];tag=agent").replace("Content-Length: 0\n", media)
    return (
        noting("INVITE", "User-to-User", noted) + ok + expect_request("ACK") + expect_request("BYE") + reply("200 OK")
    )


@dataclass(frozen=True)
class Transferred:
    """What arrived at both ends of a transfer, as it was on the wire."""

    refer_to: str
    user_to_user: str


def to_an_agent(server: LiveServer, parent: Path, agents: int, number: str) -> Transferred:
    """Asks about a late order, hears it all, wants the colleague, and does with the REFER what a telephone does."""
    folder = parent / number
    folder.mkdir()
    sipp, at_agent, at_caller = Sipp(folder, server.host, timeout_s=90), folder / "user-to-user", folder / "refer-to"
    agent = sipp.listen(answers(at_agent), agents)
    with Handset() as handset:
        flow = answered(more=known_as(number)) + referred(at_caller) + pause(3000) + failed("200 OK") + LET_GO
        caller = sipp.start(flow, to="shop", rtp_port=handset.port)
        handset.lift()
        handset.answer_over()  # the greeting
        handset.say(timeline("where_is_my_order"))
        handset.answer_over()
        handset.press("4481207#")
        handset.answer_over()  # "… Shall I connect you to a colleague?"
        handset.say(timeline("yes"))
        refer_to = seen(at_caller, caller)
        # The URI's headers become headers of the call to the target (RFC 3261 section 19.1.5).
        target = re.fullmatch(r"<sip:(\w+)@([\d.:]+)\?User-to-User=(\S+)>", refer_to)
        assert target, refer_to
        more = f"User-to-User: {unquote(target[3])}\n"
        sipp.run(answered(more=more) + pause(300) + hang_up(), to=target[1], server=target[2])
        sipp.finish(agent)
        sipp.finish(caller)
    return Transferred(refer_to, seen(at_agent, agent))


def wanting_a_human(server: LiveServer, parent: Path, number: str, then: str, *turns: str) -> None:
    """Asks for a colleague; `then` is what becomes of the REFER. Further turns when the bot goes on."""
    folder = parent / number
    folder.mkdir()
    sipp = Sipp(folder, server.host, timeout_s=90)
    with Handset() as handset:
        caller = sipp.start(answered(more=known_as(number)) + then, to="shop", rtp_port=handset.port)
        handset.lift()
        handset.say(timeline(0.5, "human_please"))
        for turn in ("yes", *turns):
            handset.answer_over()
            handset.say(timeline(turn))
        sipp.finish(caller)


@pytest.fixture(scope="module")
def callers(server: LiveServer, agents: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callers]:
    assert shutil.which("sipp"), "sipp is needed: apt install sip-tester"
    folder = tmp_path_factory.mktemp("callers")

    def wants(name: str, then: str, *turns: str) -> None:
        several.begin(name, lambda number: wanting_a_human(server, folder, number, then, *turns))

    def says(name: str, *turns: str, options: tuple[str, ...] = ()) -> None:
        several.begin(name, lambda number: place(server, *turns, number=number, options=options).finish())

    with Callers() as several:
        several.begin("agent", lambda number: to_an_agent(server, folder, agents, number))
        # The last question to answer is "Shall we call you on the number you're calling from?"
        wants("unreachable", referred() + failed("503 Service Unavailable") + LET_GO, "no_thanks_bye")
        wants("leaving", referred() + hang_up(30))
        turns = ("human_please@barge=500", "yes_please")
        says("accepting", *turns)
        says("busy", *turns, "yes_please", "no_thanks_bye", options=("--transfer", "busy"))
        yield several


def test_an_agent_gets_the_call_with_its_id_and_the_packet_is_right(
    server: LiveServer, agents: int, callers: Callers
) -> None:
    number, transferred = callers.outcome("agent")
    assert transferred.refer_to.startswith(f"<sip:agents@127.0.0.1:{agents}?")
    handoff = decoded(transferred.user_to_user)

    story = server.told_story(number)
    assert story.end["by"] == "transfer"
    assert story.one("handoff.requested")["handoff"] == handoff
    assert [data["status"] for data in story.all("handoff.transfer")] == ["attempted", "accepted"]
    assert story.summary["outcome"] == "handed_off"

    packet = server.get(f"/api/handoffs/{handoff}")
    assert (packet["call_id"], packet["handoff_id"], packet["reason"]) == (story.id, handoff, "policy")
    assert packet["caller"] == {"number": number, "called": "shop", "transport": "sip"}
    assert "wismo" in [intent["name"] for intent in packet["intents"]]
    assert packet["order_snapshot"]["order"]["number"] == "4481207"
    assert packet["policy_decisions"][0]["outcome"]["offer"] == "voucher"
    promise = next(one for one in packet["promises_made"] if "voucher" in one["what"])
    assert (promise["heard"], promise["heard_text"]) == ("all", promise["what"])
    expected = next(one for one in packet["promises_made"] if "expected" in one["what"])
    assert expected["heard"] == "all"
    assert [(action["name"], action["result"]) for action in packet["actions"]] == [("transfer", "accepted")]
    assert server.get(packet["transcript_ref"])["call"]["call"] == story.id
    assert server.web.get(packet["recording_ref"]).status_code == 200


def test_our_caller_reports_the_transfer(server: LiveServer, agents: int, callers: Callers) -> None:
    number, placed = callers.outcome("accepting")
    transferred = placed.row("transferred")
    assert f"sip:agents@127.0.0.1:{agents}" in transferred["refer_to"]
    story = server.told_story(number)
    handoff = decoded(transferred["user_to_user"])
    assert handoff == story.one("handoff.requested")["handoff"]
    assert (placed.summary["ended_by"], story.end["by"]) == ("transfer", "transfer")
    packet = server.get(f"/api/handoffs/{handoff}")
    assert (packet["reason"], packet["order_snapshot"]) == ("caller_asked", None)
    assert [intent["name"] for intent in packet["intents"]] == ["human_agent"]


def test_a_busy_agent_means_a_call_back(server: LiveServer, callers: Callers) -> None:
    number, placed = callers.outcome("busy")
    assert placed.summary["transfer"] is not None
    assert placed.summary["ended_by"] == "bot"
    story = server.told_story(number)
    transfers = story.all("handoff.transfer")
    assert [data["status"] for data in transfers] == ["attempted", "failed"]
    assert "486" in transfers[1]["detail"]
    assert "none of my colleagues can take your call" in story.heard
    callback = story.one("handoff.callback")
    assert callback["number"] == number
    owed = next(row for row in server.get("/api/callbacks")["callbacks"] if row["call"] == story.id)
    assert (owed["number"], owed["due"]) == (number, callback["due"])
    assert "A colleague will call you on" in story.heard
    actions = server.get(f"/api/handoffs/{callback['handoff']}")["actions"]
    results = [(action["name"], action["result"]) for action in actions]
    assert results == [("transfer", "failed"), ("callback", "recorded")]


def test_an_unreachable_agent_leaves_the_caller_with_us(server: LiveServer, callers: Callers) -> None:
    number, _ = callers.outcome("unreachable")
    story = server.told_story(number)
    assert "503" in story.all("handoff.transfer")[1]["detail"]
    assert "none of my colleagues can take your call" in story.heard
    assert not story.all("handoff.callback"), "a call back is not recorded against the caller's will"
    assert (story.end["by"], story.end["reason"]) == ("bot", "goodbye")


def test_a_caller_who_hangs_up_during_the_transfer(server: LiveServer, callers: Callers) -> None:
    number, _ = callers.outcome("leaving")
    story = server.told_story(number)
    assert [data["status"] for data in story.all("handoff.transfer")] == ["attempted", "failed"]
    assert story.end["by"] == "caller"
    assert story.faults == []


@pytest.mark.usefixtures("callers")
def test_nothing_is_left_behind(server: LiveServer) -> None:
    server.wait_idle(60)
    assert "traceback" not in server.log.lower()
