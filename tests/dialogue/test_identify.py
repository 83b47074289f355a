"""Conversations around a doubtful number, address or name: what is read back, corrected, and asked in another way."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from facts import NOW, found, order
from stage import ROOT, Stage, policies

from voicebot.dialogue.effects import Expect, Handoff, Matched, Query
from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.inputs import KeysPressed
from voicebot.dialogue.loader import load_flows
from voicebot.dialogue.problems import FlowError
from voicebot.dialogue.state import State

CALLER = "+12025550123"
SHOES = order()
TENT = order("5530418", "Alpine Tent")
LAMP = order("4481209", "Desk Lamp")


def shop(*orders: dict[str, Any], near: Mapping[str, list[str]] | None = None) -> Any:
    """A shop that knows these orders; `near`: what its index gives for a number."""
    known = {o["number"]: o for o in orders}

    def answer(args: Mapping[str, Any]) -> Mapping[str, Any]:
        number = args.get("number")
        if number is None:
            return found()
        rivals = [value for value, _ in args.get("heard", []) if value in known and value != number]
        if number in known:
            return found(known[number], nearest=rivals)
        return found(nearest=(near or {}).get(number, rivals))

    return answer


def asked(stage: Stage) -> Stage:
    assert "What is the order number?" in stage.say("where is my order")
    return stage


def revealed(stage: Stage) -> bool:
    return any(o["headline"].removeprefix("the ") in stage.said for o in (SHOES, TENT, LAMP))


NEAR = {"4481217": ["4481207"], "4481201": ["4481207"], "4491207": ["4481207"], "5481207": ["4481207"]}


def test_a_number_that_exists_is_taken_without_a_word_about_it() -> None:
    stage = asked(Stage(shop(SHOES)))
    said = stage.say("four four eight one two zero seven", ("4481207", -0.1), ("4481907", -0.9))
    assert said.startswith(("I found it", "I've got it"))


@pytest.mark.parametrize(
    ("heard", "question"),
    [
        ("4481201", "Is the last one 7?"),
        ("4481217", "Did I get the last 2 right, 07?"),
        ("4491207", "After 44, is it 8?"),
        ("5481207", "Is the first one 4?"),
    ],
)
def test_only_what_is_uncertain_is_read_back_and_nothing_told_before_the_yes(heard: str, question: str) -> None:
    stage = asked(Stage(shop(SHOES, near=NEAR)))
    assert stage.say(heard) == question
    assert not revealed(stage)
    assert "Trail Runner" in stage.say("yes")


@pytest.mark.parametrize("words", ["no, one eight", "one eight", "no it ends in 18", "no, it's 4481218", "4481218"])
def test_the_right_digits_instead_of_a_yes(words: str) -> None:
    stage = asked(Stage(shop(order("4481218", "Rain Jacket"), near=NEAR)))
    stage.say("4481217")
    assert "Rain Jacket" in stage.say(words)


def test_no_and_then_the_digits() -> None:
    stage = asked(Stage(shop(order("4481248", "Rain Jacket"), near=NEAR)))
    stage.say("4481217")
    assert "What is it instead of 07?" in stage.say("no")
    assert stage.expect is not None
    assert (stage.expect.kind, stage.expect.patience) == ("digits", "dictation")
    assert "Rain Jacket" in stage.say("no, four eight")


def test_keys_in_place_of_the_digits() -> None:
    stage = asked(Stage(shop(order("4481248", "Rain Jacket"), near=NEAR)))
    stage.say("4481217")
    stage.say("no")
    assert "Rain Jacket" in stage.give(KeysPressed(keys="48", now=NOW))


def test_what_was_denied_is_not_offered_again() -> None:
    stage = asked(Stage(shop(SHOES, near=NEAR)))
    stage.say("4481217")
    stage.say("no")
    assert "Please tell me the number again" in stage.say("I don't know")
    said = stage.say("4481217")
    assert "can't find an order with the number 4481217" in said
    assert "07" not in said
    assert not revealed(stage)


def test_what_was_corrected_is_not_offered_again() -> None:
    stage = Stage(lambda args: found(SHOES) if "phone" in args else found(nearest=["4481207"]), caller=CALLER)
    assert "Trail Runner" in stage.say("where is my order 4481207")
    said = stage.say("no, it ends in 19")
    assert "can't find an order with the number 4481219" in said
    assert "07" not in said


def test_a_correction_is_not_repaired_back_to_what_was_corrected() -> None:
    stage = Stage(lambda args: found(SHOES) if "phone" in args else found(), caller=CALLER)
    assert "Trail Runner" in stage.say("where is my order 4481207")
    assert "can't find an order with the number 4481209" in stage.say("no, it's 4481209")


def test_an_order_that_is_near_and_cannot_be_found_is_looked_up_once() -> None:
    """An order system whose index runs ahead of its search."""
    stage = asked(Stage(found(nearest=["4481207"])))
    assert "can't find" in stage.say("4481297", ("4481297", -0.2), ("4481207", -0.3))
    assert len([query for query in stage.all(Query) if "number" in query.args]) <= 3


def test_two_orders_that_were_heard_nearly_alike_are_told_apart_before_anything_is_said() -> None:
    stage = asked(Stage(shop(SHOES, LAMP)))
    said = stage.say("four four eight one two zero seven", ("4481207", -0.2), ("4481209", -0.25))
    assert said == "Is the last one 7?"
    assert not revealed(stage)
    assert "Desk Lamp" in stage.say("no, nine")


def test_a_second_hypothesis_that_exists_is_taken() -> None:
    stage = asked(Stage(shop(SHOES)))
    assert "Trail Runner" in stage.say("4481297", ("4481297", -0.2), ("4481207", -0.3))


def test_the_callers_own_order_is_repaired_without_a_question() -> None:
    stage = Stage(lambda args: found(SHOES, TENT) if "phone" in args else found(), caller=CALLER)
    stage.say("where is my order")
    assert "Trail Runner" in stage.say("four four eight one two zero one", ("4481201", -0.2), ("4481291", -0.6))


def test_an_order_of_somebody_else_is_never_taken_on_resemblance() -> None:
    """However near it is, and however sure the recogniser."""
    stage = asked(Stage(shop(order("4481205", "Rain Jacket"), near={"4481209": ["4481205"]})))
    said = stage.say("4481209", ("4481209", -0.01), ("4481299", -4.0))
    assert "Rain Jacket" not in said


def test_who_tries_numbers_is_asked_about_few_of_those_that_exist() -> None:
    numbers = [f"4481{n}7" for n in range(10, 60, 7)]
    wrong = [number[:-1] + "1" for number in numbers]
    near = dict(zip(wrong, ([number] for number in numbers), strict=True))
    stage = asked(Stage(shop(*(order(number) for number in numbers), near=near)))
    offered = ["last one" in stage.say(f"where is my order {number}") for number in wrong]
    assert offered == [True] * 4 + [False] * 4
    assert not revealed(stage)


def test_the_ladder_again_keypad_slowly_other_key_human() -> None:
    stage = asked(Stage(shop()))
    said = stage.say("1234561")
    assert "can't find an order with the number 1234561" in said
    assert "Please tell me the number again, or just the digits that were wrong." in said
    assert "Please type it on the keypad, then press hash." in stage.say("1234562")
    assert stage.expect is not None
    assert (stage.expect.kind, stage.expect.slot) == ("order_number", "order_number")
    assert "one digit after the other" in stage.give(KeysPressed(keys="1234563", now=NOW))
    assert "Which e-mail address" in stage.say("1234564")
    assert "Which telephone number" in stage.say("nobody at example dot com")
    assert "colleague" in stage.say("415 555 0134")
    stage.say("yes")
    assert stage.all(Handoff)


def test_a_number_that_was_found_starts_the_ladder_anew() -> None:
    stage = asked(Stage(shop(SHOES)))
    stage.say("1234561")
    stage.say("1234562")
    assert "Trail Runner" in stage.give(KeysPressed(keys="4481207", now=NOW))
    assert "Please tell me the number again" in stage.say("where is my order 1234567")


def test_the_other_hypotheses_go_along_with_the_query() -> None:
    stage = asked(Stage(shop(SHOES)))
    stage.say("4481297", ("4481297", -0.2), ("4481207", -0.3))
    first = next(query for query in stage.all(Query) if "number" in query.args)
    assert first.args == {"number": "4481297", "heard": [["4481297", -0.2], ["4481207", -0.3]]}


def test_the_decision_and_what_it_came_from_are_on_record() -> None:
    stage = asked(Stage(shop(SHOES, near=NEAR)))
    stage.say("4481217", ("4481217", -0.2), ("4481213", -0.7))
    (matched,) = stage.all(Matched)
    assert (matched.slot, matched.decision, matched.value) == ("order_number", "confirm", "4481207")
    assert matched.hypotheses == ("4481217", "4481213")
    assert 0.25 < matched.confidence < 0.97


def test_the_state_of_a_doubt_is_json() -> None:
    stage = asked(Stage(shop(SHOES, near=NEAR)))
    stage.say("4481217", ("4481217", -0.2), ("4481213", -0.7))
    assert stage.state.doubt["value"] == "4481207"
    again = State.from_json(stage.state.to_json())
    assert again == stage.state


# Any slot of such a type

_FLOW = """
flow: callback
slots:
  value: {type: KIND, confirm: WHEN}
