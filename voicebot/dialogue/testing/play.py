"""Plays a test against the engine, and says what is not as it should be. Pure."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from voicebot.dialogue.commands import Command, Understanding
from voicebot.dialogue.context import Context
from voicebot.dialogue.effects import Decide, Effect, HangUp, Say
from voicebot.dialogue.engine import Engine
from voicebot.dialogue.inputs import (
    CallOpened,
    Decided,
    Failed,
    Heard,
    Input,
    KeysPressed,
    UserSaid,
    UserSilent,
)
from voicebot.dialogue.testing.cases import EFFECTS, Case, Deed, TurnCase, given
from voicebot.dialogue.testing.shop import Shop
from voicebot.policy.book import PolicyBook

#: Effects of one turn; more means that a test goes round in circles.
_MOST = 500


class Understands(Protocol):
    def understand_now(self, text: str, context: Context) -> Understanding: ...


@dataclass(frozen=True, slots=True)
class Failure:
    """`turn` counts from 0."""

    turn: int
    what: str


@dataclass(slots=True)
class Played:
    """A test that was played: what was said on both sides, and what failed."""

    failures: list[Failure] = field(default_factory=list)
    talk: list[tuple[str, str]] = field(default_factory=list)


class Player:
    """Plays tests with one version of the flows.

    Args:
        written: a wording as the eye reads it.
    """

    def __init__(
        self,
        engine: Engine,
        interpreter: Understands,
        policies: PolicyBook,
        orders: Mapping[str, Mapping[str, Any]],
        written: Callable[[Say, str], str],
    ) -> None:
        self._engine, self._interpreter, self._policies = engine, interpreter, policies
        self._orders, self._written = orders, written

    def play(self, case: Case) -> Played:
        """All turns; a turn that fails does not keep the next ones from being played."""
        played, shop = Played(), Shop(case, self._orders)
        now = f"{case.today}T12:00:00Z"
        opened = CallOpened(now=now, today=case.today, caller_number=case.caller, language=case.language)
        self._state = self._engine.start()
        effects = self._give(opened, case, shop)
        played.talk += self._spoken(effects, case)
        understanding = None
        for number, turn in enumerate(case.turns):
            given, understanding = self._input(turn, now)
            if given is not None:
                if self._state.ended and not self._state.leaving:
                    played.failures.append(Failure(number, "the call has ended before this turn"))
                    break
                played.talk.append(("caller", _told(turn)))
                played.talk += [("understood", _understood(understanding))] if understanding else []
                shop.deeds += 1
                effects = self._heard(effects, now, talked_over=bool(turn.interrupts))
                effects += self._give(given, case, shop)
                for late in shop.due():
                    effects += self._give(late, case, shop)
                played.talk += self._spoken(effects, case)
            said = " ".join(what for _, what in self._spoken(effects, case))
            played.failures += [Failure(number, what) for what in self._wrong(turn, effects, said, understanding)]
        return played

    def _spoken(self, effects: Sequence[Effect], case: Case) -> list[tuple[str, str]]:
        """What the bot says, as one turn of the talk."""
        said = " ".join(self._written(effect, case.today) for effect in effects if isinstance(effect, Say))
        return [("bot", said)] if said else []

    def _heard(self, effects: Sequence[Effect], now: str, *, talked_over: bool) -> list[Effect]:
        """What the bot said is heard to its end, but for its last words when the caller talks over them."""
        said = [effect.utterance for effect in effects if isinstance(effect, Say)]
        told: list[Effect] = []
        for number, utterance in enumerate(said, 1):
            whole = not talked_over or number < len(said)
            heard = Heard(utterance=utterance, complete=whole, heard="", now=now)
            self._state, more = self._engine.step(self._state, heard)
            told += more
        return told

    def _input(self, turn: TurnCase, now: str) -> tuple[Input | None, Understanding | None]:
        if turn.keys is not None:
            return KeysPressed(keys=turn.keys, now=now), None
        if turn.silence:
            return UserSilent(silent_ms=7000, now=now), None
        if turn.noise:
            return Failed(where="hearing", now=now), None
        if turn.caller is not None:
            found = self._interpreter.understand_now(turn.caller, self._engine.context(self._state))
            return UserSaid(understanding=found, now=now), found
        if turn.understood is not None:
            found = Understanding(text="", commands=tuple(_command(given) for given in turn.understood))
            return UserSaid(understanding=found, now=now), found
        return None, None

    def _give(self, first: Input, case: Case, shop: Shop) -> list[Effect]:
        """Feed the engine until it only waits for the caller."""
        told: list[Effect] = []
        todo: deque[Input] = deque([first])
        while todo and len(told) < _MOST:
            self._state, effects = self._engine.step(self._state, todo.popleft())
            told += effects
            for effect in effects:
                if isinstance(effect, Decide):
                    decision = self._policies.decide(effect.policy, effect.facts, today=case.today).to_json()
                    changed = case.answers.get(f"decide {effect.policy}")
                    if isinstance(changed, dict):
                        decision = {**decision, "outcome": {**decision["outcome"], **changed}}
                    todo.append(Decided(request=effect.request, decision=decision, now=f"{case.today}T12:00:00Z"))
                elif (answer := shop.answer(effect)) is not None:
                    todo.append(answer)
        return told

    def _wrong(
        self, turn: TurnCase, effects: Sequence[Effect], said: str, understanding: Understanding | None
    ) -> list[str]:
        """What is not as the test wants it."""
        wrong = [_not_said(turn.says, said)] if turn.says else []
        wrong += [f"says {pattern.pattern!r}: {said!r}" for pattern in turn.never if pattern.search(said)]
        if turn.intent is not None and (understanding is None or understanding.intent != turn.intent):
            wrong.append(f"the intent is {understanding.intent if understanding else None}, not {turn.intent}")
        names = tuple(command.name for command in understanding.commands) if understanding else ()
        if turn.commands is not None and names != turn.commands:
            wrong.append(f"the commands are {', '.join(names) or 'none'}, not {', '.join(turn.commands)}")
        wrong.append(self._elsewhere(turn.at))
        done = [(name, effect) for effect in effects for name in _names(effect)]
        wrong.append(_not_done(turn.does, done))
        wrong += [f"does {_deed(deed)}" for deed in turn.does_not if any(_is(deed, *item) for item in done)]
        over = self._state.ended or any(isinstance(effect, HangUp) for effect in effects)
        if turn.ends is not None and over != turn.ends:
            wrong.append("the call goes on" if turn.ends else "the call has ended")
        return [what for what in wrong if what]

    def _elsewhere(self, at: str | None) -> str:
        if at is None:
            return ""
        context = self._engine.context(self._state)
        flow, step = context.flow or "", context.step or ""
        if at in (flow, f"{flow}.{step}", flow.removeprefix("patterns/"), f"{flow.removeprefix('patterns/')}.{step}"):
            return ""
        return f"stands at {flow}.{step}, not at {at}"


def _not_said(patterns: Sequence[re.Pattern[str]], said: str) -> str:
    start = 0
    for pattern in patterns:
        found = pattern.search(said, start)
        if found is None:
            return f"does not say {pattern.pattern!r}: {said!r}"
        start = found.end()
    return ""


def _not_done(wanted: Sequence[Deed], done: Sequence[tuple[str, Effect]]) -> str:
    rest = iter(done)
    for deed in wanted:
        if not any(_is(deed, *item) for item in rest):
            about = None if isinstance(deed, str) else next(iter(deed))
            told = [
                _deed({name: dict(given(effect, name))}) if name == about else name
                for name, effect in done
                if " " in name or name in wanted
            ]
            return f"does not {_deed(deed)}, but {', '.join(told) or 'nothing'}"
    return ""


def _is(deed: Deed, name: str, effect: Effect) -> bool:
    """Whether this is what the test means, with the arguments that it tells."""
    if isinstance(deed, str):
        return name == deed
    [(about, with_)] = deed.items()
    return name == about and all(given(effect, name).get(key) == value for key, value in with_.items())


def _deed(deed: Deed) -> str:
    if isinstance(deed, str):
        return repr(deed)
    [(about, with_)] = deed.items()
    return f"{about!r} with {', '.join(f'{key} {value!r}' for key, value in with_.items())}"


def _names(effect: Effect) -> tuple[str, ...]:
    """`handoff`, `handoff policy`: an effect by its kind, and by what it is about."""
    for name, (kind, about) in EFFECTS.items():
        if type(effect).__name__ == kind:
            return (name, f"{name} {getattr(effect, about)}") if about else (name,)
    return ()


def _command(given: str | Mapping[str, Mapping[str, Any]]) -> Command:
    if isinstance(given, str):
        return Command(given)
    [(name, args)] = given.items()
    return Command(name, args)


def _understood(understanding: Understanding) -> str:
    """`start_flow wismo, set_slot order_number=4481207`."""
    told = []
    for command in understanding.commands:
        args = {name: value for name, value in command.args.items() if name not in ("heard", "intent", "words")}
        slot, value = args.pop("slot", None), args.pop("value", None)
        about = f" {slot}={value}" if slot else "".join(f" {item}" for item in args.values())
        told.append(f"{command.name}{about}")
    return ", ".join(told)


def _told(turn: TurnCase) -> str:
    if turn.caller is not None:
        return turn.caller
    if turn.keys is not None:
        return f"(keys {turn.keys})"
    return "(silence)" if turn.silence else "(noise)" if turn.noise else "(commands)"
