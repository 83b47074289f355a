"""The ears of one call: audio and keys in, turns out.

The decisions are `listening.turn`'s, which is pure; this feeds it frames, runs what it asks for on the shared pools,
turns its verdicts into frames and events. Nothing here takes the event loop longer than a Silero window (0.2 ms).
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from pipecat.frames.frames import (
    CancelFrame,
    EagerEndOfTurnCancelFrame,
    EagerTranscriptionFrame,
    EndFrame,
    Frame,
    InputAudioRawFrame,
    InputDTMFFrame,
    InterimTranscriptionFrame,
    UserBackchannelFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.transcriptions.language import Language
from pipecat.utils.time import time_now_iso8601

from voicebot.call.caller_audio import AudioMemory, FrameClock
from voicebot.call.decodings import Decodings
from voicebot.call.frames import (
    ClauseFrame,
    ClauseStartedFrame,
    ExpectFrame,
    HeardSoFar,
    KeysFrame,
    PausePlaybackFrame,
    PlaybackEndedFrame,
    PlaybackStartedFrame,
    ResumePlaybackFrame,
    SilentFrame,
    TurnEndedFrame,
)
from voicebot.call.keys import KeyCollector
from voicebot.errors import ModelError
from voicebot.listening import Listening, actions
from voicebot.listening.actions import Action, Decode, Score
from voicebot.listening.pauses import without
from voicebot.listening.recognition import PoolFullError, Recognition, Ticket, Urgency
from voicebot.listening.tones import KeyTones
from voicebot.listening.turn import TurnLimits, TurnTracker
from voicebot.listening.vad import FRAME_BYTES, FRAME_MS
from voicebot.records.events import CallEvent
from voicebot.records.events.audio import Dtmf, SpeechStarted, SpeechStopped
from voicebot.records.events.call import Fault
from voicebot.records.events.hearing import EndOfTurn, Final, Interruption, Partial
from voicebot.records.log import EventLog

log = logging.getLogger(__name__)

_CALLER = "caller"
_LANGUAGES = frozenset(language.value for language in Language)
#: How soon the text is wanted, in seconds.
_WANTED_IN_S = {Urgency.FINAL: 0.3, Urgency.EAGER: 0.2, Urgency.PARTIAL: 0.4}


class CallerTape(Protocol):
    """Where the caller's side of a recording goes."""

    def caller(self, pcm: bytes, at_ms: float) -> None:
        """16 kHz mono int16 that was heard from `at_ms` of the media clock on."""
        ...


@dataclass(slots=True)
class _Marks:
    """Milestones of the current turn after its last voiced sample."""

    end_ms: float = 0.0
    at: dict[str, float] = field(default_factory=dict)


