"""What the verbaliser needs to know about a language. One table per language; English for now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from num2words import num2words


@dataclass(frozen=True, slots=True)
class Currency:
    """Spoken names of a currency and its minor unit, singular and plural."""

    major: tuple[str, str]
    minor: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """Words and rules of one language.

    Attributes:
        locale: of Babel and num2words.
        digits: spoken digits, 0 to 9.
        letters: letters whose bare form a voice would mistake for a word.
        symbols: characters inside identifiers and addresses.
        relative_days: days from today with a name of their own.
        day: weekday, month, day of the month, year or None -> spoken date.
        time: hour, minute -> spoken time of day.
        before_days: endings of the text before a date that a relative day replaces ("on tomorrow").
        carriers: names that are not said as they are written.
        currencies: by ISO 4217 code.
    """

    locale: str
    digits: tuple[str, ...]
    letters: Mapping[str, str]
    symbols: Mapping[str, str]
    and_: str
    minus: str
    point: str
    plus: str
    number_sign: str
    relative_days: Mapping[int, str]
    day: Callable[[str, str, int, int | None], str]
    time: Callable[[int, int], str]
    before_days: tuple[str, ...]
    conjunctions: frozenset[str]
    currencies: Mapping[str, Currency]
    carriers: Mapping[str, str] = field(default_factory=dict)

    def number(self, value: int) -> str:
        """A cardinal in words."""
        return str(num2words(value, lang=self.locale)).replace(",", "")


def _english_day(weekday: str, month: str, day: int, year: int | None) -> str:
    spoken = f"{weekday}, {month} the {num2words(day, to='ordinal', lang='en')}"
    return spoken if year is None else f"{spoken}, {num2words(year, to='year', lang='en')}"


def _english_time(hour: int, minute: int) -> str:
    if (hour, minute) in ((0, 0), (12, 0)):
        return "noon" if hour else "midnight"
    twelve = num2words(hour % 12 or 12, lang="en")
    half = "A M" if hour < 12 else "P M"
    if minute == 0:
        return f"{twelve} {half}"
    spoken = num2words(minute, lang="en")
    return f"{twelve} {'oh ' if minute < 10 else ''}{spoken} {half}"


_CENTS = ("cent", "cents")

ENGLISH = Language(
    locale="en",
    digits=("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    letters=MappingProxyType({"A": "ay"}),
    symbols=MappingProxyType({".": "dot", "_": "underscore", "-": "dash", "+": "plus", "@": "at", "'": "apostrophe"}),
    and_="and",
    minus="minus",
    point="point",
    plus="plus",
    number_sign="number",
    relative_days=MappingProxyType({-1: "yesterday", 0: "today", 1: "tomorrow"}),
    day=_english_day,
    time=_english_time,
    before_days=("on",),
    conjunctions=frozenset(
        ["and", "but", "so", "because", "which", "that", "if", "when", "then", "or", "while", "until"]
    ),
    currencies=MappingProxyType({
        "EUR": Currency(("euro", "euros"), _CENTS),
        "USD": Currency(("dollar", "dollars"), _CENTS),
        "GBP": Currency(("pound", "pounds"), ("penny", "pence")),
        "CAD": Currency(("Canadian dollar", "Canadian dollars"), _CENTS),
        "AUD": Currency(("Australian dollar", "Australian dollars"), _CENTS),
        "NZD": Currency(("New Zealand dollar", "New Zealand dollars"), _CENTS),
        "CHF": Currency(("Swiss franc", "Swiss francs"), ("centime", "centimes")),
        "SEK": Currency(("Swedish krona", "Swedish kronor"), ("öre", "öre")),
        "NOK": Currency(("Norwegian krone", "Norwegian kroner"), ("øre", "øre")),
        "DKK": Currency(("Danish krone", "Danish kroner"), ("øre", "øre")),
        "PLN": Currency(("zloty", "zloty"), ("grosz", "groszy")),
        "CZK": Currency(("Czech koruna", "Czech korunas"), ("haler", "halers")),
        "INR": Currency(("rupee", "rupees"), ("paisa", "paise")),
        "JPY": Currency(("yen", "yen")),
        "KRW": Currency(("won", "won")),
        "KWD": Currency(("Kuwaiti dinar", "Kuwaiti dinars"), ("fils", "fils")),
    }),
    carriers=MappingProxyType({
        "fedex": "Fed Ex",
        "postnl": "Post N L",
        "dhl express": "D H L Express",
        "evri": "Evry",
        "bpost": "B post",
        "a-post": "ay post",
    }),
)  # fmt: skip

_LANGUAGES: Mapping[str, Language] = {"en": ENGLISH}


def language(code: str) -> Language:
    """The table for a BCP 47 code; English when there is none for it."""
    return _LANGUAGES.get(code.replace("_", "-").split("-")[0].lower(), ENGLISH)
