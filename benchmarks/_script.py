"""What the callers of the latency benchmark say, and what a right answer to each of it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: A stock bot takes 200 ms without voice for the end of a turn; clips of the paired section have no such pause inside.
FLOWING, PAUSES = "flowing", "pauses"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One turn of the caller's.

    Attributes:
        intent: what must have been understood, when it must be an intent.
        slots: values that must have been understood.
        said: regular expression that the answer's text must match somewhere.
        order: number of the order that must be told: its headline, as the order system gave it in this call, must be
            in the answer.
        reads: the answer needs an order that nobody asked for before in this call.
    """

    clip: str
    said: str
    intent: str | None = None
    slots: Mapping[str, str] = field(default_factory=dict)
    order: str | None = None
    reads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the script."""

    caller: str
    section: str
    steps: tuple[Step, ...]
    quick: bool = True
    """Whether it is part of a quick run."""


ASKS_NUMBER = "order number"
NEWS = r"delivered|on its way|running late|promised|expected|arrive|hasn't been shipped|no news"
FAREWELL = r"[Gg]oodbye|anything else"


def _where(clip: str) -> Step:
    return Step(clip=clip, intent="wismo", said=ASKS_NUMBER)


def _number(clip: str, number: str) -> Step:
    return Step(clip=clip, slots={"order_number": number}, said=NEWS, order=number, reads=True)


def _bye(clip: str) -> Step:
    return Step(clip=clip, said=FAREWELL)


CALLS = (
    Call(
        caller="anonymous",
        section=FLOWING,
        steps=(
            _where("track_my_parcel_flowing"),
            _number("order_number_4480022_flowing", "4480022"),
            Step(clip="repeat_please_flowing", said="anything else|delivered"),
            _bye("no_thanks_bye_flowing"),
        ),
    ),
    Call(
        caller="anonymous",
        section=FLOWING,
        steps=(
            _where("where_is_my_order_flowing"),
            _number("order_number_4481207_flowing", "4481207"),
            Step(clip="when_will_it_arrive_flowing", said=NEWS),
            _bye("no_thanks_bye_flowing"),
        ),
    ),
    Call(
        caller="anonymous",
        section=PAUSES,
        steps=(
            _where("where_is_my_order"),
            _number("order_number_4480022", "4480022"),
            _bye("no_thanks_bye"),
        ),
    ),
    Call(
        caller="anonymous",
        section=FLOWING,
        steps=(
            Step(
                clip="where_is_order_4481207_flowing",
                intent="wismo",
                slots={"order_number": "4481207"},
                said=NEWS,
                order="4481207",
                reads=True,
            ),
            _bye("no_thanks_bye_flowing"),
        ),
    ),
    # A known number: her orders are read while it rings, so no turn of this call needs the order system.
    Call(
        caller="+14155550134",
        section=FLOWING,
        quick=False,
        steps=(
            Step(clip="where_is_my_order_flowing", intent="wismo", said=r"\bopen orders?\b|got it|found it"),
            Step(clip="order_number_4480022_flowing", said=NEWS, order="4480022"),
            _bye("no_thanks_bye_flowing"),
        ),
    ),
)
