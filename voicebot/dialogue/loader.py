"""Reads flow files. The only part of the dialogue, beside the models' caches, that touches the disk."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from voicebot.dialogue import schema
from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.lint import Source, lint
from voicebot.dialogue.problems import FlowError
from voicebot.policy import documents
from voicebot.policy.problems import Problem

#: Rules that only make sense when every file could be read.
_NEEDS_ALL = frozenset({"F006", "F009", "F015"})
#: Lies beside the flows, and is the voice's.
LEXICON = "lexicon.yaml"
_HEADS = ("flow", "pattern", "shop")


def load_flows(path: Path, *, policies: Collection[str] | None = None) -> FlowSet:
    """All flows of a folder (its subfolders too), checked.

    Args:
        path: folder of `*.yaml`.
        policies: names that `decide` may use; None does not check them.

    Raises:
        FlowError: with every mistake of every file at once.
    """
    files = sorted(file for file in path.rglob("*.yaml") if file.name != LEXICON) if path.is_dir() else []
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for file in files:
        name = str(file.relative_to(path))
        try:
            texts[name] = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(Problem(name, 1, "F001", f"cannot be read: {error}", "save the file as UTF-8 text"))
    if not files:
        raise FlowError([Problem(str(path), 1, "F019", "there are no *.yaml files", "give the folder with the flows")])
    return parse_flows(texts, policies=policies, problems=problems)


def parse_flows(
    texts: Mapping[str, str], *, policies: Collection[str] | None = None, problems: list[Problem] | None = None
) -> FlowSet:
    """Flows from texts by file name; see `load_flows`."""
    problems = list(problems or ())
    sources: dict[str, Source] = {}
    shop: dict[str, Any] = {}
    for file, text in texts.items():
        try:
            found = documents.read(text)
        except documents.DocumentError as error:
            code = "F004" if error.twice else "F001"
            problems.append(Problem(file, error.line, code, error.what, error.fix))
            continue
        for document in found:
            _read_document(file, document, sources, shop, problems)
    across = lint(sources, shop, taxonomy(), policies)
    # What a broken file would have held is not missing.
    problems += [problem for problem in across if problem.code not in _NEEDS_ALL] if problems else across
    if problems:
        raise FlowError(problems)
    digest = hashlib.sha256("\0".join(f"{file}\0{text}" for file, text in sorted(texts.items())).encode()).hexdigest()
    return FlowSet(flows={name: source.flow for name, source in sources.items()}, shop=shop, version=digest[:16])


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
