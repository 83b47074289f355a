"""Names of people, spoken and spelled: "it's Jane Smith", "last name Smyth, S-M-Y-T-H", "Smith with a y". Pure.

What is spelled wins over what was heard when both begin alike or sound alike. Without a spelling a name is known by its
place in the sentence and by its capitals, which recognisers give to names they know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from voicebot.identifiers.everyday import EVERYDAY
from voicebot.identifiers.found import Found
from voicebot.identifiers.spelling import find_spellings
from voicebot.identifiers.vocabulary import words
from voicebot.identifiers.wordsound import word_distance

_WORD = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]+(?:['’\-][A-Za-zÀ-ÖØ-öø-ÿ]+)*")
_PARTICLES = frozenset(words("de da di del della der den van von la le du dos das ter ten bin ibn al el zu"))
_TITLES = frozenset(words("mr mrs ms miss dr doctor sir mister missus madam professor"))
_ANNOUNCED = re.compile(
    r"\b(?:(?:(?:first|last|given|family|full|middle|maiden|my|sur|the|her|his)\s+)*(?:sur)?names?"
    r"(?:\s+(?:on|for)\s+(?:the|my)\s+(?:account|order))?(?:\s*(?:is|was|would be|'s|’s)|,|:)?(?:\s+called)?"
    r"|i\s+am|i['’]m|this\s+is|it['’]?s|it\s+is|that['’]s|call\s+me|called|speaking\s+(?:to|with)|under|for|by)\s+",
    re.IGNORECASE,
)
#: Everyday words that are names beside another name: Dan Brown, April Jones.
_ALSO_NAMES = frozenset(
    words("april august black blue brown day early green happy june long red small sunday white will")
)
#: What people say around a name that is all they say.
_AROUND = frozenset(
    words(
        "yes yeah yep no hi hello hey um uh er oh okay ok so well it's its it is that's this i'm im my name names",
        "the a please thanks thank you sir ma'am here speaking and sorry sure right spelled spelt spell under for",
        "with by as",
    )
)
_WITH_LETTER = re.compile(
    r"\bwith\s+(?:(?P<count>an?|one|two|double)\s+)?(?P<letter>ph|[a-z])(?:['’]?s)?\b"
    r"(?:\s+(?:as|like|for)(?:\s+in)?\s+\w+)?(?P<end>\s+(?:at|on|in)\s+the\s+end)?",
    re.IGNORECASE,
)
_WITHOUT_LETTER = re.compile(
    r"\b(?:without\s+(?:an?|the)|no)\s+(?P<letter>[a-z])(?=\s*(?:$|[.,;!?]|at the end))", re.IGNORECASE
)
_SURNAME = re.compile(r"\b(?:last|family|second|sur)\s*name\b", re.IGNORECASE)
#: A letter and what it stands instead of.
_INSTEAD_OF: Mapping[str, tuple[str, ...]] = {
    "y": ("ie", "i", "ey"),
    "i": ("y", "e"),
    "k": ("c", "ck"),
    "c": ("k", "s"),
    "z": ("s",),
    "s": ("z", "c"),
    "f": ("ph",),
    "ph": ("f", "v"),
    "g": ("j",),
    "j": ("g",),
    "v": ("ph", "f"),
    "a": ("e", "o"),
    "e": ("a", "i"),
    "o": ("e", "a"),
}
_ALIKE = 0.45
_LONGEST = 5
#: Words that a sentence may have beside a name and its announcement, for the name to be all it says.
_FEW = 3
_ABBREVIATED = 3
_TAKEN = "|"
_SPELLED_ALONE = 0.9


@dataclass(frozen=True, slots=True)
class _Spoken:
    """Words that seem to be a name, and how sure that is."""

    words: tuple[str, ...]
    span: tuple[int, int]
    score: float


def find_names(text: str) -> list[Found]:
    """Names as they are written, best first: `Jane Smith`, `Ludwig van der Berg`, `Tina O'Brien`."""
    spellings = [s for s in find_spellings(text, apart=True) if s.score >= 0.6]
    spoken = _spoken(text, [s.span for s in spellings])
    spoken = [_varied(name, text) for name in spoken]
    found = [_joined(name, spellings) for name in spoken]
    used = {_letters(f.value) for f in found}
    found += [
        Found(cased(spelled.value), spelled.span, spelled.score * _SPELLED_ALONE)
        for spelled in spellings
        if not any(_letters(spelled.value) in value for value in used)
    ]
    return sorted([*_first_and_last(found, text), *found], key=lambda f: -f.score)


def _first_and_last(found: Sequence[Found], text: str) -> list[Found]:
    """The whole name when its two parts are announced one by one: "first name Yusuf, last name Rossi"."""
    parts = sorted(found, key=lambda f: f.span)
    if len(parts) != 2 or not _SURNAME.search(text, parts[0].span[1], parts[1].span[0]):
        return []
    value = f"{parts[0].value} {parts[1].value}"
    return [Found(value, (parts[0].span[0], parts[1].span[1]), min(1.0, min(p.score for p in parts) + 0.1))]


def cased(name: str) -> str:
    """A name with the capitals it is written with: `MCDONALD` -> `McDonald`, `VAN DER BERG` -> `van der Berg`."""
    parts = name.split()
    return " ".join(_cased_word(part, alone=len(parts) == 1) for part in parts)


def _cased_word(word: str, *, alone: bool = False) -> str:
    if "-" in word:
        return "-".join(_cased_word(part, alone=True) for part in word.split("-"))
    if not (word.isupper() or word.islower()):
        return word.replace("’", "'")
    low = word.lower().replace("’", "'")
    if low in _PARTICLES and not alone:
        return low
    if match := re.fullmatch(r"([od])'(\w+)", low):
        return f"{match[1].upper()}'{match[2].capitalize()}"
    if low.startswith("mc") and len(low) > 4:
        return "Mc" + low[2:].capitalize()
    return low.capitalize()


def _spoken(text: str, taken: Sequence[tuple[int, int]]) -> list[_Spoken]:
    """Runs of words that may be names, none of them inside `taken`."""
    plain = text
    for start, end in taken:
        plain = plain[:start] + _TAKEN * (end - start) + plain[end:]
    announced = [match.end() for match in _ANNOUNCED.finditer(plain)]
    found = []
    for run in _runs(plain):
        first, last = run[0].start(), run[-1].end()
        known = any(end == first for end in announced)
        rest = _WORD.findall(_without_variations(_ANNOUNCED.sub(" ", plain[:first] + " " + plain[last:])))
        alone = len(rest) <= _FEW and all(w.lower() in _AROUND or w.lower() in _TITLES for w in rest)
        score = _likelihood([m.group() for m in run], announced=known, alone=alone, first=not plain[:first].strip())
        if score > 0:
            found.append(_Spoken(_mended([m.group() for m in run]), (first, last), score))
    return found


def _without_variations(text: str) -> str:
    return _WITHOUT_LETTER.sub("", _WITH_LETTER.sub("", text))


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    """Neighbouring words that are no everyday words."""
    run: list[re.Match[str]] = []
    for match in _WORD.finditer(text):
        low = match.group().lower().replace("’", "'")
        single = len(low) == 1 and low != "o"
        between = text[run[-1].end() : match.start()] if run else ""
        # What was spelled in between belongs to the name.
        if between.strip(" ,.:|" if _TAKEN in between else None):
            yield from _worth(run)
            run = []
        also = low in _ALSO_NAMES and (run or _name_follows(text, match.end()))
        if (
            (low in EVERYDAY and not also)
            or low in _TITLES
            or single
            or low.endswith(("'s", "'re", "'ll", "'ve", "n't"))
        ):
            yield from _worth(run)
            run = []
        else:
            run.append(match)
    yield from _worth(run)


def _name_follows(text: str, end: int) -> bool:
    following = _WORD.search(text, end)
    if following is None or text[end : following.start()].strip():
        return False
    return following.group()[0].isupper() and following.group().lower() not in EVERYDAY


def _worth(run: list[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    while run and (run[-1].group().lower() in _PARTICLES or len(run[-1].group()) == 1):
        run = run[:-1]
    if run and len(run) <= _LONGEST:
        yield run


def _likelihood(run: list[str], *, announced: bool, alone: bool, first: bool) -> float:
    """Capitals, an announcement, and nothing else in the sentence speak for a name."""
    capitals = all(word[0].isupper() or word in _PARTICLES for word in run)
    if any(word.isupper() and len(word) <= _ABBREVIATED for word in run):
        return 0.0
    # The first word of a sentence is capitalised whatever it is.
    telling = capitals and (not first or len(run) > 1)
    full = 0.1 if len(run) > 1 else 0.0
    if alone:
        return (0.9 if telling or (capitals and announced) else 0.7 if capitals else 0.5) + full
    if announced and telling:
        return 0.8 + full
    return 0.5 + full if telling and len(run) > 1 else 0.0


def _mended(run: Sequence[str]) -> tuple[str, ...]:
    """ "o brien" and "Mc Donald" in one."""
    made: list[str] = []
    for word in run:
        before = made[-1].lower() if made else ""
        if before in ("o", "mc", "mac"):
            made[-1] = f"O'{word.capitalize()}" if before == "o" else before.capitalize() + word.capitalize()
        else:
            made.append(_cased_word(word))
    return tuple(made)


def _varied(name: _Spoken, text: str) -> _Spoken:
    """The name with a letter that is said to be different: "Smith with a y", "Clark with an e", "with two t's"."""
    changed = name
    for match in _WITH_LETTER.finditer(text, name.span[1]):
        letter = match["letter"].lower()
        twice = (match["count"] or "").lower() in ("two", "double")
        changed = replace(changed, words=_with_letter(changed.words, letter * (2 if twice else 1), bool(match["end"])))
    for match in _WITHOUT_LETTER.finditer(text, name.span[1]):
        last = changed.words[-1]
        if last.lower().endswith(match["letter"].lower()):
            changed = replace(changed, words=(*changed.words[:-1], last[:-1]))
    return changed


def _with_letter(name: tuple[str, ...], letter: str, at_end: bool) -> tuple[str, ...]:
    """The last word that the letter can be fitted into, changed."""
    for index in reversed(range(len(name))):
        word = name[index].lower()
        if letter in word:
            return name
        new = None
        if len(letter) == 2 and letter != "ph":
            new = word.replace(letter[0], letter, 1) if letter[0] in word else None
        elif at_end:
            new = word + letter
        else:
            old = next((old for old in _INSTEAD_OF.get(letter, ()) if old in word), None)
            if letter == "e" and word[-1] not in "aeiou":
                new = word + letter
            elif old:
                new = word.replace(old, letter, 1)
        if new:
            return (*name[:index], _cased_word(new), *name[index + 1 :])
    return name


def _joined(name: _Spoken, spellings: Sequence[Found]) -> Found:
    """The spoken name with those words replaced that were spelled too."""
    made = list(name.words)
    start, end = name.span
    sure = False
    for spelled in spellings:
        for letters, places in _aligned(spelled.value, made):
            if len(places) == 1:
                made[places[0]] = _as_spelled(made[places[0]], letters)
                sure = True
                start, end = min(start, spelled.span[0]), max(end, spelled.span[1])
    return Found(" ".join(made), (start, end), 1.0 if sure else name.score)


def _aligned(spelled: str, name: Sequence[str]) -> list[tuple[str, tuple[int, ...]]]:
    """Which words of the name a spelling spells; several words spelled in one go are cut where that fits best."""
    parts = spelled.split()
    if len(parts) == len(name) > 1 and all(_agree(p, w) for p, w in zip(parts, name, strict=True)):
        return [(part, (i,)) for i, part in enumerate(parts)]
    whole = "".join(parts)
    best = min(range(len(name)), key=lambda i: (not _agree(whole, name[i]), word_distance(whole, _letters(name[i]))))
    if _agree(whole, name[best]):
        return [(whole, (best,))]
    if len(name) == 2 and len(whole) >= 4:
        first, second = map(_letters, name)
        cut = min(
            range(1, len(whole)), key=lambda c: word_distance(whole[:c], first) + word_distance(whole[c:], second)
        )
        if _agree(whole[:cut], first) and _agree(whole[cut:], second):
            return [(whole[:cut], (0,)), (whole[cut:], (1,))]
    return []


def _agree(spelled: str, word: str) -> bool:
    letters = _letters(word)
    apart = word_distance(spelled, letters) / max(len(spelled), len(letters))
    return apart <= _ALIKE or (spelled[0] == letters[0] and apart <= 0.7 and abs(len(spelled) - len(letters)) <= 3)


def _as_spelled(word: str, letters: str) -> str:
    return word if _letters(word) == letters.replace("'", "").replace("-", "") else cased(letters)


def _letters(word: str) -> str:
    return re.sub(r"[^A-Z]", "", word.upper()) or word.upper()