class Ears(FrameProcessor):
    """Between the input transport and the dialogue.

    Takes `InputAudioRawFrame` (16 kHz mono int16; goes no further), `InputDTMFFrame`, and from upstream `ExpectFrame`
    and the playback reports. Gives pipecat's speaking, interim, eager and interruption frames and our `TurnEndedFrame`,
    `PausePlaybackFrame`, `ResumePlaybackFrame`, `SilentFrame`, `KeysFrame`; events to the log.

    Args:
        listening: the shared models.
        position_ms: the call's media clock.
        tape: takes the caller's audio for the recording.
    """

    def __init__(
        self,
        listening: Listening,
        events: EventLog,
        *,
        position_ms: Callable[[], float],
        tape: CallerTape | None = None,
        language: str = "en",
    ) -> None:
        super().__init__(name="Ears")
        settings = listening.settings
        self._recogniser, self._turn_model = listening.recogniser, listening.turn_model
        self._events, self._tape, self._position_ms = events, tape, position_ms
        self._language = Language(language) if language in _LANGUAGES else None
        self._activity = listening.voice_activity()
        self._tracker = TurnTracker(
            TurnLimits(
                partial_every=settings.partial_every_ms, preroll=settings.preroll_ms, max_turn=settings.max_turn_ms
            )
        )
        self._keys, self._tones = KeyCollector(settings.keys_pause_ms), KeyTones()
        self._clock, self._memory = FrameClock(), AudioMemory()
        self._rest = b""
        self._turn = 1
        self._deaf = False
        self._marks = _Marks()
        self._order = asyncio.Lock()
        self._decodings = Decodings()
        self._work: set[asyncio.Task[None]] = set()

    # --- frames

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case InputAudioRawFrame():
                await self._hear(frame.audio)
                return
            case InputDTMFFrame():
                if self._tones.signalled(frame.button.value, self._position_ms()):
                    await self._press(frame.button.value)
                return
            case ExpectFrame():
                self._tracker.expect(frame.expectation, frame.silence_ms, frame.question)
            case ClauseFrame():
                self._tracker.bot_says(frame.text, frame.utterance, last=frame.last)
                return
            case ClauseStartedFrame():
                self._tracker.bot_went_on(frame.utterance)
                return
            case PlaybackStartedFrame():
                started = functools.partial(
                    self._tracker.bot_started, frame.utterance, interruptible=frame.interruptible
                )
                await self._perform(started)
            case PlaybackEndedFrame():
                await self._perform(functools.partial(self._tracker.bot_ended, frame.utterance))
            case EndFrame() | CancelFrame():
                await self._close()
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        await super().cleanup()  # type: ignore[no-untyped-call]
        await self._close()

    async def _close(self) -> None:
        work, self._work = tuple(self._work), set()
        for task in work:
            await self.cancel_task(task)

    async def _hear(self, audio: bytes) -> None:
        """Frames of any length; judged in 20 ms."""
        pcm = self._rest + audio
        whole = len(pcm) // FRAME_BYTES * FRAME_BYTES
        self._rest = pcm[whole:]
        for start in range(0, whole, FRAME_BYTES):
            await self._hear_frame(pcm[start : start + FRAME_BYTES])

    async def _hear_frame(self, pcm: bytes) -> None:
        at_ms = self._clock.tick(self._position_ms())
        if self._tape is not None:
            self._tape.caller(pcm, at_ms - FRAME_MS)
        line = self._tones.listen(pcm, at_ms)
        self._memory.add(line.voice, at_ms)
        activity = self._activity.feed(line.voice, at_ms)
        if line.key is not None:
            await self._press(line.key)
        await self._perform(functools.partial(self._tracker.frame, activity))
        self._memory.forget_before(self._tracker.keeps_from_ms())
        if keys := self._keys.due(at_ms):
            await self.push_frame(KeysFrame(keys=keys))

    async def _press(self, key: str) -> None:
        now = self._position_ms()
        self._events.append(Dtmf(key=key, position_ms=round(now, 1)))
        self._tracker.touched()
        if self._keys.trailing(key, now):
            return  # the answer has begun: it is not to be cut
        if self._tracker.bot_speaking:
            await self.broadcast_interruption()  # type: ignore[no-untyped-call]
        if keys := self._keys.press(key, now, self._tracker.expectation.kind):
            await self.push_frame(KeysFrame(keys=keys))

    # --- what the tracker wants done

    async def _perform(self, ask: Callable[[], Iterable[Action]]) -> None:
        """One input to the tracker at a time, its actions in order."""
        async with self._order:
            for action in ask():
                await self._do(action)

    async def _do(self, action: Action) -> None:
        match action:
            case Decode():
                self._start_decoding(action)
            case Score():
                self._start(self._score(action), "turn model")
            case actions.VoiceBegan():
                self._decodings.drop_eager()
                self._log(SpeechStarted(position_ms=round(action.position_ms, 1)))
                await self.push_frame(VADUserStartedSpeakingFrame())
            case actions.VoiceCeased():
                self._marks = _Marks(action.position_ms)
                self._mark("vad_stop")
                self._log(SpeechStopped(position_ms=round(action.position_ms, 1)))
                await self.push_frame(VADUserStoppedSpeakingFrame())
            case actions.TurnBegan():
                await self.push_frame(UserStartedSpeakingFrame())
            case actions.Interim():
                await self._interim(action)
            case actions.Eager():
                await self._eager(action)
            case actions.EagerWithdrawn():
                await self.push_frame(EagerEndOfTurnCancelFrame())
            case actions.TurnOver():
                await self._turn_over(action)
            case actions.HoldBot():
                await self.push_frame(PausePlaybackFrame())
            case actions.ReleaseBot():
                await self.push_frame(ResumePlaybackFrame())
            case actions.StopBot():
                self._log_interruption("stop", action)
                await self.broadcast_interruption()  # type: ignore[no-untyped-call]
            case actions.ResumeBot():
                await self._resume(action)
            case actions.Silent():
                await self.push_frame(SilentFrame(silent_ms=round(action.silent_ms)))

    async def _interim(self, action: actions.Interim) -> None:
        recognition = action.recognition
        self._log(
            Partial(
                text=recognition.text, audio_ms=round(recognition.audio_ms), decode_ms=round(recognition.decode_ms, 1)
            )
        )
        heard = self._heard(recognition, action.revision, action.voice_end_ms)
        heard = replace(heard, to_a_pause=action.to_a_pause)
        await self.push_frame(
            InterimTranscriptionFrame(recognition.text, _CALLER, time_now_iso8601(), self._language, heard)
        )

    async def _eager(self, action: actions.Eager) -> None:
        heard = self._heard(action.recognition, action.revision, action.voice_end_ms)
        await self.push_frame(
            EagerTranscriptionFrame(heard.recognition.text, _CALLER, time_now_iso8601(), self._language, heard)
        )

    async def _turn_over(self, action: actions.TurnOver) -> None:
        recognition = action.recognition
        if self._marks.end_ms != action.voice_end_ms:
            self._marks = _Marks(action.voice_end_ms)
        self._mark("committed")
        self._log(
            Final(
                text=recognition.text,
                nbest=tuple(h.text for h in recognition.nbest),
                confidence=round(recognition.confidence, 3),
                audio_ms=round(recognition.audio_ms),
                decode_ms=round(recognition.decode_ms, 1),
            )
        )
        self._log(
            EndOfTurn(
                reason=action.reason,
                silence_ms=round(action.silence_ms, 1),
                waited_for_ms=action.waited_for_ms,
                inputs=action.inputs,
            )
        )
        heard = self._heard(recognition, action.revision, action.voice_end_ms)
        self._turn += 1
        failed, self._deaf = self._deaf and not recognition.text, False
        await self.push_frame(TurnEndedFrame(heard=heard, failed=failed))
        await self.push_frame(UserStoppedSpeakingFrame())

    async def _resume(self, action: actions.ResumeBot) -> None:
        self._log_interruption("ignore", action)
        await self.push_frame(ResumePlaybackFrame())
        if action.backchannel:
            await self.push_frame(UserBackchannelFrame(action.text, _CALLER, time_now_iso8601()))
        if action.announced:
            await self.push_frame(UserStoppedSpeakingFrame())

    # --- the pools

    def _start_decoding(self, request: Decode) -> None:
        ticket = Ticket(functools.partial(self._foretell, request))
        task = self._start(self._decode(request, ticket), f"decode {request.revision}")
        self._decodings.add(request.urgency, task, ticket)

    async def _decode(self, request: Decode, ticket: Ticket) -> None:
        audio = without(self._memory.between(request.from_ms, request.to_ms), request.skips, request.from_ms)
        deadline = asyncio.get_running_loop().time() + _WANTED_IN_S[request.urgency]
        recognition: Recognition | None = None
        try:
            recognition = await self._recogniser.recognise(
                audio,
                expect=self._tracker.expectation,
                urgency=request.urgency,
                deadline=deadline,
                ticket=ticket,
            )
        except PoolFullError:
            pass
        except ModelError as error:
            self._deaf = self._deaf or request.urgency is not Urgency.PARTIAL
            self._fault(error)
        if recognition is not None and request.urgency is not Urgency.PARTIAL:
            if self._marks.end_ms != request.voice_end_ms:
                self._marks = _Marks(request.voice_end_ms)
            self._mark("text")
            self._marks.at["decode_start"] = round(self._marks.at["text"] - recognition.decode_ms, 1)
        await self._perform(functools.partial(self._tracker.decoded, request, recognition))

    def _foretell(self, request: Decode, text: str) -> None:
        """Text that is being confirmed: enough to look something up by, not to answer."""
        heard = self._heard(Recognition(text=text), request.revision, request.voice_end_ms)
        frame = InterimTranscriptionFrame(
            text, _CALLER, time_now_iso8601(), self._language, replace(heard, to_a_pause=True)
        )
        self._start(self.push_frame(frame), "foretell")

    async def _score(self, request: Score) -> None:
        audio = self._memory.between(request.from_ms, request.to_ms)
        probability: float | None = None
        try:
            probability = await self._turn_model.complete(audio)
        except PoolFullError:
            pass
        except ModelError as error:
            self._fault(error)
        await self._perform(functools.partial(self._tracker.scored, request, probability))

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task: asyncio.Task[None] = self.create_task(work, name)
        self._work.add(task)
        task.add_done_callback(self._work.discard)
        return task

    # --- the books

    def _fault(self, error: ModelError) -> None:
        log.error("call %s: %s", self._events.call_id, error)
        self._log(Fault(where="ears", what=error.what, fix=error.fix))

    def _log(self, event: CallEvent) -> None:
        self._events.append(event, turn=self._turn)

    def _log_interruption(self, verdict: str, action: actions.StopBot | actions.ResumeBot) -> None:
        overlap_ms = round(action.overlap_ms)
        self._log(Interruption(verdict=verdict, reason=action.reason, overlap_ms=overlap_ms, inputs=action.inputs))

    def _mark(self, name: str) -> None:
        self._marks.at[name] = round(self._position_ms() - self._marks.end_ms, 1)

    def _heard(self, recognition: Recognition, revision: int, voice_end_ms: float) -> HeardSoFar:
        marks = dict(self._marks.at) if self._marks.end_ms == voice_end_ms else {}
        return HeardSoFar(
            turn=self._turn,
            revision=revision,
            recognition=recognition,
            speech_end_ms=voice_end_ms,
            marks=marks,
        )
