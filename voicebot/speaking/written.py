"""Written text as it is said: figures, signs, links and addresses in words, and nothing that a voice would trip over.

Pure. Wording of flows is mostly words already; names of products, reasons of carriers and the like are whatever
somebody typed: "XT-500 (2-pack) 🎉 -20%", "<b>Sale</b>", "https://shop.example/returns". Markup is not read out, and no
text can smuggle instructions to a synthesiser (SSML tags; Piper's `[[phonemes]]`).
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time

from babel.numbers import get_currency_precision
from num2words import num2words

from voicebot.speaking.languages import Language
from voicebot.speaking.lexicon import EMPTY, Lexicon
from voicebot.speaking.values import RULES, currency, grouped, money

#: A number of so many digits is a quantity; a longer one without separators is an identifier, and said in digits.
_QUANTITY_DIGITS = 4
_MOST_DIGITS = 15
_YEARS = range(1900, 2100)
#: What is longer is no word; the rest of it is not said.
_LONGEST_WORD = 60
#: Letters that are said one by one when they stand beside figures ("XT-500").
_SPELLED = 4

_NUMBER = r"\d{1,3}(?:[.,'\u00a0\u202f]\d{3}){1,4}(?:[.,]\d{1,4})?(?![\d])|\d+(?:[.,]\d{1,6})?"
_MATCH = re.compile(
    rf"""
    (?P<tag></?[A-Za-z][^<>]{{0,200}}>)
    |(?P<link>(?:https?://|www\.)[^\s<>"]{{1,200}}[^\s<>".,;:!?)\]}}])
    |(?P<email>(?<![\w.+-])[\w.+-]{{1,64}}@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,4}})
    |(?P<sum>(?P<before>[$€£¥₹])\s?(?P<a>{_NUMBER})|(?<![\w.,])(?P<b>{_NUMBER})\s?(?P<after>[$€£¥₹]|(?:EUR|USD|GBP|CHF)\b))
    |(?P<day>(?<!\w)\d{{4}}-\d{{2}}-\d{{2}}(?!\w))
    |(?P<clock>(?<![\w:.])(?:[01]?\d|2[0-3]):[0-5]\d(?![\w:]))
    |(?P<ordinal>(?<![\w.,])\d{{1,4}}(?:st|nd|rd|th)\b)
    |(?P<number>(?<!\w)(?P<minus>(?<![\w)])[-−])?\#?(?:{_NUMBER})(?P<unit>\s?(?:%|°[CF]?))?(?!\w))
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Segment:
    """A word or a figure.

    Attributes:
        written: for the eye.
        said: for the voice; empty when it is not said.
        space: a blank stands before it.
    """

    written: str
    said: str
    space: bool


def segments(text: str, words: Language, today: date, lexicon: Lexicon = EMPTY) -> tuple[Segment, ...]:
    """The text in pieces that are said as a whole; blanks are between them, not in them."""
    found: list[Segment] = []
    end = 0
    for start, after, name in lexicon.find(text):
        found += _figures_between(text, end, start, words, today)
        found.append(
            Segment(text[start:after], name.say or clean(text[start:after], words), _blank_at(text, start - 1))
        )
        end = after
    return (*found, *_figures_between(text, end, len(text), words, today))


def said(text: str, words: Language, today: date, lexicon: Lexicon = EMPTY) -> str:
    """The text as it is said."""
    out = ""
    for segment in segments(text, words, today, lexicon):
        if segment.said:
            apart = segment.space or touching(out, segment.said)
            out += (" " if apart and out else "") + segment.said
    return out


def _figures_between(text: str, start: int, stop: int, words: Language, today: date) -> Iterator[Segment]:
    end = start
    for match in _MATCH.finditer(text, start, stop):
        yield from _plain(text[end : match.start()], words, spaced=_blank_at(text, end - 1))
        said = " ".join(_said(match, words, today).split())
        yield Segment(match.group(), said, _blank_at(text, match.start() - 1))
        end = match.end()
    yield from _plain(text[end:stop], words, spaced=_blank_at(text, end - 1))


def touching(before: str, after: str) -> bool:
    """Whether two texts written without a blank would become one word ("24/7" said as "twenty-fourseven")."""
    return before[-1:].isalnum() and after[:1].isalnum()


def _plain(text: str, words: Language, *, spaced: bool) -> Iterator[Segment]:
    """Words between the matches, each without what is not said."""
    first = True
    for word in text.split():
        space = spaced if first and not text[0].isspace() else True
        mixed = any(char.isdecimal() for char in word) and any(char.isalpha() for char in word)
        yield Segment(word, model(word, words) if mixed else clean(word, words), space)
        first = False


def _blank_at(text: str, index: int) -> bool:
    return 0 <= index < len(text) and text[index].isspace()


def clean(word: str, words: Language) -> str:
    """A word without pictures, markup and control characters; signs that are said become words."""
    out: list[str] = []
    for char in unicodedata.normalize("NFC", html.unescape(word))[:_LONGEST_WORD]:
        if char in words.signs:
            out.append(f" {words.signs[char]} ")
        elif char in "_/\\|":
            out.append(" ")
        elif char not in _MARKUP and unicodedata.category(char) not in _UNSAID:
            out.append(char)
    return " ".join("".join(out).split())


