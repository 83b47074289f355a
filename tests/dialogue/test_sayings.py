"""Sentences with variants."""

from __future__ import annotations

from voicebot.dialogue.loader import phrases, taxonomy
from voicebot.dialogue.sayings import MOST, examples, variants


def test_a_plain_line_is_itself() -> None:
    assert variants("where is my order") == ["where is my order"]


def test_every_combination_of_few_and_some_of_many() -> None:
    assert sorted(variants("(a|b) c (d|)")) == ["a c", "a c d", "b c", "b c d"]
    many = variants("(a|b|c) (d|e|f) (g|h|i)")
    assert len(many) == MOST
    for place in range(3):
        assert len({line.split()[place] for line in many}) == 3


def test_an_empty_choice_leaves_no_gap() -> None:
    assert variants("I (bought it|), yes") == ["I bought it, yes", "I, yes"]


def test_examples_have_labels_and_company() -> None:
    shipped = {
        "intents": {"wismo": ["where is (it|my order|the box|the bag)"]},
        "acts": {"affirm": ["yes"]},
        "out_of_scope": {"chat": ["tell me a joke"]},
        "asides": {"before": ["hello"], "after": ["my name is Ann"]},
    }
    found = examples(shipped, [("refund", "money back")])
    assert ("out_of_scope/chat", "tell me a joke") in found
    assert ("affirm", "yes") in found
    assert ("refund", "money back") in found
    alone = {"where is it", "where is my order", "where is the box", "where is the bag"}
    among = {text for label, text in found if label == "wismo"} - alone
    assert among
    assert all(any(text in other for text in alone) for other in among)
    assert examples(shipped, [("refund", "money back")]) == found


def test_the_shipped_lines_are_well_formed() -> None:
    found = examples(phrases(), [])
    assert {label for label, _ in found if "/" not in label} >= taxonomy()
    assert all(text.strip() == text and "|" not in text and "(" not in text for _, text in found)
    labels: dict[str, set[str]] = {}
    for label, text in found:
        labels.setdefault(text.lower(), set()).add(label.partition("/")[0])
    assert {text: names for text, names in labels.items() if len(names) > 1} == {}
