"""Words spelled letter by letter, as recognisers write them: "D-R-A-V-K", "d r a v k", "Drav K", "dee are ay". Pure.

Letters' names that are everyday words (are, you, see) count only beside other letters; NATO words, "b as in boy" and
"double s" are read. Letters alone: order numbers and postcodes have their own readers.
"""

from __future__ import annotations

import enum
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from voicebot.identifiers.everyday import ABBREVIATIONS, EVERYDAY
from voicebot.identifiers.examples import example_after
from voicebot.identifiers.found import Found
from voicebot.identifiers.tokens import Token, low, tokens
from voicebot.identifiers.vocabulary import (
    LETTER_HOMOPHONES,
    LETTER_NAMES,
    NATO,
    TIMES,
    ZERO_LIKE,
    words,
)


class Strength(enum.IntEnum):
    """How surely a word stands for letters."""

    LUMP = 0
    """Letters written together, "Drav": only where the rest is spelled."""
    WEAK = 1
    """An everyday word, "are": only between other letters, or where nothing else follows."""
    LIKELY = 2
    """A letter's name or an alphabet's word, "kay", "bravo"."""
    SURE = 3
    """A letter by itself, or with its example."""


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    first: int
    after: int
    strength: Strength


#: Between letters, without meaning; a space in what is spelled ends a word.
_JOINS = frozenset(words("- . , / ; ' uh um er erm hmm then and capital uppercase lowercase letter big small"))
_BREAKS = frozenset(words("space blank"))
_MARKS = {"hyphen": "-", "dash": "-", "apostrophe": "'"}
#: Words after which a spelled word begins, so that "a" and "see" are letters.
_ANNOUNCING = frozenset(
    words(
        "is it's its that's thats spelled spelt spell spelling letters name surname by as spells write written : , .",
        "? ! ; - no yes yeah first last okay sure",
    )
)
_POLITE = frozenset(words("please thanks thank you sir ma'am okay yes yeah"))
_LUMP_LETTERS, _SMALL_LUMP_LETTERS, _CAPITALS = 5, 3, 12
_WHOLE_WORD, _WORD_AND_LETTERS, _NAMES = 0.3, 0.5, 0.9
#: So many letters' names and nothing else are a spelling, even if most are everyday words.
_NAMES_ALONE = 4
_GAP = "|"
#: So many equal gaps on both sides make another one a space between words.
_SAME_GAPS = 2
_PIECES = 5
_LUMPED, _HOMOPHONES, _SURE = 0.6, 0.9, 1.0


def find_spellings(text: str, *, apart: bool = False) -> list[Found]:
    """Spelled words in capitals, best first: `DRAVK`, `JACK WILKINS`, `SMITH-JONES`.

    A text that is one word and no spelling scores 0.3: what somebody said who had been asked to spell.

    Args:
        apart: a gap of another kind divides words ("J-A-N-E S-M-I-T-H"); else only a spoken "space" does.
    """
    stream = tokens(text)
    found = [spelled for row in _rows(stream) if (spelled := _judge(stream, row)) is not None]
    if not apart:
        found = [replace(f, value=f.value.replace(_GAP, "")) for f in found]
    found = [replace(f, value=f.value.replace(_GAP, " ")) for f in found]
    if not found and (whole := _whole(stream)) is not None:
        found = [whole]
    return sorted(found, key=lambda f: (-f.score, -len(f.value)))


def _rows(stream: Sequence[Token]) -> list[list[_Piece]]:
    """Pieces that follow one another with nothing but joins between them."""
    rows: list[list[_Piece]] = [[]]
    index = 0
    while index < len(stream):
        piece = _mark(stream, index, bool(rows[-1])) or _piece(stream, index)
        if piece is not None:
            if piece.strength is Strength.LUMP and low(stream, index - 1) in (",", "."):
                rows.append([])
            rows[-1].append(piece)
            index = piece.after
            continue
        mark = stream[index].low
        if mark not in _JOINS or (mark in (",", ".") and rows[-1] and rows[-1][-1].strength is Strength.LUMP):
            rows.append([])
        index += 1
    return [row for row in rows if row]


def _mark(stream: Sequence[Token], index: int, inside: bool) -> _Piece | None:
    word = stream[index].low
    if not inside or index + 1 >= len(stream):
        return None
    if word in _BREAKS:
        return _Piece(" ", index, index + 1, Strength.WEAK)
    return _Piece(_MARKS[word], index, index + 1, Strength.WEAK) if word in _MARKS else None


