"""What a call's event log says about each turn: what was understood, what was said, and where the order came from.

The caller's clock says how fast an answer was; only the server's log says whether it was the right one, and whether the
order system was asked for it in this turn. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from _script import Step

from voicebot.records.events.audio import PlaybackStarted, SpeechStarted
from voicebot.records.events.base import Record
from voicebot.records.events.dialogue import Said, Understood
from voicebot.records.events.oms import OmsAnswered, OmsRequested
from voicebot.records.events.turn import TurnCommitted
from voicebot.records.projections.reads import Read, reads

#: Where the order in an answer came from. The first three were asked of the order system within the turn, from the
#: caller's first sound on: a live read. `earlier`: a snapshot from ring time, another turn or another call.
IN_TURN, SPECULATIVE, PREFETCHED, EARLIER = "in_turn", "speculative", "prefetched", "earlier"
LIVE = (IN_TURN, SPECULATIVE, PREFETCHED)
_KIND_OF_WHY = {"turn": IN_TURN, "speculation": SPECULATIVE, "prefetch": PREFETCHED}


@dataclass(slots=True)
class Committed:
    """A turn that the server took. `reads` are those begun since the caller began to speak, up to its answer."""

    number: int
    understood: Understood | None = None
    reads: list[Read] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    started_ms: dict[str, float] = field(default_factory=dict)
    """Utterance -> media clock at its first sound."""

    @property
    def text(self) -> str:
        """What was said that is not a filler."""
        return " ".join(one.text for one in self.said if one.role != "filler")

    @property
    def filler_first(self) -> bool:
        first = min(self.started_ms, key=lambda name: self.started_ms[name], default=None)
        return any(one.utterance == first and one.role == "filler" for one in self.said)

    @property
    def answer_after_first_sound_ms(self) -> float | None:
        """How long after the turn's first sound its answer began: 0 without a filler, None when it was never heard."""
        answers = [
            self.started_ms[o.utterance] for o in self.said if o.role != "filler" and o.utterance in self.started_ms
        ]
        return min(answers) - min(self.started_ms.values()) if answers else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Of one turn of the script. `why` names what was not right; `read` is where its order came from, if it had one."""

    right: bool
    why: str = ""
    read: str | None = None
    filler_first: bool = False
    answer_after_first_sound_ms: float = 0.0


def committed(records: Sequence[Record]) -> list[Committed]:
    """The turns of a call, in order."""
    asked = {id(read.asked): read for read in reads(records)}
    turns: list[Committed] = []
    ahead: list[Read] = []
    understood: Understood | None = None
    owner: dict[str, Committed] = {}
    speaking = False
    for record in records:
        match record.event:
            case SpeechStarted():
                if not speaking:
                    # What was asked before the caller's first sound (ring time, greeting) is not of this turn.
                    ahead, speaking = [], True
            case OmsRequested(why=why):
                (turns[-1].reads if why == "turn" and turns else ahead).append(asked[id(record)])
            case Understood() as event:
                understood = event
            case TurnCommitted():
                turns.append(Committed(record.turn, understood, ahead))
                ahead, understood, speaking = [], None, False
            case Said() as event if turns and record.turn == turns[-1].number:
                turns[-1].said.append(event)
                owner[event.utterance] = turns[-1]
            case PlaybackStarted(utterance=utterance, position_ms=position) if utterance in owner:
                owner[utterance].started_ms.setdefault(utterance, position)
            case _:
                pass
    return turns


def clock_ahead_ms(records: Sequence[Record], timeline: Mapping[str, Any]) -> float:
    """What the log's time is ahead of the caller's: both know when the bot was first heard.

    Args:
        timeline: the caller's `timeline_ms`.
    """
    bot = timeline["bot"]
    first = next((one.at_ms for one in records if isinstance(one.event, PlaybackStarted)), None)
    return first - float(bot[0][0]) if bot and first is not None else 0.0


def verdicts(records: Sequence[Record], steps: Sequence[Step]) -> list[Verdict]:
    """One verdict for each step, in order.

    As many turns as steps: they belong together one to one. Otherwise (a turn was cut in two, or not taken) each step
    takes the next turn that answers it rightly, and is wrong when there is none.
    """
    turns = committed(records)
    headlines = _headlines(records)
    if len(turns) == len(steps):
        return [judge(turn, step, headlines) for turn, step in zip(turns, steps, strict=True)]
    found: list[Verdict] = []
    rest = turns
    for step in steps:
        judged = [judge(turn, step, headlines) for turn in rest]
        at = next((i for i, verdict in enumerate(judged) if verdict.right), None)
        if at is None:
            found.append(Verdict(right=False, why=f"{len(turns)} turns were taken for {len(steps)}, none answers this"))
        else:
            found.append(judged[at])
            rest = rest[at + 1 :]
    return found


def judge(turn: Committed, step: Step, headlines: Mapping[str, str]) -> Verdict:
    """Whether what was understood and said is what the step expects."""
    delay = turn.answer_after_first_sound_ms
    read = source(turn.reads, step.order) if step.order else None
    why = _wrong(turn, step, headlines) or ("the answer was never heard" if delay is None else "")
    if not why and step.order and read is None:
        read = EARLIER
    return Verdict(
        right=not why,
        why=why,
        read=read,
        filler_first=turn.filler_first,
        answer_after_first_sound_ms=delay or 0.0,
    )


def source(turn_reads: Sequence[Read], order: str) -> str | None:
    """Where the dialogue's order came from; None when it asked for none in this turn.

    A cached or joined answer is as live as the request behind it: one of the same turn makes it live.
    """
    used = [r for r in turn_reads if r.request.why != "prefetch" and r.answer and order in _orders(r.answer)]
    if not used:
        return None
    last = used[-1]
    if last.answer is not None and _asked_itself(last.answer):
        return _KIND_OF_WHY.get(last.request.why, EARLIER)
    behind = [
        r
        for r in turn_reads
        if r.answer and _asked_itself(r.answer) and _same(r.request, last.request) and r is not last
    ]
    return _KIND_OF_WHY.get(behind[-1].request.why, EARLIER) if behind else EARLIER


def _wrong(turn: Committed, step: Step, headlines: Mapping[str, str]) -> str:
    heard = turn.understood
    if heard is None:
        return "nothing was understood"
    if step.intent is not None and heard.intent != step.intent:
        return f"intent {heard.intent} instead of {step.intent}"
    for slot, value in step.slots.items():
        if heard.slots.get(slot) != value:
            return f"{slot} {heard.slots.get(slot)} instead of {value}"
    if not re.search(step.said, turn.text):
        return f"the answer does not say {step.said!r}"
    if step.order is not None:
        headline = headlines.get(step.order)
        if headline is None:
            return f"the order system never gave {step.order}"
        if headline not in turn.text:
            return "the answer does not name the order"
    return ""


def _headlines(records: Sequence[Record]) -> dict[str, str]:
    """Order number -> headline, of every order that the order system gave in this call."""
    return {
        number: headline
        for record in records
        if isinstance(record.event, OmsAnswered)
        for number, headline in _orders(record.event).items()
    }


def _orders(answer: OmsAnswered) -> dict[str, str]:
    found: Sequence[Mapping[str, Any]] = answer.result.get("orders") or ()
    return {str(one.get("number")): str(one.get("headline")) for one in found} if answer.status == "ok" else {}


def _asked_itself(answer: OmsAnswered) -> bool:
    """Whether this very request went out, rather than finding a snapshot or joining another under way."""
    return answer.status == "ok" and not answer.cached and not answer.saved_ms


def _same(one: OmsRequested, other: OmsRequested) -> bool:
    return (one.op, dict(one.args)) == (other.op, dict(other.args))
