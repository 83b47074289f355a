"""What a call came to: a line per happening, and the summary. JSON-ready, pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from voicebot.caller.measure import Figures, Spell, measure
from voicebot.caller.script import Turn
from voicebot.caller.settings import CallerSettings
from voicebot.percentile import percentile

Report = Mapping[str, Any]
_FOREVER = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnReport:
    """A turn and its figures."""

    label: str
    played: bool
    """False when the call ended before it."""
    figures: Figures = field(default_factory=Figures)
    heard: tuple[float, float] | None = None
    """The answer's first and last voiced packet, for transcription."""
    heard_text: str | None = None

    def to_json(self) -> dict[str, Any]:
        figures = self.figures
        row: dict[str, Any] = {
            "clip": self.label,
            "v2v_ms": _ms(figures.v2v_ms),
            "bot_ms": _ms(figures.bot_ms),
            "yield_ms": _ms(figures.yield_ms),
            "talked_over": figures.talked_over,
            "played": self.played,
        }
        return row if self.heard_text is None else row | {"heard_text": self.heard_text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The last line of a call."""

    ok: bool
    code: int
    reason: str
    ended_by: str
    turns: tuple[TurnReport, ...] = ()
    facts: Report = field(default_factory=dict)
    """Counters of line and signalling: `pacing_error_ms`, `packets_sent`, `lost` and the like."""

    @property
    def v2v_ms(self) -> list[float]:
        return [turn.figures.v2v_ms for turn in self.turns if turn.figures.v2v_ms is not None]

    def to_json(self) -> dict[str, Any]:
        return {
            "event": "summary",
            "code": self.code,
            "reason": self.reason,
            "ended_by": self.ended_by,
            "turns": [turn.to_json() for turn in self.turns],
            "p50_ms": _ms(percentile(self.v2v_ms, 50)),
            "p95_ms": _ms(percentile(self.v2v_ms, 95)),
            **self.facts,
        }


def turn_reports(
    turns: Sequence[Turn],
    begun: int,
    voices: Sequence[tuple[float, float] | None],
    speech: Sequence[Spell],
    settings: CallerSettings,
) -> tuple[TurnReport, ...]:
    """Figures of each turn. A turn lasts until the voice of the next one that was played.

    Args:
        begun: how many of the turns were played, or begun.
        voices: per turn, when its first and last voiced packets left; None without voice, or when the call ended
            before.
    """
    reports = []
    for index, (turn, voice) in enumerate(zip(turns, voices, strict=True)):
        if voice is None:
            reports.append(TurnReport(label=turn.label, played=index < begun))
            continue
        until = next((later[0] for later in voices[index + 1 :] if later), _FOREVER)
        figures = measure(voice=voice, until=until, speech=speech, pause_s=settings.pause_ms / 1000)
        answer = [one for one in speech if voice[1] < one.start < until]
        heard = (answer[0].start, answer[-1].end) if answer else None
        reports.append(TurnReport(label=turn.label, played=True, figures=figures, heard=heard))
    return tuple(reports)


def spread(values: Sequence[float]) -> dict[str, float | None]:
    """p50, p99 and maximum, rounded to a hundredth."""
    two = (percentile(values, 50), percentile(values, 99), max(values, default=None))
    return {
        name: None if value is None else round(value, 2) for name, value in zip(("p50", "p99", "max"), two, strict=True)
    }


def _ms(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