def _piece(stream: Sequence[Token], index: int) -> _Piece | None:
    token = stream[index]
    word = token.low
    if not word.isascii():
        return None
    if word in TIMES:
        return _repeated(stream, index)
    if word in ("x", "ex") and low(stream, index + 1) == "-" and low(stream, index + 2) == "ray":
        return _Piece("X", index, index + 3, Strength.SURE)
    if len(word) == 1:
        if not word.isalpha():
            return None
        if example := example_after(stream, index):
            return _Piece(example[0], index, example[1], Strength.SURE)
        return _Piece(word.upper(), index, index + 1, Strength.LIKELY if word in "ai" else Strength.SURE)
    if token.text.isupper() and _is_lump(stream, index) and "-" in (low(stream, index - 1), low(stream, index + 1)):
        # Capitals between hyphens are letters, whatever they could be the name of: "AR-AP-AH-O-E".
        return _Piece(word.upper(), index, index + 1, Strength.LUMP)
    if letter := NATO.get(word):
        return _Piece(letter, index, index + 1, Strength.LIKELY)
    if letter := LETTER_NAMES.get(word):
        # "dee as in dog"; the example is looked up for the letter that the name stands for.
        spoken = Token(letter, token.start, token.end)
        example = example_after([*stream[:index], spoken, *stream[index + 1 :]], index)
        return _Piece(letter, index, example[1] if example else index + 1, Strength.LIKELY)
    if letter := LETTER_HOMOPHONES.get(word):
        return _Piece(letter, index, index + 1, Strength.WEAK)
    if word in ZERO_LIKE:
        return _Piece("O", index, index + 1, Strength.WEAK)
    return _Piece(word.upper(), index, index + 1, Strength.LUMP) if _is_lump(stream, index) else None


def _is_lump(stream: Sequence[Token], index: int) -> bool:
    token = stream[index]
    if not token.text.isalpha():
        return False
    if (
        token.text.isupper()
        and len(token.text) <= _CAPITALS
        and "-" in (low(stream, index - 1), low(stream, index + 1))
    ):
        return True
    longest = _LUMP_LETTERS if token.text[0].isupper() else _SMALL_LUMP_LETTERS
    return len(token.text) <= longest and token.low not in EVERYDAY and token.low not in _JOINS


def _repeated(stream: Sequence[Token], index: int) -> _Piece | None:
    what = index + 2 if low(stream, index + 1) == "-" else index + 1
    word = low(stream, what)
    times = TIMES[stream[index].low]
    if times == 2 and word in ("u", "you", "yew"):
        return _Piece("W", index, what + 1, Strength.SURE)
    if len(word) == 1 and word.isalpha() and word.isascii():
        letter, after = example_after(stream, what) or (word.upper(), what + 1)
        return _Piece(letter * times, index, after, Strength.SURE)
    letter = LETTER_NAMES.get(word) or NATO.get(word) or LETTER_HOMOPHONES.get(word, "")
    return _Piece(letter * times, index, what + 1, Strength.SURE) if letter else None


def _judge(stream: Sequence[Token], row: list[_Piece]) -> Found | None:
    """The spelled word in a row, without what only looks like letters at its ends; None when it is none."""
    if _nothing_but_names(stream, row):
        return _found(stream, row, _NAMES)
    row = _without_ends(stream, _without_the_word(row))
    sure = sum(len(p.text) for p in row if p.strength is Strength.SURE)
    likely = sum(len(p.text) for p in row if p.strength is Strength.LIKELY)
    lumps = [p for p in row if p.strength is Strength.LUMP]
    if not row or not (sure or likely):
        return None
    if lumps:
        return _found(stream, row, _LUMPED) if sure or likely > 1 else None
    if sure + likely < 2 or (sure == 0 and likely < 3):
        return None
    weak = any(p.strength is Strength.WEAK and p.text.isalpha() for p in row)
    score = _HOMOPHONES if weak else _SURE
    return _found(stream, row, score if sure + likely >= 3 else score * 0.8)


def _nothing_but_names(stream: Sequence[Token], row: Sequence[_Piece]) -> bool:
    """The whole text is letters' names, most of which may be everyday words: "be are you em eye tea tea"."""
    inside = range(row[0].first, row[-1].after)
    around = [token.low for index, token in enumerate(stream) if index not in inside]
    if any(word.isalpha() and word not in _POLITE and word not in _ANNOUNCING for word in around):
        return False
    strengths = {piece.strength for piece in row}
    if Strength.LUMP in strengths or Strength.WEAK not in strengths:
        return False
    telling = sum(p.strength >= Strength.LIKELY and p.text not in ("A", "I") for p in row)
    return len(row) >= _NAMES_ALONE and telling >= (1 if len(row) > _NAMES_ALONE else 2)


def _without_the_word(row: list[_Piece]) -> list[_Piece]:
    """The letters of "Smith S M I T H" and "S M I T H Smith" alone."""
    letters = [p for p in row if p.strength is not Strength.LUMP]
    if len(letters) >= 3:
        if row[0].strength is Strength.LUMP and len(row[0].text) > 1 and row[0].text[0] == row[1].text[0]:
            row = row[1:]
        if row[-1].strength is Strength.LUMP and row[-1].text[0] == row[0].text[0] and len(row[-1].text) > 2:
            row = row[:-1]
    return row


