"""Recognition errors made up: words replaced by words that sound like them, left out, and put in.

Which words a recogniser takes for one another is told by a rough key of their sound (consonants by place and manner,
vowels only at the beginning), and among words of one key by their spelling. Everything comes from a seed.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

#: Of a hundred errors: replaced, left out, put in. About what a recogniser does on 8 kHz speech.
SHARES = (60, 22, 18)
_INSERTED = ("the", "a", "to", "and", "it", "in", "is", "uh", "of", "you", "that", "so", "on", "i", "um", "was")
_WORD = re.compile(r"[A-Za-z][A-Za-z']*")
_SPELLINGS = (("ph", "f"), ("ck", "k"), ("gh", ""), ("wr", "r"), ("kn", "n"), ("wh", "w"), ("qu", "kw"), ("x", "ks"),
              ("ce", "se"), ("ci", "si"), ("ge", "je"), ("tion", "shun"))  # fmt: skip
_SOUNDS: Mapping[str, str] = {
    **dict.fromkeys("bp", "P"), **dict.fromkeys("dt", "T"), **dict.fromkeys("kgcq", "K"), **dict.fromkeys("fv", "F"),
    **dict.fromkeys("szjx", "S"), **dict.fromkeys("mn", "N"), "l": "L", "r": "R",
}  # fmt: skip


def sound(word: str) -> str:
    """A rough key: words with the same key are easily taken for one another."""
    text = word.lower().replace("'", "")
    for spelled, spoken in _SPELLINGS:
        text = text.replace(spelled, spoken)
    key = ["A" if text[:1] in ("a", "e", "i", "o", "u", "y") else _SOUNDS.get(text[:1], text[:1])]
    for letter in text[1:]:
        kind = _SOUNDS.get(letter, "")
        if kind and kind != key[-1]:
            key.append(kind)
    return "".join(key)


def sound_alikes(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Word -> other words of these texts that sound like it, or else those of the nearest key."""
    words = sorted({word.lower() for text in texts for word in _WORD.findall(text)})
    keyed: defaultdict[str, list[str]] = defaultdict(list)
    for word in words:
        keyed[sound(word)].append(word)
    found = {}
    for word in words:
        key = sound(word)
        alike = [other for other in keyed[key] if other != word]
        if not alike:
            near = [key[:i] + key[i + 1 :] for i in range(len(key)) if len(key) > 2]
            alike = [other for other_key in near for other in keyed.get(other_key, ())]
        close = sorted(alike, key=lambda other: (abs(len(other) - len(word)), other))
        found[word] = tuple(close[:4])
    return found


def misheard(text: str, rate: float, alike: Mapping[str, Sequence[str]], seed: int) -> str:
    """`text` as a recogniser with word error rate `rate` might give it. Never empty when `text` is not."""
    chance = random.Random(f"{seed}:{text}")
    out: list[str] = []
    for word in text.split():
        if chance.random() >= rate:
            out.append(word)
            continue
        kind = chance.choices(("replace", "drop", "add"), SHARES)[0]
        bare = word.strip(".,!?;:\"'").lower()
        if kind == "add":
            out += [word, chance.choice(_INSERTED)]
        elif kind == "replace":
            others = alike.get(bare) or _INSERTED
            out.append(chance.choice(tuple(others)))
    return " ".join(out) or text
