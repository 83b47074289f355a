"""Which values a second, restricted decoding may find, and which of its hypotheses counts. Pure.

The first decoding is free and says what kind of utterance it is. When it sounds dictated, digits or letters alone are
decoded from the same encoder output; when those hypotheses disagree, once more from a longer window, which makes other
mistakes. `weighed` adds up what the decodings say.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from voicebot.identifiers import find
from voicebot.identifiers.familiar import Familiar
from voicebot.identifiers.numbers import ORDER_DIGITS, as_digits
from voicebot.identifiers.spoken import digits, runs
from voicebot.identifiers.vocabulary import HOMOPHONES
from voicebot.listening.recognition import Hypothesis

_MIN_DIGITS, _MIN_CHARACTERS = 3, 3
#: An order number said in passing is looked at again when its length is off by no more.
_LENGTHS_OFF = 1
_SURE_OF_A_VALUE, _ENOUGH_FOUND = 0.75, 0.5
#: Dates in figures alone have low scores, for they may be anything; not when a date is waited for.
_ENOUGH: Mapping[str, float] = {"date": 0.3}
#: A telephone number without its area code: none that can be called, but what the caller said.
_LOCAL_PHONE = 7
#: A value that the decoding of a window did not name is less likely than all that it named, by this much.
_UNNAMED_NATS, _NO_VALUES_NATS = 3.0, -20.0
#: The free decoding agrees.
_AGREED_NATS = 0.5
_NBEST = 10
#: Known values come first unless they are less likely by this much.
_KNOWN_NATS = 6.0
_SURE_NATS = 2.5
#: Mean log-probability from which a free decoding of the right length needs no second one: 86 of 87 were right.
_CLEAR_LOG_PROB = -0.8
#: Time stamps or the end count as characters in mean log-probabilities.
_ENDS = 2
#: With a digit, a capital inside, or without a vowel it is no word: "JVpe", "Sfqqk".
_NO_WORD = re.compile(r"\d|(?<=\w)[A-Z]|^[^aeiouyAEIOUY]+$")
#: Share of the characters of a text that are capitals or digits when it is dictated rather than said.
_SPELLED_SHARE = 0.7
#: A letter three times in a row: the recogniser often loses count.
_THREE_ALIKE = re.compile(r"([A-Z])\1{2,}")
_ANNOUNCES = re.compile(
    r"\b(?:is|it['’]?s|that['’]?s|name|spelled|spelt|spell|letters?|yes|okay|sure)\b", re.IGNORECASE
)
_NO_DIGIT = re.compile(rf"\b(?!(?:{'|'.join(HOMOPHONES)})\b)[a-z']{{3,}}", re.IGNORECASE)
#: Two values, of which the text's grammar knows the one that counts.
_TAKES_BACK = re.compile(r"\d.*\b(?:no|not|sorry|actually|wait|mean|rather)\b.*\d", re.IGNORECASE)
_WORD, _OTHER_WORD = re.compile(r"[A-Za-z]{3}"), re.compile(r"[A-Za-z]{2,}")
_CARRIED = re.compile(r"^\W*(?:[A-Za-z']*[a-z][A-Za-z']*[\s,:.]+)+")


class Alphabet(enum.Enum):
    """What may be written; the value is a pattern of whole tokens."""

    DIGITS = r" ?[0-9]|-"
    LETTERS = r" ?[A-Z]|-"
    BOTH = r" ?[A-Z]|-| ?[0-9]{1,4}"
    """Tokens of several digits, too: behind letters people say "twenty six"."""


@dataclass(frozen=True, slots=True)
class Dictation:
    """How an utterance is to be decoded a second time.

    Attributes:
        kind: what the flow waits for.
        free: the characters of the free text.
        alphabet: what may be written.
        carrier: words before the value, which the second decoding takes as given.
        lengths: that the value may have; None takes any.
    """

    kind: str
    free: str
    alphabet: Alphabet
    carrier: str = ""
    lengths: tuple[int, ...] | None = None

    @property
    def most(self) -> int | None:
        return max(self.lengths) if self.lengths else None

    def value(self, characters: str) -> str | None:
        """The value in canonical form when `characters` are one, else None."""
        if self.lengths and len(characters) not in self.lengths:
            return None
        return canonical(self.kind, characters)


def canonical(kind: str, characters: str) -> str | None:
    """A dictated value as `find` gives it; None when it is none of this kind."""
    spelled = [*find(kind, characters), *find(kind, " ".join(characters))]
    best = max(spelled, key=lambda found: found.score, default=None)
    if best and best.score >= _ENOUGH.get(kind, _SURE_OF_A_VALUE):
        return best.value
    local = kind == "phone" and len(characters) == _LOCAL_PHONE and characters.isdigit()
    return characters if local else None


def dictation(kind: str, text: str) -> Dictation | None:
    """How to decode again when `text` was decoded freely and `kind` is waited for; None when that is of no use."""
    rule = _RULES.get(kind)
    return rule(kind, text) if rule else None


@dataclass(frozen=True, slots=True)
class Weighed:
    """Outcome of the restricted decodings.

    Attributes:
        nbest: best first: values of a fitting form, then the rest.
        value: the best of a fitting form, unless it is longer than what was said and not the likeliest of all lengths.
    """

    nbest: tuple[Hypothesis, ...] = ()
    value: str | None = None


def weighed(heard: Dictation, windows: Sequence[Mapping[str, float]], known: Sequence[str] = ()) -> Weighed:
    """Values by what all decodings say of them.

    Args:
        windows: of each decoding, characters and their log-probabilities (nats).
        known: values that are near at hand: the caller's own orders.
    """
    windows, said = [_tidied(window) for window in windows], _tidy(heard.free)
    fitting: dict[str, _Total] = {}
    rest: dict[str, _Total] = {}
    free = [said] if heard.lengths and heard.value(said) is not None else []
    for characters in dict.fromkeys([*free, *(c for window in windows for c in window)]):
        nats = sum(_said(window, characters, likely=characters in free) for window in windows) / len(windows)
        total = _Total(nats + (_AGREED_NATS if characters == said else 0.0), len(characters))
        value = heard.value(characters)
        where, name = (rest, characters) if value is None else (fitting, value)
        where[name] = max(total, where.get(name, total))
    near = max((total.nats for total in fitting.values()), default=0.0) - _KNOWN_NATS
    own = {value for value in known if value in fitting and fitting[value].nats >= near}
    ranked = sorted(fitting, key=lambda value: (value not in own, -fitting[value].nats))
    whole = bool(ranked) and all(heard.value(next(iter(window), "")) == ranked[0] for window in windows)
    value = ranked[0] if ranked and (whole or _nearly_finished(heard, ranked[0])) else None
    ranked += sorted(rest, key=lambda characters: -rest[characters].nats)
    scored = fitting | rest
    return Weighed(tuple(Hypothesis(text=text, score=scored[text].mean) for text in ranked[:_NBEST]), value)


def familiarised(heard: Dictation, outcome: Weighed, known: Sequence[str], familiar: Familiar) -> Weighed:
    """Spelled letters weighed once more, with the words that people spell; what is known of this caller comes first."""
    if heard.alphabet is not Alphabet.LETTERS or not outcome.nbest or outcome.value in known:
        return outcome
    ranked = familiar.weighed([(hypothesis.text.upper(), hypothesis.score) for hypothesis in outcome.nbest])
    nbest = [Hypothesis(text=heard.value(text) or text, score=score) for text, score in ranked[:_NBEST]]
    return Weighed(tuple(nbest), outcome.value and heard.value(ranked[0][0]))


def _tidied(window: Mapping[str, float]) -> Mapping[str, float]:
    """No word or code has a letter three times in a row: where the recogniser lost count, there are two."""
    tidy: dict[str, float] = {}
    for characters, nats in window.items():
        fewer = _tidy(characters)
        tidy[fewer] = max(nats, tidy.get(fewer, nats))
    return tidy


def _tidy(characters: str) -> str:
    return _THREE_ALIKE.sub(r"\1\1", characters)


class _Total(NamedTuple):
    """Log-probability of a value of some characters."""

    nats: float
    characters: int

    @property
    def mean(self) -> float:
        return round(self.nats / (self.characters + _ENDS), 3)


def settled(heard: Dictation, window: Mapping[str, float]) -> bool:
    """Whether one decoding is enough: its best fitting value stands clear of the others, and the free text agrees; or,
    when the free text has none, it is the likeliest of all."""
    fitting = [characters for characters in window if heard.value(characters) is not None]
    agreed = next(iter(window), None) if heard.value(heard.free) is None else heard.free
    if not fitting or fitting[0] != agreed:
        return False
    return len(fitting) == 1 or window[fitting[0]] - window[fitting[1]] >= _SURE_NATS


def in_passing(text: str) -> Dictation | None:
    """How to decode again when a sentence ends in what may be an order number ("where is order 44 48 1207")."""
    numbers = runs(text, letters=False)
    if len(numbers) != 1 or re.search(r"\w", text[numbers[0].end :]):
        return None
    [number] = numbers
    if abs(len(number.text) - ORDER_DIGITS) > _LENGTHS_OFF or not number.start:
        return None
    return Dictation("order_number", number.text, Alphabet.DIGITS, text[: number.start].strip(), (ORDER_DIGITS,))


def is_clear(heard: Dictation, log_prob: float) -> bool:
    """Whether the free decoding is enough: digits, as many as there must be, and likely."""
    fits = heard.lengths is not None and len(heard.free) in heard.lengths and heard.value(heard.free) is not None
    return fits and heard.alphabet is Alphabet.DIGITS and log_prob >= _CLEAR_LOG_PROB


def is_too_short(heard: Dictation, text: str) -> bool:
    """Whether so little was said that no decoding can make a value of it: other words behind the first digits may have
    been two digits each."""
    ends = [one.end for one in runs(text, letters=False)]
    starts = [one.start for one in runs(text, letters=False)]
    rest = " ".join(text[end:start] for end, start in zip(ends, [*starts[1:], None], strict=False))
    lost = 2 * len(_OTHER_WORD.findall(rest))
    return heard.lengths is not None and len(heard.free) + 1 + lost < min(heard.lengths)


def found(kind: str, text: str) -> str | None:
    """The value of `kind` in a free text."""
    values = find(kind, text)
    return values[0].value if values and values[0].score >= _ENOUGH.get(kind, _ENOUGH_FOUND) else None


def _nearly_finished(heard: Dictation, value: str) -> bool:
    """Whether a value is hardly longer than what was heard: a form must not finish what the caller has not said."""
    return len(re.sub(r"[^A-Za-z0-9]", "", value)) <= max(len(heard.free), _MIN_DIGITS) + 1


def _said(window: Mapping[str, float], characters: str, *, likely: bool) -> float:
    """What a window says of a value that it may not have named; a free text of the right form is as likely as any."""
    if characters in window:
        return window[characters]
    named = window.values()
    return max(named, default=_NO_VALUES_NATS) if likely else min(named, default=_NO_VALUES_NATS) - _UNNAMED_NATS


def free_digits(text: str) -> str:
    """The digits of a free decode; stray letters among them are read as digits."""
    whole = [run.text for run in runs(text)]
    return (as_digits(whole[0]) if len(whole) == 1 else None) or digits(text)


def _numeric(text: str) -> bool:
    """Digits were said, more than "it ends in three", and hardly any letters among them."""
    said = "".join(run.text for run in runs(text))
    figures = sum(c.isdigit() for c in said)
    return figures >= _MIN_DIGITS and (len(said) - figures) * 4 <= figures


def spelled(text: str) -> str | None:
    """The characters of a text that is nothing but dictated letters and digits, however they are grouped; else None."""
    words = re.findall(r"[^\W_]+", text)
    characters = "".join(words)
    capitals = sum(len(word) for word in words if len(word) == 1 or word.isupper() or _NO_WORD.search(word))
    if len(characters) < _MIN_CHARACTERS or not characters.isascii() or capitals < _SPELLED_SHARE * len(characters):
        return None
    return characters.upper()


def _carrier(text: str) -> tuple[str, str]:
    """Words before what is dictated, and the rest."""
    match = _CARRIED.match(text)
    return (text[: match.end()].strip(), text[match.end() :]) if match else ("", text)


def _digits_of(*lengths: int) -> Callable[[str, str], Dictation | None]:
    def rule(kind: str, text: str) -> Dictation | None:
        if not _numeric(text) or _TAKES_BACK.search(text):
            return None
        carrier, _ = _carrier(text)
        # A lone "or" or "for" was a digit.
        carrier = carrier if _NO_DIGIT.search(carrier) and not digits(carrier) else ""
        return Dictation(kind, free_digits(text), Alphabet.DIGITS, carrier, lengths or None)

    return rule


def _either(*lengths: int) -> Callable[[str, str], Dictation | None]:
    """Digits alone, or letters and digits."""
    only_digits = _digits_of(*lengths)

    def rule(kind: str, text: str) -> Dictation | None:
        carrier, rest = _carrier(text)
        if all(_NO_WORD.search(word) for word in re.findall(r"[^\W_]+", carrier)):
            carrier, rest = "", text
        characters = spelled(rest)
        if characters and any(c.isdigit() for c in characters) and as_digits(characters) is None:
            return Dictation(kind, characters, Alphabet.BOTH, carrier)
        return only_digits(kind, text)

    return rule


def _date(kind: str, text: str) -> Dictation | None:
    """In figures alone: month names are better left to the free decoding."""
    return None if _WORD.search(text) else _figures_of_a_date(kind, text)


_figures_of_a_date = _digits_of(4, 5, 6, 7, 8)


def _letters(kind: str, text: str) -> Dictation | None:
    carrier, rest = _carrier(text)
    characters = spelled(rest)
    if characters is None or sum(c.isdigit() for c in characters) * 4 > len(characters):
        return None
    if _ANNOUNCES.search(carrier):
        return Dictation(kind, characters, Alphabet.LETTERS, carrier)
    # A word before letters that announces nothing was letters, too.
    return Dictation(kind, "".join(re.findall("[A-Z]", f"{carrier}{characters}".upper())), Alphabet.LETTERS)


_RULES: Mapping[str, Callable[[str, str], Dictation | None]] = {
    "order_number": _either(ORDER_DIGITS),
    "tracking_number": _either(),
    "postcode": _either(5, 9),
    "date": _date,
    "phone": _digits_of(_LOCAL_PHONE, 10, 11),
    "digits": _digits_of(),
    "spelling": _letters,
    "name": _letters,
}
