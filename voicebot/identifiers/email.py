"""E-mail addresses as they are spoken: "john dot smith at gmail dot com", spelled, with "double s". Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from voicebot.identifiers.found import Found
from voicebot.identifiers.spoken import Token, tokens
from voicebot.identifiers.vocabulary import NATO, TEENS, TENS, TIMES, UNITS, words

_MARKS: Mapping[str, str] = {
    "dot": ".",
    "point": ".",
    "period": ".",
    ".": ".",
    "underscore": "_",
    "_": "_",
    "dash": "-",
    "hyphen": "-",
    "minus": "-",
    "-": "-",
    "plus": "+",
    "+": "+",
}
_AT = frozenset({"at", "@", "arroba"})
_FILLERS = frozenset({"uh", "um", "er", "erm", ",", "and", "then", "space", "all", "lowercase"})
#: Words before the address, never part of it.
_LEAD = frozenset(
    words(
        "is it's its that's email e-mail mail address my the under use with to on for was be would so yes yeah sure",
        "okay ok well it have used using called account ordered order registered : ? ! ;",
    )
)
_PROVIDERS: Mapping[str, str] = {"gmail": "gmail.com", "hotmail": "hotmail.com", "outlook": "outlook.com"}
_ADDRESS = re.compile(r"[a-z0-9](?:[a-z0-9._+-]*[a-z0-9])?@(?:[a-z0-9-]+\.)+[a-z]{2,24}")
_WRITTEN = re.compile(r"[\w.+-]*\w@\w[\w.-]*\.[A-Za-z]{2,24}")


def find_emails(text: str) -> list[Found]:
    """Addresses in lower case; written ones, then spoken ones. A name in one word or with dots scores higher."""
    candidates = [Found(m.group().lower(), m.span(), 1.0) for m in _WRITTEN.finditer(text)]
    written = [found for found in candidates if _ADDRESS.fullmatch(found.value)]
    if written:
        return written
    stream = tokens(text)
    spoken = (_around(stream, i) for i, token in enumerate(stream) if token.low in _AT)
    return sorted((found for found in spoken if found is not None), key=lambda f: -f.score)


def _around(stream: list[Token], at: int) -> Found | None:
    domain, after = _domain(stream, at + 1)
    local, first, words = _local(stream, at)
    address = f"{local}@{domain}"
    if not _ADDRESS.fullmatch(address):
        return None
    return Found(address, (stream[first].start, stream[after - 1].end), 0.9 if words <= 1 else 0.7)


def _domain(stream: list[Token], index: int) -> tuple[str, int]:
    """Up to the last word that still belongs: words are joined, and after "dot X" only another dot goes on."""
    text, after_dot = "", False
    while index < len(stream):
        low = stream[index].low
        if low in _FILLERS:
            index += 1
            continue
        if low in ("-", "dash", "hyphen") and text:
            text += "-"
        elif _MARKS.get(low) == ".":
            if index + 1 >= len(stream):
                break
            text, after_dot = text.rstrip(".") + ".", True
        elif re.fullmatch(r"[a-z0-9]+", low):
            if "." in text and not after_dot:
                break
            text, after_dot = text + low, False
        else:
            break
        index += 1
        if text in _PROVIDERS and not _dot_follows(stream, index):
            text = _PROVIDERS[text]
            break
    return text.rstrip("."), index


def _dot_follows(stream: list[Token], index: int) -> bool:
    return index + 1 < len(stream) and _MARKS.get(stream[index].low) == "."


def _local(stream: list[Token], at: int) -> tuple[str, int, int]:
    """Walk left from the at-sign to a word that cannot belong; returns text, first token, count of joined words."""
    first = at
    while first > 0 and stream[first - 1].low not in _LEAD:
        first -= 1
    while first < at and (stream[first].low in _FILLERS or stream[first].low in _MARKS):
        first += 1
    text, words, index, joined = "", 0, first, False
    while index < at:
        piece, index = _piece(stream, index)
        if len(piece) > 1 and piece.isalpha() and text and text[-1].isalnum():
            joined = True
        words += len(piece) > 1 and piece.isalpha()
        text += piece
    return text, min(first, at), words if joined else min(words, 1)


def _piece(stream: list[Token], index: int) -> tuple[str, int]:
    low = stream[index].low
    following = stream[index + 1].low if index + 1 < len(stream) else ""
    if low in TIMES and len(following) == 1:
        return following * TIMES[low], index + 2
    if low in _FILLERS:
        return "", index + 1
    if low in _MARKS:
        return _MARKS[low], index + 1
    if low in TENS:
        unit = UNITS.get(following, 0)
        return (str(TENS[low] + unit), index + 2) if unit else (str(TENS[low]), index + 1)
    number = UNITS.get(low, TEENS.get(low))
    if number is not None:
        return str(number), index + 1
    if low in NATO and low not in ("mike", "oscar", "charlie", "victor", "juliet", "romeo"):
        return NATO[low].lower(), index + 1
    if len(low) == 1 and [t.low for t in stream[index + 1 : index + 3]] == ["as", "in"] and index + 3 < len(stream):
        return low, index + 4
    return re.sub(r"[^a-z0-9]", "", low), index + 1