def _without_ends(stream: Sequence[Token], row: list[_Piece]) -> list[_Piece]:
    while row and not _begins(stream, row):
        row = row[1:]
    while row and not _ends(stream, row):
        row = row[:-1]
    return row


def _begins(stream: Sequence[Token], row: list[_Piece]) -> bool:
    piece = row[0]
    before = low(stream, piece.first - 1)
    announced = not before or before in _ANNOUNCING
    if not piece.text[0].isalpha():
        return False
    if piece.strength is Strength.LUMP:
        return _letters_written_together(stream, piece) or (len(row) > 1 and row[1].strength >= Strength.LIKELY)
    if piece.strength is Strength.WEAK:
        return announced and any(p.strength >= Strength.LIKELY for p in row[1:3])
    if piece.text in "AI" and piece.strength is Strength.LIKELY:
        return announced or stream[piece.first].text == "A" or _hyphen_follows(stream, piece)
    return True


def _ends(stream: Sequence[Token], row: list[_Piece]) -> bool:
    piece = row[-1]
    after = low(stream, piece.after)
    closed = not after or not after[0].isalnum() or after in _POLITE
    if not piece.text[-1].isalpha():
        return False
    if piece.strength is Strength.LUMP:
        return _letters_written_together(stream, piece) or (closed and len(row) > 1)
    if piece.strength is Strength.WEAK:
        return closed and sum(p.strength >= Strength.LIKELY for p in row) >= 2
    if stream[piece.first].low == "i":
        return closed
    return True


def _letters_written_together(stream: Sequence[Token], piece: _Piece) -> bool:
    token = stream[piece.first]
    return token.text.isupper() and token.low not in ABBREVIATIONS


def _hyphen_follows(stream: Sequence[Token], piece: _Piece) -> bool:
    return low(stream, piece.after) in ("-", ".", ",")


def _found(stream: Sequence[Token], row: Sequence[_Piece], score: float) -> Found:
    value = " ".join(_text(stream, row).split(" ")).strip()
    return Found(value, (stream[row[0].first].start, stream[row[-1].after - 1].end), score)


def _text(stream: Sequence[Token], row: Sequence[_Piece]) -> str:
    """The letters, with `_GAP` where they are separated in another way; said again, they count once."""
    gaps = [
        "".join(t.text for t in stream[one.after : two.first] if not t.text.isalnum())
        for one, two in itertools.pairwise(row)
    ]
    cuts = []
    for place, gap in enumerate(gaps):
        left, right = set(gaps[max(0, place - _SAME_GAPS) : place]), set(gaps[place + 1 : place + 1 + _SAME_GAPS])
        inside = place >= _SAME_GAPS and place + _SAME_GAPS < len(gaps)
        if inside and left == right and len(left) == 1 and gap not in left:
            cuts.append(place)
    words = "".join(piece.text + (_GAP if i in cuts else "") for i, piece in enumerate(row)).split(_GAP)
    whole = "".join(words)
    again = (words[0] * (len(whole) // len(words[0]) + 1))[: len(whole)]
    return words[0] if len(words) > 1 and whole == again else _GAP.join(words)


def _whole(stream: Sequence[Token]) -> Found | None:
    """A text that is one word, a word whose end was written apart ("Pomerant Z"), or only capitals ("ROS EN")."""
    left = [t for t in stream if t.text[0].isalpha() and t.low not in _POLITE and t.low not in _ANNOUNCING]
    if not left or any(t.text.isdigit() or not t.text.isascii() for t in stream):
        return None
    value = "".join(t.text for t in left).upper().replace("’", "'")
    span = left[0].start, left[-1].end
    capitals = [t for t in left if t.text.isupper()]
    if capitals and left[0].text.isupper() and all(t in capitals or len(t.text) <= _SMALL_LUMP_LETTERS for t in left):
        # Between pieces in capitals stands a piece that the recogniser took for a word: "MAH or NEY".
        plain = [t for t in left if t.low in ABBREVIATIONS or (t.low in EVERYDAY and len(t.text) > _SMALL_LUMP_LETTERS)]
        whole = not plain and left[-1] in capitals and len(left) <= _PIECES and len(value) > 2
        return Found(value, span, _LUMPED) if whole else None
    if left[0].low in EVERYDAY or left[0].low in _JOINS or left[0].low in LETTER_HOMOPHONES or len(left[0].text) < 2:
        return None
    if len(left) == 1:
        return Found(value, span, _WHOLE_WORD)
    letters = len(left) <= _SMALL_LUMP_LETTERS and all(len(t.text) == 1 for t in left[1:])
    return Found(value, span, _WORD_AND_LETTERS) if letters else None
