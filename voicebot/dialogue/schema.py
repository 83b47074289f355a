"""The flow language: what may stand in a flow file.

A file holds one or more YAML documents; each is a flow (`flow: NAME`), a pattern of conversation repair
(`pattern: NAME`) or facts about the shop (`shop: {…}`). A flow is a list of steps; each step does one thing, named by
its key. Steps run in order; `next: ID` goes elsewhere and `next: done` finishes the flow. Conditions and computed
values are CEL, wordings are templates.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, model_validator

from voicebot.dialogue.kinds import (
    ActionName,
    Factor,
    FlowName,
    Name,
    Patience,
    QueryOp,
    Reason,
    Role,
    SlotType,
)
from voicebot.dialogue.render import Template, parse
from voicebot.policy.expressions import Expression


def _expression(value: Any) -> Expression:
    if isinstance(value, bool):
        value = str(value).lower()
    if not isinstance(value, str | int | float):
        raise ValueError("should be a CEL expression, written as text")
    return Expression(str(value))


def _lines(value: Any) -> Mapping[str, tuple[Template, ...]]:
    by_language = value if isinstance(value, dict) else {"en": value}
    result: dict[str, tuple[Template, ...]] = {}
    for language, variants in by_language.items():
        variants = [variants] if isinstance(variants, str) else variants
        if not isinstance(variants, list) or not variants or not all(isinstance(v, str) for v in variants):
            raise ValueError("should be a wording, a list of variants, or these by language")
        result[str(language)] = tuple(parse(variant) for variant in variants)
    return result


Cel = Annotated[Expression, PlainValidator(_expression)]
Lines = Annotated[Mapping[str, tuple[Template, ...]], PlainValidator(_lines)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, populate_by_name=True)


class Slot(_Model):
    """Something the flow needs to know. A slot keeps its value until the flow is started anew."""

    type: SlotType
    known: Cel | None = None
    """Values that probably come, as a list: bias for the recogniser, and ground for what was heard."""
    confirm: Literal["doubtful", "always", "never"] = "doubtful"
    """When an identifier that was answered is read back by the pattern `read_back` before the flow goes on."""
    on_change: str | None = None
    """Step to go to when the caller gives or corrects the value outside the step that asks for it."""
    from_wish: bool = False
    """For `choice` and `text`: what the wish names fills it, once, where that is clear; otherwise it is asked."""

    @model_validator(mode="after")
    def _can_be_named(self) -> Slot:
        if self.from_wish and self.type not in ("choice", "text"):
            raise ValueError(f"from_wish is for a choice or a text: a {self.type} is heard in the wish anyway")
        return self


class Step(_Model):
    """What every step may have."""

    kind: ClassVar[str] = ""
    id: Name = ""
    if_: Cel | None = Field(default=None, alias="if")
    """The step is left out unless this holds."""
    next: str | None = None


class Say(Step):
    """Speak. Several variants take turns."""

    kind: ClassVar[str] = "say"
    say: Lines
    role: Role = "answer"
    interruptible: bool = True


class Choices(_Model):
    """The options of a choice, computed from a list."""

    of: Cel
    as_: Name = Field(alias="as")
    value: Cel
    label: Annotated[Template, PlainValidator(parse)]
    clues: tuple[Cel, ...] = ()
    """Words by which a caller may pick the option; an ISO date is also understood as "the one from Monday"."""


class Ask(Step):
    """Ask for a slot and wait for the caller; left out when the slot is filled (a wish is always asked)."""

    kind: ClassVar[str] = "ask"
    ask: Name
    prompt: Lines
    again: tuple[Lines, ...] = ()
    """Wordings of the second, third … time; the last one stays."""
    choices: Choices | None = None
    on: Mapping[Name, str] = Field(default_factory=dict)
    """Command -> step, e.g. `deny: no_number`."""
    confirms: Name | None = None
    """Variable of a plan that was read back: a yes to this question, and nothing else, lets `commit` do it. Asked until
    it is answered, whatever the slot holds."""
    patience: Patience | None = None
    silence_ms: Annotated[int, Field(ge=1000, le=120_000)] = 7000


class Query(Step):
    """Read from the order system into a variable."""

    kind: ClassVar[str] = "query"
    query: QueryOp
    args: Mapping[Name, Cel] = Field(default_factory=dict)
    into: Name
    filler: Lines | None = None
    background: bool = False
    """Do not wait for the answer."""
    on_failure: str | None = None
    """Step when the order system cannot be reached; by default the pattern `oms_unavailable` takes over."""


class Decide(Step):
    """Ask a policy; the decision goes into a variable."""

    kind: ClassVar[str] = "decide"
    decide: str
    facts: Mapping[Name, Cel]
    into: Name


class Case(_Model):
    if_: Cel | None = Field(default=None, alias="if")
    next: str


class Branch(Step):
    """Go to the first case that holds; the last one has no condition."""

    kind: ClassVar[str] = "branch"
    branch: Annotated[tuple[Case, ...], Field(min_length=1)]


class Ground(Step):
    """Match what was heard for a slot with values that exist. The variable gets `decision` (`accept`, `confirm`,
    `ask_again`), `value`, `alternatives` and `confidence`; a value to be confirmed is put into the slot."""

    kind: ClassVar[str] = "ground"
    ground: Name
    among: Cel
    """A list of existing values; the slot's `known` ones are the caller's own and need not be in it."""
    of: Annotated[int, Field(ge=1, le=1_000_000_000)] = 100_000
    """How many values exist in all: among many, a near one is more likely an accident."""
    offers: Annotated[int, Field(ge=0, le=100)] = 4
    """How many existing values that nobody was heard to say may be asked about in one call, the caller's own aside: who
    tries numbers would learn which exist."""
    into: Name


class Spot(Step):
    """Find out which of several values are said, e.g. sizes and colours. The variable gets a list of them, in the order
    of the words; the longest value wins its words, so that "extra large" is no "large"."""

    kind: ClassVar[str] = "spot"
    spot: Cel
    """The words: a slot, or `dialogue.wish`."""
    among: Cel
    """The values, as a list; lists in it count as well."""
    said_as: Cel | None = None
    """How values are also said: value -> regular expression, any case; by default `shop.said_as`."""
    into: Name


class Set(Step):
    """Compute variables or slots; `null` empties them."""

    kind: ClassVar[str] = "set"
    set: Mapping[Name, Cel]


class Link(Step):
    """Go on in another flow and do not come back."""

    kind: ClassVar[str] = "link"
    link: FlowName


class Call(Step):
    """Run another flow, then come back."""

    kind: ClassVar[str] = "call"
    call: FlowName


class HandoffTo(_Model):
    reason: Reason
    queue: str = "default"
    summary: Annotated[Template, PlainValidator(parse)] | None = None


class Handoff(Step):
    """Hand the caller to a human; goes on only when that failed."""

    kind: ClassVar[str] = "handoff"
    handoff: HandoffTo
    into: Name


class CallbackTo(_Model):
    number: Cel
    reason: str = ""


class Callback(Step):
    """Record that a human will call back."""

    kind: ClassVar[str] = "callback"
    callback: CallbackTo
    into: Name


class Plan(Step):
    """Ask the order system what an action would do; nothing is changed. The variable gets `status` and the preview:
    `headline`, `items`, `refund_minor`, `to_pay_minor`, `fee_minor`, `currency`, `send_back_by` and so on; with status
    `not_allowed` it gets the `reason`. A plan that is not committed is given up when its flow ends."""

    kind: ClassVar[str] = "plan"
    plan: ActionName
    order: Cel = Expression("order")
    args: Mapping[Name, Cel] = Field(default_factory=dict)
    into: Name
    filler: Lines | None = None
    on_failure: str | None = None
    """Step when it is neither `ok` nor `not_allowed`; by default the pattern `action_failed` takes over."""


class Commit(Step):
    """Do what was planned. Runs only when the caller has said yes at a question that `confirms` the plan, and has
    proved the level that it needs. The variable gets `status`, `reference` and what came true of the preview."""

    kind: ClassVar[str] = "commit"
    commit: Name
    into: Name
    filler: Lines | None = None
    on_failure: str | None = None
    """Step when it is not `done`; by default the pattern `action_failed` takes over."""


class Verify(Step):
    """Go on only when the caller has proved this level for the customer of the order: 1 matched, 2 verified by
    something on file, 3 by a one-time code. Otherwise the pattern `verify` asks for proof first."""

    kind: ClassVar[str] = "verify"
    verify: Cel
    order: Cel = Expression("order")
    on_failure: str | None = None
    """Step when the caller cannot prove it; by default the pattern `unverified` takes over."""


class Prove(Step):
    """Compare a value with what is on file of the order that is being proved. The variable gets `status`: `ok`,
    `mismatch`, `locked`, `no_proof` or `unavailable`."""

    kind: ClassVar[str] = "prove"
    prove: Factor
    value: Cel
    into: Name


class SendCode(Step):
    """Send a one-time code to the contact on file. The variable gets `status` and `channel`."""

    kind: ClassVar[str] = "send_code"
    send_code: Literal[True]
    into: Name


class Message(Step):
    """Send a message to the contact on file. The variable gets `status` (`sent`, `no_contact`, `failed`) and
    `channel`."""

    kind: ClassVar[str] = "message"
    message: Name
    """What kind of message it is, e.g. `return_label`; for records."""
    text: Lines
    order: Cel = Expression("order")
    about: Name | None = None
    """Variable of a `commit` whose link goes along."""
    into: Name


class End(Step):
    """End the call."""

    kind: ClassVar[str] = "end"
    end: str


class WaitFor(_Model):
    silence_ms: Annotated[int, Field(ge=1000, le=120_000)] = 7000


class Wait(Step):
    """Leave the pattern and go on waiting for what was asked, without asking again."""

    kind: ClassVar[str] = "wait"
    wait: WaitFor


class Confirm(Step):
    """The caller has answered whether the doubtful value is right: it is taken, or its slot emptied."""

    kind: ClassVar[str] = "confirm"
    confirm: bool


class Instead(Step):
    """Leave the pattern by the way out of the open question, its `on` for `unsure`, `deny` or `cancel_dialogue`; goes
    on when it has none."""

    kind: ClassVar[str] = "instead"
    instead: Literal[True]


class Cancel(Step):
    """Drop what the caller was in the middle of."""

    kind: ClassVar[str] = "cancel"
    cancel: Literal[True]


STEPS: Mapping[str, type[Step]] = {
    cls.kind: cls
    for cls in (
        Say, Ask, Query, Ground, Spot, Decide, Branch, Set, Link, Call, Plan, Commit, Verify, Prove, SendCode, Message,
        Handoff, Callback, End, Wait, Confirm, Instead, Cancel,
    )
}  # fmt: skip


def step_type(value: Any) -> type[Step]:
    """The model of a raw step, by its one action key.

    Raises:
        ValueError: there is no action key, or more than one.
    """
    if not isinstance(value, dict):
        raise ValueError("a step is a mapping with one action")
    actions = [key for key in STEPS if key in value]
    if len(actions) != 1:
        said = " and ".join(actions) if actions else "none"
        raise ValueError(f"a step has exactly one action, this one has {said}: use one of {', '.join(STEPS)}")
    return STEPS[actions[0]]


def started_flow(step: Step) -> str | None:
    """The flow that a step calls or links to."""
    return step.link if isinstance(step, Link) else step.call if isinstance(step, Call) else None


def _step(value: Any) -> Step:
    return value if isinstance(value, Step) else step_type(value).model_validate(value)


class Flow(_Model):
    """A flow or pattern as it is run. `steps` all have ids."""

    name: FlowName
    description: str = ""
    triggers: Mapping[Name, tuple[str, ...]] = Field(default_factory=dict)
    """Intents that start the flow, each with examples of what callers say."""
    slots: Mapping[Name, Slot] = Field(default_factory=dict)
    keep: tuple[Name, ...] = ()
    """Variables that survive a new start of the flow."""
    on_again: Case | None = None
    """Where to go when the caller asks for the same thing again while the flow runs; without it, the question that was
    open is asked again."""
    steps: Annotated[tuple[Annotated[Step, BeforeValidator(_step)], ...], Field(min_length=1)]

    @property
    def is_pattern(self) -> bool:
        return self.name.startswith("patterns/")