steps:
  - ask: value
    prompt: "Your value, please."
    again: ["Once more, please."]
    on: {unsure: nothing}
  - say: "Noted {{ value | plain }}."
    next: done
  - id: nothing
    say: "Without, then."
"""


@cache
def flow_of(kind: str, confirm: str) -> FlowSet:
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(ROOT / "flows", Path(folder) / "flows")
        (copy / "callback.yaml").write_text(_FLOW.replace("KIND", kind).replace("WHEN", confirm), "utf-8")
        return load_flows(copy, policies=policies().names)


def of(kind: str, confirm: str = "doubtful") -> Stage:
    stage = Stage(flowset=flow_of(kind, confirm))
    stage.command("start_flow", flow="callback")
    return stage


SURE = (-0.05, -3.0)
UNSURE = (-0.2, -0.25)

ANSWERS = [
    ("phone", "+14155550134", "+14155550139", "Is the last one 4?"),
    ("postcode", "94107", "94109", "Is the last one 7?"),
    ("email", "ada@example.com", "ida@example.com", "Did I get that right, ada@example.com?"),
    ("tracking_number", "JD0146000001", "JD0146000009", "Is the last one 1?"),
    ("name", "Ada Moreau", "Ada Morrow", "Did I get the name right, Ada Moreau?"),
]


@pytest.mark.parametrize(("kind", "value", "rival", "question"), ANSWERS)
def test_a_doubtful_answer_is_read_back_in_part_and_a_sure_one_is_not(
    kind: str, value: str, rival: str, question: str
) -> None:
    stage = of(kind)
    assert f"Noted {value}." in stage.say(value, (value, SURE[0]), (rival, SURE[1]))
    stage = of(kind)
    assert stage.say(value, (value, UNSURE[0]), (rival, UNSURE[1])) == question
    assert f"Noted {value}." in stage.say("yes, that's right")


@pytest.mark.parametrize(("kind", "value", "rival", "question"), ANSWERS)
def test_a_denied_answer_is_asked_for_again(kind: str, value: str, rival: str, question: str) -> None:
    stage = of(kind)
    stage.say(value, (value, UNSURE[0]), (rival, UNSURE[1]))
    stage.say("no")
    assert "Noted" not in stage.said
    said = stage.say(rival)
    assert f"Noted {rival}." in said


def test_the_right_digits_of_a_telephone_number() -> None:
    stage = of("phone")
    stage.say("415 555 0134", ("4155550134", -0.2), ("4155550139", -0.25))
    assert "Noted +14155550133." in stage.say("no, three")


def test_always_and_never() -> None:
    assert "Did I get that right, +14155550134?" in of("phone", "always").say("415 555 0134")
    assert "Noted" in of("phone", "never").say("415 555 0134", ("4155550134", -0.2), ("4155550139", -0.21))


def test_what_cannot_be_typed_is_spelled_with_words() -> None:
    stage = of("email", "always")
    stage.say("ada@example.com")
    assert "Please spell the e-mail address" in stage.say("no")
    stage.say("ida@example.com")
    assert "with a word for each letter" in stage.say("no")
    stage.say("ira@example.com")
    assert "Without, then." in stage.say("no")


def test_the_ladder_of_a_slot_that_is_never_right_ends_with_its_way_out() -> None:
    stage = of("postcode", "always")
    heard = []
    for _ in range(4):
        stage.say("94107")
        heard.append(stage.say("no"))
    assert "Please say that once more" in heard[0]
    assert "keypad" in heard[1]
    assert "one digit after the other" in heard[2]
    assert "Without, then." in heard[3]


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ("ground: other\n    among: mine.orders\n    into: match", "F007"),
        ("ground: value\n    among: mines.orders\n    into: match", "F009"),
        ("ground: value\n    into: match", "F003"),
        ("confirm: true", "F018"),
        ("instead: true", "F018"),
    ],
)
def test_mistakes_in_these_steps_are_found(step: str, code: str, tmp_path: Path) -> None:
    copy = shutil.copytree(ROOT / "flows", tmp_path / "flows")
    text = _FLOW.replace("KIND", "phone").replace("WHEN", "never").replace("steps:\n", f"steps:\n  - {step}\n")
    (copy / "callback.yaml").write_text(text, "utf-8")
    with pytest.raises(FlowError) as caught:
        load_flows(copy, policies=policies().names)
    assert code in {problem.code for problem in caught.value.problems}


@pytest.mark.parametrize("kind", ["spelling", "name"])
@pytest.mark.parametrize(
    ("answer", "noted"),
    [("yes", "MARLOWE"), ("N as in November", "NARLOWE"), ("it's M", "MARLOWE"), ("no, T as in tango", "TARLOWE")],
)
def test_one_of_two_letters_is_asked_for(kind: str, answer: str, noted: str) -> None:
    stage = of(kind)
    question = stage.say("MARLOWE", ("MARLOWE", UNSURE[0]), ("NARLOWE", UNSURE[1]))
    assert question == "I heard M. Is that right, or is it N?"
    assert f"Noted {noted}." in stage.say(answer).upper().replace("NOTED", "Noted")


def test_neither_letter_is_spelled_again() -> None:
    stage = of("spelling")
    stage.say("MARLOWE", ("MARLOWE", UNSURE[0]), ("NARLOWE", UNSURE[1]))
    assert stage.say("no") == "Please spell it for me."


@pytest.mark.parametrize(
    ("kind", "first", "second", "meant"),
    [
        ("postcode", ("e 72 5 l z", "E725LZ"), ("l e 7 2 5 l z", "LE725LZ"), "LE72 5LZ"),
        ("name", ("Brian Gardner", "Brian Gardner"), ("B-R-Y-A-N", "BRYAN"), "Bryan Gardner"),
    ],
)
def test_a_second_attempt_is_weighed_with_the_first(
    kind: str, first: tuple[str, str], second: tuple[str, str], meant: str
) -> None:
    stage = of(kind, "always")
    stage.say(first[0], (first[1], -0.3), ("Bryan Gardner", -0.5))
    stage.say("no")
    assert meant in stage.say(second[0], (second[1], -0.3))
    assert f"Noted {meant}." in stage.say("yes")
    assert stage.state.attempts == {}


def test_a_name_that_was_denied_is_not_offered_again() -> None:
    stage = of("name", "always")
    stage.say("Brian Gardner", ("Brian Gardner", -0.3))
    stage.say("no")
    assert "Brian Gardner" not in stage.say("Gardner", ("Brian Gardner", -0.3), ("Bryan Gardner", -0.4))


def test_the_ears_are_told_the_letters_to_choose_from() -> None:
    stage = of("spelling")
    stage.say("MARLOWE", ("MARLOWE", UNSURE[0]), ("NARLOWE", UNSURE[1]))
    expect = next(effect for effect in reversed(stage.effects) if isinstance(effect, Expect))
    assert expect.bias == ("M", "N")
