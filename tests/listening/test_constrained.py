"""The restricted decoder's bookkeeping, on a model that answers from a list."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pytest
from faster_whisper.tokenizer import Tokenizer

from voicebot.listening.constrained import ConstrainedDecoder
from voicebot.listening.dictation import Alphabet
from voicebot.listening.narrow import TokenMap

TEXTS = [*"0123456789", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ", " 4", " A", "-", "48", " where", "GLL"]
EOT = len(TEXTS)
BEGIN = EOT + 3
SIZE = BEGIN + 5


class FakeTokenizer:
    """Token ids are places in `TEXTS`; then the end, two tasks, time stamps."""

    eot, timestamp_begin = EOT, BEGIN

    @property
    def tokenizer(self) -> FakeTokenizer:
        return self

    def decode(self, tokens: Sequence[int]) -> str:
        return "".join(TEXTS[token] for token in tokens)

    def encode(self, text: str) -> list[int]:
        return [TEXTS.index(text)]


@dataclass
class Result:
    sequences_ids: list[list[int]]
    scores: list[float]
    logits: list[list[Any]] = field(default_factory=list)


class FakeModel:
    """Gives the beam's result, then the greedy one."""

    def __init__(self, beam: Result, greedy: Result) -> None:
        self._answers = [beam, greedy]
        self.asked: list[dict[str, Any]] = []

    def generate(self, encoded: object, prompts: list[list[int]], **options: Any) -> list[Result]:
        self.asked.append({"prompt": prompts[0], **options})
        return [self._answers[options["beam_size"] == 1]]


def ids(*texts: str) -> list[int]:
    return [BEGIN, *(TEXTS.index(text) for text in texts), BEGIN + 4]


def logits(**likely: float) -> np.ndarray:
    step = np.full(SIZE, -1e9, np.float32)
    for text, probability in likely.items():
        step[TEXTS.index(text)] = math.log(probability)
    return step


def decoder(model: FakeModel) -> ConstrainedDecoder:
    return ConstrainedDecoder(model, cast(Tokenizer, FakeTokenizer()), TokenMap(), workers=1)


def test_spellings_of_one_value_are_added_up() -> None:
    beam = Result([ids("4", "-", "8"), ids("48"), ids("4")], [-1.0, -1.5, -2.0])
    model = FakeModel(beam, Result([[]], [0.0], [[]]))
    values = decoder(model).values(None, [1], Alphabet.BOTH, 1.0, nearly=False)
    assert values["48"] == pytest.approx(math.log(math.exp(-1.0 * 6) + math.exp(-1.5 * 4)))
    assert list(values) == ["48", "4"]
    assert len(model.asked) == 1


def test_only_the_alphabet_and_time_stamps_are_allowed() -> None:
    model = FakeModel(Result([], []), Result([[]], [0.0], [[]]))
    decoder(model).values(None, [1], Alphabet.LETTERS, 1.0, nearly=False)
    allowed = {TEXTS[t] for t in range(EOT) if t not in model.asked[0]["suppress_tokens"]}
    assert allowed == {*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", " A", "-"}
    assert EOT not in model.asked[0]["suppress_tokens"]
    assert set(range(EOT + 1, BEGIN)) <= set(model.asked[0]["suppress_tokens"])


def test_words_before_the_value_are_given_and_do_not_come_back() -> None:
    given = [BEGIN, TEXTS.index(" where")]
    beam = Result([[*given, *ids("A", "B")[1:]]], [-0.5])
    greedy = Result([[*given, *ids("A", "B")[1:]]], [-0.5], [[logits(A=1.0), logits(B=0.6, D=0.4), logits(A=1.0)]])
    model = FakeModel(beam, greedy)
    values = decoder(model).values(None, [1], Alphabet.LETTERS, 1.0, carrier="where")
    assert model.asked[0]["prompt"] == [1, *given]
    assert list(values) == ["AB", "AD"]
    assert values["AD"] - values["AB"] == pytest.approx(math.log(0.4 / 0.6))


def test_a_loop_is_one_value_unless_a_length_is_known() -> None:
    beam = Result([ids(*"SMITHSMITH")], [-0.5])
    empty = Result([[]], [0.0], [[]])
    assert list(decoder(FakeModel(beam, empty)).values(None, [1], Alphabet.LETTERS, 2.0, nearly=False)) == ["SMITH"]
    twice = Result([ids(*"44154415")], [-0.5])
    known = decoder(FakeModel(twice, empty)).values(None, [1], Alphabet.DIGITS, 2.0, most=8, nearly=False)
    assert list(known) == ["44154415"]
