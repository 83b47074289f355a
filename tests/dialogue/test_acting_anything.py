"""Nothing is done that was not planned, proved and agreed to, whatever happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from facts import NOW
from hypothesis import Phase, event, given, seed, settings
from hypothesis import strategies as st
from stage import flows
from witness import NAMED, ORDERS, Witness

from voicebot.dialogue.commands import Command
from voicebot.dialogue.effects import Query
from voicebot.dialogue.inputs import Failed, KeysPressed, UserSilent
from voicebot.oms.actions import HARMLESS


def _acts(flow: str) -> bool:
    """Whether a flow plans something itself."""
    return any(step.kind == "plan" for step in flows().flows[flow].steps)


WISHES = sorted({(intent, flow) for intent, flow in flows().intents.items()})
SLOTS = sorted({name for flow in flows().flows.values() for name in flow.slots})
VALUES = ("4481207", "4490318", "94107", "10115", "482913", "111111", "Sam Carter", "no idea", 1, True, None)
commands = st.one_of(
    st.sampled_from(["affirm", "deny", "unsure", "cancel_dialogue", "repeat", "human_agent", "thanks", "goodbye"]).map(
        Command
    ),
    st.sampled_from(WISHES).map(lambda wish: Command("start_flow", {"intent": wish[0], "flow": wish[1]})),
    st.builds(
        lambda name, slot, value: Command(name, {"slot": slot, "value": value}),
        st.sampled_from(["set_slot", "correct_slot"]),
        st.sampled_from(SLOTS),
        st.sampled_from(VALUES),
    ),
)


#: Words that name items of the orders, sizes and colours, and the intent of such a wish.
WORDS = {
    "return the raincoat": "return",
    "everything except the jacket": "return",
    "exchange the boots for size nine": "exchange",
    "exchange the jacket for a bigger one": "exchange",
    "do you have it in blue": "availability",
    "do you have the boots in blue": "availability",
    "cancel the trail runner shoes": "cancel",
}


@dataclass(frozen=True)
class Helps:
    """An answer to whatever was asked, so that many conversations come to an end.

    Attributes:
        wish: intent and flow, where nothing in particular was asked, and the words in which it is said.
        option: which one of a choice.
        yes: to a question that takes yes or no.
        hears: what was said before, to its end.
    """

    wish: tuple[str, str, str]
    option: int
    yes: bool
    hears: bool

    def to(self, witness: Witness) -> tuple[Command, ...]:
        context = witness.engine.context(witness.state)
        if context.slot is None or context.slot == "wish":
            intent, flow, _ = self.wish
            return (Command("start_flow", {"intent": intent, "flow": flow}),)
        if context.kind == "yes_no":
            return (Command("affirm" if self.yes else "deny"),)
        known = {"postcode": "94107", "order_number": "4481207", "digits": "482913"}
        value: Any = known.get(context.kind, "Sam Carter")
        if context.kind == "choice" and context.options:
            value = context.options[self.option % len(context.options)].value
        return (Command("set_slot", {"slot": context.slot, "value": value}),)


@dataclass(frozen=True)
class Says:
    """Anything, whatever was asked."""

    words: str
    commands: list[Command]


def _item(line: str, name: str, kind: str, size: str, colour: str) -> dict[str, Any]:
    like = NAMED["shipped"]["items"][0]
    sku = f"{line.upper()}-{size}-{colour}"
    own = {"line": line, "name": name, "variant": f"size {size}, {colour}", "sku": sku, "product_type": kind}
    return {**like, **own, "delivered": 1, "returnable": 1}


def _variant(sku: str, size: str, colour: str) -> dict[str, Any]:
    price = {"price_minor": 12950, "currency": "USD", "in_stock": True}
    return {"sku": sku, "label": f"size {size}, {colour}", "options": {"size": size, "colour": colour}, **price}


ITEMS = (
    _item("l1", "Harbour raincoat", "raincoat", "8", "navy"),
    _item("l2", "Field boots", "boots", "8", "navy"),
    _item("l3", "Fleece jacket", "jacket", "8", "navy"),
)
#: The order that has arrived has several items, and each comes in other sizes and colours.
SEVERAL = tuple({**order, "items": ITEMS} if order["like"] == "delivered" else order for order in ORDERS)
SHELF = {
    "products": [
        {
            **{"id": "p1", "name": "Field boots", "product_type": "boots", "price_minor": 12950, "currency": "USD"},
            **{"in_stock": True, "fit": "", "tags": []},
            "variants": [_variant(item["sku"], "8", "navy") for item in ITEMS]
            + [_variant("B-9-navy", "9", "navy"), _variant("B-8-blue", "8", "blue")],
        }
    ]
}
words = st.sampled_from(["", *WORDS])
mostly = st.sampled_from([True, True, True, False])
acting = st.sampled_from([wish for wish in WISHES if _acts(wish[1])])
fitting = st.sampled_from([(intent, flows().intents[intent], said) for said, intent in WORDS.items()])
any_words = st.builds(lambda wish, said: (*wish, said), acting, words)
helps = st.builds(Helps, any_words | fitting, st.integers(0, 4), mostly, mostly)
others = (
    st.builds(Says, words, st.lists(commands, min_size=1, max_size=3)),
    st.just("silent"),
    st.just("failed"),
    st.sampled_from(["1", "2", "0", "94107#", "482913#", "4481207#"]).map(lambda keys: KeysPressed(keys=keys, now=NOW)),
)
#: Three of four deeds help on; `one_of` would draw a strategy no oftener for being given twice.
events = st.sampled_from([*[helps] * 12, *others]).flatmap(lambda deed: deed)
statuses = st.dictionaries(
    st.sampled_from(
        ["commit", "send_code", "prove postcode", "find_orders", "message", "handoff"]
        + [f"plan {action}" for action in ("cancel", "return", "exchange", "refund", "resend")]
    ),
    st.sampled_from(["unknown", "failed", "timeout", "unavailable", "no_target", "conflict", "mismatch"]),
    max_size=2,
)


courses = st.lists(events, min_size=8, max_size=30)


def _named(witness: Witness) -> set[str]:
    """What the words of a wish have said so far: the slots that they fill, and `product` when one was searched for."""
    slots = {slot for frame in witness.state.stack for slot in frame.wished}
    swap = {"swap_words"} if witness.state.facts.get("swap_words") in WORDS else set()
    queries = [effect for effect in witness.effects if isinstance(effect, Query) and effect.op == "find_products"]
    said = any(str(query.args.get("text")) in words for query in queries for words in WORDS)
    return slots | swap | ({"product"} if said else set())


def played(course: list[Any], answers: Mapping[str, str]) -> tuple[Witness, set[str]]:
    """A call in which the witness found nothing wrong, and what the words of wishes said in it."""
    witness = Witness({"find_products": SHELF, **answers}, SEVERAL)
    named: set[str] = set()
    for deed in course:
        match deed:
            case Says():
                witness.say(*deed.commands, text=deed.words)
            case KeysPressed():
                witness.give(deed)
            case "silent":
                witness.give(UserSilent(silent_ms=7000, now=NOW))
            case "failed":
                witness.give(Failed(where="dialogue", now=NOW))
            case _:
                witness.say(*deed.to(witness), hears=deed.hears, text=deed.wish[2])
        state = witness.state
        named |= _named(witness)
        assert state.ended or state.waiting or state.pending is not None, "nobody knows what comes next"
    return witness, named


@settings(max_examples=150, deadline=None)
@given(courses, statuses)
def test_nothing_is_done_without_plan_proof_and_yes(course: list[Any], answers: dict[str, str]) -> None:
    witness, named = played(course, answers)
    event(f"done: {len(witness.committed)}")
    event(f"named: {len(named)}")


def test_the_courses_of_that_test_lead_to_deeds() -> None:
    """Otherwise it would say nothing. A fixed choice of the same courses, and what is done in them."""
    calls: list[int] = []
    done: Counter[str] = Counter()
    filled: Counter[str] = Counter()

    @seed(7)
    @settings(max_examples=100, deadline=None, database=None, phases=[Phase.generate])
    @given(courses, statuses)
    def play(course: list[Any], answers: dict[str, str]) -> None:
        witness, named = played(course, answers)
        filled.update(named)
        calls.append(len(witness.committed))
        done.update(str(witness.planned[plan]["action"]) for plan in witness.committed)

    play()
    assert len(calls) == 100
    assert sum(map(bool, calls)) >= 10, "in hardly any call is something done"
    assert len(done.keys() - HARMLESS) >= 2, f"only {done}"
    assert filled.keys() >= {"which_order", "which_item", "product", "swap_words"}, f"only {filled}"
