"""What the classifier's opinion comes to: one wish, or several in one breath. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

from voicebot import identifiers
from voicebot.dialogue import acts, dictation, naming
from voicebot.dialogue.commands import Command
from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.lint import HUMAN
from voicebot.dialogue.sayings import OUT_OF_SCOPE

#: Out of scope counts so many times what the classifier makes of it: an honest "I can't help with that" costs less than
#: to begin what nobody asked for. Chosen on development texts (2 % of wishes refused).
_OUTSIDE = 1.5
#: Of one utterance, that are looked at.
MAX_CHARACTERS = 600
#: So many wishes of one utterance are taken up.
MOST = 3
_REQUEST = (
    r"(?:i(?:'d| would)? (?:also )?(?:want|need|like|have to|wanted)\b|(?:can|could|would|do|did|will) (?:you|i)\b"
    r"|(?:where|when|how|what|why|which|is|are|has)\b|(?:please|tell|check|cancel|return|exchange|swap|change|refund"
    r"|track|help|give|send|pause|stop|reset|update|get|add|remove|talk|speak|connect|put)\b)"
)
_JOINED = re.compile(
    r"(?:[.?!;,]\s*|\s)(?:and|also|plus|then|besides|another thing(?: is)?|one more thing|secondly|second)\b"
    r"(?:[\s,]+(?:also|then|and|secondly|after that|while (?:i'm|we're) at it|another thing|please))*"
    rf"[\s,]+(?={_REQUEST})",
    re.I,
)
_ASKS = re.compile(rf"\b{_REQUEST}", re.I)
_ASKED = re.compile(rf"\W*(?:(?:please|so|and|but|then|just)\W+)*{_REQUEST}", re.I)
_TURNS = re.compile(
    r"\W*(?:(?:no|well|oh|um|uh|okay|ok|sorry)\W+)*(?:actually|wait(?: a (?:moment|second))?|hang on|hold on"
    r"|on second thoughts?|you know what|i(?:'ve| have)? changed my mind)\b",
    re.I,
)
#: These ask for goods: as an answer, they tell which.
_GOODS = re.compile(
    r"\W*(?:(?:do|have|did|will|would) you (?:have|got|get|sell|carry)|have you got|(?:is|are) there|is it|are they"
    r"|(?:can|could|may) i (?:have|get)|i(?:'d| would) (?:like|prefer|rather have) (?!to\b)|i (?:want|need) (?!to\b))",
    re.I,
)
#: Marks of a second wish; after a plain "and" there may as well be what a story leads up to.
_ANOTHER = re.compile(r"\b(?:also|plus|besides|another thing|one more thing|secondly|second)\b", re.I)
_FEWEST_WORDS = 3
#: Characters in a row that are no size and no quantity; characters of a wish that are kept.
_IDENTIFIER, _LONGEST = 4, 300

Probabilities = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Wish:
    """An intent, and how probable it is; its own words, where others were said beside them."""

    intent: str
    confidence: float
    words: str = ""


def likeliest(probabilities: Probabilities) -> tuple[str, float]:
    """The label that counts, and its probability; ("", 0) of none."""

    def weight(label: str) -> float:
        return probabilities[label] * (_OUTSIDE if label == OUT_OF_SCOPE else 1.0)

    label = max(probabilities, key=weight, default="")
    return label, probabilities.get(label, 0.0)


def wish_words(text: str, language: str = "en") -> str:
    """The words without identifiers, which say nothing about the wish; empty when nothing is left to classify.

    Args:
        language: of the call, for telephone numbers.
    """
    rest = text[:MAX_CHARACTERS]
    for kind in ("email", "order_number", "phone"):
        found = identifiers.find(kind, rest, region=dictation.region(language))
        spans = [each.span for each in found if each.score >= dictation.UNASKED[kind]]
        for start, end in sorted(spans, reverse=True):
            rest = f"{rest[:start]} {rest[end:]}"
    rest = " ".join(rest.split())
    return rest if any(len(word) > 1 for word in acts.plain(rest).split()) else ""


def told(text: str, language: str = "en") -> str:
    """Words of a wish as flows may read them: without identifiers, and without the beginnings of such."""
    rest = wish_words(text, language)
    for run in reversed(identifiers.runs(rest)):
        if len(run.text) >= _IDENTIFIER:
            rest = f"{rest[: run.start]} {rest[run.end :]}"
    return " ".join(rest.split())[:_LONGEST]


def leaves_question(text: str, *, led: bool) -> bool:
    """Whether words where free text was asked for may be no answer but another wish: they turn away from the question
    ("actually, cancel my order"), or ask for something and say nothing else ("where is my order").

    Args:
        led: the flow that asks may lead there itself, so that only turning away counts.
    """
    turned = _TURNS.match(text)
    rest = text[turned.end() :] if turned is not None else text
    asks = _ASKED.match(rest) is not None and _GOODS.match(rest) is None
    return asks and (turned is not None or (not led and naming.is_bare(rest)))


def clauses(text: str) -> tuple[str, ...]:
    """Parts of an utterance that may each be a wish: joined by "and", "also", "plus", each asking for something.

    () when there is one part only: in "it never came and I want my money back", too, there is one wish.
    """
    parts = tuple(part.strip() for part in _JOINED.split(text))
    long = tuple(part for part in parts if len(part.split()) >= _FEWEST_WORDS)
    wished = long if _ANOTHER.search(text) else tuple(part for part in long if _ASKS.search(part))
    return wished[:MOST] if len(wished) > 1 else ()


def several(
    parts: Sequence[Probabilities],
    flows: FlowSet,
    intents: frozenset[str],
    least: float,
    said: Sequence[str] = (),
) -> tuple[Wish, ...]:
    """Wishes of the parts, one for each flow that serves them; () when they are not at least two.

    Args:
        parts: probabilities of each clause.
        flows: for which flow serves which intent.
        intents: what counts as a wish.
        least: probability from which on a part counts.
        said: words of each clause.
    """
    found: dict[str, Wish] = {}
    for part, words in zip(parts, chain(said, repeat("")), strict=False):
        label, confidence = likeliest(part)
        if label in intents and confidence >= least:
            found.setdefault(flows.intents.get(label, HUMAN), Wish(label, confidence, words))
    return tuple(found.values()) if len(found) > 1 else ()


def starts(wishes: Sequence[Wish], flows: FlowSet) -> tuple[Command, ...]:
    """Commands for these wishes. What is begun last is dealt with first, so the first wish stands last; people come
    after all that can be done without them."""
    served = [wish for wish in wishes if flows.intents.get(wish.intent, HUMAN) != HUMAN]
    others = [wish for wish in wishes if wish not in served]
    return tuple(begin(wish, flows) for wish in (*reversed(others), *reversed(served)))


def begin(wish: Wish, flows: FlowSet) -> Command:
    """Begin the flow that serves the wish; a wish that no flow serves goes to people, with its intent."""
    if wish.intent == HUMAN:
        return Command("human_agent", confidence=wish.confidence)
    flow = flows.intents.get(wish.intent, HUMAN)
    own = {"words": wish.words} if wish.words else {}
    return Command("start_flow", {"flow": flow, "intent": wish.intent, **own}, wish.confidence)


def known_intents(flows: FlowSet) -> frozenset[str]:
    """All intents of the taxonomy, also those that no flow serves yet, and those that the shop has added."""
    from voicebot.dialogue.loader import taxonomy

    return taxonomy() | flows.intents.keys()
