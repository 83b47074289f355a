"""Reads flow files. The only part of the dialogue, beside the models' caches, that touches the disk."""

from __future__ import annotations

import difflib
import hashlib
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from voicebot.dialogue import schema
from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.lint import SHOP, All, Policies, Source, lint
from voicebot.dialogue.problems import WARNINGS, FlowError
from voicebot.policy import documents
from voicebot.policy.problems import Problem

#: Rules that only make sense when every file could be read.
_NEEDS_ALL = frozenset({
    "F006", "F009", "F015", "F024", "F026", "F027", "F028", "F029", "F030", "F031", "F032", "F037", "F042", "F043",
})  # fmt: skip
#: Lies beside the flows, and is the voice's.
LEXICON = "lexicon.yaml"
#: Folder beside the flows with their tests.
TESTS = "tests"
#: No file of a person's hand is larger.
MAX_BYTES = 1_000_000
#: Longest text of one value: the compiler of conditions does not bear any length.
MAX_TEXT = 4000
#: Longest message.
_LONGEST = 200
_HEADS = ("flow", "pattern", "shop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was read, and what is wrong with it. `flows` is None when there is a mistake."""

    flows: FlowSet | None
    mistakes: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    all: All
    """What the rules saw: the flows that could be read."""


def flow_files(path: Path) -> list[Path]:
    """The files of a folder that hold flows, its subfolders too; the tests of flows are not among them."""
    found = sorted(path.rglob("*.yaml")) if path.is_dir() else []
    return [file for file in found if file.name != LEXICON and TESTS not in file.relative_to(path).parts[:-1]]


def load_flows(path: Path, *, policies: Policies | None = None) -> FlowSet:
    """All flows of a folder (its subfolders too), checked.

    Args:
        path: folder of `*.yaml`.
        policies: that `decide` may use; their names alone when facts and outcomes are not to be checked; None checks
            nothing.

    Raises:
        FlowError: with every mistake of every file at once; warnings do not count.
    """
    return _good(check_folder(path, policies=policies))


def parse_flows(texts: Mapping[str, str], *, policies: Policies | None = None) -> FlowSet:
    """Flows from texts by file name; see `load_flows`."""
    return _good(check_flows(texts, policies=policies))


def check_folder(path: Path, *, policies: Policies | None = None) -> Checked:
    """All flows of a folder, and all that is wrong with them. Nothing that a file may hold raises."""
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    files = flow_files(path)
    for file in files:
        name = file.relative_to(path).as_posix()
        try:
            size = file.stat().st_size
            if size > MAX_BYTES:
                what = f"the file has {size} bytes, more than {MAX_BYTES}"
                problems.append(Problem(name, 1, "F001", what, "split it"))
                continue
            texts[name] = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(Problem(name, 1, "F001", f"cannot be read: {error}", "save the file as UTF-8 text"))
    if not files:
        problems.append(Problem(str(path), 1, "F019", "there are no *.yaml files", "give the folder with the flows"))
    return check_flows(texts, policies=policies, problems=problems)


def check_flows(
    texts: Mapping[str, str], *, policies: Policies | None = None, problems: Collection[Problem] = ()
) -> Checked:
    """Flows from texts by file name, and all that is wrong with them.

    Args:
        problems: what is known to be wrong already.
    """
    problems = list(problems)
    sources: dict[str, Source] = {}
    shop: dict[str, Any] = {}
    for file, text in texts.items():
        if (bad := _invisible(file, text)) is not None:
            problems.append(bad)
            continue
        try:
            found = documents.read(text)
        except documents.DocumentError as error:
            problems.append(_unreadable(file, error))
            continue
        for document in found:
            long = [_too_long(file, document, place) for place in _long_texts(document.data, ())]
            problems += long
            if not long:
                _read_document(file, document, sources, shop, problems)
    intents = phrases()["intents"]
    across = lint(sources, shop, intents, policies) if sources or not problems else []
    # What a broken file would have held is not missing.
    problems += [problem for problem in across if problem.code not in _NEEDS_ALL] if problems else across
    found_ = sorted(set(problems))
    mistakes = tuple(problem for problem in found_ if problem.code not in WARNINGS)
    flows = None
    if not mistakes:
        parts = "\0".join(f"{file}\0{text}" for file, text in sorted(texts.items()))
        digest = hashlib.sha256(parts.encode()).hexdigest()
        flows = FlowSet(flows={name: source.flow for name, source in sources.items()}, shop=shop, version=digest[:16])
    warnings = tuple(problem for problem in found_ if problem.code in WARNINGS)
    return Checked(flows=flows, mistakes=mistakes, warnings=warnings, all=All(sources, shop, intents, policies))


def _good(checked: Checked) -> FlowSet:
    if checked.flows is None:
        raise FlowError(checked.mistakes)
    return checked.flows


def _unreadable(file: str, error: documents.DocumentError) -> Problem:
    fix = "indent with spaces, not with tabs" if "'\\t'" in error.what else error.fix
    what = error.what if len(error.what) <= _LONGEST else f"{error.what[:_LONGEST]} …"
    return Problem(file, error.line, "F004" if error.twice else "F001", what, fix)


def _invisible(file: str, text: str) -> Problem | None:
    """Characters that nobody sees make a text mean something else than what it looks like (direction marks, joiners,
    separators); soft hyphens and joined emoji are left alone."""
    for number, line in enumerate(text.split("\n"), 1):
        for character in line:
            if character > "~" and unicodedata.category(character) in ("Cf", "Zl", "Zp", "Co", "Cn"):
                if character in "\u00ad\u200d":
                    continue
                what = f"there is an invisible character, U+{ord(character):04X}"
                return Problem(file, number, "F001", what, "delete it: write the line anew")
    return None


def _long_texts(data: Any, place: documents.Path) -> Iterator[documents.Path]:
    if isinstance(data, str):
        if len(data) > MAX_TEXT:
            yield place
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _long_texts(value, (*place, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _long_texts(value, (*place, number))


def _too_long(file: str, document: documents.Document, place: documents.Path) -> Problem:
    return Problem(file, document.line(place), "F003", f"a text of more than {MAX_TEXT} characters", "shorten it")


@cache
def phrases() -> Mapping[str, Any]:
    """The shipped examples: `intents`, `acts` and `out_of_scope`."""
    text = resources.files("voicebot.dialogue").joinpath("intents.yaml").read_text(encoding="utf-8")
    data: Mapping[str, Any] = documents.read(text)[0].data
    return data


@cache
def taxonomy() -> frozenset[str]:
    """Names of all intents."""
    return frozenset(phrases()["intents"])


def _read_document(
    file: str,
    document: documents.Document,
    sources: dict[str, Source],
    shop: dict[str, Any],
    problems: list[Problem],
) -> None:
    data = document.data
    heads = [head for head in _HEADS if isinstance(data, dict) and head in data]
    if len(heads) != 1:
        fix = "begin it with one of flow: NAME, pattern: NAME or shop: {…}"
        problems.append(Problem(file, document.line(()), "F003", "the document is neither flow, pattern nor shop", fix))
        return
    head = heads[0]
    if head == "shop":
        if shop or not isinstance(data["shop"], dict) or len(data) > 1:
            fix = "keep one document with shop: {…} and nothing else in it"
            problems.append(
                Problem(file, document.line(("shop",)), "F004", "shop facts stand here twice or wrong", fix)
            )
        else:
            shop.update(data["shop"])
            problems += [problem for rule in SHOP for problem in rule(file, document, shop)]
        return
    prefix = "patterns/" if head == "pattern" else ""
    raw = {**data, "name": f"{prefix}{data[head]}"}
    raw.pop(head)
    raw["steps"] = _with_ids(raw.get("steps"))
    found = _problems(file, document, raw)
    if found:
        problems += found
        return
    flow = schema.Flow.model_validate(raw)
    if flow.name in sources:
        other = sources[flow.name].file
        problems.append(
            Problem(file, document.line((head,)), "F004", f"{flow.name} is also in {other}", "rename one of them")
        )
        return
    sources[flow.name] = Source(file, document, flow)


def _with_ids(steps: Any) -> Any:
    """Steps without an id get one from their action and position."""
    if not isinstance(steps, list):
        return steps
    named: list[Any] = []
    for number, step in enumerate(steps, 1):
        if isinstance(step, dict) and "id" not in step:
            action = next((key for key in schema.STEPS if key in step), "step")
            step = {**step, "id": f"{action}_{number}"}
        named.append(step)
    return named


def _problems(file: str, document: documents.Document, raw: dict[str, Any]) -> list[Problem]:
    """Mistakes of form. Steps are checked one by one, so that each mistake has its own line and the right keys."""
    found: list[Problem] = []
    steps = raw.get("steps")
    for number, step in enumerate(steps if isinstance(steps, list) else ()):
        place: documents.Path = ("steps", number)
        try:
            model = schema.step_type(step)
        except ValueError as error:
            unknown = (
                next((key for key in step if key not in schema.Step.model_fields and key != "if"), "")
                if isinstance(step, dict)
                else ""
            )
            near = _nearest(unknown, schema.STEPS)
            fix = f"did you mean {near}?" if near else "give the step one action"
            found.append(Problem(file, document.line(place), "F003", str(error), fix))
            continue
        found += _form(file, document, model, step, place)
    rest = {**raw, "steps": [schema.Say(id="x", say="x")] if isinstance(steps, list) and steps else steps}  # type: ignore[arg-type]
    return found + _form(file, document, schema.Flow, rest, ())


def _form(
    file: str, document: documents.Document, model: type[BaseModel], raw: Any, place: documents.Path
) -> list[Problem]:
    try:
        model.model_validate(raw)
    except ValidationError as error:
        return [_problem(file, document, model, item, place) for item in error.errors(include_url=False)]
    return []


def _problem(
    file: str, document: documents.Document, model: type[BaseModel], error: Any, place: documents.Path
) -> Problem:
    loc: documents.Path = tuple(error["loc"])
    line = document.line(place + loc)
    where = ".".join(str(part) for part in loc)
    message = str(error["msg"]).removeprefix("Value error, ")
    match error["type"]:
        case "extra_forbidden":
            known = _keys(model, loc[:-1])
            near = _nearest(str(loc[-1]), known)
            fix = f"did you mean {near}?" if near else f"known keys: {', '.join(sorted(known))}"
            return Problem(file, line, "F002", f"unknown key {loc[-1]!r}", fix)
        case "missing":
            return Problem(file, line, "F003", f"{where} is missing", f"add {loc[-1]}:")
        case "value_error" if "wording" in message or "{{" in message or "kind" in message or "money" in message:
            return Problem(
                file, line, "F010", f"{where}: {message}", "text with values like {{ order.number | order_number }}"
            )
        case "value_error":
            return Problem(file, line, "F008", f"{where}: {message}", "write a CEL expression, e.g. order.open == true")
    return Problem(file, line, "F003", f"{where}: {message}", "correct the value")


def _keys(model: type[BaseModel], loc: documents.Path) -> list[str]:
    """Keys that are allowed where `loc` points to."""
    for part in loc:
        if isinstance(part, int):
            continue
        info = next((f for name, f in model.model_fields.items() if part in (name, f.alias)), None)
        inner = _inner(info.annotation) if info is not None else None
        if inner is None:
            continue
        model = inner
    return [field.alias or name for name, field in model.model_fields.items()]


def _inner(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        if (inner := _inner(argument)) is not None:
            return inner
    return None


def _nearest(name: str, known: Collection[str]) -> str | None:
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.6)), None)
