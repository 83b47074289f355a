"""What may stand in a test file: orders to test with, and conversations. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationError, model_validator

from voicebot.dialogue import kinds
from voicebot.policy import documents
from voicebot.policy.problems import Problem

#: Effects by the name that `does` gives them, and the field that may stand beside it.
EFFECTS: Mapping[str, tuple[str, str]] = {
    "query": ("Query", "op"),
    "decide": ("Decide", "policy"),
    "match": ("Matched", "decision"),
    "plan": ("PlanAction", "action"),
    "commit": ("CommitAction", ""),
    "abandon": ("AbandonPlan", ""),
    "prove": ("CheckProof", "factor"),
    "send_code": ("SendCode", ""),
    "message": ("SendMessage", "kind"),
    "handoff": ("Handoff", "reason"),
    "callback": ("BookCallback", ""),
    "hangup": ("HangUp", "reason"),
}
#: Fields of what effects are about in detail: what a test may ask for, too.
_GIVEN: Mapping[str, str] = {"query": "args", "plan": "args", "decide": "facts"}
_ACTIONS = ("caller", "keys", "silence", "noise", "understood")
#: What may stand behind the name of an effect, where that is a closed list.
_ABOUT: Mapping[str, tuple[str, ...]] = {
    "query": get_args(kinds.QueryOp),
    "match": ("accept", "confirm", "ask_again"),
    "plan": get_args(kinds.ActionName),
    "commit": (),
    "abandon": (),
    "prove": get_args(kinds.Factor),
    "send_code": (),
    "handoff": get_args(kinds.Reason),
    "callback": (),
}
#: What `answers` may be about: the order system's operations by their own name, the rest as `does` has it.
_ANSWERS = ("plan", "commit", "prove", "send_code", "message", "handoff", "callback", "decide")


def _many(value: Any) -> Any:
    return value if value is None or isinstance(value, list | tuple) else [value]


def _words(value: Any) -> Any:
    """YAML takes a bare yes for true, and a bare 1 for a number."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, int) else value


def _pattern(value: Any) -> re.Pattern[str]:
    if not isinstance(value, str) or not value:
        raise ValueError("should be a regular expression, in quotes where YAML sees no text in it")
    try:
        return re.compile(value, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None


def _effect(value: Any) -> str:
    name, _, about = value.partition(" ") if isinstance(value, str) else ("", "", "")
    if name not in EFFECTS:
        raise ValueError(f"should begin with one of {', '.join(EFFECTS)}")
    known = _ABOUT.get(name)
    if about and known is not None and about not in known:
        raise ValueError(f"there is no {value!r}: {', '.join(f'{name} {k}' for k in known) or f'say {name} alone'}")
    return str(value)


def _wanted(value: Any) -> str | dict[str, dict[str, Any]]:
    """`query find_products`, or `{query find_products: {text: lamp}}`: with these arguments or facts, among others."""
    if not isinstance(value, dict):
        return _effect(value)
    if len(value) != 1 or not all(isinstance(with_, dict) and with_ for with_ in value.values()):
        raise ValueError("should be one effect with a mapping of its arguments")
    [(name, with_)] = value.items()
    field = _GIVEN.get(_effect(name).partition(" ")[0])
    if field is None:
        raise ValueError(f"{name!r} has no arguments: {', '.join(_GIVEN)} have")
    return {name: with_}


def given(effect: object, name: str) -> Mapping[str, Any]:
    """Arguments or facts of an effect that `does` calls by this name."""
    found: Mapping[str, Any] = getattr(effect, _GIVEN[name.partition(" ")[0]])
    return found


def _answer(key: str, value: Any) -> None:
    """An answer to something that can be asked, and of a form that can be given."""
    name, _, about = key.partition(" ")
    if key in _ABOUT["query"]:
        pass
    elif name not in _ANSWERS or (bool(about) != (name in ("plan", "prove", "decide"))):
        many = [*_ABOUT["query"], "plan ACTION", "prove FACTOR", "decide POLICY", *_ANSWERS[1:2], *_ANSWERS[3:7]]
        raise ValueError(f"there is nothing {key!r} to answer: {', '.join(many)}")
    else:
        _effect(key)
    if name == "decide" and not isinstance(value, dict):
        raise ValueError(f"{key!r} changes the outcome: a mapping of what becomes of it")
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, str | dict):
            raise ValueError(f"{key!r} should be a status, a mapping, or a list of these")


