"""The engine's state: immutable, and JSON all through, so that it can be kept, compared and re-run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from voicebot.dialogue.wording import Part, Wording


@dataclass(frozen=True, slots=True)
class Frame:
    """A flow being run: the step it stands at, how often that step has asked, and the wish that began it."""

    flow: str
    step: str
    asked: int = 0
    intent: str = ""
    saved: Mapping[str, Any] | None = None
    """Of a digression: the facts of what it interrupted, which has them back when the digression is over."""
    wish: str = ""
    """Words of the wish that began it."""
    wished: tuple[str, ...] = ()
    """Slots that these words have filled: once is enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An effect whose answer is awaited. `kind`: `query`, `decide`, `handoff`, `callback`, `plan`, `commit`, `proof`,
    `code`, `message`."""

    id: str
    kind: str
    into: str
    depth: int = 0
    """Frames on the stack when it was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option of a choice."""

    value: str
    label: Wording
    clues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything the engine knows of a call.

    Attributes:
        call: `caller_number`, `today`, `now`, `language`.
        stack: flows being run, the innermost last.
        facts: slots and variables by name.
        previous: what slots held last, also after they were emptied ("no, it ends in 3").
        waiting: the engine waits for the caller.
        silence_ms: how long it waits before silence is due.
        pending: the request it waits for instead.
        background: requests whose answer is only noted.
        heard: n-best list by slot, as far as its value came by voice: `[[value, mean log-probability], …]`.
        doubt: the value that is being read back, see `dialogue.doubts`.
        attempts: n-best lists by slot of answers that were read back and are not right; a next attempt is weighed with
            them.
        denied: values that were read back and are not right.
        offered: existing values that were read back though nobody was heard to say them.
        plans: what was planned and neither done nor given up, by variable: `{plan, action, subject, needs, flow,
            answer, asked, heard}`; the answer is True after the caller's yes to it, None before; `asked` is the
            utterance that put the question last, and `heard` tells whether one that did was heard to its end.
        verified: level that was proved, by subject (a customer, or a guest's order).
        verifying: what is being proved: `{order, subject, level}`.
        partial: slot and words of a value that was not said to its end.
        options: of the choice asked last, under the slot `choice`.
        misses / silences: in a row.
        human_requests: how often the caller asked for a human.
        last_said: wording of the last turn, for "say that again".
        last_flow: the flow that finished last.
        cut_off: utterance that the caller did not hear to its end, and what was heard of it.
    """

    call: Mapping[str, Any] = field(default_factory=dict)
    stack: tuple[Frame, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    previous: Mapping[str, Any] = field(default_factory=dict)
    waiting: bool = False
    silence_ms: int = 7000
    pending: Request | None = None
    background: tuple[Request, ...] = ()
    heard: Mapping[str, Any] = field(default_factory=dict)
    doubt: Mapping[str, Any] = field(default_factory=dict)
    attempts: Mapping[str, Any] = field(default_factory=dict)
    denied: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    plans: Mapping[str, Any] = field(default_factory=dict)
    verified: Mapping[str, int] = field(default_factory=dict)
    verifying: Mapping[str, Any] = field(default_factory=dict)
    partial: tuple[str, str] = ("", "")
    choice: str = ""
    options: tuple[Option, ...] = ()
    misses: int = 0
    silences: int = 0
    human_requests: int = 0
    utterances: int = 0
    requests: int = 0
    last_said: Wording = ()
    intent: str = ""
    last_flow: str = ""
    cut_off: tuple[str, str] = ("", "")
    failed: str = ""
    """Kind of the request that failed last."""
    ended: bool = False
    leaving: bool = False
    """Ended by a goodbye: until the line is cut the caller may go on."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> State:
        """Inverse of `to_json`, also after a round trip through JSON text."""
        return cls(
            **{
                **row,
                "stack": tuple(Frame(**{**frame, "wished": tuple(frame.get("wished", ()))}) for frame in row["stack"]),
                "pending": Request(**row["pending"]) if row["pending"] else None,
                "background": tuple(Request(**request) for request in row["background"]),
                "options": tuple(
                    Option(value=o["value"], label=_wording(o["label"]), clues=tuple(o["clues"]))
                    for o in row["options"]
                ),
                "last_said": _wording(row["last_said"]),
                "cut_off": tuple(row["cut_off"]),
                "denied": tuple(row["denied"]),
                "offered": tuple(row["offered"]),
                "partial": tuple(row["partial"]),
            }
        )


def _wording(parts: list[Mapping[str, str]]) -> Wording:
    return tuple(Part(part["kind"], part["value"]) for part in parts)
