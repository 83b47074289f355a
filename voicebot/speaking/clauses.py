"""Cut a wording into clauses, so that the first one can be spoken while the others are still synthesised.

Pure. Sentences are always cut. The first sentence is also cut when it is long, at the most natural place there is:
punctuation, then a conjunction, then the border between fixed wording and a value; later ones only when they are out of
all measure. Values are never cut. A clause that
ends without punctuation is given a comma for the voice alone: without one, a voice lets its pitch fall as at the end
of a sentence.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from voicebot.speaking.languages import language
from voicebot.speaking.lexicon import EMPTY, Lexicon
from voicebot.speaking.verbaliser import SpokenPart, absorbs, shown, spoken
from voicebot.speaking.written import clean, segments, touching

_SENTENCE_END = re.compile(r"[.!?…]+[\"')\]]*$")
_PUNCTUATION_END = re.compile(r"[,;:–—]+[\"')\]]*$")
_MIN_WORDS = 2
_MIN_REST_WORDS = 3
_BREATH_WORDS = 30


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
        return sum(any(char.isalnum() for char in word) for word in self.spoken.split())


def split(
    parts: Sequence[SpokenPart],
    *,
    today: date,
    code: str = "en",
    first_words: int = 8,
    lexicon: Lexicon = EMPTY,
) -> tuple[Clause, ...]:
    """Clauses of a wording, in order; none for a wording without anything to say.

    Args:
        parts: `(kind, value)`.
        today: the shop's local date.
        code: BCP 47 language.
        first_words: a first sentence with more spoken words than this is cut, if it can be.
        lexicon: how names are said.
    """
    atoms = _atoms(parts, today, code, lexicon)
    sentences: list[list[_Atom]] = [[]]
    for atom in atoms:
        sentences[-1].append(atom)
        if atom.closes and _SENTENCE_END.search(atom.spoken):
            sentences.append([])
    groups = [sentence for sentence in sentences if sentence]
    conjunctions = language(code).conjunctions
    if groups:
        head = _first_cut(groups[0], conjunctions, first_words)
        if head:
            groups[:1] = [groups[0][:head], groups[0][head:]]
    clauses = [_clause(piece) for group in groups for piece in _breaths(group, conjunctions)]
    return tuple(clause for clause in clauses if any(char.isalnum() for char in clause.spoken))


def pause_ms(spoken_text: str) -> int:
    """Silence between a clause and the next one, by how it ends."""
    if _SENTENCE_END.search(spoken_text):
        return 220
    return 110 if _PUNCTUATION_END.search(spoken_text) else 40


def _atoms(parts: Sequence[SpokenPart], today: date, code: str, lexicon: Lexicon) -> list[_Atom]:
    atoms: list[_Atom] = []
    space = False
    for index, (kind, value) in enumerate(parts):
        following = parts[index + 1] if index + 1 < len(parts) else None
        if kind == "text":
            for atom in _fixed_atoms(value, following, space, today, code, lexicon):
                _append(atoms, atom)
            space = (space and not value.strip()) or value[-1:].isspace()
        elif value.strip():
            said = spoken(kind, value, today=today, code=code, lexicon=lexicon)
            _append(atoms, _Atom(said, shown(kind, value, today=today, code=code), False, space, False))
            space = False
    return atoms


def _fixed_atoms(
    text: str, following: SpokenPart | None, space: bool, today: date, code: str, lexicon: Lexicon
) -> Iterator[_Atom]:
    """Words of fixed wording. The value after it may silence the last one ("on" + "tomorrow") or name its number."""
    table = language(code)
    words = segments(text, table, today, lexicon)
    for number, word in enumerate(words):
        said = word.said
        if following is not None and number == len(words) - 1:
            if word.written.endswith("#"):
                said = f"{clean(word.written, table)} {table.number_sign}".strip()
            elif text[-1].isspace() and absorbs(*following, word.written, today=today, code=code):
                said = ""
        yield _Atom(said, word.written, True, word.space or (space and number == 0), True)


def _append(atoms: list[_Atom], atom: _Atom) -> None:
    """Glue what follows without a blank ("." after a value, "#" before one) to its neighbour."""
    if atoms and not atom.space:
        last = atoms.pop()
        atom = _Atom(
            last.spoken + (" " if touching(last.spoken, atom.spoken) else "") + atom.spoken,
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
    return _cut(atoms, conjunctions, first_words)


def _breaths(atoms: Sequence[_Atom], conjunctions: frozenset[str]) -> Iterator[Sequence[_Atom]]:
    """A sentence that is too long for one breath, and for a voice's memory, in several; elsewhere where need be."""
    while sum(atom.words for atom in atoms) > _BREATH_WORDS:
        cut = _cut(atoms, conjunctions, _BREATH_WORDS * 2 // 3) or min(_BREATH_WORDS, len(atoms) - 1)
        if not cut:
            break
        yield atoms[:cut]
        atoms = atoms[cut:]
    yield atoms


def _cut(atoms: Sequence[_Atom], conjunctions: frozenset[str], most_words: int) -> int:
    """The most natural place within about so many words, as late as can be; 0 when there is none."""
    best: tuple[int, int] = (_Cut.NONE, 0)
    said = 0
    total = sum(atom.words for atom in atoms)
    for index, atom in enumerate(atoms[:-1], start=1):
        said += atom.words
        if said > most_words and best[0] > _Cut.NONE:
            break
        if said < _MIN_WORDS or total - said < _MIN_REST_WORDS:
            continue
        best = max(best, (_quality(atom, atoms[index], said, conjunctions), index))
        if said > most_words:
            break
    return best[1] if best[0] > _Cut.NONE else 0


def _fixed_head(atoms: Sequence[_Atom]) -> int:
    """Atoms of the fixed wording up to its last punctuation before the first value ("I found it:"): it lies ready in
    the cache, and while it plays the rest is synthesised. 0 when there is no such head, or no value."""
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