Patterns = Annotated[tuple[Annotated[re.Pattern[str], PlainValidator(_pattern)], ...], BeforeValidator(_many)]
Words = Annotated[str, BeforeValidator(_words)]
Deed = Annotated[str | dict[str, dict[str, Any]], PlainValidator(_wanted)]
Done = Annotated[tuple[Deed, ...], BeforeValidator(_many)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class TurnCase(_Model):
    """What the caller does, and what should come of it. Without a deed of the caller it is about what came before."""

    caller: Words | None = None
    """Words, as the recogniser would write them."""
    keys: Words | None = None
    silence: Literal[True] | None = None
    noise: Literal[True] | None = None
    """A voice without words."""
    understood: tuple[str | dict[str, dict[str, Any]], ...] | None = None
    """Commands in place of words: `affirm`, or `{set_slot: {slot: order_number, value: "4481207"}}`."""
    interrupts: Literal[True] | None = None
    """The caller does so over the bot's last words, and does not hear them."""
    says: Patterns = ()
    """Regular expressions, any case, found in what the bot says then, in this order."""
    never: Patterns = ()
    """Found nowhere in it."""
    intent: str | None = None
    commands: Annotated[tuple[str, ...] | None, BeforeValidator(_many)] = None
    """Names of the commands that were understood, all of them."""
    at: str | None = None
    """Where the conversation stands afterwards: `wismo`, or `wismo.ask_number`."""
    does: Done = ()
    """Effects in this order, among others: `query find_orders`, `plan cancel`, `commit`, `handoff policy`; with its
    arguments `{query find_products: {text: lamp}}`."""
    does_not: Done = ()
    ends: bool | None = None
    """Whether the call is over then."""

    @model_validator(mode="after")
    def _one_deed(self) -> TurnCase:
        deeds = [name for name in _ACTIONS if getattr(self, name) is not None]
        if len(deeds) > 1:
            raise ValueError(f"a turn has one of {', '.join(_ACTIONS)}, this one has {' and '.join(deeds)}")
        return self


class OnFile(_Model):
    """What the order system would compare the caller's proofs with."""

    postcode: str | None = "94107"
    email: str | None = "sam.carter@example.com"
    name: str | None = "Sam Carter"
    item: str | None = None
    code: str | None = "482913"


class Case(_Model):
    """One conversation."""

    test: str
    caller: str | None = None
    """Number that the caller rings from; None when it is withheld."""
    today: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] = "2026-11-20"
    language: str = "en"
    orders: tuple[dict[str, Any], ...] = ()
    """Facts of orders, as flows see them; `like: NAME` takes what is left out from an order of that name, and
    `item: {…}` changes its first item. `phone` and `email` are what they are found by."""
    on_file: OnFile = OnFile()
    answers: dict[str, Any] = Field(default_factory=dict)
    """Answers to other requests, or instead of the usual ones: by operation (`find_products`, `find_orders`), by
    `plan cancel`, `commit`, `prove postcode`, `send_code`, `message`, `handoff`, `callback`; `decide returns` changes
    the outcome of a policy. A text is a status, a mapping goes on top of the usual answer, a list of these takes turns,
    the last one stays. `late`, or `late: 2` in a mapping: it comes only after so many more deeds of the caller."""
    turns: tuple[TurnCase, ...]

    @model_validator(mode="after")
    def _known_answers(self) -> Case:
        if not self.turns:
            raise ValueError("there are no turns")
        for key, value in self.answers.items():
            _answer(key, value)
        return self


class Named(_Model):
    """An order that others are `like`; it may be like another one itself."""

    order: str
    like: str | None = None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """A test and where it stands."""

    file: str
    case: Case
    document: documents.Document

    def line(self, turn: int | None = None) -> int:
        return self.document.line(() if turn is None else ("turns", turn))


@dataclass(frozen=True, slots=True)
class Suite:
    tests: tuple[Written, ...]
    orders: Mapping[str, Mapping[str, Any]]
    problems: tuple[Problem, ...]


def read_suite(texts: Mapping[str, str]) -> Suite:
    """Tests from texts by file name; what cannot be read is among the problems."""
    tests: list[Written] = []
    orders: dict[str, Mapping[str, Any]] = {}
    bases: list[tuple[str, str, documents.Document]] = []
    found, problems = documents.read_files(texts.items(), "T001")
    for file, document in found:
        try:
            if isinstance(document.data, dict) and "order" in document.data:
                named = Named.model_validate(document.data)
                if named.order in orders:
                    what = f"there are two orders {named.order!r}"
                    problems.append(Problem(file, document.line(()), "T003", what, "rename one"))
                bases += [(named.like, file, document)] if named.like else []
                orders[named.order] = {**named.facts, **({"like": named.like} if named.like else {})}
            else:
                tests.append(Written(file, Case.model_validate(document.data), document))
        except ValidationError as error:
            problems += _problems(file, document, error)
    names = [written.case.test for written in tests]
    problems += [
        Problem(written.file, written.line(), "T003", f"there are two tests {written.case.test!r}", "rename one")
        for number, written in enumerate(tests)
        if written.case.test in names[:number]
    ]
    fix = f"take one of {', '.join(sorted(orders)) or 'none: write a document with order: NAME'}"
    problems += [
        Problem(written.file, written.document.line(("orders", number)), "T004", f"there is no order {like!r}", fix)
        for written in tests
        for number, order in enumerate(written.case.orders)
        if (like := order.get("like")) is not None and like not in orders
    ]
    problems += [
        Problem(file, document.line(("like",)), "T004", f"there is no order {like!r}", fix)
        for like, file, document in bases
        if like not in orders
    ]
    return Suite(tuple(tests), orders, tuple(problems))


def _problems(file: str, document: documents.Document, error: ValidationError) -> Iterator[Problem]:
    keys = f"known keys: {', '.join(Case.model_fields)}; of turns: {', '.join(TurnCase.model_fields)}"
    for item in error.errors(include_url=False):
        place = tuple(item["loc"])
        where = ".".join(str(part) for part in place) or "the document"
        unknown = item["type"] == "extra_forbidden"
        what = "there is no such key" if unknown else item["msg"].removeprefix("Value error, ")
        fix = keys if unknown or item["type"] == "missing" else "docs/flow-tests.md tells what may stand there"
        yield Problem(file, document.line(place), "T002", f"{where}: {what}", fix)
