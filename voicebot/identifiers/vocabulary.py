"""Words for digits, letters and what stands between them in dictated identifiers (English)."""

from __future__ import annotations

from collections.abc import Mapping


def words(*lines: str) -> tuple[str, ...]:
    """The words of some lines, in order: tables that stay readable."""
    return tuple(" ".join(lines).split())


#: Typographic quotes -> those of a keyboard, for `str.translate`.
QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"'})
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
#: Letter -> the word that says it unmistakably, for reading back: "M as in Mike".
ALPHABET: Mapping[str, str] = {
    letter: word.capitalize() for word, letter in NATO.items() if word not in ("alfa", "juliett", "whisky")
} | {"X": "X-ray"}
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
#: Everyday words that recognisers write for a letter's name; believed only beside other characters.
LETTER_HOMOPHONES: Mapping[str, str] = {
    word: letter.upper()
    for letter, names in {
        "a": "ay",
        "b": "be bee",
        "c": "see sea",
        "e": "ee",
        "i": "eye aye",
        "j": "jays",
        "k": "okay",
        "l": "ell",
        "o": "oh owe",
        "p": "pea pee",
        "q": "queue kew",
        "r": "are",
        "t": "tea",
        "u": "you yew ewe",
        "v": "vie",
        "x": "ecks",
        "y": "why",
        "z": "zedd said",
    }.items()
    for word in words(names)
}
#: Word -> the characters it may have been, for words further off: believed only where a format wants a character.
MISHEARD: Mapping[str, str] = {
    word: characters
    for characters, heard in {
        "A": "hey eh",
        "B": "bay",
        "C": "she",
        "D": "the",
        "E": "he",
        "F": "if off",
        "G": "jean",
        "H": "each ash page",
        "8H": "age hate",
        "K": "cake care",
        "L": "all hell elle",
        "M": "them am him",
        "NM": "and an end in on",
        "P": "pay",
        "R": "our or ah far",
        "S": "as us is ass access",
        "T": "it",
        "V": "we",
        "X": "eggs axe ax",
        "X6": "sex",
        "Z": "that set sad",
        "3": "free threes",
        "4": "full fall door or",
        "5": "fire fires",
        "6": "sick sicks",
        "8": "aid it's",
        "9": "line mine main",
    }.items()
    for word in words(heard)
}
#: First words that come to mind for a letter, beside the spelling alphabets.
EXAMPLES = frozenset(
    words(
        "adam able amy anna apple alice annie andrew baker boy bob bobby ball banana barry ben bird book bear",
        "charles cat car candy cake carrot david dog dan don donkey daddy delta easy edward eric egg elephant eagle",
        "fox frank fred fish father friday freddie george girl good goat green golf henry harry house hat horse happy",
        "ida ice ink india igloo island isaac john jack jim jam jane job king kite kangaroo kitchen kevin karen",
        "larry love lemon london lion lucy lincoln mary mother monkey money mike mum mom man martin nancy nora nut",
        "nelly nick night nuts ocean orange oliver over open peter paul pig paris penny park queen quick robert roger",
        "rabbit rose rob red ralph sam sugar susan snake sun steve simon thomas tom tim tiger tea tommy table",
        "uncle umbrella union under victor van violet vincent vegas vase water william wendy walter window xylophone",
        "yellow young york yoyo yes zebra zoo zero zach zachary zurich",
    )
)
#: Sounds and joins that may stand inside a dictated identifier.
JOINS = frozenset(
    words(
        "uh um er erm ah eh hmm mm and then dash hyphen minus space stroke slash dot point comma number",
        "- . , / _ # ( )",
    )
)
