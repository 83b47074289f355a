from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from voicebot.identifiers.familiar import Familiar

WORDS = Familiar(["Pittsburgh", "Waterbury", "Berkeley", "Berkley", "David", "Ken", "the"])
TEXTS = st.text(string.ascii_uppercase, min_size=1, max_size=12)
HYPOTHESES = st.lists(st.tuples(TEXTS, st.floats(-5, 0)), max_size=6)


def test_a_letter_that_sounds_alike_is_put_right() -> None:
    assert WORDS.weighed([("PITTSVURGH", -0.2), ("PITTSVURCH", -0.5)])[0][0] == "PITTSBURGH"
    assert WORDS.weighed([("WATERVURY", -0.2), ("WATERBURY", -0.3)])[0][0] == "WATERBURY"


def test_a_word_that_nobody_knows_is_believed() -> None:
    assert WORDS.weighed([("MARLOWE", -0.1), ("NARLOWE", -0.6)])[0][0] == "MARLOWE"
    assert WORDS.weighed([("KUNZ", -0.1)])[0][0] == "KUNZ"


def test_nothing_is_swallowed_or_added() -> None:
    assert WORDS.weighed([("BERKELEY", -0.1), ("BERKELEI", -0.8)])[0][0] == "BERKELEY"
    assert {len(word) for word, _ in WORDS.weighed([("BERKLEYS", -0.1)])} == {8}


def test_the_best_keeps_the_best_score_and_the_others_are_below() -> None:
    ranked = WORDS.weighed([("PITTSVURGH", -0.25), ("PITTSBURGH", -0.75)])
    assert ranked[0] == ("PITTSBURGH", -0.25)
    assert [score for _, score in ranked] == sorted((score for _, score in ranked), reverse=True)


def test_without_words_nothing_changes() -> None:
    heard = [("PITTSVURGH", -0.2)]
    assert Familiar([]).weighed(heard) == heard
    assert WORDS.weighed([]) == []
    assert WORDS.weighed([("", -1.0)]) == [("", -1.0)]


@given(HYPOTHESES)
def test_any_hypotheses_stay_scored(hypotheses: list[tuple[str, float]]) -> None:
    ranked = WORDS.weighed(sorted(hypotheses, key=lambda pair: -pair[1]))
    assert bool(ranked) == bool(hypotheses)
    assert len({word for word, _ in ranked}) == len(ranked) or not hypotheses
