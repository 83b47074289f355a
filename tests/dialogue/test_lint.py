"""Every seeded mistake is found, where it stands and under its code, and nothing else is; shipped flows have none.

`mistakes/base.yaml` is a shop without mistakes. Each other file there is added to it, and marks the lines of its
mistakes by comments, such as `# F026`; those called `fine_…` look like mistakes and are none.
"""

from __future__ import annotations

import inspect
import re
import typing
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from facts import NOW, TODAY
from stage import ROOT, policies

from voicebot.dialogue import kinds
from voicebot.dialogue.engine import Engine
from voicebot.dialogue.inputs import CallOpened
from voicebot.dialogue.kinds import ActionName, QueryOp
from voicebot.dialogue.lint import GIVEN
from voicebot.dialogue.lint.asked import ACTIONS, READS
from voicebot.dialogue.lint.triggers import close
from voicebot.dialogue.loader import Checked, check_flows, check_folder, parse_flows
from voicebot.dialogue.problems import CODES, WARNINGS
from voicebot.dialogue.render import WORDINGS
from voicebot.dialogue.turn import Turn
from voicebot.oms.actions import HARMLESS, ActionKind
from voicebot.policy.book import PolicyBook

MISTAKES = Path(__file__).parent / "mistakes"
BASE = (MISTAKES / "base.yaml").read_text("utf-8")
FINE = sorted(MISTAKES.glob("fine_*.yaml"))
SEEDED = sorted({path for path in MISTAKES.glob("*.yaml") if path.stem != "base"} - set(FINE))
#: Of folders and files as a whole: tests/dialogue/test_loader.py. Of the shop's facts, which stand once: below.
ELSEWHERE = {"F015", "F019", "F049"}
_MARK = re.compile(r"#((?:\s+F\d{3})+)$")

HOLD = """\
policy: hold
version: 2026-11-01
hit: first
vocab: {tier: string}
outcomes: {days: int, place: [store, locker]}
rules:
  - {id: gold, say: Gold customers have two weeks., when: {tier: [gold]}, then: {days: 14, place: store}}
  - {id: all, say: Everybody has a week., when: {}, then: {days: 7, place: locker}}
"""


@cache
def hold() -> PolicyBook:
    return PolicyBook.parse({"hold.yaml": HOLD})


def check(text: str) -> Checked:
    return check_flows({"base.yaml": BASE, "extra.yaml": text}, policies=hold().policies)


def marked(text: str) -> set[tuple[int, str]]:
    lines = enumerate(text.splitlines(), 1)
    return {(number, code) for number, line in lines if (match := _MARK.search(line)) for code in match[1].split()}


@pytest.mark.parametrize("path", SEEDED, ids=lambda path: path.stem)
def test_a_seeded_mistake_is_found_and_nothing_else(path: Path) -> None:
    text = path.read_text("utf-8")
    checked = check(text)
    problems = (*checked.mistakes, *checked.warnings)
    assert {(p.line, p.code) for p in problems if p.file == "extra.yaml"} == marked(text), problems
    assert {p.file for p in problems} == {"extra.yaml"}
    assert all(p.what and p.fix for p in problems)
    assert (checked.flows is None) == any(p.code not in WARNINGS for p in problems)


@pytest.mark.parametrize("path", FINE, ids=lambda path: path.stem)
def test_what_looks_like_a_mistake_and_is_none(path: Path) -> None:
    checked = check(path.read_text("utf-8"))
    assert [p for p in (*checked.mistakes, *checked.warnings) if p.code != "F043"] == []
    assert checked.flows is not None


def test_there_are_enough_mistakes_and_every_code_is_tried() -> None:
    assert len(SEEDED) >= 40
    assert FINE
    assert all(marked(path.read_text("utf-8")) for path in SEEDED)
    tried = {code for path in SEEDED for _, code in marked(path.read_text("utf-8"))}
    assert tried | ELSEWHERE == set(CODES)
    assert set(CODES) >= WARNINGS


def test_the_shop_without_mistakes_has_none() -> None:
    checked = check("")
    assert (checked.mistakes, checked.warnings) == ((), ())


SAID_AS = """\
shop:
  name: Corner Shop
  said_as:
    S: small
    M: "(medium"
    L: "large)|(?:big"
    XL: "x{9999999999}"
    red: "(?i)crimson"
    blue: 7
"""


def of_the_shop(text: str) -> Checked:
    return check_flows({"shop.yaml": text, "base.yaml": BASE.partition("---\n")[2]}, policies=hold().policies)


def test_every_pattern_of_how_values_are_said_is_one() -> None:
    checked = of_the_shop(SAID_AS)
    assert [(p.file, p.line, p.code) for p in checked.mistakes] == [("shop.yaml", n, "F049") for n in range(5, 10)]
    assert all(p.fix for p in checked.mistakes)
    assert checked.mistakes[0].what.startswith("the pattern of 'M' is no regular expression: missing )")
    [wrong] = of_the_shop("shop: {name: X, said_as: [small]}").mistakes
    assert (wrong.line, wrong.code) == (1, "F049")
    assert of_the_shop("shop: {name: X, said_as: {M: 'med(?:ium)?'}}").mistakes == ()


def test_the_shipped_flows_raise_no_alarm() -> None:
    checked = check_folder(ROOT / "flows", policies=policies().policies)
    assert (checked.mistakes, checked.warnings) == ((), ())


def test_the_facts_that_are_always_there_are_those_of_the_engine() -> None:
    engine = Engine(parse_flows({"base.yaml": BASE}))
    state, _ = engine.step(engine.start(), CallOpened(now=NOW, today=TODAY))
    given = Turn(engine.flows, state).scope()
    assert GIVEN.keys() == set(given) - engine.flows.names - WORDINGS
    assert given["call"].keys() == GIVEN["call"]
    assert given["dialogue"].keys() == GIVEN["dialogue"]


def test_examples_that_an_encoder_puts_together_are_told() -> None:
    text = "flow: extra\ntriggers:\n  invoice:\n    - send me a bill\n    - something else\nsteps: [{say: Hello.}]\n"
    checked = check(text)
    assert list(close(checked.all, lambda texts: np.eye(len(texts), dtype=np.float32))) == []
    ones = [p for p in close(checked.all, lambda texts: np.ones((len(texts), 1), np.float32)) if p.file == "extra.yaml"]
    assert {(p.line, p.code) for p in ones} == {(4, "F047"), (5, "F047")}


def test_arguments_are_those_that_the_order_system_takes() -> None:
    assert READS.keys() == set(typing.get_args(QueryOp))
    assert ACTIONS.keys() == set(typing.get_args(ActionName)) == {kind.value for kind in ActionKind}
    assert {kind.value for kind in HARMLESS} == kinds.HARMLESS
    said = inspect.getsource(ActionKind).replace('"""', "").split(" = ")[1:]
    for text in said:
        name = text.split('"')[1]
        assert set(re.findall(r"`(\w+)`", text)) >= ACTIONS[name], name
