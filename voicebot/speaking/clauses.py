"""Cut a wording into clauses, so that the first one can be spoken while the others are still synthesised.

Pure. Sentences are always cut. The first sentence is also cut when it is long, at the most natural place there is:
punctuation, then a conjunction, then the border between fixed wording and a value. Values are never cut. A clause that
ends without punctuation is given a comma for the voice alone: without one, a voice lets its pitch fall as at the end
of a sentence.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from voicebot.speaking.languages import language
from voicebot.speaking.verbaliser import SpokenPart, numbered, shown, spoken

_SENTENCE_END = re.compile(r"[.!?…]+[\"')\]]*$")
_PUNCTUATION_END = re.compile(r"[,;:–—]+[\"')\]]*$")
_MIN_WORDS = 2
_MIN_REST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of wording to be synthesised at once.

    Attributes:
        spoken: text for the voice.
        display: the same for the eye; the displays of a wording's clauses, joined by spaces, are its text.
        fixed: holds no value, so its speech may be prepared and kept.
    """

    spoken: str
    display: str
    fixed: bool


class _Cut(enum.IntEnum):
    """How natural a cut after an atom is; higher is better."""

    NONE = 0
    BORDER = 1
    CONJUNCTION = 2
    PUNCTUATION = 3
    SENTENCE = 4


@dataclass(frozen=True, slots=True)
class _Atom:
    """A word of fixed wording, or a whole value with what is written onto it.

    Attributes:
        fixed: holds no value.
        space: blank before it.
        closes: its last characters are fixed wording, so that a full stop there is one.
    """

    spoken: str
    display: str
    fixed: bool
    space: bool
    closes: bool

    @property
    def words(self) -> int:
        return len(self.spoken.split())


def split(parts: Sequence[SpokenPart], *, today: date, code: str = "en", first_words: int = 8) -> tuple[Clause, ...]:
    """Clauses of a wording, in order; none for a wording without anything to say.

    Args:
        parts: `(kind, value)`.
        today: the shop's local date.
        code: BCP 47 language.
        first_words: a first sentence with more spoken words than this is cut, if it can be.
    """
    atoms = _atoms(parts, today, code)
    sentences: list[list[_Atom]] = [[]]
    for atom in atoms:
        sentences[-1].append(atom)
        if atom.closes and _SENTENCE_END.search(atom.spoken):
            sentences.append([])
    groups = [sentence for sentence in sentences if sentence]
    if groups:
        head = _first_cut(groups[0], language(code).conjunctions, first_words)
        if head:
            groups[:1] = [groups[0][:head], groups[0][head:]]
    clauses = [_clause(group) for group in groups]
    return tuple(clause for clause in clauses if any(char.isalnum() for char in clause.spoken))


def pause_ms(spoken_text: str) -> int:
    """Silence between a clause and the next one, by how it ends."""
    if _SENTENCE_END.search(spoken_text):
        return 220
    return 110 if _PUNCTUATION_END.search(spoken_text) else 40


def _atoms(parts: Sequence[SpokenPart], today: date, code: str) -> list[_Atom]:
    atoms: list[_Atom] = []
    space = False
    for index, (kind, value) in enumerate(parts):
        if kind == "text":
            said = value
            if index + 1 < len(parts):
                following_kind, following = parts[index + 1]
                said, _ = spoken(following_kind, following, before=value, today=today, code=code)
            dropped = len(value.split()) - len(said.split())
            words = value.split()
            silent = {len(words) - 1} if dropped == 1 else set()
            for number, word in enumerate(words):
                begins = bool(re.match(r"\s", value)) if number == 0 else True
                said_word = "" if number in silent else numbered(word, code) if number == len(words) - 1 else word
                _append(atoms, _Atom(said_word, word, True, space or begins, True))
                space = False
            space = space or bool(re.search(r"\s$", value))
        elif value.strip():
            _, said = spoken(kind, value, today=today, code=code)
            _append(atoms, _Atom(said, shown(kind, value, today=today, code=code), False, space, False))
            space = False
    return atoms


def _append(atoms: list[_Atom], atom: _Atom) -> None:
    """Glue what follows without a blank ("." after a value, "#" before one) to its neighbour."""
    if atoms and not atom.space:
        last = atoms.pop()
        atom = _Atom(
            last.spoken + atom.spoken,
            last.display + atom.display,
            last.fixed and atom.fixed,
            last.space,
            atom.closes,
        )
    atoms.append(atom)


def _first_cut(atoms: Sequence[_Atom], conjunctions: frozenset[str], first_words: int) -> int:
    """How many atoms the first clause takes; 0 leaves the sentence whole."""
    ready = _fixed_head(atoms)
    if ready or sum(atom.words for atom in atoms) <= first_words:
        return ready
    best: tuple[int, int] = (_Cut.NONE, 0)
    said = 0
    total = sum(atom.words for atom in atoms)
    for index, atom in enumerate(atoms[:-1], start=1):
        said += atom.words
        if said > first_words and best[0] > _Cut.NONE:
            break
        if said < _MIN_WORDS or total - said < _MIN_REST_WORDS:
            continue
        best = max(best, (_quality(atom, atoms[index], said, conjunctions), index))
        if said > first_words:
            break
    return best[1] if best[0] > _Cut.NONE else 0


def _fixed_head(atoms: Sequence[_Atom]) -> int:
    """Atoms of the fixed wording up to its last punctuation before the first value ("Found it:"): it lies ready in the
    cache, and while it plays the rest is synthesised. 0 when there is no such head, or no value."""
    head = 0
    for index, atom in enumerate(atoms, start=1):
        if not atom.fixed:
            return head
        if _PUNCTUATION_END.search(atom.spoken):
            head = index
    return 0


def _quality(atom: _Atom, following: _Atom, said: int, conjunctions: frozenset[str]) -> _Cut:
    if _PUNCTUATION_END.search(atom.spoken):
        return _Cut.PUNCTUATION
    if following.spoken.lower() in conjunctions and said > _MIN_WORDS:
        return _Cut.CONJUNCTION
    if atom.fixed != following.fixed and said > _MIN_WORDS:
        return _Cut.BORDER
    return _Cut.NONE


def _clause(atoms: Sequence[_Atom]) -> Clause:
    said = " ".join(atom.spoken for atom in atoms if atom.spoken)
    if not (_SENTENCE_END.search(said) or _PUNCTUATION_END.search(said)):
        said += ","
    display = " ".join(atom.display for atom in atoms)
    return Clause(spoken=said, display=display, fixed=all(atom.fixed for atom in atoms))
