"""Callers who say nothing, too much, or nothing we understand, or leave at any moment: each call ends in order and
leaves nothing behind."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
from call_story import Story
from live_server import LiveServer, StartServer
from phone_callers import Handset, known_as, new_number, place, timeline
from sipp_scenarios import Sipp, answered, expect_request, hang_up, pause, reply
from sounds import RATE_HZ, Floats, glued, key_tone, music, noise, silence

from voicebot.caller.clips import resample
from voicebot.caller.g711 import Pcm

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::ResourceWarning")]

LET_GO = expect_request("BYE") + reply("200 OK")
MINUTE_S = 62.0
LONG_CALLS = 3


@pytest.fixture(scope="module")
def server(start_server: StartServer) -> Iterator[LiveServer]:
    with start_server(sip={"never_sent_timeout_s": 4.0}) as one:
        yield one


@dataclass(frozen=True)
class LongCalls:
    """Calls that take a minute go on beside the short ones."""

    silent: str
    talking: str
    on_hold: str
    """Music plays to us."""


@pytest.fixture(scope="module")
def long_calls(server: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LongCalls]:
    calls = LongCalls(new_number(), new_number(), new_number())
    sipp = Sipp(tmp_path_factory.mktemp("long"), server.host, timeout_s=150)
    with ExitStack() as stack:
        silent, talking, on_hold = (stack.enter_context(Handset()) for _ in range(3))
        until_bye = sipp.start(answered(more=known_as(calls.silent)) + LET_GO, to="shop", rtp_port=silent.port)
        until_let_go = sipp.start(answered(more=known_as(calls.on_hold)) + LET_GO, to="shop", rtp_port=on_hold.port)
        a_while = answered(more=known_as(calls.talking)) + pause(int(1000 * MINUTE_S) + 15_000) + hang_up()
        until_enough = sipp.start(a_while, to="shop", rtp_port=talking.port)
        for handset in (silent, talking, on_hold):
            handset.lift()
        on_hold.say(narrow(music(1000 * MINUTE_S)))
        words = timeline(1.0, *["robot_mumble", "dont_know_number", "order_is_late"] * 8)
        talking.say(words[: int(8000 * MINUTE_S)])
        yield calls
        for call in (until_bye, until_let_go, until_enough):
            sipp.finish(call)


def narrow(audio: Floats) -> Pcm:
    """As a handset sends it: int16 at 8 kHz."""
    return np.round(resample(audio.astype(np.float64), RATE_HZ, 8000) * 32767).astype(np.int16)


def as_clip(audio: Floats, path: Path) -> str:
    """Written down for `voicebot call`, which takes clips by name."""
    soundfile.write(path.with_suffix(".flac"), audio, RATE_HZ)
    return str(path)


def ended_well(server: LiveServer, number: str, by: str) -> Story:
    """The log is closed, without a fault on the way."""
    story = server.told_story(number)
    assert story.end["by"] == by, story.end
    assert story.faults == []
    assert story.kinds[0] == "call.started"
    return story


@pytest.mark.usefixtures("long_calls")
class TestHangingUp:
    """In each state of the call."""

    def test_while_it_is_greeted(self, server: LiveServer) -> None:
        number = new_number()
        caller = place(server, "silence_3s", number=number)
        server.wait_for(number, "audio.playback_started")
        caller.leave()
        story = ended_well(server, number, "caller")
        greeting = story.all("audio.playback_ended")[0]
        assert not greeting["complete"]

    def test_while_it_thinks(self, server: LiveServer) -> None:
        number = new_number()
        server.break_shop(latency_ms=3000)
        try:
            caller = place(server, "4481207#@barge=300", number=number)
            server.wait_for(number, "oms.requested", why="turn", args={"number": "4481207"})
            caller.leave()
            story = ended_well(server, number, "caller")
        finally:
            server.break_shop()
        assert "Trail Runner shoes" not in " ".join(story.said())
        asked = [data["request"] for data in story.all("oms.requested")]
        assert sorted(asked) == sorted(data["request"] for data in story.all("oms.answered"))

    def test_while_it_speaks(self, server: LiveServer) -> None:
        number = new_number()
        caller = place(server, "4481207#@barge=300", number=number)
        answer = server.wait_for(number, "dialogue.said", role="answer")
        server.wait_for(number, "audio.playback_started", utterance=answer["utterance"])
        time.sleep(0.7)
        caller.leave()
        story = ended_well(server, number, "caller")
        assert story.all("audio.playback_ended", utterance=answer["utterance"])
        assert not story.all("audio.playback_ended")[-1]["complete"]

    def test_while_the_caller_speaks(self, server: LiveServer) -> None:
        number = new_number()
        caller = place(server, "order_is_late@barge=300", number=number)
        server.wait_for(number, "audio.speech_started")
        time.sleep(0.7)
        caller.leave()
        story = ended_well(server, number, "caller")
        assert not story.words

    def test_before_the_answer(self, server: LiveServer) -> None:
        """INVITE and CANCEL in one breath: refused, or answered and hung up at once, as the race has it."""
        number = new_number()
        assert gives_up(server, number) in (487, 200)
        story = server.told_story(number)
        assert story.end["by"] == "caller"
        assert story.faults == []

    def test_nothing_is_left_behind(self, server: LiveServer) -> None:
        """Many short calls hold no more sockets and threads than few."""
        server.wait_idle(calls=LONG_CALLS)
        before = (server.sockets, server.threads)
        for _ in range(6):
            gives_up(server, new_number())
            number = new_number()
            caller = place(server, "silence_3s", number=number)
            server.wait_for(number, "call.answered")
            caller.leave()
            server.told_story(number)
        server.wait_idle(calls=LONG_CALLS)
        assert len(server.sockets) <= len(before[0])
        assert server.threads <= before[1] + 2


def gives_up(server: LiveServer, number: str) -> int:
    """INVITE and CANCEL in one breath; the final answer to the INVITE, acknowledged."""
    with socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        udp.connect(("127.0.0.1", server.sip_port))
        udp.settimeout(5)
        own = udp.getsockname()[1]
        to = f"<sip:shop@{server.host}>"
        body = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n"

        def send(method: str, cseq: int, *, to: str = to, branch: str = "first") -> None:
            content = f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}"
            udp.send(
                (
                    f"{method} sip:shop@{server.host} SIP/2.0\r\n"
                    f"Via: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bK{branch}{own}\r\n"
                    f"From: <sip:{number}@127.0.0.1:{own}>;tag=9\r\nTo: {to}\r\nCall-ID: gives-up-{own}\r\n"
                    f"CSeq: {cseq} {method}\r\nContact: <sip:{number}@127.0.0.1:{own}>\r\nMax-Forwards: 70\r\n"
                    + (content if method == "INVITE" else "Content-Length: 0\r\n\r\n")
                ).encode()
            )

        send("INVITE", 1)
        send("CANCEL", 1)
        while True:
            answer = udp.recv(65535).decode()
            code = int(answer.split()[1])
            if "1 INVITE" not in answer or code < 200:
                continue
            tagged = next(line[4:] for line in answer.splitlines() if line.startswith("To: "))
            if code != 200:
                send("ACK", 1, to=tagged)
                return code
            send("ACK", 1, to=tagged, branch="ack")
            send("BYE", 2, to=tagged, branch="bye")
            return code


@pytest.mark.usefixtures("long_calls")
def test_a_caller_who_sends_no_media_is_hung_up(server: LiveServer, sipp: Sipp) -> None:
    number = new_number()
    sipp.run(answered(more=known_as(number)) + LET_GO, to="shop", server=server.host)
    story = ended_well(server, number, "network")
    assert "since the answer" in story.end["reason"]


@pytest.mark.usefixtures("long_calls")
def test_keys_that_come_as_tones_are_keys(server: LiveServer, tmp_path: Path) -> None:
    parts = [part for key in "4481207" for part in (key_tone(key, 100, level=0.1), silence(100))]
    typed = as_clip(glued(*parts) + noise(1400, 0.002), tmp_path / "typed")
    number = new_number()
    with place(server, "where_is_my_order", typed, "silence_3s", number=number):
        story = server.wait_heard(number, "Trail Runner shoes")
    assert [data["key"] for data in story.all("audio.dtmf")] == list("4481207")
    assert len(story.words) == 1, "nobody said a tone"
    ended_well(server, number, "caller")


@pytest.mark.usefixtures("long_calls")
def test_a_caller_with_another_language_is_given_keys(server: LiveServer) -> None:
    number = new_number()
    with place(server, "foreign_language", "1", "silence_3s", number=number):
        server.wait_heard(number, "I only speak English.")
        server.wait_for(number, "handoff.requested", reason="low_confidence")
    story = ended_well(server, number, "caller")
    assert "press 1" in story.heard
    assert not [data for data in story.all("oms.requested") if "number" in data["args"]]


def test_a_caller_who_plays_music_is_offered_keys_and_then_let_go(server: LiveServer, long_calls: LongCalls) -> None:
    end = server.wait_for(long_calls.on_hold, "call.ended", timeout_s=80)
    assert end["by"] == "bot"
    story = server.told_story(long_calls.on_hold)
    assert "press zero" in story.heard
    assert story.heard.endswith("Goodbye.")
    assert not [data for data in story.all("oms.requested") if "number" in data["args"]], "an order number was made up"
    assert story.faults == []


def test_a_caller_who_never_speaks_is_asked_and_then_let_go(server: LiveServer, long_calls: LongCalls) -> None:
    end = server.wait_for(long_calls.silent, "call.ended", timeout_s=60)
    assert (end["by"], end["reason"]) == ("bot", "silence")
    story = server.told_story(long_calls.silent)
    assert story.words == []
    assert story.heard.endswith("Please call again at any time. Goodbye.")
    assert "What can I do for you?" in story.heard
    assert "Are you still there?" in story.heard
    assert story.faults == []


def test_a_caller_who_speaks_for_a_minute_is_still_answered(server: LiveServer, long_calls: LongCalls) -> None:
    end = server.wait_for(long_calls.talking, "call.ended", timeout_s=100)
    assert end["by"] == "caller"
    story = server.told_story(long_calls.talking)
    assert story.faults == []
    assert story.words, "what was said was taken as turns"
    assert all(data["audio_ms"] <= 66_000 for data in story.all("hearing.final"))
    last_word_ms = max(data["position_ms"] for data in story.all("audio.speech_stopped"))
    answers = [data for data in story.all("audio.playback_started") if data["position_ms"] > last_word_ms]
    assert answers, "the bot has the last word"


def test_afterwards_a_call_is_as_good_as_ever(server: LiveServer, long_calls: LongCalls) -> None:
    for number in (long_calls.silent, long_calls.talking, long_calls.on_hold):
        server.told_story(number, timeout_s=100)
    server.wait_idle()
    number = new_number()
    with place(server, "4481207#@barge=300", "silence_3s", number=number):
        server.wait_heard(number, "Trail Runner shoes")
    ended_well(server, number, "caller")
    assert "exception" not in server.log.lower()
    assert "traceback" not in server.log.lower()