#: Markup, and the selectors that make a character a picture.
_MARKUP = frozenset("[]{}<>#*~^`") | {chr(code) for code in range(0xFE00, 0xFE10)}
_UNSAID = frozenset({"So", "Sk", "Sm", "Sc", "Cc", "Cf", "Cs", "Co", "Cn"})


def _said(match: re.Match[str], words: Language, today: date) -> str:
    name = next(name for name in _RULES if match[name] is not None)
    try:
        return _RULES[name](match, words, today)
    except (ValueError, KeyError, ArithmeticError):
        return figures(match.group(), words)


def figures(text: str, words: Language) -> str:
    """Digits one by one, letters as they are: what is left when nothing better is known."""
    return clean(re.sub(r"\d", lambda digit: f" {words.digits[int(digit.group())]} ", text), words)


def quantity(number: str, words: Language) -> str:
    """A written number in words: `1,299.50`, `0.5`, `2026`, `4481207`."""
    whole, fraction = _parts(number, words)
    digits = whole.lstrip("0") or "0"
    bare = whole == number
    if (bare and len(whole) > _QUANTITY_DIGITS) or len(digits) > _MOST_DIGITS or (len(whole) > 1 and whole[0] == "0"):
        return grouped(whole, words)
    value = int(whole)
    spoken = words.year(value) if bare and len(whole) == _QUANTITY_DIGITS and value in _YEARS else words.number(value)
    if not fraction:
        return spoken
    return f"{spoken} {words.point} {' '.join(words.digits[int(digit)] for digit in fraction)}"


def _parts(number: str, words: Language) -> tuple[str, str]:
    """Whole part and decimals.

    A single mark before three digits groups thousands, unless it is the one before decimals in this language: "1.299"
    is a thousand in German, and a little more than one in English.
    """
    marks = [char for char in number if not char.isdigit()]
    if not marks:
        return number, ""
    head, _, tail = number.rpartition(marks[-1])
    one = len(marks) == 1 and (len(tail) != 3 or marks[0] == words.decimal or head == "0")
    if one or len(set(marks)) > 1:
        return re.sub(r"\D", "", head), tail
    return re.sub(r"\D", "", number), ""


def _link(match: re.Match[str], words: Language, _: date) -> str:
    """Host and path; what follows a question mark is for machines."""
    address = re.sub(r"^https?://(?:www\.)?|^www\.", "", match.group()).split("?")[0].split("#")[0].strip("/")
    return _spelled(address, words)


def _spelled(address: str, words: Language) -> str:
    tokens = re.findall(r"\d+|[^\W\d_]+|.", address)
    return " ".join(
        grouped(token, words) if token.isdecimal() else token if token.isalpha() else words.symbols.get(token, "")
        for token in tokens
    )


def _email(match: re.Match[str], words: Language, today: date) -> str:
    return RULES["email"](match.group(), words, today)


def _sum(match: re.Match[str], words: Language, _: date) -> str:
    sign, number = match["before"] or match["after"], match["a"] or match["b"]
    code = words.currency_signs.get(sign, sign)
    whole, fraction = _parts(number, words)
    places = get_currency_precision(code)
    if len(fraction) > places or len(whole) > _MOST_DIGITS:
        return f"{quantity(number, words)} {currency(code, words).major[1]}"
    return money(int(whole + fraction.ljust(places, "0")), code, words)


def _day(match: re.Match[str], words: Language, today: date) -> str:
    return RULES["date"](match.group(), words, today)


def _clock(match: re.Match[str], words: Language, _: date) -> str:
    at = time.fromisoformat(match.group().zfill(5))
    return words.time(at.hour, at.minute)


def _ordinal(match: re.Match[str], words: Language, _: date) -> str:
    if words.numerals[:2] != "en":
        return figures(match.group(), words)
    return str(num2words(int(match.group()[:-2]), to="ordinal", lang=words.numerals))


def model(word: str, words: Language) -> str:
    """Letters and figures in one word: a model, a size, a tracking number."""
    if sum(char.isdigit() for char in word) > _QUANTITY_DIGITS:
        return grouped(word, words)
    return " ".join(_run(run, words) for run in re.findall(r"\d+|[^\W\d_]+|[^\w\s]+", word))


def _run(run: str, words: Language) -> str:
    if run.isdecimal():
        return quantity(run, words)
    if run.isupper() and len(run) <= _SPELLED:
        return " ".join(words.letters.get(char, char) for char in run)
    return clean(run, words)


def _number(match: re.Match[str], words: Language, _: date) -> str:
    unit = match["unit"] or ""
    number = match.group().removesuffix(unit).lstrip("-−")
    if number.startswith("#"):
        return f"{words.number_sign} {grouped(number, words)}"
    minus = words.minus if match["minus"] else ""
    return f"{minus} {quantity(number, words)} {clean(unit, words)}"


_RULES: Mapping[str, Callable[[re.Match[str], Language, date], str]] = {
    "tag": lambda match, words, today: "",
    "link": _link,
    "email": _email,
    "sum": _sum,
    "day": _day,
    "clock": _clock,
    "ordinal": _ordinal,
    "number": _number,
}
