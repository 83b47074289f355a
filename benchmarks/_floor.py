"""Who had the floor: the figures of a full-duplex call, from when each side was heard. Pure; times are milliseconds.

In the terms of tau-voice (arXiv 2603.13686). What the caller's socket saw decides; only whether a bot that fell silent
and spoke again went on, or answered, cannot be heard there, and is taken from `stopped`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from _common import percentile, rounded
from _duplex import BACKCHANNEL, INTERRUPTION, NOT_FOR_US, TIC, TURN, Cue

Span = tuple[float, float]

#: A bot that pauses for so long has fallen silent.
SILENT_MS = 250.0
#: The same of a bot that never goes on; longer than its pauses between sentences.
_GAVE_UP_MS = 450.0
#: Later than this, the bot has not yielded; or has not answered; or does not go on.
_YIELDS_MS, _ANSWERS_MS, _GOES_ON_MS = 2000.0, 6000.0, 1500.0
#: The bot says nothing for so long to what was not meant for it.
_IGNORES_MS = 4000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One cue and what came of it.

    Attributes:
        valid: the bot was speaking when it was to be spoken over.
        latency_ms: last voiced sample of a turn -> first of the answer.
        yield_ms: first voiced sample of an interruption -> last of the bot's.
        cut_in: the bot began to speak inside a turn.
        good: answered, yielded, or left alone, as the kind of cue wants.
        held_ms: longest silence of a bot that went on.
        answer: it was said as the bot asked whether it should do something, and was taken for a yes.
    """

    cue: Cue
    valid: bool = True
    latency_ms: float | None = None
    yield_ms: float | None = None
    cut_in: bool = False
    good: bool = False
    held_ms: float | None = None
    answer: bool = False

    def __str__(self) -> str:
        told = {"L_R": self.latency_ms, "L_Y": self.yield_ms, "held": self.held_ms}
        times = " ".join(f"{name} {value:.0f} ms" for name, value in told.items() if value is not None)
        state = "answer" if self.answer else "not valid" if not self.valid else "good" if self.good else "BAD"
        cut_in = ", cut in" if self.cut_in else ""
        return f"{self.cue.kind:12} {self.cue.name:40.40} {state}{cut_in} {times}"


def judge(cue: Cue, voice: Span, bot: Sequence[Span], until: float, *, stopped: bool | None) -> Row:
    """One cue.

    Args:
        voice: first and last voiced sample of it.
        bot: when the bot was heard, in order.
        until: when the next cue began.
        stopped: the bot gave its turn up; None when only silence tells.
    """
    began, ended = voice
    speaking = any(start <= began <= end + SILENT_MS for start, end in bot)
    if cue.over_ms is None and cue.kind == TURN:
        return _turn(cue, voice, bot, until)
    if cue.over_ms is None:
        # While the bot listens: it must not answer what is not for it.
        answered = any(began < start < min(until, ended + _IGNORES_MS) for start, _ in bot)
        return Row(cue=cue, valid=not speaking, good=not answered)
    if not speaking:
        return Row(cue=cue, valid=False)
    if cue.kind == INTERRUPTION:
        return _interruption(cue, voice, bot, until, stopped)
    # What falls silent later than this has finished.
    gaps = _silences(began, min(until, ended + SILENT_MS), bot)
    longest = max(gaps, default=0.0)
    finished = not any(end > ended for _, end in bot if end < until)
    went_on = longest < _GOES_ON_MS or finished
    good = longest < _GAVE_UP_MS if stopped is None else went_on and not stopped
    return Row(cue=cue, good=good, held_ms=longest if good else None)


def _turn(cue: Cue, voice: Span, bot: Sequence[Span], until: float) -> Row:
    began, ended = voice
    cut_in = any(began < start < ended for start, _ in bot)
    answer = next((start for start, _ in bot if ended < start < min(until, ended + _ANSWERS_MS)), None)
    latency = None if answer is None or cut_in else answer - ended
    return Row(cue=cue, latency_ms=latency, cut_in=cut_in, good=answer is not None)


def _interruption(cue: Cue, voice: Span, bot: Sequence[Span], until: float, stopped: bool | None) -> Row:
    began, ended = voice
    # Speech that begins again while the caller still speaks is the old one.
    spoken = [(start, end) for start, end in bot if end > began and start < max(ended, began + SILENT_MS)]
    silent_from = max((end for _, end in spoken), default=began)
    silent_from = max(silent_from, began)
    yielded = silent_from - began <= _YIELDS_MS and stopped is not False
    answer = next(
        (start for start, _ in bot if max(ended, silent_from) < start < min(until, ended + _ANSWERS_MS)), None
    )
    latency = None if answer is None or not yielded else answer - ended
    return Row(cue=cue, yield_ms=silent_from - began if yielded else None, latency_ms=latency, good=yielded)


def _silences(began: float, until: float, bot: Sequence[Span]) -> list[float]:
    """Silences of the bot that begin in this time and after which it speaks, or `until`."""
    found = []
    for index, (_, end) in enumerate(bot):
        following = bot[index + 1][0] if index + 1 < len(bot) else None
        if began <= end < until:
            found.append((following if following is not None else until) - end)
    return found


def summarise(rows: Iterable[Row]) -> dict[str, Any]:
    """tau-voice's figures: latencies in seconds, rates of the valid cues."""
    rows = list(rows)
    answers = sum(row.answer for row in rows)
    rows = [row for row in rows if row.valid]
    by_kind = {kind: [row for row in rows if row.cue.kind == kind] for kind in (TURN, INTERRUPTION)}
    turns, cuts = by_kind[TURN], by_kind[INTERRUPTION]
    held = [row.held_ms for row in rows if row.held_ms]
    latencies = [row.latency_ms for row in turns if row.latency_ms is not None]
    yields = [row.yield_ms for row in cuts if row.yield_ms is not None]
    groups = sorted({row.cue.group for row in turns})
    return {
        "L_R_p50_s": _seconds(latencies, 50),
        "L_R_p95_s": _seconds(latencies, 95),
        "L_Y_p50_s": _seconds(yields, 50),
        "L_Y_p95_s": _seconds(yields, 95),
        "R_R": _rate([row.good for row in turns]),
        "R_Y": _rate([row.good for row in cuts]),
        "I_A": _rate([row.cut_in for row in turns]),
        "S_BC": _rate([row.good for row in rows if row.cue.kind == BACKCHANNEL]),
        "S_VT": _rate([row.good for row in rows if row.cue.kind == TIC]),
        "S_ND": _rate([row.good for row in rows if row.cue.kind == NOT_FOR_US]),
        "answers": answers,
        "held_p50_s": _seconds(held, 50),
        "held_p95_s": _seconds(held, 95),
        "cues": {kind: sum(row.cue.kind == kind for row in rows) for kind in (*by_kind, BACKCHANNEL, TIC, NOT_FOR_US)},
        "by_group": {
            group: {
                "I_A": _rate([row.cut_in for row in turns if row.cue.group == group]),
                "L_R_p50_s": _seconds(
                    [row.latency_ms for row in turns if row.cue.group == group and row.latency_ms is not None], 50
                ),
            }
            for group in groups
        },
    }


def _rate(hits: Sequence[bool]) -> float | None:
    return rounded(sum(hits) / len(hits), 3) if hits else None


def _seconds(values: Sequence[float], q: float) -> float | None:
    value = percentile(values, q)
    return None if value is None else rounded(value / 1000, 3)
