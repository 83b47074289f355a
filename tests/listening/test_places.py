from __future__ import annotations

from voicebot.listening.places import places


def test_words_of_names_in_english_where_english_is_spoken() -> None:
    gazetteer = {
        "1412": {"en": "Pittsburgh, PA"},
        "44191": {"en": "Tyneside/Durham/Sunderland"},
        "49221": {"de": "Köln", "en": "Cologne"},
        "1514": {"fr": "Montréal"},
        "441": {"en": "Stow-on-the-Wold"},
    }
    assert places(gazetteer) == ["durham", "pittsburgh", "stow", "sunderland", "the", "tyneside", "wold"]
