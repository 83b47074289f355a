"""Calibration: a recogniser that errs as recognisers do, and what the decisions about its hearings are worth."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import pytest

from voicebot.identifiers import Decision, Grounding, ground
from voicebot.identifiers.nearest import NumberIndex
from voicebot.identifiers.sound import swap_cost

DIGITS = "0123456789"
#: Of a digit: heard as another, swallowed, said twice. Four of five numbers of seven digits are heard right.
SWAPPED, SWALLOWED, DOUBLED = 0.022, 0.005, 0.005
#: How often the truth is among the hypotheses when the first is wrong.
COVERED = 0.6
HYPOTHESES = 4
TRIALS = 250
POPULATION = 50_000

Heard = list[tuple[str, float]]


def misheard(random: Random, number: str) -> str:
    """One hearing: unlike digits are mixed up seldom, alike ones often."""
    out = ""
    for digit in number:
        chance = random.random()
        if chance < SWALLOWED:
            continue
        if chance < SWALLOWED + SWAPPED:
            others = [d for d in DIGITS if d != digit]
            digit = random.choices(others, [math.exp(-3.0 * swap_cost(d, digit)) for d in others])[0]
        out += digit * (2 if chance > 1.0 - DOUBLED else 1)
    return out


def hearing(random: Random, number: str) -> Heard:
    """n-best with mean log-probabilities; rivals of a wrong first are near it, those of a right one are far."""
    first = misheard(random, number)
    texts = [first]
    if first != number and random.random() < COVERED:
        texts.append(number)
    while len(texts) < HYPOTHESES and random.random() < 0.6:
        other = misheard(random, misheard(random, first))
        if other not in texts:
            texts.append(other)
        elif random.random() < 0.2:
            break
    near = 0.25 if first != number else 0.9
    score = -0.2 - 0.3 * random.random()
    scores = [score] + [score - random.expovariate(1.0 / near) for _ in texts[1:]]
    return list(zip(texts, scores, strict=True))


@dataclass
class Tally:
    decisions: dict[Decision, list[bool]] = field(default_factory=lambda: {decision: [] for decision in Decision})
    repairable: list[bool] = field(default_factory=list)
    confidence: list[tuple[float, bool]] = field(default_factory=list)

    def add(self, truth: str, found: Grounding) -> None:
        right = found.value == truth
        self.decisions[found.decision].append(right)
        if found.decision is Decision.ASK_AGAIN:
            return
        self.confidence.append((found.confidence, right))
        if found.decision is Decision.CONFIRM and found.value is not None and not right:
            same = len(found.value) == len(truth)
            wrong = {i for i, (a, b) in enumerate(zip(found.value, truth, strict=False)) if a != b}
            self.repairable.append(truth in found.alternatives or (same and wrong <= set(found.uncertain)))

    def share(self, decision: Decision) -> float:
        return len(self.decisions[decision]) / TRIALS

    def right(self, decision: Decision) -> float:
        outcomes = self.decisions[decision]
        return sum(outcomes) / max(1, len(outcomes))


def played(choose: Callable[[Random, int], str], decide: Callable[[Random, str, Heard], Grounding]) -> Tally:
    random, tally = Random(11), Tally()
    for trial in range(TRIALS):
        truth = choose(random, trial)
        tally.add(truth, decide(random, truth, hearing(random, truth)))
    return tally


@pytest.fixture(scope="module")
def orders() -> list[str]:
    return [str(n) for n in Random(3).sample(range(1_000_000, 10_000_000), POPULATION)]


def test_a_known_caller_is_understood_without_questions() -> None:
    def decide(random: Random, truth: str, heard: Heard) -> Grounding:
        own = [truth, *(str(random.randrange(1_000_000, 10_000_000)) for _ in range(3))]
        return ground(heard, own)

    tally = played(lambda random, _: str(random.randrange(1_000_000, 10_000_000)), decide)
    assert tally.right(Decision.ACCEPT) == 1.0
    assert tally.share(Decision.ACCEPT) >= 0.97


def test_orders_handed_out_in_a_row_to_a_known_caller() -> None:
    """Two orders of one day differ in the last digit only: what cannot be told apart is asked."""

    def decide(_: Random, truth: str, heard: Heard) -> Grounding:
        return ground(heard, [truth, f"{int(truth) + 1}"])

    tally = played(lambda random, _: str(random.randrange(1_000_000, 9_000_000)), decide)
    assert tally.right(Decision.ACCEPT) >= 0.985
    assert tally.share(Decision.ACCEPT) >= 0.9


def test_among_many_orders_what_is_taken_is_right_and_what_is_doubtful_is_asked(orders: list[str]) -> None:
    index = NumberIndex(orders)

    def decide(_: Random, _truth: str, heard: Heard) -> Grounding:
        return ground(heard, [number for number, _ in index.nearest(heard, 8)], population=POPULATION)

    tally = played(lambda random, _: random.choice(orders), decide)
    assert tally.right(Decision.ACCEPT) >= 0.985
    assert tally.share(Decision.ACCEPT) >= 0.8
    assert tally.right(Decision.CONFIRM) >= 0.4
    said_right = sum(sum(outcomes) for outcomes in tally.decisions.values()) + sum(tally.repairable)
    assert said_right / TRIALS >= 0.93, "after at most one question"


def test_a_number_that_is_no_order_is_hardly_ever_taken_for_one(orders: list[str]) -> None:
    index = NumberIndex(orders)

    def decide(_: Random, _truth: str, heard: Heard) -> Grounding:
        return ground(heard, [number for number, _ in index.nearest(heard, 8)], population=POPULATION)

    def made_up(random: Random, _: int) -> str:
        return next(n for n in iter(lambda: str(random.randrange(1_000_000, 10_000_000)), "") if n not in index)

    tally = played(made_up, decide)
    assert tally.share(Decision.ACCEPT) <= 0.01


def test_confidence_means_what_it_says(orders: list[str]) -> None:
    index = NumberIndex(orders)

    def decide(_: Random, _truth: str, heard: Heard) -> Grounding:
        return ground(heard, [number for number, _ in index.nearest(heard, 8)], population=POPULATION)

    tally = played(lambda random, _: random.choice(orders), decide)
    expected = sum(confidence for confidence, _ in tally.confidence) / len(tally.confidence)
    happened = sum(right for _, right in tally.confidence) / len(tally.confidence)
    assert abs(expected - happened) <= 0.05
