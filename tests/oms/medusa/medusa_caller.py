"""A caller by text, who has an answer for each question, whatever the order in which they are asked."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from voicebot.call.text import TextCall
from voicebot.dialogue.schema import Ask
from voicebot.messages.outbox import FILE, read_outbox
from voicebot.records.events.actions import ActionCommitted

E = TypeVar("E")

_TURNS = 20
#: Said to every question in which a plan is read back.
YES = "yes please"


@dataclass
class Caller:
    """`answers` by the slot that is asked for; `{code}` is the one-time code that came last.

    Attributes:
        told: all that the bot has said, the question last.
    """

    call: TextCall
    data_dir: Path
    answers: Mapping[str, str]
    told: str = ""

    async def __aenter__(self) -> Caller:
        await self.call.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.call.close()

    async def wants(self, wish: str) -> str:
        """Say a wish, and answer until a plan is read back, or there is nothing to answer; what was said last."""
        return await self._talk(wish, agrees=False)

    async def agrees(self) -> str:
        """Yes to what was read back; what was said from there on. Nothing was done before."""
        assert self.events(ActionCommitted) == [], "something was done before the caller said yes"
        return await self._talk(YES, agrees=True)

    async def says(self, words: str) -> str:
        """One turn."""
        return " ".join((await self._say(words))["say"])

    def events(self, kind: type[E]) -> list[E]:
        return [record.event for record in self.call.records if isinstance(record.event, kind)]

    async def _talk(self, words: str, *, agrees: bool) -> str:
        said, before = [], ""
        for _ in range(_TURNS):
            answer = await self._say(words)
            said.append(" ".join(answer["say"]))
            step = self._asked(answer)
            if step is None or (step.confirms is not None and not agrees) or step.ask not in self.answers:
                return " ".join(said) if agrees else said[-1]
            assert step.ask != before, f"asked for {step.ask} twice: {said[-1]}"
            before, words, agrees = step.ask, self._answer(step.ask), agrees and step.confirms is None
        raise AssertionError(f"no end after {_TURNS} turns: {self.told}")

    async def _say(self, words: str) -> dict[str, Any]:
        answer = await self.call.say(words)
        self.told += "\n".join([f"\n> {words}", *answer["say"]])
        return answer

    def _asked(self, answer: Mapping[str, Any]) -> Ask | None:
        place = self.call.flows.place(answer["flow"] or "", answer["step"] or "")
        return place.step if place is not None and isinstance(place.step, Ask) else None

    def _answer(self, slot: str) -> str:
        return self.answers[slot].replace("{code}", self._code())

    def _code(self) -> str:
        kept, _ = read_outbox(self.data_dir / FILE)
        codes = [found for message in kept if (found := re.search(r"\b\d{6}\b", message.text))]
        return " ".join(codes[-1].group()) if codes else ""


@dataclass(frozen=True)
class Buyer:
    """A customer with an account, and the order made for it."""

    phone: str
    order: Mapping[str, Any]


_NUMBERS = itertools.count(4155550200)


def new_phone() -> str:
    """One that nobody else in this run has."""
    return f"+1{next(_NUMBERS)}"
