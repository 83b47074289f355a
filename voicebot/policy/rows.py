"""Reads the rows of a table: of a policy, or of the statutes that it includes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from voicebot.policy.cells import EXPR, Cell, apart, covers, parse_cells
from voicebot.policy.documents import Path
from voicebot.policy.outcomes import Outcomes
from voicebot.policy.source import Source, near
from voicebot.policy.table import LANGUAGE, LAYERS, SAFETY, STATUTE, Rule
from voicebot.policy.vocab import Fact

_KEYS = frozenset({"id", "layer", "say", "statute", "when", "then"})
_WORDING_KEY = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)+\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What rows may speak of."""

    vocab: Mapping[str, Fact]
    outcomes: Outcomes
    wordings: Mapping[str, Mapping[str, str]]


def read_rows(source: Source, raw: Any, terms: Terms, *, layer: str = "") -> Iterator[Rule]:
    """The rows of `rules`; every mistake is noted in `source`. `layer`, when given, is that of all of them."""
    if not isinstance(raw, list) or not raw:
        source.note(("rules",), "P003", "there are no rules", "add at least one row with an empty when")
        return
    seen: set[str] = set()
    for number, row in enumerate(raw):
        path: Path = ("rules", number)
        if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not row["id"]:
            source.note(path, "P003", "the row has no id", "add id: NAME")
            continue
        source.known(path, row, _KEYS - {"layer"} if layer else _KEYS)
        if row["id"] in seen:
            source.note(path, "P004", f"row {row['id']!r} stands here twice", "give it another id")
        seen.add(row["id"])
        when, then = row.get("when"), row.get("then")
        if not isinstance(when, dict) or not isinstance(then, dict) or not then:
            source.note(path, "P003", "the row needs when: {…} and then: {…}", "write when: {} for always")
            continue
        own = row.get("layer", layer)
        if own and own not in LAYERS:
            source.note((*path, "layer"), "P003", f"{own!r} is not a layer", near(own, LAYERS, "one of "))
        _outcome(source, (*path, "then"), then, terms.outcomes)
        say, words = _wording(source, path, row, terms)
        yield Rule(
            id=row["id"], cells=tuple(_cells(source, (*path, "when"), when, terms.vocab)), outcome=then,
            layer=str(own), say=say, words=words, statute=source.text(path, row, "statute"),
            file=source.file, line=source.document.line(path),
        )  # fmt: skip


def _cells(source: Source, path: Path, when: Mapping[str, Any], vocab: Mapping[str, Fact]) -> Iterator[Cell]:
    cells: list[Cell] = []
    for fact, raw in when.items():
        if fact != EXPR and fact not in vocab:
            source.note((*path, fact), "P005", f"{fact!r} is not in the vocab", near(fact, vocab, "the vocab has "))
            continue
        try:
            cells += parse_cells(fact, raw, vocab)
        except ValueError as error:
            fix = 'a value, a list, or a comparison such as "<= 30"'
            source.note((*path, fact), "P006", f"{fact}: {error}", fix)
    yield from cells


def _outcome(source: Source, path: Path, then: Mapping[str, Any], outcomes: Outcomes) -> None:
    if not outcomes.keys:
        return
    for name, value in then.items():
        own = outcomes.keys.get(name)
        if own is None:
            fix = near(name, outcomes.keys, "the outcomes are ")
            source.note((*path, name), "P005", f"{name!r} is not among the outcomes", fix)
        elif mistake := own.mistake(value):
            allowed = f"use one of {', '.join(map(str, own.values))}" if own.values else "correct the value"
            source.note((*path, name), "P005" if own.values else "P006", f"{name}: {mistake}", allowed)


def _wording(source: Source, path: Path, row: Mapping[str, Any], terms: Terms) -> tuple[str, Mapping[str, str]]:
    """Key and texts by language of what a row says."""
    raw = row.get("say")
    if raw is None:
        return row["id"], {}
    if isinstance(raw, str) and raw in terms.wordings:
        return raw, terms.wordings[raw]
    if isinstance(raw, str) and _WORDING_KEY.match(raw):
        fix = near(raw, terms.wordings, "add it to wordings; there are ")
        source.note((*path, "say"), "P005", f"there is no wording {raw!r}", fix)
        return raw, {}
    return row["id"], read_wording(source, (*path, "say"), raw)


