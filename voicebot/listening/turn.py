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
from voicebot.listening.recognition import Expectation, Recognition, Urgency
from voicebot.listening.utterance import Utterance
from voicebot.listening.vad import Activity

FRAME_MS = 20.0
#: Voice shorter than this is a click.
_CONFIRM_MS = 60.0
#: First hypothesis of speech over the bot; the verdict waits for it.
_FIRST_OVERLAP_PARTIAL_MS = 260.0
_OVERLAP_PARTIAL_EVERY_MS = 250.0
_CHEAP_PARTIAL_MS = 3000.0  # longer speech costs more to decode and is decoded less often
#: A long turn is decoded in parts: at a pause after the first limit, anywhere after the second.
_CHUNK_AT_PAUSE_MS, _CHUNK_ANYWHERE_MS = 12_000.0, 25_000.0
#: Voice that was judged to be noise is not heard again until it pauses.
_FORGET_NOISE_MS = 240.0


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
        self._silence_due_ms = 7000.0
        self._now = 0.0
        self._utterance: Utterance | None = None
        self._count = 0
        self._candidate_ms = 0.0
        self._noise_until_ms = -1.0
        self._playing: set[str] = set()
        self._guarded: set[str] = set()
        self._quiet_from_ms: float | None = 0.0
        self._silent_told_ms = 0.0
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
        if self._quiet_from_ms is not None:
            self._rest()

    def keeps_from_ms(self) -> float:
        """Audio before this is not needed any more."""
        u = self._utterance
        return u.from_ms if u else self._now - self._limits.preroll - _CONFIRM_MS

    # --- inputs

    def expect(self, expectation: Expectation, silence_ms: float) -> None:
        """The flow waits for something else now."""
        self.expectation, self._silence_due_ms = expectation, silence_ms

    def bot_started(self, utterance: str, *, interruptible: bool = True) -> list[Action]:
        """The bot is audible. What the caller is saying already has to be judged like an interruption."""
        self._playing.add(utterance)
        if not interruptible:
            self._guarded.add(utterance)
        self._quiet_from_ms = None
        if self._utterance is not None:
            self._utterance.real = False
        return []

    def bot_ended(self, utterance: str) -> list[Action]:
        self._playing.discard(utterance)
        self._guarded.discard(utterance)
        if not self._playing and self._utterance is None:
            self._rest()
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
            self._candidate_ms = 0.0
        if u is None:
            yield from self._silence()
            return
        if not u.real:
            yield from self._overlap(u)
        if self._utterance is u:
            yield from self._ask(u, activity.voiced)
            if u.real:
                yield from self._end(u)

    def _confirm(self, activity: Activity) -> Utterance | None:
        if activity.position_ms < self._noise_until_ms:
            self._noise_until_ms = activity.position_ms + _FORGET_NOISE_MS
            return None
        self._candidate_ms += FRAME_MS
        if self._candidate_ms < _CONFIRM_MS:
            return None
        self._count += 1
        started = self._now - self._candidate_ms
        u = Utterance(
            id=self._count,
            started_ms=started,
            from_ms=max(0.0, started - self._limits.preroll),
            voiced_ms=self._candidate_ms,
            voice_end_ms=activity.voiced_until_ms,
            asked_ms=self._now,
        )
        self._candidate_ms = 0.0
        self._utterance, self._quiet_from_ms = u, None
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

    def _silence(self) -> Iterator[Action]:
        if self._quiet_from_ms is None or self._playing:
            return
        silent = self._now - self._quiet_from_ms
        if self._silence_due_ms > 0 and silent - self._silent_told_ms >= self._silence_due_ms:
            self._silent_told_ms = silent
            yield Silent(silent_ms=silent)

    # --- decoding

    def _ask(self, u: Utterance, voiced: bool) -> Iterator[Action]:
        silence = self._now - u.voice_end_ms
        if silence >= profile(self.expectation.patience).soft and not u.quiet:
            u.quiet = True
            yield VoiceCeased(position_ms=u.voice_end_ms)
            yield self._request(u, Urgency.EAGER)
            if u.real:
                yield Score(utterance=u.id, from_ms=u.from_ms, to_ms=self._now, voice_end_ms=u.voice_end_ms)
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
        if whole.text and not any(isinstance(action, TurnOver) for action in ended):
            u.eager_out = True
            yield Eager(recognition=whole, revision=request.revision, voice_end_ms=request.voice_end_ms)
        yield from ended

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
        self._rest()
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
        text: Completeness | None = None
        if whole is not None:
            text = completeness(e.kind, whole.text, e.choices)
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
        )
        judgement = judge(overlap)
        overlap_ms = self._now - u.started_ms
        inputs: Inputs = {
            "words": len(u.heard_text.split()) if u.heard_text is not None else None,
            "voiced_ms": u.voiced_ms,
            "silence_ms": round(overlap.silence_ms),
            "expects": overlap.kind,
        }
        match judgement.verdict:
            case Verdict.PAUSE:
                u.held = True
                yield HoldBot()
            case Verdict.STOP:
                yield StopBot(reason=judgement.reason, overlap_ms=overlap_ms, inputs=inputs)
                yield from self._take_floor(u)
            case Verdict.RESUME:
                self._utterance = None
                self._noise_until_ms = self._now + _FORGET_NOISE_MS if overlap.silence_ms < FRAME_MS * 2 else -1.0
                yield ResumeBot(
                    reason=judgement.reason,
                    overlap_ms=overlap_ms,
                    text=u.heard_text or "",
                    announced=u.announced,
                    inputs=inputs,
                )

    def _take_floor(self, u: Utterance) -> Iterator[Action]:
        """The voice is a turn. An eager text that was decoded before is handed on now."""
        u.real = True
        if not u.announced:
            u.announced = True
            yield TurnBegan()
        if u.held and not self._playing:
            u.held = False
        whole = u.current_result()
        if u.quiet and whole is not None and whole.text and not u.eager_out:
            u.eager_out = True
            yield Eager(recognition=whole, revision=u.revision, voice_end_ms=u.voice_end_ms)

    def _rest(self) -> None:
        """Nobody speaks from here on."""
        self._quiet_from_ms, self._silent_told_ms = self._now, 0.0
