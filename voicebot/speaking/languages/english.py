"""English as it is said in America and in Britain."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType

from num2words import num2words

from voicebot.speaking.languages.table import Currency, Language


def _year(year: int | None) -> str:
    return "" if year is None else f", {num2words(year, to='year', lang='en')}"


def _american_day(weekday: str, month: str, day: int, year: int | None) -> str:
    return f"{weekday}, {month} the {num2words(day, to='ordinal', lang='en')}{_year(year)}"


def _british_day(weekday: str, month: str, day: int, year: int | None) -> str:
    return f"{weekday} the {num2words(day, to='ordinal', lang='en')} of {month}{_year(year)}"


def _time(hour: int, minute: int) -> str:
    if (hour, minute) in ((0, 0), (12, 0)):
        return "noon" if hour else "midnight"
    twelve = num2words(hour % 12 or 12, lang="en")
    half = "A M" if hour < 12 else "P M"
    if minute == 0:
        return f"{twelve} {half}"
    spoken = num2words(minute, lang="en")
    return f"{twelve} {'oh ' if minute < 10 else ''}{spoken} {half}"


_CENTS = ("cent", "cents")
_CURRENCIES: Mapping[str, Currency] = MappingProxyType({
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
})  # fmt: skip
_CARRIERS: Mapping[str, str] = MappingProxyType(
    {
        "fedex": "Fed Ex",
        "postnl": "Post N L",
        "dhl express": "D H L Express",
        "evri": "Evry",
        "bpost": "B post",
        "a-post": "ay post",
    }
)
_SYMBOLS: Mapping[str, str] = MappingProxyType(
    {".": "dot", "_": "underscore", "-": "dash", "+": "plus", "@": "at", "'": "apostrophe", "/": "slash"}
)
_SIGNS: Mapping[str, str] = MappingProxyType(
    {"%": "percent", "&": "and", "+": "plus", "=": "equals", "°": "degrees", "×": "times", "@": "at", "§": "section"}
)

AMERICAN = Language(
    locale="en_US",
    numerals="en",
    digits=("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    letters=MappingProxyType({"A": "ay"}),
    as_in="as in",
    symbols=_SYMBOLS,
    signs=_SIGNS,
    decimal=".",
    and_="and",
    minus="minus",
    point="point",
    plus="plus",
    number_sign="number",
    relative_days=MappingProxyType({-1: "yesterday", 0: "today", 1: "tomorrow"}),
    day=_american_day,
    time=_time,
    before_days=("on",),
    conjunctions=frozenset(
        ["and", "but", "so", "because", "which", "that", "if", "when", "then", "or", "while", "until"]
    ),
    currencies=_CURRENCIES,
    currency_signs=MappingProxyType({"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}),
    carriers=_CARRIERS,
)

#: The month after the day; "zed" written out, for an American voice would say "zee".
BRITISH = dataclasses.replace(
    AMERICAN,
    locale="en_GB",
    numerals="en_GB",
    letters=MappingProxyType({"A": "ay", "Z": "zed"}),
    as_in="as in",
    day=_british_day,
)
