"""What the verbaliser needs to know about a language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from num2words import num2words


@dataclass(frozen=True, slots=True)
class Currency:
    """Spoken names of a currency and its minor unit, singular and plural, and the gender that "one" agrees with."""

    major: tuple[str, str]
    minor: tuple[str, str] | None = None
    feminine: bool = False


def as_it_is(numeral: str, _feminine: bool) -> str:
    return numeral


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """Words and rules of one language.

    Attributes:
        locale: of Babel.
        numerals: of num2words.
        digits: spoken digits, 0 to 9.
        letters: letters whose bare form a voice would mistake for a word.
        as_in: between a letter and the word that says it unmistakably.
        symbols: characters inside identifiers, addresses and links.
        signs: characters that are said between words; others are not.
        decimal: the character before decimals in written numbers.
        and_: between items, and between the units of money.
        relative_days: days from today with a name of their own.
        day: weekday, month, day of the month, year or None -> spoken date.
        time: hour, minute -> spoken time of day.
        counted: a numeral as it stands before a noun, and whether that is feminine ("uno" -> "un").
        before_days: endings of the text before a date that a relative day replaces ("on tomorrow").
        carriers: names that are not said as they are written.
        currencies: by ISO 4217 code.
        currency_signs: what is written for a currency -> its code.
    """

    locale: str
    numerals: str
    digits: tuple[str, ...]
    letters: Mapping[str, str]
    as_in: str
    symbols: Mapping[str, str]
    signs: Mapping[str, str]
    decimal: str
    and_: str
    minus: str
    point: str
    plus: str
    number_sign: str
    relative_days: Mapping[int, str]
    day: Callable[[str, str, int, int | None], str]
    time: Callable[[int, int], str]
    counted: Callable[[str, bool], str] = as_it_is
    before_days: tuple[str, ...] = ()
    conjunctions: frozenset[str] = frozenset()
    currencies: Mapping[str, Currency] = field(default_factory=dict)
    currency_signs: Mapping[str, str] = field(default_factory=dict)
    carriers: Mapping[str, str] = field(default_factory=dict)

    def number(self, value: int) -> str:
        """A cardinal in words."""
        return str(num2words(value, lang=self.numerals)).replace(",", "")

    def year(self, value: int) -> str:
        return str(num2words(value, lang=self.numerals, to="year"))
