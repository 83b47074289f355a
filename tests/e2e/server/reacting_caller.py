"""Callers who listen: a telephone of their own (SIP and RTP), and words that depend on what the bot asks."""

from __future__ import annotations

import contextlib
import re
import secrets
import select
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, TypeVar

from call_story import Story
from live_server import LiveServer
from phone_callers import clip

from voicebot.caller.agent import Agent
from voicebot.caller.happenings import Connected, Ended
from voicebot.caller.line import Line
from voicebot.caller.outgoing import parse_target
from voicebot.caller.script import prepare, read_turn

_CODEC = "pcmu"
#: A caller gives up after so many turns of his own, or when the bot asks nothing for so long.
_MOST_TURNS, _PATIENCE_S = 16, 60.0
_LOOK_S = 0.1

T = TypeVar("T")
Words = str | Callable[[], str]
"""A clip by name, or keys; or what tells them when they are needed."""
Answers = Mapping[str, Words | tuple[Words, ...]]
"""What the bot asks, as a regular expression, -> what is said to it; of several, the next when asked again."""


class Telephone:
    """One call in a thread of its own: speaks and presses keys when it is told to, from the answer to the hang-up."""

    def __init__(self, server: LiveServer, number: str) -> None:
        self._sip, self._rtp = _bound(), _bound()
        self._agent = Agent(
            target=parse_target(server.address()),
            user=number,
            local=self._sip.getsockname()[:2],
            rtp_port=self._rtp.getsockname()[1],
            codecs=(_CODEC,),
            token=lambda: secrets.token_hex(8),
        )
        self._line: Line | None = None
        self._answered, self._leaving = threading.Event(), threading.Event()
        self._turns = 0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Telephone:
        self._thread.start()
        assert self._answered.wait(20), f"nobody answers: {self._agent.state}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving.set()
        self._thread.join(40)
        self._sip.close()
        self._rtp.close()

    def say(self, words: str) -> None:
        """Speak a clip, given by name, or press keys; returns when all of it has left."""
        keys = all(key in "0123456789*#" for key in words)
        played = prepare(read_turn(words if keys else str(clip(words))), _CODEC)
        assert self._line is not None
        self._line.play(self._turns, played)
        self._turns += 1
        while self._line.playing and self._agent.state == "connected":
            time.sleep(0.02)

    def _run(self) -> None:
        self._agent.dial(time.monotonic())
        while self._agent.state != "ended":
            self._deliver()
            if select.select([self._sip], [], [], 0.02)[0]:
                data, source = self._sip.recvfrom(65535)
                self._agent.receive(data, source, time.monotonic())
            self._agent.fire(time.monotonic())
            if self._leaving.is_set() and self._agent.state in ("calling", "connected"):
                self._agent.hang_up(time.monotonic())
        self._deliver()
        if self._line is not None:
            self._line.stop()

    def _deliver(self) -> None:
        datagrams, happened = self._agent.take()
        for data, address in datagrams:
            with contextlib.suppress(OSError):
                self._sip.sendto(data, address)
        for one in happened:
            if isinstance(one, Connected) and self._line is None:
                self._line = Line(self._rtp, one.media, ssrc=1, sequence=1, timestamp=0, gap_s=0.2)
                self._line.start()
            elif isinstance(one, Connected) and self._line is not None:
                self._line.redirect(one.media)
            if isinstance(one, Connected | Ended):
                self._answered.set()


def _bound() -> socket.socket:
    """A socket on an even port of loopback, as RTP likes it."""
    while True:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("127.0.0.1", 0))
        if sock.getsockname()[1] % 2 == 0:
            return sock
        sock.close()


def converse(server: LiveServer, number: str, answers: Answers, until: str) -> Story:
    """Call, answer each question that was heard to its end, and hang up when `until` was heard; the whole story.

    A question is known by its words, as people know it: the first expression that is found in it counts. Nothing
    depends on how long the bot takes.
    """
    before = _calls(server, number)
    with Telephone(server, number) as phone:
        call = _new_call(server, number, before)
        heard, last, since_s = "", 0, time.monotonic()
        answered: Counter[str] = Counter()
        while not re.search(until, heard):
            told = server.get(f"/api/calls/{call}/events?after={last}")
            last = told["last"]
            asked = [event["data"]["heard"] for event in told["events"] if event["kind"] == "audio.playback_ended"]
            heard = " ".join([heard, *asked])
            if question := _question(asked, answers):
                phone.say(_words(answers[question], answered[question]))
                answered[question] += 1
                since_s = time.monotonic()
            over = any(event["kind"] == "call.ended" for event in told["events"])
            late = time.monotonic() - since_s > _PATIENCE_S
            if (over or late or answered.total() > _MOST_TURNS) and not re.search(until, heard):
                raise AssertionError(f"never heard {until!r} in {heard!r}")
            time.sleep(_LOOK_S)
    return server.told_story(number)


def _question(asked: Sequence[str], answers: Answers) -> str | None:
    """The latest that there is an answer to."""
    return next((one for text in reversed(asked) for one in answers if re.search(one, text)), None)


def _words(answer: Words | tuple[Words, ...], before: int) -> str:
    words = answer[min(before, len(answer) - 1)] if isinstance(answer, tuple) else answer
    return words() if callable(words) else words


def _calls(server: LiveServer, number: str) -> set[str]:
    return {row["call"] for row in server.get(f"/api/calls?caller={number.replace('+', '%2B')}")["calls"]}


def _new_call(server: LiveServer, number: str, before: set[str]) -> str:
    end_s = time.monotonic() + 10
    while not (found := _calls(server, number) - before):
        assert time.monotonic() < end_s, f"no call from {number}"
        time.sleep(_LOOK_S)
    return found.pop()


class SideBySide(Generic[T]):
    """Whole calls, three at a time, those of `begun` at once; leaving the context awaits those that are under way."""

    def __init__(self, calls: Mapping[str, Callable[[], T]], begun: Iterable[str]) -> None:
        self._calls = calls
        self._pool = ThreadPoolExecutor(3, "caller")
        self._under_way: dict[str, Future[T]] = {name: self._pool.submit(calls[name]) for name in begun}

    def __enter__(self) -> SideBySide[T]:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def outcome(self, name: str) -> T:
        """What came of a call. A call that failed is made again when it is asked for again."""
        if name not in self._under_way:
            self._under_way[name] = self._pool.submit(self._calls[name])
        try:
            return self._under_way[name].result()
        except BaseException:
            del self._under_way[name]
            raise
