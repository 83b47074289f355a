"""What may stand in a test file, and how mistakes in it are told."""

from __future__ import annotations

import pytest

from voicebot.dialogue.testing.cases import Suite, read_suite

ORDERS = """\
order: sent
facts: {number: "1"}
---
order: late
like: sent
facts: {days_late: 3}
"""
GOOD = """\
# The first line.
test: One
orders: [{like: late}]
turns:
  - caller: "no"
    says: hello
---
test: Two
caller: "+14155550134"
answers: {find_orders: [timeout, {}], plan cancel: {refund_minor: 5}, commit: unknown, decide returns: {outcome: deny}}
turns:
  - keys: 0
    does: [query find_orders, handoff policy]
  - {silence: true, ends: true}
"""


def one(turn: str, rest: str = "", name: str = "T") -> str:
    """A test of one turn."""
    return f"test: {name}\n{rest}turns:\n  - {turn if turn.startswith('{') else f'{{{turn}}}'}\n"


def read(text: str) -> Suite:
    return read_suite({"orders.yaml": ORDERS, "t.yaml": text})


def told(text: str) -> list[str]:
    return [str(problem) for problem in read(text).problems]


def test_tests_and_orders_are_read_with_their_lines() -> None:
    suite = read(GOOD)
    assert not suite.problems
    assert [(w.case.test, w.file, w.line(), w.line(0)) for w in suite.tests] == [
        ("One", "t.yaml", 2, 5),
        ("Two", "t.yaml", 8, 12),
    ]
    assert suite.orders == {"sent": {"number": "1"}, "late": {"days_late": 3, "like": "sent"}}
    assert suite.tests[1].line(1) == 14


def test_what_yaml_does_not_take_for_text_is_meant_as_text() -> None:
    yes, zero = (suite.tests[0].case.turns[0] for suite in (read(one("caller: yes")), read(one("keys: 0"))))
    assert (yes.caller, zero.keys) == ("yes", "0")


def test_one_thing_may_stand_without_a_list() -> None:
    turn = read(one("{caller: hi, says: a, never: b, does: commit, does_not: plan cancel, commands: affirm}")).tests[0]
    [case] = turn.case.turns
    assert [pattern.pattern for pattern in (*case.says, *case.never)] == ["a", "b"]
    assert (case.does, case.does_not, case.commands) == (("commit",), ("plan cancel",), ("affirm",))


@pytest.mark.parametrize(
    ("turn", "what"),
    [
        ("caler: hi", "turns.0.caler: there is no such key"),
        (
            "caller: hi, keys: '1'",
            "a turn has one of caller, keys, silence, noise, understood, this one has caller and",
        ),
        ("silence: false", "turns.0.silence"),
        ("says: '('", "is no regular expression"),
        ("says: 0177", "in quotes where YAML sees no text"),
        ("never: 555", "in quotes where YAML sees no text"),
        ("does: cancel", "should begin with one of query, decide"),
        ("does: plan cancle", "there is no 'plan cancle': plan cancel, plan address_change"),
        ("does_not: handoff angry", "there is no 'handoff angry': handoff caller_asked"),
        ("does: commit quote", "there is no 'commit quote': say commit alone"),
        ("does: {commit: {a: 1}}", "'commit' has no arguments: query, plan, decide have"),
        ("does: {plan cancle: {a: 1}}", "there is no 'plan cancle'"),
        ("does: {query find_orders: number}", "should be one effect with a mapping of its arguments"),
        ("does: {query find_orders: {}}", "should be one effect with a mapping of its arguments"),
        ("does_not: [{query: {a: 1}, plan: {a: 1}}]", "should be one effect with a mapping of its arguments"),
        ("ends: perhaps", "turns.0.ends"),
    ],
)
def test_a_mistake_in_a_turn_is_told_with_its_line(turn: str, what: str) -> None:
    [problem] = read(f"{one('caller: hi', name='First')}---\n{one(turn)}").problems
    assert (problem.file, problem.line, problem.code) == ("t.yaml", 7, "T002")
    assert what in problem.what
    assert ("known keys: test, caller" in problem.fix) == ("no such key" in problem.what)


@pytest.mark.parametrize(
    ("answers", "what"),
    [
        ("{find_order: timeout}", "nothing 'find_order' to answer: find_orders, get_order"),
        ("{plan: timeout}", "nothing 'plan' to answer"),
        ("{plan cancle: timeout}", "there is no 'plan cancle'"),
        ("{prove shoe_size: mismatch}", "there is no 'prove shoe_size'"),
        ("{commit: 5}", "'commit' should be a status, a mapping, or a list of these"),
        ("{commit: [done, 5]}", "'commit' should be a status, a mapping, or a list of these"),
        ("{decide returns: deny}", "'decide returns' changes the outcome: a mapping"),
        ("{handoff policy: failed}", "nothing 'handoff policy' to answer"),
    ],
)
def test_an_answer_to_what_nobody_asks_is_a_mistake(answers: str, what: str) -> None:
    [problem] = read(one("caller: hi", f"answers: {answers}\n")).problems
    assert problem.code == "T002"
    assert what in problem.what


def test_broken_yaml_says_where_and_leaves_the_other_files() -> None:
    suite = read_suite({"a.yaml": "test: [", "b.yaml": one("caller: hi")})
    [problem] = suite.problems
    assert (problem.file, problem.code) == ("a.yaml", "T001")
    assert len(suite.tests) == 1


def test_names_are_unique_over_all_files() -> None:
    suite = read_suite({"a.yaml": one("caller: hi"), "b.yaml": one("caller: hi")})
    assert [str(problem) for problem in suite.problems] == ["b.yaml:1: T003 there are two tests 'T' (rename one)"]
    [problem] = read_suite({"a.yaml": ORDERS, "b.yaml": "order: sent\nfacts: {}\n"}).problems
    assert (problem.file, problem.code, problem.what) == ("b.yaml", "T003", "there are two orders 'sent'")


def test_an_order_like_none_is_a_mistake_wherever_it_stands() -> None:
    assert told(one("caller: hi", "orders:\n  - {like: sent}\n  - {like: sennt}\n")) == [
        "t.yaml:4: T004 there is no order 'sennt' (take one of late, sent)"
    ]
    assert told("order: other\nlike: sennt\nfacts: {}\n") == [
        "t.yaml:2: T004 there is no order 'sennt' (take one of late, other, sent)"
    ]
    [problem] = read_suite({"a.yaml": one("caller: hi", "orders: [{like: sent}]\n")}).problems
    assert "none: write a document with order: NAME" in problem.fix


@pytest.mark.parametrize(
    "text", ["5", "[]", "- a", "test: T", "test: T\nturns: []", "turns: [{caller: hi}]", "order: x"]
)
def test_no_document_makes_reading_fail(text: str) -> None:
    assert [problem.code for problem in read_suite({"a.yaml": text}).problems] == ["T002"]
