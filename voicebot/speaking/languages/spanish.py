"""Spanish."""

from __future__ import annotations

from types import MappingProxyType

from num2words import num2words

from voicebot.speaking.languages.table import Currency, Language


def _day(weekday: str, month: str, day: int, year: int | None) -> str:
    spoken = f"{weekday} {'uno' if day == 1 else num2words(day, lang='es')} de {month}"
    return spoken if year is None else f"{spoken} de {num2words(year, to='year', lang='es')}"


def _time(hour: int, minute: int) -> str:
    """Without the article, which stands in the wording: "a las …"."""
    if (hour, minute) in ((0, 0), (12, 0)):
        return "mediodía" if hour else "medianoche"
    twelve = hour % 12 or 12
    name = "una" if twelve == 1 else str(num2words(twelve, lang="es"))
    part = "de la mañana" if hour < 12 else "de la tarde" if hour < 21 else "de la noche"
    minutes = f" y {num2words(minute, lang='es')}" if minute else ""
    return f"{name}{minutes} {part}"


def _counted(numeral: str, feminine: bool) -> str:
    if not numeral.endswith("uno"):
        return numeral
    if feminine:
        return numeral[:-1] + "a"
    return numeral[:-4] + "iún" if numeral.endswith("iuno") else numeral[:-1]


_CENTS = ("céntimo", "céntimos")
_CENTAVOS = ("centavo", "centavos")

SPANISH = Language(
    locale="es_ES",
    numerals="es",
    digits=("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"),
    letters=MappingProxyType({"Y": "i griega", "W": "uve doble", "Ñ": "eñe"}),
    as_in="de",
    symbols=MappingProxyType({
        ".": "punto",
        "_": "guion bajo",
        "-": "guion",
        "+": "más",
        "@": "arroba",
        "'": "apóstrofo",
        "/": "barra",
    }),
    signs=MappingProxyType({
        "%": "por ciento",
        "&": "y",
        "+": "más",
        "=": "igual a",
        "°": "grados",
        "×": "por",
        "@": "arroba",
    }),
    decimal=",",
    and_="y",
    minus="menos",
    point="coma",
    plus="más",
    number_sign="número",
    relative_days=MappingProxyType({-2: "anteayer", -1: "ayer", 0: "hoy", 1: "mañana", 2: "pasado mañana"}),
    day=_day,
    time=_time,
    counted=_counted,
    before_days=("el",),
    conjunctions=frozenset(["y", "pero", "o", "porque", "que", "si", "cuando", "mientras", "hasta", "aunque"]),
    currencies=MappingProxyType({
        "EUR": Currency(("euro", "euros"), _CENTS),
        "USD": Currency(("dólar", "dólares"), _CENTAVOS),
        "GBP": Currency(("libra", "libras"), ("penique", "peniques"), True),
        "MXN": Currency(("peso mexicano", "pesos mexicanos"), _CENTAVOS),
        "ARS": Currency(("peso argentino", "pesos argentinos"), _CENTAVOS),
        "COP": Currency(("peso colombiano", "pesos colombianos"), _CENTAVOS),
        "CLP": Currency(("peso chileno", "pesos chilenos")),
        "JPY": Currency(("yen", "yenes")),
    }),
    currency_signs=MappingProxyType({"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}),
    carriers=MappingProxyType({"fedex": "Fed Ex", "dhl express": "D H L Express"}),
)  # fmt: skip
