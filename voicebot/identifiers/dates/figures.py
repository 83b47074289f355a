"""Dates in figures: "03/04/2026", "twelve ten sixty nine", "oh six oh seven six six". Pure.

Figures are cut into day, month and year in every way that makes a date; where the caller, or the recogniser, put a
boundary (a mark, a pause between two numbers) the cut counts more.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from voicebot.identifiers.cardinals import below_hundred, glued
from voicebot.identifiers.dates.calendar import Calendar, day_of
from voicebot.identifiers.dates.said import Read, Reading, Said, day
from voicebot.identifiers.dates.years import windowed
from voicebot.identifiers.vocabulary import HOMOPHONES, UNITS, ZERO_LIKE

_MARKS = frozenset({"/", "-", ".", ":"})
_SAID_MARKS = frozenset({"slash", "dash", "of", "the", "stroke", "dot"})
_MOST_FIGURES = 8
#: Scores: written with marks and not ambiguous; the year in four figures; numbers in a row; figures in a row.
_MARKED, _FULL_YEAR, _NUMBERS, _FIGURES = 1.0, 0.85, 0.6, 0.4
_MARKED_AMBIGUOUS, _OTHER = 0.9, 0.35
#: Words that recognisers write for "two" and "four" between numbers.
_HEARD_AS = frozenset({"to", "too", "for"})
_YEAR = re.compile(r"(?:18|19|20)\d\d")


@dataclass(frozen=True, slots=True)
class _Atom:
    """Figures that were said in one word: they may be divided only when `loose`."""

    figures: str
    loose: bool
    marked: bool
    """A mark stands before them."""


@dataclass(frozen=True, slots=True)
class _Cut:
    day: date
    natural: bool
    full_year: bool
    swapped: bool
    """In the order of other countries."""


def in_figures(said: Said, index: int, *, month_first: bool) -> Read | None:
    """Dates that the figures at `index` may be, best first."""
    if index > 0 and _number(said, index - 1)[0]:
        return None  # in the middle of a longer number
    atoms, after = _atoms(said, index)
    if not atoms:
        return None
    marks = sum(atom.marked for atom in atoms)
    if (iso := _iso(atoms)) is not None:
        return day(iso, 1.0), after
    if len(atoms) == 2 and marks == 1 and sum(len(atom.figures) for atom in atoms) <= 4:
        return day(_without_year(said, index, atoms, month_first=month_first), 0.6), after
    cuts = sorted(set(_cuts(atoms, said.calendar, month_first=month_first)), key=_order)[:4]
    several = any(cut.natural and cut.day != cuts[0].day for cut in cuts)
    scores: dict[date, float] = {}
    for cut in cuts:
        scores.setdefault(cut.day, _score(cut, marks, several=several) if not scores else _OTHER)
    return tuple(Reading((found, found), score) for found, score in scores.items()), after


def _score(cut: _Cut, marks: int, *, several: bool) -> float:
    if not cut.natural:
        return _FIGURES
    if marks >= 2:
        return _MARKED_AMBIGUOUS if several else _MARKED
    return _FULL_YEAR if cut.full_year else _NUMBERS


def _order(cut: _Cut) -> tuple[bool, bool, bool, date]:
    return not cut.natural, cut.swapped, not cut.full_year, cut.day


def _atoms(said: Said, index: int) -> tuple[list[_Atom], int]:
    atoms: list[_Atom] = []
    at, after, marked = index, index, False
    while at < len(said.tokens):
        word = said.low(at)
        figures, following = _number(said, at)
        if not figures and atoms and word in _HEARD_AS and _number(said, at + 1)[0]:
            figures, following = HOMOPHONES[word], at + 1
        if figures:
            loose = word.isdigit() and len(figures) > 2 and not (atoms and _YEAR.fullmatch(figures))
            atoms.append(_Atom(figures, loose, marked))
            at = after = following
            marked = False
        elif atoms and word in _MARKS | _SAID_MARKS and not marked:
            # A full stop with a space behind it ends a sentence.
            if word == "." and not glued(said.tokens, at + 1):
                break
            at, marked = at + 1, word not in ("the", "of")
        elif atoms and word in ("uh", "um", ",") and not marked:
            at += 1
        else:
            break
    size = sum(len(atom.figures) for atom in atoms)
    lone_year = len(atoms) == 1 and _YEAR.fullmatch(atoms[0].figures) is not None
    return (atoms if 2 <= size <= _MOST_FIGURES and not lone_year else []), after


def _number(said: Said, index: int) -> tuple[str, int]:
    """Figures of the number at `index`, and the index after them."""
    word = said.low(index)
    if word.isdigit() and word.isascii():
        tail = 2 if said.low(index + 1) in ("st", "nd", "rd", "th") and glued(said.tokens, index + 1) else 1
        return word, index + tail
    if word in ZERO_LIKE | {"zero"}:
        unit = UNITS.get(said.low(index + 1))
        return (f"0{unit}", index + 2) if unit else ("0", index + 1)
    number = below_hundred(said.tokens, index)
    return (str(number[0]), number[1]) if number else ("", index)


def _iso(atoms: list[_Atom]) -> date | None:
    if len(atoms) != 3 or len(atoms[0].figures) != 4:
        return None
    year, month, number = (int(atom.figures) for atom in atoms)
    return day_of(year, month, number)


def _without_year(said: Said, index: int, atoms: list[_Atom], *, month_first: bool) -> date | None:
    """ "3/4", written with a slash and nothing else."""
    if said.low(index + 1) != "/" or any(len(atom.figures) > 2 for atom in atoms) or said.calendar is None:
        return None
    first, second = (int(atom.figures) for atom in atoms)
    month, number = (first, second) if month_first else (second, first)
    return said.calendar.month_day(month, number) or said.calendar.month_day(number, month)


def _cuts(atoms: list[_Atom], calendar: Calendar | None, *, month_first: bool) -> Iterator[_Cut]:
    for fields, natural in _fields(atoms):
        first, second, year = (int(field) for field in fields)
        full = len(fields[2]) == 4
        if full and not 1850 <= year <= 2149:
            continue
        whole = year if full else windowed(year, calendar)
        for swapped in (False, True):
            month, number = (first, second) if month_first != swapped else (second, first)
            if (found := day_of(whole, month, number)) is not None:
                yield _Cut(found, natural, full, swapped)


def _fields(atoms: list[_Atom]) -> Iterator[tuple[tuple[str, str, str], bool]]:
    """Three strings of figures, and whether each of them was said as a number of its own."""
    figures = "".join(atom.figures for atom in atoms)
    marks = {place for place, atom in zip(_places(atoms), atoms, strict=True) if atom.marked}
    solid = _solid(atoms)
    # Where single figures stand in a row, their ends say nothing about the fields.
    spelled = sum(len(atom.figures) == 1 for atom in atoms) >= 4
    for one in (1, 2):
        for two in (one + 1, one + 2):
            year = len(figures) - two
            if year not in (2, 4) or {one, two} & solid or marks - {one, two, two + (2 if year == 4 else 0)}:
                continue
            natural = not spelled and _whole_fields(atoms, one, two)
            yield (figures[:one], figures[one:two], figures[two:]), natural


def _places(atoms: list[_Atom]) -> list[int]:
    """Where each number begins among the figures."""
    return [0, *accumulate(len(atom.figures) for atom in atoms[:-1])]


def _solid(atoms: list[_Atom]) -> set[int]:
    """Places inside numbers that are not divided."""
    return {
        place + inside
        for place, atom in zip(_places(atoms), atoms, strict=True)
        if not atom.loose
        for inside in range(1, len(atom.figures))
    }


def _whole_fields(atoms: list[_Atom], one: int, two: int) -> bool:
    """Day and month are one number each, and the year at most two."""
    fields = Counter(0 if place < one else 1 if place < two else 2 for place in _places(atoms))
    return fields[0] == 1 and fields[1] == 1 and fields[2] <= 2
