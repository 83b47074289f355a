"""What a slot's type takes for a value, also when it comes in pieces: "four four eight" … "one two oh seven". Pure.

What was said of a value is kept as words until the rest of it comes: words can be joined, whatever the value is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from voicebot import identifiers
from voicebot.dialogue import acts, schema
from voicebot.dialogue.commands import Command
from voicebot.dialogue.context import Context
from voicebot.identifiers import Completeness, Found
from voicebot.identifiers.completeness import ADDRESS_PART

if TYPE_CHECKING:
    from voicebot.dialogue.turn import Turn

#: Slot types that a grammar reads, and from which score on a value counts that was not asked for (above 1.0: never).
#: Of equally good readings of the same words the first type counts.
UNASKED: Mapping[str, float] = {
    "email": 0.6,
    "order_number": 0.6,
    "tracking_number": 0.6,
    "phone": 0.6,
    "postcode": 0.6,
    "date": 0.65,
    "amount": 0.9,
    "name": 0.8,
    "quantity": 0.9,
    "spelling": 2.0,
    "digits": 2.0,
}
#: Of what was asked for, nearly anything counts.
_ASKED = 0.3
#: Values of these types are said in passing as well: only a correction replaces the one that was given.
_IN_PASSING = frozenset({"date", "amount", "quantity", "name"})
#: Values of these types are dictated, so that a piece of one may come alone.
_IN_PIECES = frozenset({"order_number", "tracking_number", "phone", "postcode", "email", "date", "amount"})
_CORRECTS = re.compile(r"\b(?:no|nope|not|sorry|actually|wait|i mean|i meant|rather|instead|wrong|change)\b", re.I)
_WHOLE, _JOINED = 0.9, 0.5
#: Country where the call's language does not name one ("en-GB" does).
_REGION = "US"
_MOST_WORDS, _FEW_WORDS = 30, 2
_LONGEST_VALUE = 200
#: "I didn't get one" is no code.
_SHORTEST_CODE = 2
#: As an answer in free text, so many words may as well be a move.
_SHORT = 4
_ANSWERS = frozenset({
    "yes", "yeah", "yep", "yup", "no", "nope", "nah", "ok", "okay", "sure", "please", "thanks", "thank", "you", "right",
    "correct",
})  # fmt: skip
_MOVES = frozenset({"unsure", "goodbye", "thanks", "greet", "help", "done", "no_human", "abuse", "start_over"})
_ENDS = " .,;…-?!"
_STOPS = " .,;…"
#: Its last stop belongs to it: "Washington, D.C.".
_ABBREVIATED = re.compile(r"\. ?[A-Z]\.\Z")
#: Nothing was said of any value.
NOTHING = ("", "")


def readings(kind: str, text: str, context: Context) -> list[Found]:
    """Values of a slot type in what was said now, or in that and the piece said before, good enough to count."""
    asked = kind == context.kind
    enough = _ASKED if asked else UNASKED.get(kind, 2.0)
    alone = [found for found in _find(kind, text, context) if found.score >= enough]
    if not asked or context.slot is None:
        return alone
    if context.partial:
        return _with_piece(kind, context.partial, text, alone, context)
    held = context.values.get(context.slot)
    sure = bool(alone) and alone[0].score >= _WHOLE
    if isinstance(held, str) and kind in _IN_PIECES and context.doubt is None and not sure:
        # What was taken for the whole before was only the beginning.
        joined = _find(kind, _joined(held, text), context)
        if joined and joined[0].score >= _WHOLE and len(joined[0].value) > len(held):
            return [_everywhere(found, text) for found in joined]
    return alone


def replaces(kind: str, text: str, held: Any) -> bool:
    """Whether a value that nobody asked for takes the place of the one that is held."""
    return held is None or kind not in _IN_PASSING or _CORRECTS.search(text) is not None


def piece(text: str, context: Context) -> Command | None:
    """The caller is in the middle of what was asked for: wait for the rest of it."""
    kind = context.kind
    if context.slot is None or kind not in _IN_PIECES or context.doubt is not None:
        return None
    words = _joined(context.partial, text)
    if not 0 < len(words.split()) <= _MOST_WORDS or text.rstrip().endswith("?"):
        return None
    begun = _begun(kind, words) if kind != "email" else _address_begun(words)
    return Command("partial", {"slot": context.slot, "text": words}) if begun else None


def after_start_over(text: str) -> str | None:
    """What is said behind "let me start over"; None when nobody starts over."""
    end = acts.end_of("start_over", text)
    return None if end is None else text[end:].strip(_ENDS)


def typed(turn: Turn, slot: schema.Slot, value: Any) -> Any:
    """The value as flows see it, or None when it is none of the slot's type."""
    if value is None:
        return None
    if slot.type == "yes_no":
        return value if isinstance(value, bool) else None
    if slot.type == "choice":
        return str(value) if any(option.value == str(value) for option in turn.options) else None
    text = str(value).strip()[:_LONGEST_VALUE]
    if not text or isinstance(value, bool):
        return None
    if slot.type == "quantity":
        return int(text) if text.isdecimal() else None
    if slot.type == "amount":
        minor, _, currency = text.partition(" ")
        return {"minor": int(minor), "currency": currency} if minor.isdecimal() and currency else None
    return text


