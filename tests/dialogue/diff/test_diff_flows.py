from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.diff.flows import changes
from voicebot.dialogue.diff.written import Written, read
from voicebot.dialogue.problems import FlowError

ROOT = Path(__file__).parents[3]

FLOW = """\
flow: pickup
description: Whether an order waits at the store.
triggers:
  click_and_collect:
    - can I pick up my order
    - is my parcel ready
slots:
  order_number: {type: order_number, on_change: look_up}
keep: [tries]
steps:
  - ask: order_number
    prompt: "What is the order number?"
    again:
      - "Please tell me the order number."
      - "You can also type it."
    on: {deny: to_human}
  - id: look_up
    query: find_orders
    args: {number: order_number}
    into: found
    filler: "Let me look."
  - branch:
      - {if: size(found.orders) > 0, next: found_it}
      - {next: nothing_found}
  - id: nothing_found
    say: ["I can't find it.", "I find nothing."]
    next: done
  - id: found_it
    say: {en: "It's ready.", de: "Sie ist da."}
    if: found != null
  - set: {tries: tries + 1}
  - id: to_human
    link: human_agent
"""


def told(*replacements: tuple[str, str]) -> list[str]:
    text = FLOW
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    return [str(change) for change in changes(read({"a.yaml": FLOW}), read({"a.yaml": text}))]


def test_nothing_changed() -> None:
    assert told() == []
    assert told(("steps:\n", "steps:\n  # a comment\n")) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        # wording
        ("What is the order number?", "Which order is it?",
         'step 1 (ask): prompt: "What is the order number?" -> "Which order is it?"'),
        ("You can also type it.", "Or type it.", 'step 1 (ask): again 2: "You can also type it." -> "Or type it."'),
        ('      - "You can also type it."\n', "", 'step 1 (ask): again 2: no longer says "You can also type it."'),
        ("Let me look.", "One moment.", 'step look_up: filler: "Let me look." -> "One moment."'),
        ('"I find nothing."]', '"I find nothing.", "No luck."]', 'step nothing_found: say: also says "No luck."'),
        ("Sie ist da.", "Sie liegt bereit.", 'step found_it: say (de): "Sie ist da." -> "Sie liegt bereit."'),
        (', de: "Sie ist da."', "", 'step found_it: say (de): no longer says "Sie ist da."'),
        # where it goes
        ("nothing_found}", "to_human}", "step 3 (branch): otherwise: goes to to_human, not to nothing_found"),
        ("size(found.orders) > 0", "size(found.orders) == 1",
         "step 3 (branch): to found_it if size(found.orders) > 0 -> if size(found.orders) == 1"),
        ("      - {next: nothing", "      - {if: closed, next: to_human}\n      - {next: nothing",
         "step 3 (branch): goes to to_human if closed"),
        ("    if: found != null\n", "", "step found_it: always (was: only if found != null)"),
        ("found != null", "tries < 3", "step found_it: only if found != null -> only if tries < 3"),
        ("    next: done\n", "", "step nothing_found: next: goes to the step after it, not to done"),
        ("{deny: to_human}", "{deny: look_up}", "step 1 (ask): on.deny: to_human -> look_up"),
        # values
        ("into: found\n", "into: found\n    background: true\n", "step look_up: background is now true"),
        ("tries + 1", "tries + 2", "step 6 (set): set.tries: tries + 1 -> tries + 2"),
        ("keep: [tries]\n", "", "keep: no longer tries"),
        ("Whether an order", "If an order", "the description is another one"),
        # triggers and slots
        ("is my parcel ready", "is it ready", 'trigger click_and_collect: has the example "is it ready"'),
        ("  click_and_collect:", "  store_info:", "trigger click_and_collect: no longer starts it"),
        ("{type: order_number, ", "{type: digits, ", "slot order_number: type: order_number -> digits"),
        (", on_change: look_up}", "}", "slot order_number: on_change: goes to the step after it, not to look_up"),
        ("keep:", "  email: {type: email}\nkeep:", "slot email: added (email)"),
        # steps
        ("  - set: {tries: tries + 1}\n", "", "step 6 (set): removed: set {tries: tries + 1}"),
        ("  - id: look_up\n", '  - say: "Thank you."\n  - id: look_up\n',
         'step 2 (say): added after step 1 (ask): say "Thank you."'),
        ("steps:\n", 'steps:\n  - say: "Hello."\n', 'step 1 (say): added at the beginning: say "Hello."'),
        ("link: human_agent", "end: sent away", "step to_human: was link human_agent, is now end sent away"),
    ],
)  # fmt: skip
def test_each_change_is_one_line(old: str, new: str, words: str) -> None:
    found = told((old, new))
    assert words in found
    assert len(found) <= 2, "an example that is rewritten is one that goes and one that comes"


