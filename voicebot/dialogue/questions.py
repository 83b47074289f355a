"""Questions being asked: what the ears should expect, and the options of a choice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voicebot.dialogue import doubts, kinds, schema
from voicebot.dialogue.effects import Expect
from voicebot.dialogue.state import Option
from voicebot.dialogue.wording import Wording

if TYPE_CHECKING:
    from voicebot.dialogue.turn import Turn

MAX_OPTIONS = 9
_MOST_BIAS = 40
#: So many words of a question are guessed by who answers before its end; two before them must have been heard.
_GUESSED = 2
_WORD = re.compile(r"[\w']+")


def expectation(turn: Turn, step: schema.Ask, slot: schema.Slot) -> Expect:
    """What the caller's answer will be."""
    choice = turn.options if slot.type == "choice" else ()
    clues = tuple(clue for option in choice for clue in option.clues)
    open_ = slot.type in ("wish", "text")
    letters = doubts.letters(turn.doubt) if slot.type == "yes_no" else ()
    return Expect(
        kind="open" if open_ else slot.type,
        slot=step.ask,
        choices=tuple(_text(option.label) for option in choice),
        patience=step.patience or kinds.PATIENCE.get(slot.type, "normal"),
        bias=tuple(dict.fromkeys((*letters, *turn.known(slot), *clues)))[:_MOST_BIAS],
        silence_ms=turn.silence_ms,
        begun=turn.partial[1] if turn.partial[0] == step.ask else "",
    )


def options(turn: Turn, choices: schema.Choices) -> tuple[Option, ...]:
    """The options that the list gives now."""
    scope = turn.scope()
    items = choices.of.value(scope)
    found: list[Option] = []
    for item in items[:MAX_OPTIONS] if isinstance(items, list) else ():
        local = scope.having(choices.as_, item)
        value = choices.value.value(local)
        if isinstance(value, str | int) and not isinstance(value, bool):
            clues = tuple(str(clue) for c in choices.clues if (clue := c.value(local)) not in (None, ""))
            found.append(Option(value=str(value), label=choices.label.render(local), clues=clues))
    return tuple(found)


def to_the_question(heard: str, said: Wording) -> bool:
    """Whether an utterance that was cut off was heard but for the last words of the question that it ends in.

    Args:
        heard: its words that were heard.
        said: what was said, with the question at its end; nothing but fixed words may be missing.
    """
    fixed = _WORD.findall(said[-1].value.lower()) if said and said[-1].kind == "text" else []
    words = _WORD.findall(heard.lower())
    enough = (fixed[: len(fixed) - missing] for missing in range(_GUESSED + 1))
    return any(len(known) > 1 and words[-len(known) :] == known for known in enough)


def _text(wording: Wording) -> str:
    return "".join(part.value for part in wording)
