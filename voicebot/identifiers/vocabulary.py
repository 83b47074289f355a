"""Words for digits, letters and what stands between them in dictated identifiers (English)."""

from __future__ import annotations

from collections.abc import Mapping


def words(*lines: str) -> tuple[str, ...]:
    """The words of some lines, in order: tables that stay readable."""
    return tuple(" ".join(lines).split())


UNITS: Mapping[str, int] = {
    **{w: v for v, w in enumerate(words("zero one two three four five six seven eight nine"))},
    "nought": 0,
    "naught": 0,
    "fife": 5,
    "niner": 9,
}
TEENS: Mapping[str, int] = {
    w: v
    for v, w in enumerate(
        words("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"), start=10
    )
}
TENS: Mapping[str, int] = {
    **{w: v * 10 for v, w in enumerate(words("twenty thirty forty fifty sixty seventy eighty ninety"), start=2)},
    "fourty": 40,
    "ninty": 90,
}
ZERO_LIKE = frozenset(words("o oh ow owe"))
TIMES: Mapping[str, int] = {"double": 2, "dubble": 2, "triple": 3, "treble": 3, "quadruple": 4}
#: Words that recognisers write for a digit; believed only between digits.
HOMOPHONES: Mapping[str, str] = {
    "to": "2",
    "too": "2",
    "tu": "2",
    "for": "4",
    "fore": "4",
    "won": "1",
    "ate": "8",
    "tree": "3",
    "free": "3",
    "sex": "6",
}
NATO: Mapping[str, str] = {
    word: word[0].upper()
    for word in words(
        "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike november oscar",
        "papa quebec romeo sierra tango uniform victor whiskey whisky xray yankee zulu",
    )
}
#: Letter names that are no other everyday word.
LETTER_NAMES: Mapping[str, str] = {
    name: letter.upper()
    for letter, names in {
        "c": "cee",
        "d": "dee",
        "g": "gee",
        "h": "aitch haitch",
        "j": "jay",
        "k": "kay",
        "l": "el",
        "m": "em",
        "n": "en",
        "q": "cue",
        "r": "ar",
        "s": "ess",
        "t": "tee",
        "v": "vee",
        "x": "ex",
        "y": "wye",
        "z": "zed zee",
    }.items()
    for name in words(names)
}
#: Sounds and joins that may stand inside a dictated identifier.
JOINS = frozenset(
    words(
        "uh um er erm ah eh hmm mm and then dash hyphen minus space stroke slash dot point comma number",
        "- . , / _ # ( )",
    )
)
