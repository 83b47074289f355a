from __future__ import annotations

import numpy as np

from voicebot.listening.telephone import mu_law, mu_law_decoded, over_telephone


def test_known_code_words() -> None:
    samples = np.array([0, -1, 32635, -32635, 1000, -1000], np.int16)
    assert mu_law(samples).tolist() == [0xFF, 0x7F, 0x80, 0x00, 0xCE, 0x4E]


def test_decoding_is_within_a_step() -> None:
    samples = np.arange(-32000, 32001, 7, dtype=np.int16)
    error = np.abs(mu_law_decoded(mu_law(samples)).astype(int) - samples.astype(int))
    assert (error <= np.maximum(8, np.abs(samples.astype(int)) // 16)).all()


def test_every_code_word_survives() -> None:
    codes = np.arange(256, dtype=np.uint8)
    again = mu_law(mu_law_decoded(codes))
    assert (again == np.where(codes == 0x7F, 0xFF, codes)).all()


def test_the_telephone_cuts_the_band() -> None:
    t = np.arange(44_100) / 44_100
    low, high = (np.sin(2 * np.pi * hz * t).astype(np.float32) * 0.3 for hz in (1000, 6000))
    assert len(over_telephone(low, 44_100)) == 16_000
    assert np.abs(over_telephone(low, 44_100)[2000:-2000]).max() > 0.25
    assert np.abs(over_telephone(high, 44_100)[2000:-2000]).max() < 0.02
