"""Turns, driven by voice activity and words alone: no audio, no clock, no model."""

from __future__ import annotations

from collections.abc import Callable

from voicebot.listening.actions import (
    Action,
    Decode,
    Score,
    TurnOver,
)
from voicebot.listening.recognition import Expectation, Recognition
from voicebot.listening.turn import TurnLimits, TurnTracker
from voicebot.listening.vad import Activity

Texts = Callable[[Decode], str | None]


class Line:
    """A call in steps of 20 ms; what is asked of the pools is answered `delay_ms` later."""

    def __init__(
        self, say: str | Texts = "", *, delay_ms: float = 60, turn: float | None = None, confidence: float = 0.8
    ) -> None:
        self.tracker = TurnTracker(TurnLimits())
        self.say, self.delay_ms, self.turn, self.confidence = say, delay_ms, turn, confidence
        self.dbfs = -25.0
        self.now = 0.0
        self.actions: list[Action] = []
        self.times: list[float] = []
        self._voice_end = 0.0
        self._due: list[tuple[float, Decode | Score]] = []

    def voice(self, ms: float) -> None:
        self._run(ms, voiced=True)

    def quiet(self, ms: float) -> None:
        self._run(ms, voiced=False)

    def expect(self, kind: str, patience: str = "normal", silence_ms: float = 7000) -> None:
        self.tracker.expect(Expectation(kind=kind, patience=patience), silence_ms)

    def _run(self, ms: float, *, voiced: bool) -> None:
        for _ in range(int(ms / 20)):
            self.now += 20
            self._voice_end = self.now if voiced else self._voice_end
            self._note(
                self.tracker.frame(Activity(self.now, voiced, 1.0 if voiced else 0.0, self._voice_end, self.dbfs))
            )
            for due, request in [d for d in self._due if d[0] <= self.now]:
                self._due.remove((due, request))
                self._answer(request)

    def _answer(self, request: Decode | Score) -> None:
        if isinstance(request, Score):
            self._note(self.tracker.scored(request, self.turn))
            return
        text = self.say(request) if callable(self.say) else self.say
        length = request.to_ms - request.from_ms
        found = None if text is None else Recognition(text=text, audio_ms=length, confidence=self.confidence)
        self._note(self.tracker.decoded(request, found))

    def _note(self, actions: list[Action]) -> None:
        for action in actions:
            self.actions.append(action)
            self.times.append(self.now)
            if isinstance(action, Decode | Score):
                self._due.append((self.now + self.delay_ms, action))

    def of(self, *kinds: type) -> list[Action]:
        return [a for a in self.actions if isinstance(a, kinds)]

    def names(self) -> list[str]:
        return [type(a).__name__ for a in self.actions if not isinstance(a, Decode | Score)]

    def over(self) -> TurnOver:
        (over,) = self.of(TurnOver)
        assert isinstance(over, TurnOver)
        return over
