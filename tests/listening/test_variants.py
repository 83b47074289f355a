"""Values that nearly came out of a decoding."""

from __future__ import annotations

import math

import pytest

from voicebot.listening.variants import Step, variants


def step(**likely: float) -> Step:
    """The likeliest character was written."""
    return max(likely, key=lambda c: likely[c]), {c: math.log(p) for c, p in likely.items()}


def test_a_likely_other_character_is_a_variant() -> None:
    found = variants([step(T=0.5, D=0.4), step(A=1.0), step(V=0.7, B=0.3, P=0.001)], -2.0)
    assert list(found) == ["TAV", "DAV", "TAB", "DAB"]
    assert found["TAV"] == -2.0
    assert found["DAV"] == pytest.approx(-2.0 + math.log(0.4 / 0.5))
    assert found["DAB"] == pytest.approx(found["DAV"] + math.log(0.3 / 0.7))


def test_the_character_before_again_is_one_more_and_the_one_behind_is_one_less() -> None:
    assert "WRRIT" in variants([step(W=1.0), step(R=1.0), step(I=0.6, R=0.4), step(T=1.0)], -1.0)
    assert "HILE" in variants([step(H=1.0), step(I=1.0), step(L=0.9), step(L=0.6, E=0.4), step(E=1.0)], -1.0)


def test_nothing_is_known_of_a_step_with_several_characters() -> None:
    assert variants([step(A=1.0), ("26", {})], -1.0) == {"A26": -1.0}
    assert variants([], 0.0) == {"": 0.0}


def test_there_are_not_many_of_them() -> None:
    unsure = [step(**dict.fromkeys("BDEPT", 0.2))] * 8
    assert len(variants(unsure, -9.0)) <= 20
