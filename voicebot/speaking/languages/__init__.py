"""How things are said in a language: one table for each, and a variety where it differs."""

from __future__ import annotations

from collections.abc import Mapping

from voicebot.speaking.languages.english import AMERICAN, BRITISH
from voicebot.speaking.languages.french import FRENCH
from voicebot.speaking.languages.german import GERMAN
from voicebot.speaking.languages.spanish import SPANISH
from voicebot.speaking.languages.table import Currency, Language

__all__ = ["Currency", "Language", "language"]

_TABLES: Mapping[str, Language] = {
    "en": AMERICAN,
    "en-gb": BRITISH,
    "en-ie": BRITISH,
    "en-au": BRITISH,
    "en-nz": BRITISH,
    "de": GERMAN,
    "es": SPANISH,
    "fr": FRENCH,
}


def language(code: str) -> Language:
    """The table for a BCP 47 code, or for its language without the region; English when there is none for it."""
    tag = code.replace("_", "-").lower()
    return _TABLES.get(tag) or _TABLES.get(tag.split("-")[0]) or AMERICAN