def read_wording(source: Source, path: Path, raw: Any) -> Mapping[str, str]:
    """A text, which is English, or texts by language."""
    by_language = raw if isinstance(raw, dict) else {LANGUAGE: raw}
    if not by_language or not all(isinstance(text, str) and text.strip() for text in by_language.values()):
        source.note(path, "P003", "the wording is not a text", "a text, or texts by language: {en: …, de: …}")
        return {}
    if LANGUAGE not in by_language:
        source.note(path, "P003", f"the wording has no {LANGUAGE}", f"add {LANGUAGE}: …")
    return {language: text.strip() for language, text in by_language.items()}


def check_order(source: Source, law: tuple[Rule, ...], own: tuple[Rule, ...], outcomes: Outcomes) -> None:
    """Layers stand in their order, no row stands after a wider one, the last row catches everything, and a row of the
    layer `safety` sends to a person instead of denying. `law` are the rows that are included, and come first."""
    if law or any(rule.layer for rule in own):
        _layers(source, own)
    check_reach(source, own, law)
    if not outcomes.compared and any(rule.layer == STATUTE for rule in (*law, *own)):
        what, fix = "nothing says which outcome is better than the law's", "add outcomes: {KEY: {best_first: [...]}}"
        source.note(("outcomes",), "P015", what, fix)
    for number, rule in enumerate(own):
        if rule.layer == SAFETY and (worst := outcomes.worst(rule.outcome)):
            what = f"safety row {rule.id!r} denies: {worst} is {rule.outcome[worst]}"
            source.note(("rules", number), "P015", what, "let a person look at it instead")
    if own and (own[-1].cells or own[-1].layer == STATUTE):
        what, fix = "the last row has conditions", "end with a row of the shop's own with when: {}"
        source.note(("rules", len(own) - 1), "P008", what, fix)


def check_reach(source: Source, own: tuple[Rule, ...], law: tuple[Rule, ...] = ()) -> None:
    """Every row can hold, and none stands after a wider one. A row of the law does not end the search, so it only
    stands in the way of other rows of the law."""
    for number, rule in enumerate(own):
        before = [r for r in (*law, *own[:number]) if (r.layer == STATUTE) == (rule.layer == STATUTE)]
        wider = next((w for w in before if all(any(covers(c, n) for n in rule.cells) for c in w.cells)), None)
        if wider is not None:
            contradicts = "" if wider.outcome == rule.outcome else ", and gives something else"
            what = f"row {rule.id!r} is never reached: {wider.id!r} is wider{contradicts}"
            source.note(("rules", number), "P007", what, f"move it before {wider.id!r}, or remove it")
        if any(apart(cell, other) for n, cell in enumerate(rule.cells) for other in rule.cells[:n]):
            source.note(
                ("rules", number), "P012", f"row {rule.id!r} can never hold", "two of its cells exclude each other"
            )
    taken = {rule.id for rule in law}
    for number, rule in enumerate(own):
        if rule.id in taken:
            source.note(("rules", number), "P004", f"row {rule.id!r} is also one of the law", "give it another id")


def _layers(source: Source, own: tuple[Rule, ...]) -> None:
    highest = 0
    for number, rule in enumerate(own):
        path: Path = ("rules", number)
        if rule.layer not in LAYERS:
            source.note(path, "P015", f"row {rule.id!r} has no layer", f"add layer: {' | '.join(LAYERS)}")
            continue
        place = LAYERS.index(rule.layer)
        if place < highest:
            what = f"row {rule.id!r} of layer {rule.layer} stands after one of layer {LAYERS[highest]}"
            source.note(path, "P015", what, f"the order is {', '.join(LAYERS)}")
        highest = max(highest, place)
        if rule.statute and rule.layer != STATUTE:
            what = f"row {rule.id!r} rests on a law, but is of layer {rule.layer}"
            source.note(path, "P015", what, "make it layer: statute and move it to the top, or leave statute out")
        if rule.layer == STATUTE and not rule.statute:
            source.note(path, "P015", f"row {rule.id!r} names no law", 'add statute: "…"')
