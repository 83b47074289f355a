"""How many: "two of them", "a pair", "half a dozen", "just one", "both". Pure. Values are whole numbers: `2`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voicebot.identifiers.cardinals import cardinal, glued, ordinal
from voicebot.identifiers.found import Found
from voicebot.identifiers.ranking import best_first
from voicebot.identifiers.tokens import Token, low, tokens
from voicebot.identifiers.vocabulary import TEENS, TENS, UNITS, ZERO_LIKE, words

#: Longest first.
_PHRASES: tuple[tuple[tuple[str, ...], int], ...] = (
    (words("half a dozen"), 6),
    (words("a half dozen"), 6),
    (words("a dozen"), 12),
    (words("a couple"), 2),
    (words("a single one"), 1),
    (words("the one"), 1),
    (("both",), 2),
    (("single",), 1),
    (("none",), 0),
)
_TIMES: Mapping[str, int] = {"dozen": 12, "dozens": 12}
#: Sold as one thing.
_PAIRED = frozenset(
    words(
        "jeans pants trousers shorts leggings tights boots shoes sneakers trainers sandals heels slippers flats socks",
        "gloves mittens earrings headphones earbuds glasses sunglasses scissors pyjamas pajamas skis",
    )
)
_ONLY = frozenset(words("just only all of x times want need like take keep return send"))
#: Words that make a number a count of things.
_PIECES = frozenset(words("of pieces piece items item units unit x times copies copy sets pcs"))
#: Words after which a number is no quantity of things.
_OTHER_UNITS = frozenset(
    words(
        "day days week weeks month months year years hour hours minute minutes second seconds moment am pm o'clock",
        "percent % dollar dollars euro euros pound pounds bucks quid cent cents pence $ € £ st nd rd th / : thing way",
    )
)
#: Before "one" these make it a pronoun: "that one".
_POINTING = frozenset(
    words("the that this which any no every each another other last first next wrong right same red blue black white")
)
_BEFORE_OTHER = frozenset(words("number order $ € £ # size at - / : . the code zip digit"))
_MOST = 999


def find_quantities(text: str) -> list[Found]:
    """Counts of things in `text`, best first; a number that may count something else has a low score."""
    stream = tokens(text)
    found: list[Found] = []
    index = 0
    while index < len(stream):
        read = _phrase(stream, index) or _counted(stream, index)
        if read is None:
            index += 1
            continue
        value, score, after = read
        if score > 0:
            found.append(Found(str(value), (stream[index].start, stream[after - 1].end), score))
        index = after
    return best_first(found, text)


def _phrase(stream: Sequence[Token], index: int) -> tuple[int, float, int] | None:
    if (pairs := _pairs(stream, index)) is not None:
        return pairs
    for phrase, value in _PHRASES:
        if all(low(stream, index + i) == word for i, word in enumerate(phrase)):
            after = index + len(phrase)
            if phrase == ("the", "one") and low(stream, index - 1) not in ("just", "only"):
                continue
            if phrase[-1] == "single" and low(stream, index - 1) not in ("a", "just", "only"):
                continue
            return value, 0.7 if low(stream, after) in _OTHER_UNITS else 0.95, after
    return None


def _pairs(stream: Sequence[Token], index: int) -> tuple[int, float, int] | None:
    """ "A pair" is two, but "a pair of jeans", as the second of "two pairs", is one thing."""
    read = (1, index + 1) if low(stream, index) == "a" else cardinal(stream, index)
    if read is None or low(stream, read[1]) not in ("pair", "pairs"):
        return None
    value, after = read[0], read[1] + 1
    things = low(stream, after) == "of" and any(low(stream, after + i) in _PAIRED for i in (1, 2, 3))
    return (value if things or value > 1 else 2), 0.95, after


def _counted(stream: Sequence[Token], index: int) -> tuple[int, float, int] | None:
    """Score 0 for a number that is no quantity: it is passed over as a whole."""
    if (place := ordinal(stream, index)) is not None:
        return 0, 0.0, place[1]
    read = cardinal(stream, index)
    if read is None:
        return None
    value, after = read
    if (factor := _TIMES.get(low(stream, after))) is not None:
        value, after = value * factor, after + 1
    following, preceding = low(stream, after), low(stream, index - 1)
    if _inside_of_identifier(stream, index, after):
        return 0, 0.0, after
    if _number(following) or following in ZERO_LIKE:
        return 0, 0.0, _end_of_digits(stream, after)
    if value > _MOST or following in _OTHER_UNITS or (following == "." and _number(low(stream, after + 1))):
        return 0, 0.0, after
    pointed = preceding in _POINTING or preceding.endswith("er") or ordinal(stream, index - 1) is not None
    if index > 0 and low(stream, index) == "one" and pointed:
        return 0, 0.0, after
    alone = sum(token.low.isalnum() for token in stream) <= after - index + 2
    if preceding in _BEFORE_OTHER and not alone:
        return value, 0.3, after
    if following in _PIECES or preceding in _ONLY or alone:
        return value, 1.0, after
    noun = following.isalpha() and len(following) > 2 and following not in ("and", "please", "but", "then", "for")
    return value, 0.7 if noun else 0.5, after


def _inside_of_identifier(stream: Sequence[Token], index: int, after: int) -> bool:
    """Figures with letters on one side: "X34PY", but not "2x"."""
    before = glued(stream, index) and low(stream, index - 1).isalpha()
    behind = glued(stream, after) and low(stream, after).isalpha() and low(stream, after) not in ("x", "pcs")
    return low(stream, index).isdigit() and (before or behind)


def _number(word: str) -> bool:
    return word.isdigit() or word in UNITS or word in TEENS or word in TENS


def _end_of_digits(stream: Sequence[Token], index: int) -> int:
    while _number(low(stream, index)) or low(stream, index) in ZERO_LIKE:
        index += 1
    return index
