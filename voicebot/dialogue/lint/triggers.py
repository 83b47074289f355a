"""Rules about what starts a flow: the same words cannot mean two things."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from voicebot.dialogue.lint.source import All, Source, near
from voicebot.policy.documents import Path
from voicebot.policy.problems import Problem

#: Texts to unit vectors, one row each, such as `SentenceEncoder.encode`.
Encode = Callable[[Sequence[str]], Any]
#: From so many examples on, an intent of the shop's own can be told from the others.
ENOUGH = 6
#: Cosine from which two sentences say the same.
SAME = 0.88

_SHORT = {
    "i'd": "i would", "i'm": "i am", "i've": "i have", "where's": "where is", "what's": "what is", "it's": "it is",
    "can't": "cannot", "won't": "will not", "didn't": "did not", "hasn't": "has not",
}  # fmt: skip
#: Words that say nothing of what is wanted.
_POLITE = frozenset(
    "please hello hi hey um uh well so just now thanks thank you a an the my some that this i would like want to need "  # noqa: SIM905
    "can could you me we help with do for".split()
)


def intents(all_: All) -> Iterator[Problem]:
    """F012 and F013."""
    owner: dict[str, Source] = {}
    for source in all_.sources.values():
        for intent in source.flow.triggers:
            path: Path = ("triggers", intent)
            given = len(source.flow.triggers[intent])
            if intent not in all_.taxonomy and given < ENOUGH:
                what = f"intent {intent!r} is not in the taxonomy, and a new one needs {ENOUGH} examples, not {given}"
                yield source.problem(path, "F013", what, near(intent, all_.taxonomy))
            if intent in owner:
                other = owner[intent]
                fix = f"remove it here or in {other.file}"
                yield source.problem(path, "F012", f"intent {intent!r} also starts {other.flow.name}", fix)
            owner[intent] = source


def examples(all_: All) -> Iterator[Problem]:
    """F023: the same words; F047: the same words but for politeness; F003 and F004: empty, and twice."""
    said: dict[str, _Example] = {}
    meant: dict[frozenset[str], _Example] = {}
    for example in _all_examples(all_):
        plain, core = " ".join(re.findall(r"\w+", example.text.lower())), _core(example.text)
        same, like = said.setdefault(plain, example), meant.setdefault(core, example)
        if not plain:
            yield from example.problem("F003", "an example without words", "write what callers say, or remove it")
        elif same.intent != example.intent:
            what = f"{example.text!r} is also an example of {same.intent}"
            yield from example.problem("F023", what, f"remove it here{same.place}")
        elif same is not example and same.source is example.source:
            yield from example.problem("F004", f"{example.text!r} stands here twice", "remove one")
        elif core and like.intent != example.intent:
            what = f"{example.text!r} is nearly {like.text!r} of {like.intent}"
            yield from example.problem("F047", what, f"reword it here{like.place}")


def close(all_: All, encode: Encode, same: float = SAME) -> Iterator[Problem]:
    """F047 by meaning: examples of different intents whose sentence embeddings nearly coincide.

    Args:
        same: cosine from which they do.
    """
    rows = [example for example in _all_examples(all_) if example.text.strip()]
    if not rows:
        return
    vectors = encode([example.text for example in rows])
    likeness = vectors @ vectors.T
    for number, example in enumerate(rows):
        alike = (rows[index] for index in range(number) if likeness[number, index] >= same)
        other = next((other for other in alike if other.intent != example.intent), None)
        if other is not None:
            what = f"{example.text!r} means nearly the same as {other.text!r} of {other.intent}"
            yield from example.problem("F047", what, f"reword it here{other.place}")


@dataclass(frozen=True, slots=True)
class _Example:
    """`source` is None for one of those that ship with the taxonomy."""

    intent: str
    text: str
    source: Source | None = None
    path: Path = ()

    @property
    def place(self) -> str:
        return f" or in {self.source.file}" if self.source is not None else ""

    def problem(self, code: str, what: str, fix: str) -> Iterator[Problem]:
        if self.source is not None:
            yield self.source.problem(self.path, code, what, fix)


def _all_examples(all_: All) -> Iterator[_Example]:
    """Those of the taxonomy first: what a flow adds is compared with them."""
    for intent, texts in all_.taxonomy.items():
        yield from (_Example(intent, text) for text in texts)
    for source in all_.sources.values():
        for intent, texts in source.flow.triggers.items():
            for number, text in enumerate(texts):
                yield _Example(intent, text, source, ("triggers", intent, number))


def _core(text: str) -> frozenset[str]:
    words = " ".join(_SHORT.get(word, word) for word in re.findall(r"[\w']+", text.lower().replace("’", "'"))).split()
    return frozenset(words) - _POLITE