def test_a_step_with_a_new_name_and_those_that_lead_to_it() -> None:
    assert told(("nothing_found", "not_there")) == ["step not_there: was called step nothing_found"]


def test_a_step_that_moved() -> None:
    step = "  - id: to_human\n    link: human_agent\n"
    assert told((step, ""), ("  - id: look_up\n", f"{step}  - id: look_up\n")) == [
        "step to_human: moved: now after step 1 (ask)"
    ]


def test_a_rewritten_step_without_a_name_is_not_another_one() -> None:
    before = 'flow: a\nsteps:\n  - say: "One."\n  - ask: x\n    prompt: "X?"\n  - say: "I can see it."\n'
    after = before.replace("I can see it.", "There you are!").replace("  - ask: x\n", '  - say: "Well."\n  - ask: x\n')
    assert [str(change) for change in changes(read({"a": before}), read({"a": after}))] == [
        'step 2 (say): added after step 1 (say): say "Well."',
        'step 4 (say): say: "I can see it." -> "There you are!"',
    ]


def test_flows_come_go_and_get_other_names() -> None:
    other = 'flow: other\nsteps:\n  - say: "Hi."\n'
    before, after = read({"a": FLOW, "b": other}), read({"a": FLOW.replace("flow: pickup", "flow: collect")})
    assert [(change.group, change.words) for change in changes(before, after)] == [
        ("flow collect", "renamed: was called pickup"),
        ("flow other", "removed: 1 step"),
    ]
    assert [(change.group, change.words) for change in changes(Written(), read({"a": FLOW}))] == [
        ("flow pickup", "added: 7 steps, started by click_and_collect")
    ]


def test_facts_and_pronunciations() -> None:
    before = read(
        {"a": "shop:\n  name: A\n  wishes: {return: returns}\n", "l": "lexicon: en\nwords: {IKEA: i key a}\n"}
    )
    after = read({"a": "shop:\n  name: B\n  wishes: {}\n", "l": "lexicon: en\nwords: {IKEA: ikea}\n"})
    assert [(change.group, change.words) for change in changes(before, after)] == [
        ("lexicon en", "IKEA: i key a -> ikea"),
        ("shop", "name: A -> B"),
        ("shop", "wishes.return is no longer given (was returns)"),
    ]


def test_what_is_not_yaml_is_told() -> None:
    with pytest.raises(FlowError, match=r"a\.yaml:1: F001"):
        read({"a.yaml": "flow: ["})


@pytest.mark.parametrize("text", ["", "3", "[]", "flow: a", "flow: a\nsteps: 3", "flow: a\nsteps: [3, {}, [x]]"])
def test_flows_with_mistakes_are_compared_as_well(text: str) -> None:
    odd = read({"a": text})
    assert list(changes(odd, odd)) == []
    list(changes(odd, read({"a": FLOW})))
    list(changes(read({"a": FLOW}), odd))


def shipped() -> dict[str, str]:
    return {file.name: file.read_text("utf-8") for file in (ROOT / "flows").rglob("*.yaml")}


@given(st.integers(0, 2**32))
def test_changed_or_not_is_told_whatever_changed(seed: int) -> None:
    """Two sets have no differences only when they are the same."""
    rng = random.Random(seed)
    old = read({"a": FLOW}).flows["flow pickup"]
    steps = [dict(step) for step in old["steps"]]
    match rng.randrange(4):
        case 0:
            steps.pop(rng.randrange(len(steps)))
        case 1:
            rng.shuffle(steps)
        case 2:
            steps.insert(rng.randrange(len(steps) + 1), {"say": "Something new."})
        case 3:
            steps[rng.randrange(len(steps))]["patience"] = "normal"
    new = Written({"flow pickup": {**old, "steps": steps}})
    found = list(changes(Written({"flow pickup": old}), new))
    assert bool(found) == (steps != old["steps"])


def test_shipped_flows_against_themselves_and_against_nothing() -> None:
    mine = read(shipped())
    assert list(changes(mine, mine)) == []
    assert {change.kind for change in changes(mine, Written({}, mine.facts))} == {"flow_removed"}
