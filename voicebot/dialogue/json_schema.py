"""JSON Schema (draft 2020-12) of a flow document, made from the models of the flow language.

For editors, which check and complete while one writes, and for the reference; the loader itself uses the models.
"""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
import types
import typing
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from voicebot.dialogue import kinds, schema
from voicebot.dialogue.lint import COMMANDS
from voicebot.dialogue.loader import taxonomy
from voicebot.dialogue.render import KINDS, Template
from voicebot.policy.expressions import Expression

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}
_BOUNDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}

#: Values that are written as text and mean more.
_WRITTEN: Mapping[str, Schema] = {
    "condition": {
        "description": "A CEL expression over slots, variables and `call`, `shop`, `dialogue`.",
        "type": ["string", "number", "boolean"],
        "maxLength": 4000,
    },
    "wording": {
        "description": "Text with values like `{{ order.number | order_number }}`. Kinds: " + ", ".join(sorted(KINDS)),
        "type": "string",
        "minLength": 1,
        "maxLength": 4000,
    },
    "variants": {
        "description": "A wording, or several that take turns.",
        "anyOf": [
            {"$ref": "#/$defs/wording"},
            {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/wording"}},
        ],
    },
    "wordings": {
        "description": "A wording, several that take turns, or these by language.",
        "anyOf": [
            {"$ref": "#/$defs/variants"},
            {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": "^[a-z]{2}$"},
                "additionalProperties": {"$ref": "#/$defs/variants"},
            },
        ],
    },
}


#: What keys mean whose models do not say it: of one model, or wherever they stand.
_MEANINGS: Mapping[str, str] = {
    "id": "Name of the step, for `next` and the like; without it, its action and number, such as `say_3`.",
    "next": "Step to go to, or `done`; without it, the one that follows.",
    "if": "Condition under which the case is taken; the last case has none.",
    "into": "Variable that gets the answer.",
    "args": "What the order system is told: name -> CEL. What is null is left out.",
    "filler": "Said while waiting, when the answer would come late. Must not claim that anything is done.",
    "order": "The order that it is about.",
    "description": "What it is for; shown to people.",
    "silence_ms": "How long the caller may be silent before the pattern `silence` asks.",
    "Flow.slots": "What the flow needs to know.",
    "Flow.steps": "Run in order.",
    "Slot.type": "What is listened for, how patiently, and whether keys can answer.",
    "Case.next": "Step to go to, or `done`.",
    "Say.say": "What is said.",
    "Say.role": "Why it is said; decides how it sounds, and whether it is repeated.",
    "Say.interruptible": "Whether the caller may cut it short.",
    "Choices.of": "The list.",
    "Choices.as": "Name of an element in `value`, `label` and `clues`.",
    "Choices.value": "What the slot gets when the element is picked.",
    "Choices.label": "How the element is called when the options are read out, as `{{ choices }}`.",
    "Ask.ask": "The slot.",
    "Ask.prompt": "The question.",
    "Ask.choices": "The options; for slots of type `choice`, and only for them.",
    "Ask.patience": "How long a pause may be within the answer; by default as the type of the slot needs it.",
    "Query.query": "What is read.",
    "Decide.decide": "The policy.",
    "Decide.facts": "What it decides upon: fact -> CEL.",
    "Decide.into": "Variable that gets the decision: `outcome`, `because`, `reasons` and so on.",
    "Branch.branch": "The cases.",
    "Ground.ground": "The slot.",
    "Ground.into": "Variable that gets the match.",
    "Spot.into": "Variable that gets the values that are said.",
    "Set.set": "Name -> CEL.",
    "Link.link": "The flow.",
    "Call.call": "The flow.",
    "Handoff.handoff": "Why, and to whom.",
    "Handoff.into": "Variable that gets `status` when nobody could take the call.",
    "HandoffTo.reason": "For the colleague, and for statistics.",
    "HandoffTo.queue": "Where the caller waits.",
    "HandoffTo.summary": "What the colleague should know.",
    "Callback.callback": "The number, and why.",
    "Callback.into": "Variable that gets `status`, `number` and `due`.",
    "CallbackTo.number": "Telephone number in international form.",
    "CallbackTo.reason": "For the colleague.",
    "Plan.plan": "The action.",
    "Plan.into": "Variable that gets the plan, for `confirms` and `commit`.",
    "Commit.commit": "Variable of the plan.",
    "Verify.verify": "The level: 1, 2 or 3.",
    "Prove.prove": "What the value is compared with.",
    "Prove.value": "What the caller has said.",
    "SendCode.send_code": "Always `true`.",
    "Message.text": "What the message says.",
    "End.end": "Why; for records.",
    "Wait.wait": "For how long.",
    "Confirm.confirm": "`true` takes the value, `false` empties its slot.",
    "Instead.instead": "Always `true`.",
    "Cancel.cancel": "Always `true`.",
}
#: Models that say nothing of themselves, and what they are.
_PARTS: Mapping[str, str] = {
    "Case": "One case of a branch.",
    "HandoffTo": "Why a caller is handed over, and to whom.",
    "CallbackTo": "Who is called back.",
    "WaitFor": "How long is waited.",
}


#: `lexicon.yaml` lies beside the flows, and editors choose a schema by folder.
_LEXICON: Schema = {
    "description": "How names are said in a language.",
    "type": "object",
    "properties": {
        "lexicon": {"description": "The language.", "type": "string"},
        "words": {
            "description": "A name, and a spelling that is read instead, or its sounds.",
            "type": "object",
            "additionalProperties": {
                "anyOf": [
                    {"type": "string"},
                    {
                        "type": "object",
                        "properties": {"ipa": {"description": "Sounds in IPA.", "type": "string"}},
                        "required": ["ipa"],
                        "additionalProperties": False,
                    },
                ]
            },
        },
    },
    "required": ["lexicon", "words"],
    "additionalProperties": False,
}


def flow_schema() -> Schema:
    """The schema of one document of a flow file."""
    definitions: Schema = {name: dict(value) for name, value in _WRITTEN.items()}
    steps = []
    for kind, model in schema.STEPS.items():
        definitions[f"step_{kind}"] = _model(model, definitions, required=(kind,))
        steps.append({"$ref": f"#/$defs/step_{kind}"})
    definitions["step"] = {"description": "A step has exactly one action.", "type": "object", "oneOf": steps}
    definitions["flow"] = _document("flow", "A conversation that callers can start.", definitions)
    definitions["pattern"] = _document(
        "pattern", "What happens when a conversation does not go as planned.", definitions
    )
    definitions["shop"] = {
        "description": "Facts about the shop, for wordings and conditions, as `shop.name`.",
        "type": "object",
        "properties": {"shop": {"description": "Any names and values.", "type": "object"}},
        "required": ["shop"],
        "additionalProperties": False,
    }
    definitions["lexicon"] = _LEXICON
    return {
        "$schema": DIALECT,
        "title": "A voicebot flow, pattern, the shop's facts, or how names are said",
        "type": "object",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in ("flow", "pattern", "shop", "lexicon")],
        "$defs": dict(sorted(definitions.items())),
    }


