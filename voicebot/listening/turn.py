"""One caller's turns: voice activity, words and the bot's playback in; what to do out. Pure, no audio, no clock.

All times are milliseconds on the call's media clock. `endpointing` and `interruption` decide; this keeps the state that
they decide on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from voicebot.identifiers import Completeness
from voicebot.listening.actions import (
    Action,
    Decode,
    Eager,
    EagerWithdrawn,
    HoldBot,
    Interim,
    ReleaseBot,
    ResumeBot,
    Score,
    Silent,
    StopBot,
    TurnBegan,
    TurnOver,
    VoiceBegan,
    VoiceCeased,
)
from voicebot.listening.bot_voice import BotVoice
from voicebot.listening.endpointing import Decision, Ending, Pauses, decide, profile
from voicebot.listening.expected import answers, complete, evidence
from voicebot.listening.interruption import BACKCHANNEL, TOO_QUIET, Overlap, Verdict, judge, stray
from voicebot.listening.loudness import Loudness
from voicebot.listening.onset import CONFIRM_MS, FRAME_MS, Onset
from voicebot.listening.recognition import Expectation, Recognition, Urgency
from voicebot.listening.remarks import echoes
from voicebot.listening.silence import Silence
from voicebot.listening.utterance import Utterance
from voicebot.listening.vad import Activity

#: A long turn is decoded in parts: at a pause after the first limit, anywhere after the second.
_CHUNK_AT_PAUSE_MS, _CHUNK_ANYWHERE_MS = 12_000.0, 25_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnLimits:
    """Limits that are settings, in milliseconds."""

    partial_every: float = 400.0
    preroll: float = 300.0
    max_turn: float = 60_000.0


class TurnTracker:
    """State of the caller's side of one call. Every method returns what is to be done now, in order."""

    def __init__(self, limits: TurnLimits | None = None) -> None:
        self._limits = limits or TurnLimits()
        self.expectation = Expectation()
        self._now = 0.0
        self._utterance: Utterance | None = None
        self._count = 0
        self._onset, self._silence = Onset(), Silence()
        self._aside = False  # the last voice over the bot was not meant for it
        self._bot, self._pauses, self._loudness = BotVoice(), Pauses(), Loudness()

    @property
    def speaking(self) -> bool:
        """A turn, or what may be one, is open."""
        return self._utterance is not None

    @property
    def bot_speaking(self) -> bool:
        return self._bot.audible

    def touched(self) -> None:
        """The caller did something else than speak: pressed a key."""
        self._silence.again(self._now)

    def keeps_from_ms(self) -> float:
        """Audio before this is not needed any more."""
        u = self._utterance
        return u.from_ms if u else self._now - self._limits.preroll - CONFIRM_MS

    # --- inputs

    def expect(self, expectation: Expectation, silence_ms: float, question: str = "") -> None:
        """The flow waits for something else now; `question` is the utterance that asks for it, when that is known."""
        self.expectation, self._silence.due_ms = expectation, silence_ms
        self._bot.asks(question)

    def bot_says(self, clause: str, utterance: str = "", *, last: bool = True) -> None:
        """These words will be played: heard soon after, they are the bot's echo."""
        self._bot.says(clause, utterance, last=last)

    def bot_went_on(self, utterance: str) -> None:
        """The next clause of the utterance is audible."""
        self._bot.went_on(utterance)

    def bot_started(self, utterance: str, *, interruptible: bool = True) -> list[Action]:
        """The bot is audible. What the caller is saying already has to be judged like an interruption."""
        self._bot.started(utterance, self._now, interruptible=interruptible)
        self._silence.ends()
        u = self._utterance
        if u is None:
            return []
        held, u.held, u.real = u.held, False, False  # what is audible is not held (any more)
        return [ReleaseBot()] if held and not interruptible else []

    def bot_ended(self, utterance: str) -> list[Action]:
        self._bot.ended(utterance, self._now)
        if not self._bot.audible and self._utterance is None:
            self._silence.begins(self._now)
        return []

    def frame(self, activity: Activity) -> list[Action]:
        """20 ms went by."""
        self._now = activity.position_ms
        if self._utterance is not None:
            self._utterance.stirring = activity.stirs
        return list(self._frame(activity))

    def decoded(self, request: Decode, recognition: Recognition | None) -> list[Action]:
        """A decoding ended; None when it failed or was refused."""
        return list(self._decoded(request, recognition))

    def scored(self, request: Score, probability: float | None) -> list[Action]:
        """The turn model answered; None when it could not."""
        u = self._utterance
        if u is None or u.id != request.utterance or request.voice_end_ms < u.voice_end_ms:
            return []
        u.score_awaited_ms = -1.0
        u.probability, u.probability_end_ms = probability, request.voice_end_ms
        return list(self._end(u)) if u.real and u.quiet else []

    # --- voice

    def _frame(self, activity: Activity) -> Iterator[Action]:
        u = self._utterance
        if activity.voiced:
            if u is None:
                u = self._confirm(activity)
                if u is not None:
                    yield VoiceBegan(position_ms=u.started_ms)
            else:
                yield from self._voiced(u, activity)
        else:
            self._onset.unvoiced()
        if u is None:
            silent_ms = None if self._bot.audible else self._silence.told(self._now)
            if silent_ms is not None:
                yield Silent(silent_ms=silent_ms)
            return
        if not u.real:
            yield from self._overlap(u)
        if self._utterance is u:
            yield from self._ask(u, activity.voiced)
            if u.real:
                yield from self._end(u)

    def _confirm(self, activity: Activity) -> Utterance | None:
        voiced_ms = self._onset.heard(activity)
        if voiced_ms is None:
            return None
        self._count += 1
        started = self._now - voiced_ms
        u = Utterance(
            id=self._count,
            started_ms=started,
            from_ms=max(0.0, started - self._limits.preroll),
            voiced_ms=voiced_ms,
            voice_end_ms=activity.voiced_until_ms,
            peak_dbfs=activity.dbfs,
            asked_ms=self._now,
        )
        self._utterance = u
        self._silence.ends()
        return u

    def _voiced(self, u: Utterance, activity: Activity) -> Iterator[Action]:
        gap = activity.voiced_until_ms - u.voice_end_ms
        u.voiced_ms += FRAME_MS
        u.peak_dbfs = max(u.peak_dbfs, activity.dbfs)
        if u.quiet and gap > 0:
            u.goes_on(self._now)
            self._pauses.inside(gap)
            if (
                self._now - u.from_ms > _CHUNK_AT_PAUSE_MS
                and u.result is not None
                and u.result_end_ms >= u.voice_end_ms
            ):
                u.keep_part(u.result, u.voice_end_ms + gap / 2)
            u.result = None
            if u.eager_out:
                u.eager_out = False
                yield EagerWithdrawn()
            yield VoiceBegan(position_ms=self._now)
        u.voice_end_ms = max(u.voice_end_ms, activity.voiced_until_ms)

    # --- decoding

    def _ask(self, u: Utterance, voiced: bool) -> Iterator[Action]:
        silence = self._now - u.voice_end_ms
        if silence >= profile(self.expectation.patience).soft and not u.quiet:
            u.quiet = True
            yield VoiceCeased(position_ms=u.voice_end_ms)
            yield u.request(self._now, Urgency.EAGER)
            return
        if not voiced or u.quiet:
            return
        if self._now - u.from_ms >= _CHUNK_ANYWHERE_MS and not u.chunk:
            yield u.request(self._now, Urgency.FINAL, chunk=True)
            return
        if u.partial_due(self._now, self._limits.partial_every):
            yield u.request(self._now, Urgency.PARTIAL)

    def _decoded(self, request: Decode, recognition: Recognition | None) -> Iterator[Action]:
        u = self._utterance
        if u is None or u.id != request.utterance:
            return
        u.pending.discard(request.revision)
        if request.from_ms != u.from_ms:
            return
        current = request.voice_end_ms >= u.voice_end_ms
        if recognition is None:
            # A refused eager decoding is asked for again as a final one; a failed final one is a turn without words.
            if request.urgency is not Urgency.FINAL:
                if not u.real and u.quiet and current and not u.pending:
                    u.heard_voiced_ms = u.voiced_ms  # no words will come of it
                    yield from self._overlap(u)
                return
            recognition = Recognition(text="", audio_ms=request.to_ms - request.from_ms)
        if request.chunk:
            u.keep_part(recognition, request.to_ms)
            return
        whole = u.joined(recognition)
        u.heard_text, u.heard_confidence = whole.text, whole.confidence
        u.heard_voiced_ms = u.voiced_ms if current else min(u.asked_voiced_ms, u.voiced_ms - FRAME_MS)
        last = request.urgency is Urgency.FINAL and self._too_long(u)
        if request.urgency is Urgency.PARTIAL or not (current or last):
            if whole.text:
                yield Interim(
                    recognition=whole,
                    revision=request.revision,
                    voice_end_ms=request.voice_end_ms,
                    to_a_pause=request.urgency is not Urgency.PARTIAL,
                )
            yield from self._end(u) if u.real else self._overlap(u)
            return
        u.result, u.result_end_ms = recognition, u.voice_end_ms
        if not u.real:
            yield from self._overlap(u)
            return
        ended = list(self._end(u))
        if not any(isinstance(action, TurnOver) for action in ended):
            yield from self._foresee(u, whole)
        yield from ended

    def _foresee(self, u: Utterance, whole: Recognition) -> Iterator[Action]:
        """The turn may be over with these words. Only when they leave that open, the turn model is asked."""
        if whole.text:
            u.eager_out = True
            yield Eager(recognition=whole, revision=u.revision, voice_end_ms=u.voice_end_ms)
        if complete(self.expectation, whole) is Completeness.PLAUSIBLE:
            u.score_awaited_ms = u.voice_end_ms
            yield Score(utterance=u.id, from_ms=u.from_ms, to_ms=u.asked_ms, voice_end_ms=u.voice_end_ms)

    def _too_long(self, u: Utterance) -> bool:
        return self._now - u.started_ms >= self._limits.max_turn

    # --- end of turn

    def _end(self, u: Utterance) -> Iterator[Action]:
        if self._utterance is not u:
            return
        whole = u.current_result()
        known = evidence(u, whole, self.expectation, self._now, self._pauses.usual_ms)
        decision, inputs = decide(known), {"expects": self.expectation.kind, **known.inputs()}
        too_long = self._too_long(u)
        if too_long and decision.ending is not Ending.OVER:
            decision = Decision(ending=Ending.OVER, reason="longest turn", waited_for_ms=0.0)
        if decision.ending is not Ending.OVER:
            return
        if whole is None:
            if not too_long and u.pending:
                return
            if u.deciding:
                if u.pending:
                    return
                whole = u.joined(Recognition(text="", audio_ms=self._now - u.from_ms))
            else:
                u.deciding = True
                yield u.request(self._now, Urgency.FINAL)
                return
        self._utterance = None
        self._pauses.turn_ended()
        # A bark every few seconds must not keep the caller from being asked.
        self._silence.begins(self._now) if whole.text else self._silence.goes_on(self._now)
        if not u.announced:
            yield TurnBegan()
        reason = decision.reason
        if stray := self._stray(u, whole):
            reason, whole = stray, replace(whole, text="", nbest=(), value=None, audio_ms=0.0)
        elif whole.text:
            self._loudness.spoke(u.peak_dbfs)
        yield TurnOver(
            recognition=whole,
            revision=u.revision,
            voice_end_ms=u.voice_end_ms,
            reason=reason,
            silence_ms=self._now - u.voice_end_ms,
            waited_for_ms=decision.waited_for_ms,
            inputs=inputs,
        )

    def _stray(self, u: Utterance, whole: Recognition) -> str | None:
        """Why this is no turn although there are words; None when it is one."""
        bot = self._bot.words if self._bot.audible_at(u.started_ms) else ""
        quieter_db = self._loudness.quieter_db(u.peak_dbfs)
        answered = answers(self.expectation, whole)
        return stray(whole.text, whole.confidence, answered, self.expectation.bias, quieter_db, bot)

    # --- speech over the bot

    def _overlap(self, u: Utterance) -> Iterator[Action]:
        if not self._bot.audible:
            yield from self._take_floor(u)
            return
        overlap = Overlap(
            voiced_ms=u.voiced_ms,
            silence_ms=max(0.0, self._now - u.voice_end_ms),
            text=u.heard_text,
            confidence=u.heard_confidence,
            text_covers_ms=u.heard_voiced_ms,
            kind=self.expectation.kind if self._bot.has_asked else "open",
            held=u.held,
            interruptible=not self._bot.guarded,
            after_ms=u.started_ms - self._bot.since_ms,
            quieter_db=self._loudness.quieter_db(u.peak_dbfs),
            aside=self._aside,
            like_ours=echoes(u.heard_text or "", self._bot.words),
        )
        judgement = judge(overlap)
        overlap_ms = self._now - u.started_ms
        inputs = overlap.inputs()
        match judgement.verdict:
            case Verdict.PAUSE:
                u.held = True
                yield HoldBot()
            case Verdict.STOP:
                u.held = False
                yield StopBot(reason=judgement.reason, overlap_ms=overlap_ms, inputs=inputs)
                yield from self._take_floor(u)
            case Verdict.RESUME:
                self._utterance = None
                self._aside = judgement.reason == TOO_QUIET
                if overlap.silence_ms < FRAME_MS * 2:
                    self._onset.noise(self._now)
                else:
                    self._onset.over()
                if u.eager_out:
                    yield EagerWithdrawn()
                yield ResumeBot(
                    reason=judgement.reason,
                    overlap_ms=overlap_ms,
                    text=u.heard_text or "",
                    backchannel=judgement.reason == BACKCHANNEL,
                    announced=u.announced,
                    inputs=inputs,
                )

    def _take_floor(self, u: Utterance) -> Iterator[Action]:
        """The voice is a turn. What is held of the bot has ended; an eager text from before is handed on now."""
        u.real = True
        if not u.announced:
            u.announced = True
            yield TurnBegan()
        if u.held:
            u.held = False
            yield ReleaseBot()
        whole = u.current_result()
        if u.quiet and whole is not None and not u.eager_out:
            yield from self._foresee(u, whole)
