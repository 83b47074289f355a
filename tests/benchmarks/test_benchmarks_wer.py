from __future__ import annotations

import _benchmarks_path  # noqa: F401
import numpy as np
import pytest
from _speech import Clip
from wer import Heard, apart, reference, summarise, word_errors, words, words_missed


@pytest.mark.parametrize(
    ("said", "heard", "errors"),
    [
        ("ENTER FIFTY FOUR", "Enter 54.", 0),
        ("HELP ME", "", 2),
        ("N E L S O N", "N-E-L-S-E-N", 1),
        ("I want two coffees", "i want coffees please", 2),
        ("", "ghost", 1),
    ],
)
def test_words_wrong(said: str, heard: str, errors: int) -> None:
    assert word_errors(words(said), words(heard)) == errors


def test_rates_are_of_all_words_not_means_of_clips() -> None:
    found = [Heard("a", side, errors, 10, 50.0) for side in ("ours", "partials") for errors in (0, 5)]
    found += [Heard("a", "peer", 1, 10, 500.0), Heard("a", "peer", 0, 30, 500.0)]
    (a, everything) = summarise(found)
    assert (a["ours_wer"], a["peer_wer"], a["times_faster"]) == (25.0, 2.5, 10.0)
    assert everything["clips"] == 2


def test_slots_stand_for_a_transcript() -> None:
    note = '{"intent": "order", "slots": {"drink": "house coffee", "size": "large"}}'
    clip = Clip("a", "drinks", "", "", "", note, np.zeros(1, np.float32), 16_000)
    assert reference(clip) == ["house", "coffee", "large"]
    assert words_missed(reference(clip), words("A large coffee, please.")) == 1


def test_letters_written_together_were_spelled() -> None:
    assert words(apart("PITTS, BURGH.")) == list("pittsburgh")
    assert words(apart("GW48")) == ["g", "w", "4", "8"]
    assert words(apart("Enter Fifty.")) == words("Enter Fifty")
