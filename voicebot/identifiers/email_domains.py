"""The part of an e-mail address behind the at-sign: providers as recognisers mangle them, and other domains. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voicebot.identifiers.cardinals import below_hundred, glued
from voicebot.identifiers.tokens import Token, low
from voicebot.identifiers.vocabulary import LETTER_NAMES, NATO, words

#: Providers' names and the domains under which they hand out addresses, the usual one first.
PROVIDERS: Mapping[str, tuple[str, ...]] = {
    "gmail": ("com",),
    "googlemail": ("com",),
    "yahoo": ("com", "co.uk", "fr", "de", "es", "it", "ca", "co.in", "com.au", "com.br"),
    "ymail": ("com",),
    "hotmail": ("com", "co.uk", "fr", "de", "es", "it"),
    "outlook": ("com", "de", "fr", "es"),
    "live": ("com", "co.uk", "fr", "nl"),
    "msn": ("com",),
    "icloud": ("com",),
    "me": ("com",),
    "mac": ("com",),
    "aol": ("com", "co.uk"),
    "protonmail": ("com", "ch"),
    "proton": ("me",),
    "comcast": ("net",),
    "verizon": ("net",),
    "att": ("net",),
    "sbcglobal": ("net",),
    "cox": ("net",),
    "btinternet": ("com",),
    "virginmedia": ("com",),
    "talktalk": ("net",),
    "sky": ("com",),
    "gmx": ("com", "de", "net", "at"),
    "web": ("de",),
    "fastmail": ("com", "fm"),
    "mail": ("com",),
    "zoho": ("com",),
}
#: Names that are everyday words: no provider is meant unless "dot com" follows.
_EVERYDAY = frozenset(words("live me mac sky web mail cox proton att"))
#: What recognisers write for an ending.
_ENDINGS: Mapping[str, str] = {
    **{
        ending: ending
        for ending in words("com net org edu gov co uk de fr es it nl us ca au eu in io at ch info biz me")
    },
    **dict.fromkeys(words("calm comm come kom comb con komm"), "com"),
    **dict.fromkeys(words("nett neat"), "net"),
    "orc": "org",
    "coat": "co",
    "code": "co",
}
DOT = "·"
"""A dot that was said; a written one may end a sentence."""
DASH = "‐"
"""A dash that was said; a written one may only stand between spelled letters."""
_MOST_TOKENS = 8
#: Words that end a name: they begin something else.
_NOT_IN_NAMES = frozenset(words("no sorry actually rather wait at is it's i'm that's thanks please but"))


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain, the index of the token behind it, and how sure it is (0..1; 0.4 when its ending was not said)."""

    name: str
    after: int
    score: float


def sound_key(name: str) -> str:
    """What is left of a name when spellings of the same sound are made one: `jml` for "gmail" and "geemail"."""
    key = name.lower()
    for pattern, sound in _SOUNDS:
        key = re.sub(pattern, sound, key)
    return re.sub(r"(.)\1+", r"\1", key)


_SOUNDS: tuple[tuple[str, str], ...] = (
    (r"^(?:gee|jee|g(?=mail|mai|ma)|ji|je|dj)", "j"),
    (r"^(?:eye|i|high|hi)(?=cloud|claud|cloth)", "I"),
    (r"ph", "f"),
    (r"ck|c(?![eiy])|q", "k"),
    (r"c", "s"),
    (r"(?<=[a-z])gh", ""),
    (r"(?<=.)[aeiouyw]+", ""),
    (r"^[aeou]+", "A"),
    (r"(?<=[a-z])h", ""),
)
_BY_SOUND: Mapping[str, str] = {
    sound_key(name): name for name in reversed(list(PROVIDERS)) if name not in _EVERYDAY and len(name) >= 4
}


def provider(name: str) -> str | None:
    """The provider that a name is or sounds like."""
    if name in PROVIDERS:
        return name
    return _BY_SOUND.get(sound_key(name)) if len(name) >= 4 else None


def domains(stream: Sequence[Token], index: int) -> list[Domain]:
    """Domains that the tokens from `index` on may be, best first."""
    name, dot = _name(stream, index)
    found: list[Domain] = []
    if name and dot is not None:
        ending, after = _ending(stream, dot + 1)
        if ending:
            found += _with_ending(name, ending, after)
    if not found:
        found += _without_ending(stream, index)
    return found


