"""One outgoing call: sockets and clock around the user agent, the conductor and the media line."""

from __future__ import annotations

import contextlib
import gc
import secrets
import select
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from voicebot.caller import recording
from voicebot.caller.agent import Agent
from voicebot.caller.conductor import Conductor, Ear, Leave, Play
from voicebot.caller.g711 import Pcm
from voicebot.caller.happenings import Connected, Ended, Happening, Referred, Ringing
from voicebot.caller.line import Line
from voicebot.caller.measure import Spell, spells
from voicebot.caller.message import SipError, Uri
from voicebot.caller.report import Report, Summary, TurnReport, spread, turn_reports
from voicebot.caller.script import Played, Turn, prepare, sound
from voicebot.caller.settings import CallerSettings
from voicebot.errors import VoicebotError

_TICK_S = 0.005
#: Silence between two stretches of the bot's voice in the summary's timeline.
_TIMELINE_GAP_S = 0.1
_IP_RECVERR = 11
_MSG_ERRQUEUE = 0x2000


class CallError(VoicebotError):
    """The call cannot be placed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPlan:
    """What to dial, as whom, and what to do.

    Attributes:
        transfer: what to do with a REFER: `accept` it (report success, hang up), report `busy` and go on talking, or
            `refuse` it with 603.
        transcribe: turns 8 kHz samples into text, after the call; None leaves it out.
    """

    target: Uri
    turns: tuple[Turn, ...]
    caller: str = "anonymous"
    codecs: tuple[str, ...] = ("pcmu", "pcma")
    transfer: str = "accept"
    record: Path | None = None
    transcribe: Callable[[Pcm], str] | None = None


class OutgoingCall:
    """Places the call in `run`, telling `tell` what happens as JSON-ready rows (`ringing`, `answered`, `turn` …).

    Raises:
        ClipError: a clip cannot be used; nothing was dialled.
        CallError: the host cannot be resolved or no socket opened.
    """

    def __init__(self, plan: CallPlan, settings: CallerSettings, tell: Callable[[Report], None]) -> None:
        self._plan, self._settings, self._tell = plan, settings, tell
        self._played = {codec: tuple(prepare(turn, codec) for turn in plan.turns) for codec in plan.codecs}
        self._sip, self._rtp = _sockets(plan.target)
        host, port = self._sip.getsockname()[:2]
        self._agent = Agent(
            target=plan.target,
            user=plan.caller,
            local=(host, port),
            rtp_port=self._rtp.getsockname()[1],
            codecs=plan.codecs,
            token=lambda: secrets.token_hex(8),
            refuse_refer=plan.transfer == "refuse",
        )
        self._line: Line | None = None
        self._conductor: Conductor | None = None
        self._codec = plan.codecs[0]
        self._current = -1
        self._told = 0
        self._waiting = True
        self._leaving = False
        self._reason = ""
        self._transfer: dict[str, Any] | None = None
        self._ended: Ended | None = None
        self._dialled_at = self._answered_at = 0.0

    def leave(self) -> None:
        """Hang up soon; safe in a signal handler."""
        self._leaving = True

    def run(self) -> Summary:
        """The whole call, until it is over on both sides."""
        # The media thread must get the interpreter within a fraction of its 20 ms, and not wait for a collection.
        before = sys.getswitchinterval()
        sys.setswitchinterval(0.0005)
        gc.freeze()
        try:
            self._dialled_at = time.monotonic()
            self._agent.dial(self._dialled_at)
            while self._ended is None:
                self._turn_over()
            self._deliver()
        finally:
            sys.setswitchinterval(before)
            gc.unfreeze()
            if self._line:
                self._line.stop()
            self._sip.close()
            self._rtp.close()
        return self._finish(self._ended)

    def _turn_over(self) -> None:
        self._deliver()
        now = time.monotonic()
        due = self._agent.due
        wait = _TICK_S if self._line else min(0.1, max(0.0, due - now) if due is not None else 0.1)
        if select.select([self._sip], [], [], wait)[0]:
            self._read()
        now = time.monotonic()
        self._agent.fire(now)
        if self._leaving:
            self._leaving = False
            self._agent.hang_up(now)
        elif self._dialled_at and not self._line and now - self._dialled_at > self._settings.max_seconds:
            self._agent.hang_up(now)
        self._deliver()
        if self._line and self._conductor and self._agent.state == "connected":
            self._conduct(now, self._line, self._conductor)

    def _read(self) -> None:
        while True:
            try:
                data, source = self._sip.recvfrom(65535)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                with contextlib.suppress(OSError):
                    self._sip.recvmsg(1, 512, _MSG_ERRQUEUE)
                self._agent.unreachable()
                return
            self._agent.receive(data, source[:2], time.monotonic())

    def _deliver(self) -> None:
        datagrams, happened = self._agent.take()
        for data, address in datagrams:
            # A refused port or a name that does not resolve shows as silence; the transaction's timers handle it.
            with contextlib.suppress(OSError):
                self._sip.sendto(data, address)
        for one in happened:
            self._on(one, time.monotonic())

    def _on(self, happening: Happening, now: float) -> None:
        match happening:
            case Ringing(code):
                self._tell({"event": "ringing", "code": code})
            case Connected(media, again):
                if again and self._line:
                    self._line.redirect(media)
                elif not self._line:
                    self._codec, self._answered_at = media.codec, now
                    self._line = Line(
                        self._rtp,
                        media,
                        ssrc=secrets.randbits(32),
                        sequence=secrets.randbits(15),
                        timestamp=secrets.randbits(32),
                        gap_s=self._settings.gap_ms / 1000,
                    )
                    self._line.start()
                    barges = [turn.barge_ms for turn in self._plan.turns]
                    self._conductor = Conductor(barges, now, self._settings)
                    setup_ms = round((now - self._dialled_at) * 1000, 1)
                    self._tell({"event": "answered", "codec": media.codec, "after_ms": setup_ms})
            case Referred(refer_to, user_to_user):
                self._transfer = {"refer_to": refer_to, "user_to_user": user_to_user}
                self._tell({"event": "transferred", **self._transfer})
                code, reason = (200, "OK") if self._plan.transfer == "accept" else (486, "Busy Here")
                self._agent.report_transfer(code, reason, now)
            case Ended():
                self._ended = happening

    def _conduct(self, now: float, line: Line, conductor: Conductor) -> None:
        if line.playing:
            return
        if self._waiting is False:
            self._waiting = True
            conductor.spoke(self._voice_end(line, self._current) or now)
        decision = conductor.decide(now, Ear(line.onset.began_at, line.onset.last_at))
        match decision:
            case Play(turn):
                self._tell_turns(line, before=turn)
                self._current, self._waiting = turn, False
                line.play(turn, self._played[self._codec][turn])
                self._tell({"event": "speaking", "turn": turn + 1, "clip": self._plan.turns[turn].label})
            case Leave(reason):
                self._reason = reason
                self._agent.hang_up(now)

    def _voice_end(self, line: Line, turn: int) -> float | None:
        voice = self._played[self._codec][turn].voice
        times = line.log.voice_of(turn, voice) if voice else None
        return times[1] if times else None

    def _speech(self, line: Line) -> list[Spell]:
        return spells(line.log.levels(), gap_s=self._settings.gap_ms / 1000)

    def _reports(self, line: Line) -> tuple[TurnReport, ...]:
        ready: tuple[Played, ...] = self._played[self._codec]
        voices = [line.log.voice_of(index, one.voice) if one.voice else None for index, one in enumerate(ready)]
        return turn_reports(self._plan.turns, self._current + 1, voices, self._speech(line), self._settings)

    def _tell_turns(self, line: Line, *, before: int) -> None:
        for index, report in enumerate(self._reports(line)[: max(before, 0)]):
            if index >= self._told:
                self._tell({"event": "turn", "turn": index + 1, **report.to_json()})
        self._told = max(self._told, before)

    def _finish(self, ended: Ended) -> Summary:
        line, facts = self._line, dict[str, Any]()
        reports: tuple[TurnReport, ...] = ()
        if line:
            self._tell_turns(line, before=self._current + 1)
            facts = self._facts(line)
            reports = self._transcribed(line)
            if self._plan.record:
                recording.save(self._plan.record, line.log, self._codec)
                facts["record"] = str(self._plan.record)
        if ended.retry_after is not None:
            facts["retry_after_s"] = ended.retry_after
        reason = self._reason if ended.by == "caller" and self._reason else ended.reason
        self._tell({"event": "ended", "by": ended.by, "code": ended.code, "reason": reason})
        return Summary(
            ok=line is not None and ended.by != "network",
            code=ended.code,
            reason=reason,
            ended_by=ended.by,
            turns=reports,
            facts=facts,
        )

    def _facts(self, line: Line) -> dict[str, Any]:
        speech = self._speech(line)
        return {
            "codec": self._codec,
            "greeting_ms": round((speech[0].start - line.began_at) * 1000, 1) if speech else None,
            "duration_s": round(time.monotonic() - self._answered_at, 2),
            "pacing_error_ms": spread([one.late_s * 1000 for one in line.log.sent]),
            "packets_sent": len(line.log.sent),
            "packets_received": line.receiver.received,
            "lost": line.receiver.lost,
            "duplicates": line.receiver.duplicates,
            "reordered": line.receiver.reordered,
            "jitter_ms": round(line.receiver.jitter_ms, 2),
            "strays": line.log.strays,
            "timeline_ms": self._timeline(line),
            "keys_received": line.log.keys,
            "sip_retransmissions": self._agent.retransmissions,
            "sip_malformed": self._agent.malformed,
            "transfer": self._transfer,
        }

    def _timeline(self, line: Line) -> dict[str, Any]:
        """Who was heard when, in milliseconds of the call: per turn the caller's voice (or noise), and the bot's."""
        sounds = [one.voice or sound(one, self._codec) for one in self._played[self._codec]]
        voices = [line.log.voice_of(index, one) if one else None for index, one in enumerate(sounds)]
        bot = spells(line.log.levels(), gap_s=_TIMELINE_GAP_S)
        return {
            "caller": [[round((at - line.began_at) * 1000) for at in voice] if voice else None for voice in voices],
            "bot": [[round((at - line.began_at) * 1000) for at in (one.start, one.end)] for one in bot],
        }

    def _transcribed(self, line: Line) -> tuple[TurnReport, ...]:
        reports, transcribe = self._reports(line), self._plan.transcribe
        if transcribe is None:
            return reports
        texts = [
            transcribe(recording.heard_between(line.log.heard, *one.heard)) if one.heard else "" for one in reports
        ]
        return tuple(replace(one, heard_text=text) for one, text in zip(reports, texts, strict=True))


def _sockets(target: Uri) -> tuple[socket.socket, socket.socket]:
    """A socket for SIP and one, on an even port, for RTP, on the address from which `target` is reached.

    Raises:
        CallError: unresolvable host, or no free port.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(address)
            host = probe.getsockname()[0]
        sip = socket.socket(family, socket.SOCK_DGRAM)
        sip.bind((host, 0))
        sip.setblocking(False)
        if family == socket.AF_INET and sys.platform == "linux":
            sip.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
        return sip, _even_port(family, host)
    except OSError as error:
        raise CallError(
            f"no way to reach {target.host}: {error.strerror or error}", where=str(target), fix="check host and network"
        ) from error


def _even_port(family: int, host: str) -> socket.socket:
    for _ in range(64):
        sock = socket.socket(family, socket.SOCK_DGRAM)
        sock.bind((host, 0))
        if sock.getsockname()[1] % 2 == 0:
            return sock
        sock.close()
    raise OSError("no even UDP port is free")


def parse_target(text: str) -> Uri:
    """The address to call. Accepts `sip:user@host:port` and plain `user@host:port`.

    Raises:
        SipError: it is neither.
    """
    uri = Uri.parse(text if text.lower().startswith(("sip:", "sips:")) else f"sip:{text}")
    if "transport=tcp" in uri.params.lower() or text.lower().startswith("sips:"):
        raise SipError("the measuring caller speaks SIP over UDP only", fix="leave out ;transport and sips:")
    return uri
