"""The mouth: plays clauses at the pace of the media clock, and knows what was heard.

Audio is handed to the transport only a few frames ahead of real time, so that a pause or an interruption is heard at
once; the transport flushes its own queue when the interruption passes. The ledger is `speaking.playback`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Protocol

from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InterruptionFrame,
    StartFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from voicebot.call.frames import (
    ClauseFrame,
    ClauseStartedFrame,
    DrainThenHangUpFrame,
    PausePlaybackFrame,
    PlaybackEndedFrame,
    PlaybackStartedFrame,
    ResumePlaybackFrame,
    SpeakFrame,
)
from voicebot.call.leg import CallLeg
from voicebot.records.events.audio import PlaybackEnded, PlaybackStarted
from voicebot.records.log import EventLog
from voicebot.speaking.clauses import pause_ms
from voicebot.speaking.playback import Ended, Line, Playback, Report, Started, WentOn
from voicebot.speaking.settings import SpeakingSettings
from voicebot.speaking.speech import SAMPLE_RATE_HZ

FRAME_MS = 20
_FRAME_SAMPLES = SAMPLE_RATE_HZ * FRAME_MS // 1000


class Tape(Protocol):
    """Where the bot's side of a recording goes."""

    def bot(self, pcm: bytes, at_ms: float) -> None:
        """16 kHz mono int16 that the caller hears from `at_ms` of the media clock on."""
        ...

    def cut(self, at_ms: float) -> None:
        """The bot's audio from `at_ms` on was flushed before it was heard."""
        ...


class Pace:
    """How far the audio handed out runs ahead of real time. Pure: times are arguments, in seconds."""

    def __init__(self, lead_ms: float) -> None:
        self._lead_s = lead_ms / 1000
        self._until = float("-inf")

    def ahead_ms(self, now: float) -> float:
        """Audio handed out that real time has not reached."""
        return max(0.0, self._until - now) * 1000

    def room(self, now: float, queued_ms: float) -> bool:
        """Whether another frame may go out: neither our clock nor the transport's queue is ahead by the lead.

        The transport gets one frame of grace, so that its own granularity does not slow us down.
        """
        return self.ahead_ms(now) + FRAME_MS <= self._lead_s * 1000 + 0.5 and queued_ms < self._lead_s * 1000 + FRAME_MS

    def sent(self, now: float) -> None:
        """A frame went out."""
        self._until = max(self._until, now) + FRAME_MS / 1000

    def wait_s(self, now: float) -> float:
        """Seconds until there is room by our own clock; at least half a frame."""
        return max(self._until + FRAME_MS / 1000 - self._lead_s - now, FRAME_MS / 2000)

    def flushed(self) -> None:
        """What was ahead is gone."""
        self._until = float("-inf")


