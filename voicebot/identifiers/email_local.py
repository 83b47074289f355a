"""The part of an e-mail address before the at-sign: words, letters and marks, spelled and corrected. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from voicebot.identifiers.cardinals import cardinal, glued
from voicebot.identifiers.email_domains import DASH, DOT
from voicebot.identifiers.tokens import Token, low
from voicebot.identifiers.vocabulary import LETTER_NAMES, NATO, TEENS, TENS, TIMES, UNITS, ZERO_LIKE, words

SPELLED = "~"
"""Stands before the spelling of the word just said."""
_MARKS: Mapping[str, str] = {DOT: ".", "_": "_", DASH: "-", "+": "+"}
_FILLERS = frozenset(words("uh um er erm , and then space all so"))
#: Words before the address, never part of it.
_LEAD = frozenset(
    words(
        "@ at is it's its that's email email's e-mail mail address my the under use with to on for was be would yes",
        "yeah sure okay ok well it have used using called account ordered order registered : ? ! ; hi hello no not",
        "think believe you should can your his her their our reach me send write this that i'm i've try maybe actually",
        "sorry oh right contact want please what which but because from name he she we they do don't did has had",
    )
)
_LETTERS_FOR: Mapping[str, str] = {
    "k": "c",
    "c": "k",
    "z": "s",
    "s": "z",
    "g": "j",
    "j": "g",
    "y": "i",
    "i": "y",
    "f": "v",
}
LOCAL = re.compile(r"[a-z0-9](?:[a-z0-9._+-]*[a-z0-9_])?")


@dataclass(frozen=True, slots=True)
class Local:
    """The part before the at-sign.

    Attributes:
        text: its characters, when words that were said one after the other are joined.
        dotted: the same with dots between such words; equal to `text` when there were none.
        first: index of its first token.
        score: how sure.
    """

    text: str
    dotted: str
    first: int
    score: float


def locals_before(stream: list[Token], at: int) -> list[Local]:
    """Readings of what stands before the at-sign, best first."""
    first = _first(stream, at)
    if first >= at:
        return []
    whole = _read(stream, first, at)
    readings = [whole] if whole else []
    written = _written_from(stream, at)
    if first < written < at and low(stream, written - 1) not in _MARKS and (alone := _read(stream, written, at)):
        # "My cousin bob smith@x.com": the written word alone may be all, above all behind other words.
        sentence = first > 0 or written - first > 2
        readings.append(Local(alone.text, alone.text, written, 0.9 if sentence else 0.6))
        readings.sort(key=lambda local: -local.score)
    return readings


def _first(stream: list[Token], at: int) -> int:
    """Walk left to a word that cannot belong."""
    first = at
    while first > 0 and not _leads(stream, first - 1):
        first -= 1
    while first < at and (stream[first].low in _FILLERS or stream[first].low in _MARKS or stream[first].low in ".-~"):
        first += 1
    return first


def _leads(stream: list[Token], index: int) -> bool:
    word = stream[index].low
    if word in ("with", "a", "an") and _with_letter(stream, index if word == "with" else index - 1, len(stream)):
        return False
    if word == "i":
        return low(stream, index + 1) in ("use", "have", "used", "think", "believe", "am", "registered", "ordered")
    if word == "oh" and _number(stream, index, len(stream)):
        return False
    if word == "." and not glued(stream, index + 1):
        if len(low(stream, index - 1)) == 1:
            return False  # the end of "J.O.H.N."
        # A full stop ends a sentence, unless only a name stands before it.
        return index > 1 and stream[index - 1].low not in _LEAD and not _leads(stream, index - 2)
    return word in _LEAD


def _written_from(stream: list[Token], at: int) -> int:
    """First token of what is written without a space up to the at-sign."""
    if low(stream, at) != "@" or at == 0 or not glued(stream, at):
        return at
    first = at - 1
    while first > 0 and glued(stream, first) and stream[first - 1].low not in (",", ";", ":", "(", "/"):
        first -= 1
    return first


def _read(stream: list[Token], first: int, at: int) -> Local | None:
    pieces: list[tuple[str, bool]] = []
    """Characters, and whether they are a whole word."""
    index = first
    while index < at:
        if (letter := _with_letter(stream, index, at)) is not None:
            if pieces:
                pieces[-1] = (_respelled(pieces[-1][0], letter), pieces[-1][1])
            index += 3
            continue
        piece, index, is_word = _piece(stream, index, at)
        if piece:
            pieces.append((piece, is_word))
    pieces = _spelling_counts(pieces)
    text = "".join(piece for piece, _ in pieces if piece != SPELLED)
    if not LOCAL.fullmatch(text):
        return None
    dotted, beside = "", 0
    for number, (piece, is_word) in enumerate(pieces):
        join = number > 0 and is_word and pieces[number - 1][1]
        beside += join
        dotted += f".{piece}" if join else piece
    score = 1.0 if beside == 0 else 0.8 if beside == 1 else max(0.4, 0.8 - 0.1 * beside)
    return Local(text, dotted.replace(SPELLED, ""), first, score)


def _with_letter(stream: list[Token], index: int, at: int) -> str | None:
    """ "Carl with a k"."""
    if index + 2 < at and low(stream, index) == "with" and low(stream, index + 1) in ("a", "an"):
        letter = low(stream, index + 2)
        return letter if len(letter) == 1 and letter.isalpha() else None
    return None


def _respelled(word: str, letter: str) -> str:
    if letter in word:
        return word
    sounds_like = _LETTERS_FOR.get(letter, "")
    return word.replace(sounds_like, letter, 1) if sounds_like and sounds_like in word else word


def _spelling_counts(pieces: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """ "Smyth, s m y t h": a word that is spelled behind it counts as it is spelled."""
    result: list[tuple[str, bool]] = []
    index = 0
    while index < len(pieces):
        piece, is_word = pieces[index]
        start = index + 2 if index + 1 < len(pieces) and pieces[index + 1][0] == SPELLED else index + 1
        end = start
        while end < len(pieces) and len(pieces[end][0]) == 1 and pieces[end][0].isalpha():
            end += 1
        # The same letters in the same order, or nearly: else they only follow it.
        spelled = "".join(p for p, _ in pieces[start:end])
        if is_word and len(spelled) >= 2 and _alike(piece, spelled, announced=start == index + 2):
            result.append((spelled, True))
            index = end
        elif is_word and len(piece) > 2 and "".join(p for p, _ in result[-len(piece) :]) == piece:
            index += 1  # said once more behind its spelling
        else:
            result.append((piece, is_word))
            index += 1
    return result


def _alike(word: str, spelled: str, *, announced: bool) -> bool:
    return SequenceMatcher(None, word, spelled).ratio() >= (0.5 if announced else 0.7)


def _piece(stream: list[Token], index: int, at: int) -> tuple[str, int, bool]:
    """Characters of what stands at `index`, the index after it, and whether they are a word."""
    word, following = stream[index].low, low(stream, index + 1)
    if word in _MARKS:
        return _MARKS[word], index + 1, False
    if word == ".":
        return ("" if _between_letters(stream, index) else "."), index + 1, False
    if word == "-":
        return ("" if _between_letters(stream, index) or _between_digits(stream, index) else "-"), index + 1, False
    if word == SPELLED:
        return SPELLED, index + 1, False
    if word == "and" and _word(low(stream, index - 1)) and _word(following) and index + 1 < at:
        return word, index + 1, True  # "Ben and Jerry"
    if word in _FILLERS:
        return "", index + 1, False
    if word in TIMES and index + 1 < at:
        one = _character(following)
        if one:
            return one * TIMES[word], index + 2, False
    number = _number(stream, index, at)
    if number is not None:
        return number[0], number[1], False
    if word in NATO and _spelled_near(stream, index, at):
        return NATO[word].lower(), index + 1, False
    if word in LETTER_NAMES and _spelled_near(stream, index, at):
        return LETTER_NAMES[word].lower(), index + 1, False
    plain = re.sub(r"[^a-z0-9]", "", word)
    return plain, index + 1, len(plain) > 1 and plain.isalpha()


def _word(text: str) -> bool:
    return len(text) > 1 and text.isalpha() and text not in _FILLERS and text not in UNITS


def _character(word: str) -> str:
    if word in UNITS:
        return str(UNITS[word])
    if word in ZERO_LIKE:
        return "0" if word != "o" else "o"
    if len(word) == 1 and word.isalnum():
        return word
    return (LETTER_NAMES.get(word) or NATO.get(word) or "").lower()


def _number(stream: list[Token], index: int, at: int) -> tuple[str, int] | None:
    """ "Ninety nine", "nineteen eighty four", "oh seven", "two thousand and one"."""
    word, following = stream[index].low, low(stream, index + 1)
    if word == "oh" and (following in UNITS or following.isdigit() or low(stream, index - 1) in UNITS):
        return "0", index + 1
    if word == "o" and following in UNITS and len(low(stream, index - 1)) > 1:
        return "0", index + 1
    if word.isdigit() and following not in ("hundred", "thousand"):
        return word, index + 1
    if word not in UNITS and word not in TEENS and word not in TENS and not word.isdigit():
        return None
    if word in UNITS and following not in ("hundred", "thousand"):
        return str(UNITS[word]), index + 1
    read = cardinal(stream[:at], index)
    return (str(read[0]), read[1]) if read else None


def _spelled_near(stream: list[Token], index: int, at: int) -> bool:
    """Letters stand beside it: then a word may be the name of a letter."""
    beside = [i for i in (index - 1, index + 1, index - 2, index + 2) if 0 <= i < at]
    near = [stream[i].low for i in beside]
    return any(
        (len(w) == 1 and w.isalpha()) or w in LETTER_NAMES or (w in NATO and w != stream[index].low) for w in near
    )


def _between_letters(stream: list[Token], index: int) -> bool:
    """Between two single letters, or behind the last of several: "J-O-H-N", "J.O.H.N."."""
    before, after = low(stream, index - 1), low(stream, index + 1)
    if len(before) != 1 or not before.isalpha():
        return False
    if len(after) == 1 and after.isalpha():
        return True
    return low(stream, index - 2) in ("-", ".") and stream[index].low == low(stream, index - 2)


def _between_digits(stream: list[Token], index: int) -> bool:
    return low(stream, index - 1).isdigit() and low(stream, index + 1).isdigit()
