"""German."""

from __future__ import annotations

from types import MappingProxyType

from num2words import num2words

from voicebot.speaking.languages.table import Currency, Language


def _day(weekday: str, month: str, day: int, year: int | None) -> str:
    ordinal = str(num2words(day, to="ordinal", lang="de"))
    spoken = f"{weekday}, {ordinal if ordinal.endswith('r') else ordinal + 'r'} {month}"
    return spoken if year is None else f"{spoken} {num2words(year, to='year', lang='de')}"


def _time(hour: int, minute: int) -> str:
    if (hour, minute) in ((0, 0), (12, 0)):
        return "zwölf Uhr mittags" if hour else "Mitternacht"
    spoken = f"{_counted(str(num2words(hour, lang='de')), False)} Uhr"
    return spoken if minute == 0 else f"{spoken} {num2words(minute, lang='de')}"


def _counted(numeral: str, feminine: bool) -> str:
    if numeral.endswith("eins"):
        return numeral[:-1] + ("e" if feminine else "")
    return numeral


_CENT = ("Cent", "Cent")

GERMAN = Language(
    locale="de_DE",
    numerals="de",
    digits=("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"),
    letters=MappingProxyType({"Y": "Ypsilon", "ß": "Eszett"}),
    as_in="wie",
    symbols=MappingProxyType({
        ".": "Punkt",
        "_": "Unterstrich",
        "-": "minus",
        "+": "plus",
        "@": "at",
        "'": "Apostroph",
        "/": "Schrägstrich",
    }),
    signs=MappingProxyType({
        "%": "Prozent",
        "&": "und",
        "+": "plus",
        "=": "gleich",
        "°": "Grad",
        "×": "mal",
        "@": "at",
        "§": "Paragraf",
    }),
    decimal=",",
    and_="und",
    minus="minus",
    point="Komma",
    plus="plus",
    number_sign="Nummer",
    relative_days=MappingProxyType(
        {-2: "vorgestern", -1: "gestern", 0: "heute", 1: "morgen", 2: "übermorgen"}
    ),
    day=_day,
    time=_time,
    counted=_counted,
    before_days=("am",),
    conjunctions=frozenset(
        ["und", "aber", "oder", "weil", "dass", "wenn", "denn", "damit", "sobald", "während", "bis", "falls"]
    ),
    currencies=MappingProxyType({
        "EUR": Currency(("Euro", "Euro"), _CENT),
        "USD": Currency(("Dollar", "Dollar"), _CENT),
        "GBP": Currency(("Pfund", "Pfund"), ("Penny", "Pence")),
        "CHF": Currency(("Schweizer Franken", "Schweizer Franken"), ("Rappen", "Rappen")),
        "SEK": Currency(("Schwedische Krone", "Schwedische Kronen"), ("Öre", "Öre"), True),
        "DKK": Currency(("Dänische Krone", "Dänische Kronen"), ("Öre", "Öre"), True),
        "PLN": Currency(("Zloty", "Zloty"), ("Groschen", "Groschen")),
        "JPY": Currency(("Yen", "Yen")),
    }),
    currency_signs=MappingProxyType({"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}),
    carriers=MappingProxyType({
        "fedex": "Fed Ex",
        "dhl express": "D H L Express",
        "dpd": "D P D",
        "gls": "G L S",
        "ups": "U P S",
    }),
)  # fmt: skip