class Mouth(FrameProcessor):
    """Between the dialogue and the output transport.

    Takes `SpeakFrame`, `PausePlaybackFrame`, `ResumePlaybackFrame`, `DrainThenHangUpFrame`, `InterruptionFrame`; gives
    20 ms `TTSAudioRawFrame`s downstream, playback reports upstream and to the log. Other frames pass.

    Args:
        position_ms: the call's media clock.
        tape: takes the bot's audio for the recording.
        monotonic: seconds; the pace of playback.
    """

    def __init__(
        self,
        leg: CallLeg,
        log: EventLog,
        settings: SpeakingSettings,
        *,
        position_ms: Callable[[], float],
        tape: Tape | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name="Mouth")
        self._leg, self._log, self._tape = leg, log, tape
        self._position_ms, self._monotonic = position_ms, monotonic
        self._playback = Playback(fade_ms=settings.fade_ms)
        self._pace = Pace(settings.lead_ms)
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._hang_up: str | None = None
        self._hanging_up: asyncio.Task[None] | None = None
        self._voicing = False
        self._closed = False

    # --- frames

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case SpeakFrame():
                self._enqueue(frame)
                text = frame.display or frame.speech.text if frame.speech else ""
                clause = ClauseFrame(text=text, utterance=frame.utterance, last=frame.last)
                await self.push_frame(clause, FrameDirection.UPSTREAM)
            case DrainThenHangUpFrame():
                self._hang_up = frame.reason
            case PausePlaybackFrame():
                self._playback.pause()
            case ResumePlaybackFrame():
                self._playback.resume()
            case InterruptionFrame():
                self._hang_up = None  # who interrupts a goodbye has more to say
                await self._interrupt(frame, direction)
            case StartFrame():
                self._task = self.create_task(self._run(), "playback")
                await self.push_frame(frame, direction)
            case EndFrame() | CancelFrame():
                await self._close()
                await self.push_frame(frame, direction)
            case _:
                await self.push_frame(frame, direction)
                return
        self._wake.set()

    async def cleanup(self) -> None:
        await super().cleanup()  # type: ignore[no-untyped-call]
        await self._close()

    def _enqueue(self, frame: SpeakFrame) -> None:
        speech = frame.speech
        self._playback.enqueue(
            Line(
                utterance=frame.utterance,
                speech=speech,
                display=frame.display,
                last=frame.last,
                interruptible=frame.interruptible,
                pause_ms=pause_ms(speech.text) if speech else 0.0,
            )
        )

    async def _interrupt(self, frame: Frame, direction: FrameDirection) -> None:
        """Settle first what was heard, then let the transport flush the rest."""
        playback = self._playback
        reports = playback.interrupt(self._queued_ms())
        if not playback.waiting and not playback.ending:
            self._pace.flushed()
            self._voicing = False
            if self._tape:
                self._tape.cut(self._position_ms())
        await self.push_frame(frame, direction)
        await self._report(reports, self._position_ms())

    async def _close(self) -> None:
        """The call is over: what was not heard by now is not heard."""
        if self._closed:
            return
        self._closed = True
        task, self._task = self._task, None
        if task is not None:
            await self.cancel_task(task)
        reports = self._playback.close(self._queued_ms())
        if self._tape:
            self._tape.cut(self._position_ms())
        await self._report(reports, self._position_ms())

    # --- playing

    async def _run(self) -> None:
        """The only task that hands out audio: tops up while there is any, sleeps while there is nothing to do."""
        loop = asyncio.get_running_loop()
        while True:
            await self._play()
            timer = loop.call_later(self._pace.wait_s(self._monotonic()), self._wake.set) if self._busy() else None
            await self._wake.wait()
            self._wake.clear()
            if timer is not None:
                timer.cancel()

    def _busy(self) -> bool:
        playback = self._playback
        return playback.ready or playback.ending or self._hang_up is not None

    async def _play(self) -> None:
        """Hand out frames up to the lead, and report what was heard."""
        playback = self._playback
        while self._pace.room(self._monotonic(), self._leg.queued_ms):
            at_ms = self._position_ms() + self._queued_ms()
            pcm = playback.pull(_FRAME_SAMPLES)
            if pcm is None:
                break
            await self._hand_out(pcm, at_ms)
        if self._voicing and not playback.waiting:
            self._voicing = False
            await self.push_frame(TTSStoppedFrame())
        await self._report(playback.reports(self._queued_ms()), self._position_ms())
        if self._hang_up is not None and not (playback.waiting or playback.ending) and self._queued_ms() < 1.0:
            reason, self._hang_up = self._hang_up, None
            # The hang-up ends this pipeline: it must not be one of its tasks.
            self._hanging_up = asyncio.create_task(self._leg.hangup(reason), name="hang up")

    async def _hand_out(self, pcm: bytes, at_ms: float) -> None:
        frame = TTSAudioRawFrame(audio=pcm, sample_rate=SAMPLE_RATE_HZ, num_channels=1)
        frame.interruptible = not self._playback.guarded
        self._pace.sent(self._monotonic())
        if self._tape:
            self._tape.bot(pcm, at_ms)
        if not self._voicing:
            self._voicing = True
            await self.push_frame(TTSStartedFrame())
        await self.push_frame(frame)
        await self._report(self._playback.reports(self._queued_ms()), at_ms)

    def _queued_ms(self) -> float:
        """Audio handed out and not yet heard: the transport's word, or ours while frames are on their way to it.

        Less than a frame in the transport is a rest that waits for the next one to fill it, perhaps for ever.
        """
        held_ms = self._leg.queued_ms
        return max(held_ms if held_ms >= FRAME_MS else 0.0, self._pace.ahead_ms(self._monotonic()))

    async def _report(self, reports: Iterable[Report], started_at_ms: float) -> None:
        """To the log and upstream. An utterance starts where its first frame does, and ends now."""
        for report in reports:
            if isinstance(report, Started):
                at_ms = round(started_at_ms, 1)
                self._log.append(PlaybackStarted(utterance=report.utterance, position_ms=at_ms))
                started = PlaybackStartedFrame(
                    utterance=report.utterance, position_ms=at_ms, interruptible=report.interruptible
                )
                await self.push_frame(started, FrameDirection.UPSTREAM)
            elif isinstance(report, WentOn):
                await self.push_frame(ClauseStartedFrame(utterance=report.utterance), FrameDirection.UPSTREAM)
            else:
                await self._report_end(report)

    async def _report_end(self, report: Ended) -> None:
        at_ms, heard_ms = round(self._position_ms(), 1), round(report.heard_ms, 1)
        self._log.append(
            PlaybackEnded(
                utterance=report.utterance,
                position_ms=at_ms,
                complete=report.complete,
                heard_ms=heard_ms,
                heard=report.heard,
                unheard=report.unheard,
            )
        )
        ended = PlaybackEndedFrame(
            utterance=report.utterance,
            position_ms=at_ms,
            complete=report.complete,
            heard_ms=heard_ms,
            heard=report.heard,
            unheard=report.unheard,
        )
        await self.push_frame(ended, FrameDirection.UPSTREAM)
