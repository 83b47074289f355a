"""E-mail addresses as they are spoken: "john dot smith at gmail dot com", spelled, with "double s". Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from voicebot.identifiers.email_domains import DASH, DOT, PROVIDERS, Domain, domains, provider, starts_ending
from voicebot.identifiers.email_local import LOCAL, SPELLED, Local, locals_before
from voicebot.identifiers.found import Found
from voicebot.identifiers.tokens import Token, low, tokens
from voicebot.identifiers.vocabulary import words


def _padded(mark: str) -> Callable[[re.Match[str]], str]:
    return lambda match: mark.rjust(len(match.group()))


#: What is said for a mark, and what is said about an address without being part of it. Replaced at equal length: places
#: in the text stay true.
_REWRITES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), _padded(mark))
    for pattern, mark in (
        (r"\bat(?: the)? rate(?: of)?\b|\bat[- ](?:sign|symbol)\b|\barroba\b", "@"),
        (r"\b(?:that's|that is|which is|it's)?,? ?(?:spelled|spelt|spelling)(?: as)?(?: with)?\b", SPELLED),
        (r"\b(?:that's|that is|which is)(?=[ ,:]+[a-z]\b)", SPELLED),
        (r"\b(?:all|in|as|it's|and|just)? ?(?:one word|(?:lower|upper) ?case|small letters|together)\b", ""),
        (r"\b(?:with(?:out)?|and)? ?(?:no|any|a)? ?(?:dots|spaces|gaps|capitals)\b|\bno (?:dot|space)\b", ""),
        (r"\bcapital\b|\b(?:the )?(?:number|digit|numeral|letter)(?= \w)", ""),
        (r"\bdot ?com\b", f"{DOT}com"),
        (r"\b(?:dot|full stop|period|point)\b", DOT),
        (r"\b(?:under ?score|under ?bar|underline)\b", "_"),
        (r"\b(?:dash|hyphen|minus)\b", DASH),
        (r"\bplus\b", "+"),
        (r"\bdouble[- ]?(?:u|you)\b", "w"),
        (r"\b(?:at|a t) ?(?:and|&|n) ?t\b", "att"),
    )
)
_AS_IN = re.compile(r"(?<![a-z])([a-z])[,]? (?:as in|for|like|is for|as) (?:in )?(\1[a-z]+)\b", re.IGNORECASE)
_TAKEN_BACK = frozenset(words("no sorry actually rather wait"))
_ADDRESS = re.compile(rf"{LOCAL.pattern}@(?:[a-z0-9-]+\.)+[a-z]{{2,24}}")
_STUCK = re.compile(rf"(?P<local>[a-z0-9]+?)(?P<at>at)?(?P<name>{'|'.join(p for p in PROVIDERS if len(p) >= 5)})")


def find_emails(text: str) -> list[Found]:
    """Addresses in lower case, best first.

    From 0.45 on the first one was said to its end; an address whose ending was supplied ("john at gmail") scores less.
    Words joined that may have had a dot between them, and a lost at-sign, lower the score, too.
    """
    stream = tokens(_rewritten(text))
    found: dict[str, Found] = {}
    for reading in _readings(stream):
        if _ADDRESS.fullmatch(reading.value) and ".." not in reading.value:
            kept = found.get(reading.value)
            if kept is None or kept.score < reading.score:
                found[reading.value] = reading
    return sorted(found.values(), key=lambda f: -f.score)


def _rewritten(text: str) -> str:
    text = text.replace("’", "'")
    for pattern, mark in _REWRITES:
        text = pattern.sub(mark, text)
    return _AS_IN.sub(lambda match: match[1].ljust(len(match.group())), text)


def _readings(stream: list[Token]) -> Iterator[Found]:
    ats = [i for i, token in enumerate(stream) if token.low in ("@", "at") or (token.low in ("add", "app") and i)]
    any_read = False
    for at in ats:
        places = domains(stream, at + 1)
        if stream[at].low in ("add", "app"):
            places = [place for place in places if place.name.split(".")[0] in PROVIDERS]
        for local in locals_before(stream, at):
            for place in _taken_back(stream, places):
                any_read = True
                yield from _joined(stream, local, place)
    if not any_read:
        yield from _without_at(stream)


def _joined(stream: list[Token], local: Local, place: Domain, doubt: float = 1.0) -> Iterator[Found]:
    span = (stream[local.first].start, stream[place.after - 1].end)
    score = round(local.score * place.score * doubt, 3)
    yield Found(f"{local.text}@{place.name}", span, score)
    if local.dotted != local.text:
        yield Found(f"{local.dotted}@{place.name}", span, round(min(0.45, score * 0.6), 3))


def _taken_back(stream: list[Token], places: list[Domain]) -> list[Domain]:
    """ "At gmail, no, yahoo dot com": the domain said last counts."""
    if not places:
        return places
    at = places[0].after
    while low(stream, at) in (",", "."):
        at += 1
    if low(stream, at) not in _TAKEN_BACK:
        return places
    while low(stream, at) in _TAKEN_BACK or low(stream, at) in (",", "i", "mean", "at", "it's"):
        at += 1
    again = [place for place in domains(stream, at) if place.name.split(".")[0] in PROVIDERS]
    return again or places


def _without_at(stream: list[Token]) -> Iterator[Found]:
    """The at-sign was lost, or is stuck to its neighbours: "john.smith gmail.com", "johnsmithatgmail.com"."""
    for index, token in enumerate(stream):
        if (stuck := _STUCK.fullmatch(token.low)) and starts_ending(stream, index + 1):
            # Only the last token is cut: what was said before it belongs to the local part.
            cut = Token(stuck["local"], token.start, token.start + len(stuck["local"]))
            name = Token(stuck["name"], token.end - len(stuck["name"]), token.end)
            divided = [*stream[:index], cut, name, *stream[index + 1 :]]
            yield from _around(divided, index + 1, 0.85 if stuck["at"] else 0.6)
        elif index and provider(token.low) and len(token.low) >= 4 and starts_ending(stream, index + 1):
            yield from _around(stream, index, 0.6)


def _around(stream: list[Token], index: int, doubt: float) -> Iterator[Found]:
    before = index - 1 if low(stream, index - 1) in (".", DOT, ",") else index
    for local in locals_before(stream, before):
        for place in domains(stream, index):
            yield from _joined(stream, local, place, doubt)