def starts_ending(stream: Sequence[Token], index: int) -> bool:
    """Whether "dot com" or the like follows."""
    return is_dot(stream, index) and bool(_ending(stream, index + 1)[0])


def is_dot(stream: Sequence[Token], index: int) -> bool:
    """A dot that was said, or a written one with no space behind it."""
    return low(stream, index) == DOT or (low(stream, index) == "." and glued(stream, index + 1))


def _name(stream: Sequence[Token], index: int) -> tuple[str, int | None]:
    """The first label, and the index of the dot behind it."""
    name = ""
    for at in range(index, min(index + _MOST_TOKENS, len(stream))):
        if is_dot(stream, at):
            return name.strip("-"), at
        piece = label_piece(stream, at)
        if piece is None:
            return name, None
        name += piece
    return name, None


def label_piece(stream: Sequence[Token], index: int) -> str | None:
    """Characters of one token of a domain; None for what cannot belong to one."""
    word = low(stream, index)
    if word == DASH:
        return "-"
    if word == "-":
        single = len(low(stream, index - 1)) == 1 or len(low(stream, index + 1)) == 1
        return "" if single else "-"
    if word in _NOT_IN_NAMES and not (len(word) == 1 and len(low(stream, index + 1)) == 1):
        return None
    if word in (",", "uh", "um"):
        return ""
    if word in NATO and word not in ("mike", "oscar", "charlie", "victor", "juliet", "romeo"):
        return NATO[word].lower()
    if word in LETTER_NAMES and len(word) > 1 and len(low(stream, index + 1)) <= 4:
        return LETTER_NAMES[word].lower()
    number = below_hundred(stream, index)
    if number is not None and number[1] == index + 1:
        return str(number[0])
    return re.sub(r"[^a-z0-9]", "", word) if re.match(r"[a-z0-9]", word) else None


def _ending(stream: Sequence[Token], index: int) -> tuple[str, int]:
    """ "com", "co.uk": what follows the first dot, and the index after it; a further dot needs a further label."""
    labels: list[str] = []
    at = index
    while True:
        label, after = _ending_label(stream, at, first=not labels)
        if not label:
            break
        labels.append(label)
        at = after
        if is_dot(stream, at):
            at += 1
        elif not (label in ("co", "com") and low(stream, at) in ("uk", "u", "au", "in", "br", "you")):
            break
    while at > index and is_dot(stream, at - 1):
        at -= 1
    return ".".join(labels), at


def _ending_label(stream: Sequence[Token], index: int, *, first: bool) -> tuple[str, int]:
    word = low(stream, index)
    spelled = ""
    at = index
    while len(low(stream, at)) == 1 and low(stream, at).isalpha() and len(spelled) < 4:
        spelled, at = spelled + low(stream, at), at + (2 if low(stream, at + 1) == "-" else 1)
    if spelled in _ENDINGS:
        return spelled, at
    if word == "you" and low(stream, index + 1) in ("k", "kay"):
        return "uk", index + 2
    if word in _ENDINGS:
        return _ENDINGS[word], index + 1
    if re.fullmatch(r"[a-z]{2,}[a-z0-9]*", word) and (is_dot(stream, index + 1) or (first and len(word) <= 6)):
        return word, index + 1
    return "", index


def _with_ending(name: str, ending: str, after: int) -> list[Domain]:
    said = Domain(f"{name}.{ending}", after, 1.0 if name in PROVIDERS else 0.9)
    meant = provider(name)
    if meant is None or meant == name:
        return [said]
    usual = ending if ending in PROVIDERS[meant] else PROVIDERS[meant][0]
    return [Domain(f"{meant}.{usual}", after, 0.9), Domain(said.name, after, 0.45)]


def _without_ending(stream: Sequence[Token], index: int) -> list[Domain]:
    """ "At gmail", "at hot mail com": a provider's name is enough, any other name is not."""
    name = ""
    best: Domain | None = None
    for at in range(index, min(index + 5, len(stream))):
        piece = label_piece(stream, at)
        if piece is None:
            break
        name += piece
        meant = provider(name)
        if meant is None:
            continue
        ending = _ENDINGS.get(low(stream, at + 1), "")
        if ending in PROVIDERS[meant] and low(stream, at + 1) not in ("me", "it", "at", "in"):
            return [Domain(f"{meant}.{ending}", at + 2, 0.9)]
        if meant not in _EVERYDAY and len(name) >= 3:
            best = Domain(f"{meant}.{PROVIDERS[meant][0]}", at + 1, 0.4)
    return [best] if best else []
