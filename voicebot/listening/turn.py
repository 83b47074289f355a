"""One caller's turns: voice activity, words and the bot's playback in; what to do out. Pure, no audio, no clock.

All times are milliseconds on the call's media clock. `endpointing` and `interruption` decide; this keeps the state that
they decide on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from voicebot.identifiers import Completeness, completeness
from voicebot.listening.actions import (
    Action,
    Decode,
    Eager,
    EagerWithdrawn,
    HoldBot,
    Inputs,
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
from voicebot.listening.endpointing import Decision, Ending, Evidence, Pauses, decide, profile
from voicebot.listening.interruption import Overlap, Verdict, judge
from voicebot.listening.onset import CONFIRM_MS, FRAME_MS, Onset
from voicebot.listening.recognition import Expectation, Recognition, Urgency
from voicebot.listening.silence import Silence
from voicebot.listening.utterance import Utterance
from voicebot.listening.vad import Activity

#: First hypothesis of speech over the bot; the verdict waits for it.
_FIRST_OVERLAP_PARTIAL_MS = 260.0
_OVERLAP_PARTIAL_EVERY_MS = 250.0
_CHEAP_PARTIAL_MS = 3000.0  # longer speech costs more to decode and is decoded less often
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
        self._playing: set[str] = set()
        self._guarded: set[str] = set()
        self._audible_ms = 0.0
        self._pauses = Pauses()

    @property
    def speaking(self) -> bool:
        """A turn, or what may be one, is open."""
        return self._utterance is not None

    @property
    def bot_speaking(self) -> bool:
        return bool(self._playing)

    def touched(self) -> None:
        """The caller did something else than speak: pressed a key."""
        self._silence.again(self._now)

    def keeps_from_ms(self) -> float:
        """Audio before this is not needed any more."""
        u = self._utterance
        return u.from_ms if u else self._now - self._limits.preroll - CONFIRM_MS

    # --- inputs

    def expect(self, expectation: Expectation, silence_ms: float) -> None:
        """The flow waits for something else now."""
        self.expectation, self._silence.due_ms = expectation, silence_ms

    def bot_started(self, utterance: str, *, interruptible: bool = True) -> list[Action]:
        """The bot is audible. What the caller is saying already has to be judged like an interruption."""
        self._audible_ms = self._audible_ms if self._playing else self._now
        self._playing.add(utterance)
        if not interruptible:
            self._guarded.add(utterance)
        self._silence.ends()
        u = self._utterance
        if u is None:
            return []
        held, u.held, u.real = u.held, False, False  # what is audible is not held (any more)
        return [ReleaseBot()] if held and not interruptible else []

    def bot_ended(self, utterance: str) -> list[Action]:
        self._playing.discard(utterance)
        self._guarded.discard(utterance)
        if not self._playing and self._utterance is None:
            self._silence.begins(self._now)
        return []

    def frame(self, activity: Activity) -> list[Action]:
        """20 ms went by."""
        self._now = activity.position_ms
        return list(self._frame(activity))

    def decoded(self, request: Decode, recognition: Recognition | None) -> list[Action]:
        """A decoding ended; None when it failed or was refused."""
        return list(self._decoded(request, recognition))

    def scored(self, request: Score, probability: float | None) -> list[Action]:
        """The turn model answered; None when it could not."""
        u = self._utterance
        if u is None or u.id != request.utterance or request.voice_end_ms < u.voice_end_ms:
            return []
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
            silent_ms = None if self._playing else self._silence.told(self._now)
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
            asked_ms=self._now,
        )
        self._utterance = u
        self._silence.ends()
        return u

    def _voiced(self, u: Utterance, activity: Activity) -> Iterator[Action]:
        gap = activity.voiced_until_ms - u.voice_end_ms
        u.voiced_ms += FRAME_MS
        if u.quiet and gap > 0:
            u.quiet = False
            self._pauses.inside(gap)
            if (
                self._now - u.from_ms > _CHUNK_AT_PAUSE_MS
                and u.result is not None
                and u.result_end_ms >= u.voice_end_ms
            ):
                u.keep_part(u.result, u.voice_end_ms + gap / 2)
            u.result, u.deciding = None, False
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
            yield self._request(u, Urgency.EAGER)
            return
        if not voiced or u.quiet:
            return
        if self._now - u.from_ms >= _CHUNK_ANYWHERE_MS and not u.chunk:
            yield self._request(u, Urgency.FINAL, chunk=True)
            return
        first = not u.asked_voiced_ms
        dearer = max(1.0, (self._now - u.from_ms) / _CHEAP_PARTIAL_MS)
        every = self._limits.partial_every * dearer if u.real else _OVERLAP_PARTIAL_EVERY_MS
        due = _FIRST_OVERLAP_PARTIAL_MS if first and not u.real else every
        if not u.pending and self._now - (u.started_ms if first else u.asked_ms) >= due:
            yield self._request(u, Urgency.PARTIAL)

    def _request(self, u: Utterance, urgency: Urgency, *, chunk: bool = False) -> Decode:
        u.revision += 1
        u.asked_ms, u.asked_voiced_ms = self._now, u.voiced_ms
        u.pending = {u.revision}  # a newer one replaces what is still waiting
        u.chunk = u.revision if chunk else u.chunk
        return Decode(
            utterance=u.id,
            revision=u.revision,
            urgency=urgency,
            from_ms=u.from_ms,
            to_ms=self._now,
            voice_end_ms=u.voice_end_ms,
            chunk=chunk,
        )

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
        u.heard_text = whole.text
        u.heard_voiced_ms = u.voiced_ms if current else min(u.asked_voiced_ms, u.voiced_ms - FRAME_MS)
        last = request.urgency is Urgency.FINAL and self._too_long(u)
        if request.urgency is Urgency.PARTIAL or not (current or last):
            if whole.text:
                yield Interim(recognition=whole, revision=request.revision, voice_end_ms=request.voice_end_ms)
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
        if self._complete(whole) is Completeness.PLAUSIBLE:
            yield Score(utterance=u.id, from_ms=u.from_ms, to_ms=u.asked_ms, voice_end_ms=u.voice_end_ms)

    def _too_long(self, u: Utterance) -> bool:
        return self._now - u.started_ms >= self._limits.max_turn

    # --- end of turn

    def _end(self, u: Utterance) -> Iterator[Action]:
        if self._utterance is not u:
            return
        whole = u.current_result()
        decision, inputs = self._decide(u, whole)
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
                yield self._request(u, Urgency.FINAL)
                return
        self._utterance = None
        self._pauses.turn_ended()
        self._silence.begins(self._now)
        if not u.announced:
            yield TurnBegan()
        yield TurnOver(
            recognition=whole,
            revision=u.revision,
            voice_end_ms=u.voice_end_ms,
            reason=decision.reason,
            silence_ms=self._now - u.voice_end_ms,
            waited_for_ms=decision.waited_for_ms,
            inputs=inputs,
        )

    def _decide(self, u: Utterance, whole: Recognition | None) -> tuple[Decision, Inputs]:
        e = self.expectation
        text = None if whole is None else self._complete(whole)
        probability = u.probability if u.probability_end_ms >= u.voice_end_ms else None
        evidence = Evidence(
            silence_ms=max(0.0, self._now - u.voice_end_ms),
            voiced_ms=u.voiced_ms,
            text=text,
            wordless=whole is not None and not whole.text,
            turn_probability=probability,
            patience=e.patience,
            usual_pause_ms=self._pauses.usual_ms,
        )
        inputs: Inputs = {
            "expects": e.kind,
            "patience": e.patience,
            "words": text.value if text else None,
            "turn_model": None if probability is None else round(probability, 3),
            "voiced_ms": u.voiced_ms,
            "usual_pause_ms": round(self._pauses.usual_ms),
        }
        return decide(evidence), inputs

    def _complete(self, whole: Recognition) -> Completeness:
        return completeness(self.expectation.kind, whole.text, self.expectation.choices)

    # --- speech over the bot

    def _overlap(self, u: Utterance) -> Iterator[Action]:
        if not self._playing:
            yield from self._take_floor(u)
            return
        overlap = Overlap(
            voiced_ms=u.voiced_ms,
            silence_ms=max(0.0, self._now - u.voice_end_ms),
            text=u.heard_text,
            text_covers_ms=u.heard_voiced_ms,
            kind=self.expectation.kind,
            held=u.held,
            interruptible=not self._guarded,
            after_ms=u.started_ms - self._audible_ms,
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
