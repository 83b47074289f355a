"""Names of places where English is spoken, one a line: what callers spell, and a recogniser mishears.

    python -m voicebot.listening.places

The source is the gazetteer inside phonenumbers. It takes 100 MB when it is loaded, so a process of its own reads it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping

#: Country calling codes: North America, the British Isles, Australia and New Zealand.
_CODES = ("1", "44", "353", "61", "64")
_WORD = re.compile(r"[A-Za-z]{3,12}")


def places(gazetteer: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Words of the names, lower case, sorted. `gazetteer`: prefix of telephone numbers -> language -> name."""
    names = (by_language.get("en", "") for prefix, by_language in gazetteer.items() if prefix.startswith(_CODES))
    return sorted({word.lower() for name in names for word in _words(name)})


def _words(name: str) -> Iterable[str]:
    return _WORD.findall(name)


def main() -> None:
    """Print them."""
    from phonenumbers.geodata import GEOCODE_DATA

    sys.stdout.write("\n".join(places(GEOCODE_DATA)))


if __name__ == "__main__":
    main()
