"""The conversation as it took place: who said what, when, and how much of it was heard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from voicebot.records.events.audio import Dtmf, PlaybackEnded, PlaybackStarted, SpeechStarted, SpeechStopped
from voicebot.records.events.base import Record, plain
from voicebot.records.events.call import CallStarted
from voicebot.records.events.dialogue import Said
from voicebot.records.events.hearing import Final, Interruption
from voicebot.records.events.turn import TurnCommitted

#: Keys pressed within this time of each other are one entry.
KEYS_APART_MS = 3_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One utterance, by one side.

    Attributes:
        speaker: `caller` or `bot`.
        kind: `speech`; of the caller also `keys` and `backchannel` (speech that was not taken for a turn).
        turn: the caller's turn that it is, or answers; 0 before the first.
        start_ms, end_ms: on the media clock; None where the log does not tell.
        text: what was said, or was to be said.
        heard, unheard: of the bot: which part reached the caller. None while it is not known.
        status: of the bot: `heard` (all of it), `interrupted`, `not_played`, `playing`; of the caller: `committed`,
            `open` (the turn was never taken), `ignored`.
        role, flow, step, utterance: of the bot, as in `dialogue.said`.
        seq: of the event that the line was made from.
    """

    speaker: str
    turn: int
    text: str
    seq: int
    at_ms: float
    kind: str = "speech"
    start_ms: float | None = None
    end_ms: float | None = None
    heard: str | None = None
    unheard: str = ""
    status: str = ""
    role: str = ""
    flow: str | None = None
    step: str | None = None
    utterance: str = ""

    def to_json(self) -> dict[str, object]:
        found: dict[str, object] = plain(self)
        return found


@dataclass(slots=True)
class _Voice:
    """An utterance of the bot, while its events come together."""

    said: list[tuple[Record, Said]] = field(default_factory=list)
    started: PlaybackStarted | None = None
    ended: list[PlaybackEnded] = field(default_factory=list)

    def line(self, *, by_ear: bool) -> Line:
        record, first = self.said[0]
        heard, unheard, status = self._heard(by_ear)
        return Line(
            speaker="bot",
            turn=record.turn,
            text=_joined(event.text for _, event in self.said),
            seq=record.seq,
            at_ms=record.at_ms,
            start_ms=self.started.position_ms if self.started else None,
            end_ms=self.ended[-1].position_ms if self.ended else None,
            heard=heard,
            unheard=unheard,
            status=status,
            role=first.role,
            flow=first.flow,
            step=first.step,
            utterance=first.utterance,
        )

    def _heard(self, by_ear: bool) -> tuple[str | None, str, str]:
        text = _joined(event.text for _, event in self.said)
        if not by_ear:
            return text, "", "heard"
        if self.ended:
            heard = _joined(event.heard for event in self.ended)
            if all(event.complete for event in self.ended):
                return heard or text, "", "heard"
            return heard, _joined(event.unheard for event in self.ended), "interrupted" if heard else "not_played"
        return (None, "", "playing") if self.started else ("", text, "not_played")


@dataclass(slots=True)
class _Ear:
    """The caller's speech since the last line of theirs."""

    start_ms: float | None = None
    end_ms: float | None = None
    final: tuple[Record, Final] | None = None

    def span(self) -> tuple[float | None, float | None]:
        start = self.start_ms
        if start is None and self.end_ms is not None and self.final is not None and self.final[1].audio_ms:
            start = max(0.0, self.end_ms - self.final[1].audio_ms)
        return start, self.end_ms


def transcript(records: Sequence[Record]) -> list[Line]:
    """The lines of a call in the order in which they began.

    A text conversation has no playback: there, what was said counts as heard.
    """
    by_ear = not any(isinstance(r.event, CallStarted) and r.event.transport == "text" for r in records)
    lines: list[Line] = []
    voices: dict[str, _Voice] = {}
    ear = _Ear()
    for record in records:
        match record.event:
            case Said() as event:
                voices.setdefault(event.utterance, _Voice()).said.append((record, event))
            case PlaybackStarted() as event:
                voice = voices.setdefault(event.utterance, _Voice())
                voice.started = voice.started or event
            case PlaybackEnded() as event:
                voices.setdefault(event.utterance, _Voice()).ended.append(event)
            case SpeechStarted(position_ms=position):
                if ear.start_ms is None:
                    ear = _Ear(start_ms=position, final=ear.final)
            case SpeechStopped(position_ms=position):
                ear.end_ms = position
            case Final(text=text) as event if text:
                ear.final = (record, event)
            case Interruption(verdict="ignore") as event:
                murmur = _backchannel(record, event, ear)
                lines += [murmur] if murmur.text else []  # a click or a cough is no line
                ear = _Ear()
            case TurnCommitted(text=text):
                if text:
                    lines.append(_spoken(record, text, ear, "committed"))
                ear = _Ear()
            case Dtmf() as event:
                _press(lines, record, event)
            case _:
                pass
    if ear.final is not None:
        lines.append(_spoken(ear.final[0], ear.final[1].text, ear, "open"))
    placed = [(_begun(line), line) for line in lines]
    before = 0.0
    for voice in voices.values():
        if voice.said:
            # Utterances are played in the order in which they were said: one that was not played follows the last.
            line = voice.line(by_ear=by_ear)
            before = max(before, _begun(line)) if line.start_ms is None else line.start_ms
            placed.append((before, line))
    return [line for _, line in sorted(placed, key=lambda each: (each[0], each[1].seq))]


def _begun(line: Line) -> float:
    return line.at_ms if line.start_ms is None else line.start_ms


def _spoken(record: Record, text: str, ear: _Ear, status: str) -> Line:
    start, end = ear.span()
    return Line(
        speaker="caller",
        turn=record.turn,
        text=text,
        seq=record.seq,
        at_ms=record.at_ms,
        start_ms=start,
        end_ms=end,
        status=status,
    )


def _backchannel(record: Record, event: Interruption, ear: _Ear) -> Line:
    words = event.inputs.get("text")
    if not isinstance(words, str) or not words:
        words = ear.final[1].text if ear.final else ""
    return Line(
        speaker="caller",
        kind="backchannel",
        turn=record.turn,
        text=words,
        seq=record.seq,
        at_ms=record.at_ms,
        start_ms=ear.start_ms,
        end_ms=ear.end_ms,
        status="ignored",
    )


def _press(lines: list[Line], record: Record, event: Dtmf) -> None:
    last = lines[-1] if lines else None
    together = last is not None and last.kind == "keys" and event.position_ms - (last.end_ms or 0.0) <= KEYS_APART_MS
    if together and last is not None:
        lines.pop()
    lines.append(
        Line(
            speaker="caller",
            kind="keys",
            turn=record.turn,
            text=(last.text if together and last else "") + event.key,
            seq=last.seq if together and last else record.seq,
            at_ms=record.at_ms,
            start_ms=last.start_ms if together and last else event.position_ms,
            end_ms=event.position_ms,
            status="committed",
        )
    )


def _joined(parts: Iterable[str]) -> str:
    return " ".join(part.strip() for part in parts if part.strip())