def text() -> str:
    """The schema as it is written to a file."""
    return json.dumps(flow_schema(), indent=2, ensure_ascii=False) + "\n"


def field_docs(cls: type) -> dict[str, str]:
    """Docstrings under the fields of a class and its bases, on one line each."""
    found: dict[str, str] = {}
    for base in reversed([base for base in cls.__mro__ if base.__module__ == cls.__module__]):
        body = ast.parse(textwrap.dedent(inspect.getsource(base))).body[0]
        assert isinstance(body, ast.ClassDef)
        for field, said in zip(body.body, body.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(said, ast.Expr):
                words = ast.literal_eval(said.value) if isinstance(said.value, ast.Constant) else ""
                found[field.target.id] = " ".join(str(words).split())
    return found


def _document(head: str, description: str, definitions: Schema) -> Schema:
    """A flow or a pattern: the model, with `flow: NAME` or `pattern: NAME` in place of its name."""
    found = _model(schema.Flow, definitions)
    properties = {head: {**_type(kinds.Name, definitions), "description": "Its name."}, **found["properties"]}
    del properties["name"]
    properties["steps"] = {**properties["steps"], "items": {"$ref": "#/$defs/step"}}
    properties["triggers"] = {**properties["triggers"], "propertyNames": {"enum": sorted(taxonomy())}}
    return {**found, "description": description, "properties": properties, "required": [head, "steps"]}


def _model(model: type[BaseModel], definitions: Schema, required: tuple[str, ...] = ()) -> Schema:
    docs, hints = field_docs(model), typing.get_type_hints(model, include_extras=True)
    properties: Schema = {}
    needed = list(required)
    for name, info in model.model_fields.items():
        key = info.alias or name
        said = docs.get(name) or _MEANINGS.get(f"{model.__name__}.{key}") or _MEANINGS.get(key, "")
        properties[key] = {**_type(hints[name], definitions), **_said(info, said)}
        if key == "on":
            properties[key]["propertyNames"] = {"enum": sorted(COMMANDS)}
        if info.is_required() and key not in needed:
            needed.append(key)
    said = " ".join((model.__doc__ or _PARTS.get(model.__name__, "")).split())
    found: Schema = {"description": said, "type": "object", "properties": properties}
    return {**found, **({"required": needed} if needed else {}), "additionalProperties": False}


def _said(info: FieldInfo, description: str) -> Schema:
    said: Schema = {"description": description} if description else {}
    default = info.default
    if isinstance(default, Expression):
        default = default.source
    if not info.is_required() and isinstance(default, str | int | bool) and default != "":
        said["default"] = default
    return said


def _type(hint: Any, definitions: Schema) -> Schema:
    """The schema of a type; models are put into `definitions`."""
    origin, arms = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return _annotated(arms[0], arms[1:], hint, definitions)
    if origin in (typing.Union, types.UnionType):
        found = [_type(arm, definitions) for arm in arms if arm is not type(None)]
        return found[0] if len(found) == 1 else {"anyOf": found}
    if origin is Literal:
        return {"const": arms[0]} if len(arms) == 1 else {"enum": list(arms)}
    if origin is tuple:
        return {"type": "array", "items": _type(arms[0], definitions)}
    if origin is not None and issubclass(origin, Mapping):
        names = _type(arms[0], definitions)
        limits = {"propertyNames": {"pattern": names["pattern"]}} if "pattern" in names else {}
        return {"type": "object", **limits, "additionalProperties": _type(arms[1], definitions)}
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        name = hint.__name__.lower()
        if name not in definitions:
            definitions[name] = {}
            definitions[name] = _model(hint, definitions)
        return {"$ref": f"#/$defs/{name}"}
    return {"type": _PLAIN[hint]}


def _annotated(base: Any, notes: tuple[Any, ...], hint: Any, definitions: Schema) -> Schema:
    if hint == schema.Lines:
        return {"$ref": "#/$defs/wordings"}
    if base is Expression:
        return {"$ref": "#/$defs/condition"}
    if base is Template:
        return {"$ref": "#/$defs/wording"}
    if base is schema.Step:
        return {"$ref": "#/$defs/step"}
    found = _type(base, definitions)
    for limit in (limit for note in notes for limit in getattr(note, "metadata", (note,))):
        for name, key in _BOUNDS.items():
            if (bound := getattr(limit, name, None)) is not None:
                found[key] = bound
        if (pattern := getattr(limit, "pattern", None)) is not None:
            found["pattern"] = pattern
        for name, keys in (("min_length", ("minLength", "minItems")), ("max_length", ("maxLength", "maxItems"))):
            if (bound := getattr(limit, name, None)) is not None:
                found[keys[found["type"] == "array"]] = bound
    return found
