"""Turn measurement from packet logs: voice to voice, yield, bot's speaking time. Pure; used for peers as well.

Times are seconds on one monotonic clock: when a packet was handed to the socket, and when one arrived at it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voicebot.caller.voiced import GATE_DBFS, begins
from voicebot.percentile import percentile as percentile  # for those who measure peers with this module


@dataclass(frozen=True, slots=True)
class Level:
    """A received packet: arrival time and level."""

    at: float
    dbfs: float


@dataclass(frozen=True, slots=True)
class Spell:
    """Speech without a silence of `gap_s`: first and last voiced packet."""

    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One caller's turn.

    Attributes:
        v2v_ms: last voiced packet sent -> first voiced packet of the answer received; None without an answer.
        bot_ms: from the answer's first to its last voiced packet.
        yield_ms: first voiced packet of an interrupting clip -> last voiced packet of the interrupted speech.
        talked_over: the bot began to speak while the caller was speaking, which leaves no honest `v2v_ms`.
    """

    v2v_ms: float | None = None
    bot_ms: float | None = None
    yield_ms: float | None = None
    talked_over: bool = False


def spells(levels: Sequence[Level], *, gap_s: float) -> list[Spell]:
    """Group received packets, in order of arrival, into spells of speech."""
    loud = [one.dbfs >= GATE_DBFS for one in levels]
    starts = set(begins(loud))
    found: list[Spell] = []
    for i, one in enumerate(levels):
        if not loud[i]:
            continue
        if found and one.at - found[-1].end <= gap_s:
            found[-1] = Spell(found[-1].start, one.at)
        elif i in starts:
            found.append(Spell(one.at, one.at))
    return found


def measure(*, voice: tuple[float, float], until: float, speech: Sequence[Spell], pause_s: float = 0.7) -> Figures:
    """Measure the turn whose first and last voiced packets left at `voice`; the next turn begins at `until`."""
    began, ended = voice
    interrupted = _interrupted(speech, began, ended, pause_s)
    rest = [one for one in speech if began < one.start < until and one not in interrupted]
    early = [one for one in rest if one.start <= ended]
    answer = [one for one in rest if one.start > ended]
    cut_in = any(one.end > ended for one in early)
    return Figures(
        v2v_ms=(answer[0].start - ended) * 1000 if answer and not cut_in else None,
        bot_ms=(answer[-1].end - answer[0].start) * 1000 if answer else None,
        yield_ms=(interrupted[-1].end - began) * 1000 if interrupted else None,
        talked_over=bool(early),
    )


def _interrupted(speech: Sequence[Spell], began: float, ended: float, pause_s: float) -> list[Spell]:
    """The spell under way when the clip began, and those that follow it after a mere pause within the clip."""
    chain: list[Spell] = []
    for one in speech:
        under_way = one.start <= began < one.end
        resumed = bool(chain) and one.start < ended and one.start - chain[-1].end < pause_s
        if under_way or resumed:
            chain.append(one)
    return chain
