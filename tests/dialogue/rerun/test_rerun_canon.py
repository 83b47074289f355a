from __future__ import annotations

from voicebot.dialogue.rerun.canon import canonical, content, words


def test_tuples_and_lists_and_the_order_of_keys_are_the_same() -> None:
    assert canonical({"a": (1, 2), "b": None}) == canonical({"b": None, "a": [1, 2]})
    assert canonical({"a": 1}) != canonical({"a": "1"})


def test_a_card_number_is_what_the_log_has_of_it() -> None:
    assert canonical({"number": "4111 1111 1111 1111"}) == canonical({"number": "[card number]"})


def test_numbers_and_words_are_not_what_an_effect_asks_for() -> None:
    query = {"kind": "query", "request": "r1", "op": "get_order", "filler": [{"kind": "text", "value": "Hm."}]}
    assert content(query) == {"kind": "query", "op": "get_order"}
    assert words(query) == {"filler": query["filler"]}
    assert words({"kind": "handoff", "summary": ""}) == {}
