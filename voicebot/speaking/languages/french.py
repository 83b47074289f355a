"""French."""

from __future__ import annotations

from types import MappingProxyType

from num2words import num2words

from voicebot.speaking.languages.table import Currency, Language


def _day(weekday: str, month: str, day: int, year: int | None) -> str:
    spoken = f"{weekday} {'premier' if day == 1 else num2words(day, lang='fr')} {month}"
    return spoken if year is None else f"{spoken} {num2words(year, to='year', lang='fr')}"


def _time(hour: int, minute: int) -> str:
    if (hour, minute) in ((0, 0), (12, 0)):
        return "midi" if hour else "minuit"
    # Hours and minutes are feminine: "vingt et une heures".
    spoken = f"{_counted(str(num2words(hour, lang='fr')), True)} heure{'s' if hour > 1 else ''}"
    return spoken if minute == 0 else f"{spoken} {_counted(str(num2words(minute, lang='fr')), True)}"


def _counted(numeral: str, feminine: bool) -> str:
    return f"{numeral}e" if feminine and numeral.split()[-1] == "un" else numeral


_CENTIMES = ("centime", "centimes")

FRENCH = Language(
    locale="fr_FR",
    numerals="fr",
    digits=("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"),
    letters=MappingProxyType({"Y": "i grec", "W": "double vé"}),
    as_in="comme",
    symbols=MappingProxyType({
        ".": "point",
        "_": "tiret bas",
        "-": "tiret",
        "+": "plus",
        "@": "arobase",
        "'": "apostrophe",
        "/": "barre oblique",
    }),
    signs=MappingProxyType({
        "%": "pour cent",
        "&": "et",
        "+": "plus",
        "=": "égale",
        "°": "degrés",
        "×": "fois",
        "@": "arobase",
    }),
    decimal=",",
    and_="et",
    minus="moins",
    point="virgule",
    plus="plus",
    number_sign="numéro",
    relative_days=MappingProxyType(
        {-2: "avant-hier", -1: "hier", 0: "aujourd'hui", 1: "demain", 2: "après-demain"}
    ),
    day=_day,
    time=_time,
    counted=_counted,
    before_days=("le",),
    conjunctions=frozenset(["et", "mais", "ou", "parce", "que", "si", "quand", "car", "donc", "pendant", "jusqu'à"]),
    currencies=MappingProxyType({
        "EUR": Currency(("euro", "euros"), _CENTIMES),
        "USD": Currency(("dollar", "dollars"), ("cent", "cents")),
        "CAD": Currency(("dollar canadien", "dollars canadiens"), ("cent", "cents")),
        "GBP": Currency(("livre", "livres"), ("penny", "pence"), True),
        "CHF": Currency(("franc suisse", "francs suisses"), _CENTIMES),
        "JPY": Currency(("yen", "yens")),
    }),
    currency_signs=MappingProxyType({"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}),
    carriers=MappingProxyType({"fedex": "Fed Ex", "dhl express": "D H L Express"}),
)  # fmt: skip