def written(value: Any) -> Any:
    """A slot's value in the canonical form of `identifiers.find`."""
    if isinstance(value, Mapping):
        return f"{value.get('minor')} {value.get('currency')}"
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def keep(turn: Turn, command: Command) -> bool:
    """Keep the piece of a value, and let the caller go on; forget it when he starts over. False when there is none."""
    if command.name == "start_over":
        turn.partial = NOTHING
    slot, text = command.args.get("slot"), command.args.get("text")
    asking = turn.asking
    if command.name != "partial" or asking is None or slot != asking.ask or not isinstance(text, str):
        return False
    turn.partial = (asking.ask, text)
    turn.go_on()
    return True


def region(language: str) -> str:
    """ISO 3166 country of a call's language, `US` where it names none."""
    return language.partition("-")[2].upper() or _REGION


def _find(kind: str, text: str, context: Context) -> list[Found]:
    if kind == "digits":
        return _digits(text) if context.doubt is None else []
    where = region(context.language)
    if kind != "date":
        return identifiers.find(kind, text, region=where)
    held = context.values.get(context.slot or "") or next(
        (context.values.get(slot) for slot, type_ in context.slots.items() if type_ == "date"), None
    )
    near = _day(str(held)[:10]) if held else None
    return identifiers.find("date", text, today=_day(context.today), region=where, near=near)


def _digits(text: str) -> list[Found]:
    """All figures in the words, as one run: a code may be said in any groups."""
    said = [run for run in identifiers.runs(text) if run.text.isdigit()]
    figures = "".join(run.text for run in said)
    return [Found(figures, (said[0].start, said[-1].end), _WHOLE)] if len(figures) >= _SHORTEST_CODE else []


def free_text(text: str, context: Context, moves: Collection[str]) -> Command | None:
    """The words themselves, where they are what was asked for, unless they make a move of the conversation.

    The recogniser ends what it hears like a sentence; a street or a city has no full stop.
    """
    if context.slot is None or context.slots.get(context.slot) != "text":
        return None
    words = acts.plain(text).split()
    if len(words) <= _SHORT and (set(moves) & _MOVES or not set(words) - _ANSWERS):
        return None
    return Command("set_slot", {"slot": context.slot, "value": _without_stops(text)[:_LONGEST_VALUE]})


def _without_stops(text: str) -> str:
    """Without what ends a sentence, but with the stop of an abbreviation."""
    value = text.strip(_STOPS)
    ended = text.lstrip(_STOPS)[: len(value) + 1]
    return ended if _ABBREVIATED.search(ended) else value


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _with_piece(kind: str, before: str, text: str, alone: list[Found], context: Context) -> list[Found]:
    # Who gives it in pieces is waited for until it is surely one.
    joined = [found for found in _find(kind, _joined(before, text), context) if found.score >= _JOINED]
    if not joined or (alone and (alone[0].score > joined[0].score or _begins_anew(before, text))):
        return alone
    return [_everywhere(found, text) for found in joined]


def _begins_anew(before: str, text: str) -> bool:
    """The same beginning once more: "four four eight" … "four four eight one two oh seven"."""
    said = "".join(run.text for run in identifiers.runs(before))
    now = "".join(run.text for run in identifiers.runs(text))
    return len(said) > 1 and now.startswith(said)


def _joined(before: str, text: str) -> str:
    return f"{before.rstrip(_ENDS)} {text.strip()}".strip() if before else text.strip()


def _everywhere(found: Found, text: str) -> Found:
    """A value of joined words has no place of its own in the words said last: it takes all of them."""
    return Found(found.value, (0, len(text)), found.score)


def _begun(kind: str, words: str) -> bool:
    """It ends in figures or spelled letters that are too few."""
    if identifiers.completeness(kind, words) is not Completeness.INCOMPLETE:
        return False
    runs = identifiers.runs(words)
    if kind == "date":
        return bool(runs) or re.search(r"\b(?:the|of|last|next)\W*$", words) is not None
    return bool(runs) and len(words[runs[-1].end :].split()) <= 1 and sum(len(run.text) for run in runs) >= _FEW_WORDS


def _address_begun(words: str) -> bool:
    if identifiers.completeness("email", words) is Completeness.INCOMPLETE:
        return ADDRESS_PART.search(words) is not None
    # A name alone is the beginning of most addresses.
    name = len(words.split()) <= _FEW_WORDS and words.replace(" ", "").isalpha()
    return name and not identifiers.find("yes_no", words)
