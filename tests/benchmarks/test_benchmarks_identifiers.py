"""What the identifiers benchmark counts as right, and what happens to the sound on the line."""

from __future__ import annotations

import _benchmarks_path  # noqa: F401
import numpy as np
import pytest
from _speech import Clip, Line, digit_pool, over, spliced
from identifiers import Item, items, repaired, same, settled_by, truth_of

from voicebot.identifiers import Decision, Grounding


def clip(name: str = "a", *, kind: str = "digits4", note: str = "", samples: np.ndarray | None = None) -> Clip:
    sound = np.zeros(8000, np.float32) if samples is None else samples
    return Clip(name, "test", "s", kind, "", note, sound, 8000)


def tone(seconds: float = 1.0) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * 440 * np.arange(int(8000 * seconds)) / 8000)).astype(np.float32)


@pytest.mark.parametrize(
    ("expected", "transcript", "truth"),
    [
        ("spelling", "N E L S O N", "NELSON"),
        ("code", "G TWO EIGHTY NINE", "G289"),
        ("code", "RUBOUT A A I L ZERO", "AAIL0"),
        ("code", "ENTER FIFTY FOUR", None),
        ("postcode", "OH SEVEN NINE TWO TWO", "07922"),
        ("phone", "THREE OH EIGHT FIVE", None),
        ("date", "NINTH OF SEPTEMBER NINETEEN SIXTY FOUR", "1964-09-09"),
    ],
)
def test_truth(expected: str, transcript: str, truth: str | None) -> None:
    assert truth_of(expected, transcript) == truth


def test_writing_does_not_matter_but_every_character_does() -> None:
    item = Item(clip(), "phone", "4125550123")
    assert same(item, "+14125550123")
    assert same(item, "412-555-0123")
    assert not same(item, "+14125550124")
    assert not same(item, None)


def test_one_answer_repairs_only_what_was_asked_about() -> None:
    item = Item(clip(), "order_number", "4481207")
    wrong_last = Grounding(decision=Decision.CONFIRM, value="4481209", uncertain=(6,))
    assert repaired(item, wrong_last)
    assert not repaired(item, Grounding(decision=Decision.CONFIRM, value="4481209", uncertain=(0,)))
    assert not repaired(item, Grounding(decision=Decision.ASK_AGAIN, value="4481209", uncertain=(6,)))
    assert repaired(item, Grounding(decision=Decision.ASK_AGAIN, alternatives=("4481207",)))
    counts: dict[str, bool] = {}
    settled_by(counts, "blind", item, Grounding(decision=Decision.ACCEPT, value="4481209", uncertain=(6,)))
    assert counts == {"blind": False, "blind +1": False, "blind wrong": True}


def digit_strings() -> list[Clip]:
    quiet = np.zeros(800, np.float32)
    made = []
    for number in range(5):
        note = f"{2 * number}{2 * number + 1}"
        made.append(clip(str(number), note=note, samples=np.concatenate([quiet, tone(0.3), quiet, tone(0.2), quiet])))
    return made


def test_order_numbers_are_spliced_from_single_digits_the_same_every_time() -> None:
    pool = digit_pool(digit_strings())
    assert len(pool) == 10
    strings = spliced(pool, 8000, count=3, length=7, seed=1)
    assert [len(one.note) for one in strings] == [7, 7, 7]
    again = spliced(pool, 8000, count=3, length=7, seed=1)
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(strings, again, strict=True))
    orders = items(digit_strings())
    assert {item.expected for item in orders} == {"order_number"}
    assert all(item.truth in item.own and 3 <= len(item.own) <= 8 for item in orders)


@pytest.mark.parametrize("codec", ["pcmu", "pcma", "g722"])
def test_a_codec_keeps_the_sound(codec: str) -> None:
    heard = over(Line(codec=codec), clip(samples=tone()), ())
    assert abs(len(heard) - 16_000) < 400
    spectrum = np.abs(np.fft.rfft(heard[2000:14_000]))
    assert abs(float(np.argmax(spectrum)) * 16_000 / 12_000 - 440) < 5


def test_noise_has_the_level_that_was_asked_for() -> None:
    noise = Clip("n", "noise", "", "", "", "", np.random.default_rng(0).normal(0, 0.5, 8000).astype(np.float32), 8000)
    clean, noisy = (over(line, clip(samples=tone()), (noise,)) for line in (Line(), Line(snr_db=10.0)))
    added = float(np.square(noisy - clean).mean())
    assert 10 * np.log10(float(np.square(clean).mean()) / added) == pytest.approx(10.0, abs=1.0)


def test_lost_packets_are_filled_with_what_was_before() -> None:
    clean, lossy = (over(line, clip("b", samples=tone(4.0)), ()) for line in (Line(), Line(loss=0.1)))
    changed = np.abs(lossy - clean).reshape(-1, 320).max(axis=1) > 0.02
    assert 0.05 < changed.mean() < 0.35
    assert float(np.abs(lossy).max()) < 0.5
