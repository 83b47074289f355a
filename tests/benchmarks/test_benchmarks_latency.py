"""The latency benchmark's script refers to clips that exist and says what they are."""

from __future__ import annotations

import re

import _benchmarks_path  # noqa: F401
import latency
import numpy as np
import pytest
import soxr
from _common import FIXTURES
from _script import CALLS, FLOWING, PAUSES
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3

from voicebot.caller import clips
from voicebot.caller.voiced import GATE_DBFS, PACKET_SAMPLES, clip_voice, level_dbfs

#: Without voice for this long, a stock bot asks itself whether the turn is over.
STOCK_SILENCE_MS = 200


def longest_pause_ms(name: str) -> int:
    """The longest run of quiet packets between the first and the last voiced one, by the caller's own gate."""
    pcm = clips.load(FIXTURES / f"{name}.flac")
    pcm = np.pad(pcm, (0, -len(pcm) % PACKET_SAMPLES))
    levels = [level_dbfs(pcm[i : i + PACKET_SAMPLES]) for i in range(0, len(pcm), PACKET_SAMPLES)]
    voice = clip_voice(pcm)
    assert voice is not None
    gate = max(GATE_DBFS, max(levels) - 30)
    marks = "".join("v" if level >= gate else "." for level in levels[voice[0] : voice[1] + 1])
    return 20 * max((len(run) for run in re.findall(r"\.+", marks)), default=0)


@pytest.mark.parametrize("name", sorted({step.clip for call in CALLS for step in call.steps}))
def test_every_clip_is_a_recorded_caller(name: str) -> None:
    assert (FIXTURES / f"{name}.flac").is_file()


def test_the_paired_section_has_no_pause_that_a_stock_bot_would_cut_into() -> None:
    paired = {step.clip for call in CALLS if call.section == FLOWING for step in call.steps}
    assert {name: ms for name in paired if (ms := longest_pause_ms(name)) >= STOCK_SILENCE_MS} == {}


@pytest.mark.model
def test_the_paired_section_is_complete_to_the_stock_turn_model() -> None:
    """Or the stock bot would wait out its three seconds."""
    model = LocalSmartTurnAnalyzerV3()
    scores = {}
    for name in sorted({step.clip for call in CALLS if call.section == FLOWING for step in call.steps}):
        pcm = clips.load(FIXTURES / f"{name}.flac")
        voice = clip_voice(pcm)
        assert voice is not None
        heard = pcm[max(0, voice[0] - 25) * PACKET_SAMPLES : (voice[1] + 1) * PACKET_SAMPLES]
        with_silence = np.pad(heard, (0, 8 * STOCK_SILENCE_MS))
        wide = soxr.resample(with_silence, clips.RATE_HZ, 16_000).astype(np.float32) / 32768
        scores[name] = float(model._predict_endpoint(wide)["probability"])
    assert {name: score for name, score in scores.items() if score < 0.5} == {}


def test_the_other_section_has_pauses() -> None:
    names = {step.clip for call in CALLS if call.section == PAUSES for step in call.steps}
    assert names
    assert min(longest_pause_ms(name) for name in names) >= STOCK_SILENCE_MS


def test_a_quick_run_has_reads_and_both_sections() -> None:
    quick = [call for call in CALLS if call.quick]
    assert {call.section for call in quick} == {FLOWING, PAUSES}
    assert sum(step.reads for call in quick for step in call.steps if call.section == FLOWING) >= 3


def test_a_read_names_the_order_that_must_be_told() -> None:
    for call in CALLS:
        for step in call.steps:
            assert step.order or not step.reads
            re.compile(step.said)


def test_both_sides_begin_equally_often() -> None:
    first = [sum((number, index)) % 2 for number in range(2) for index in range(len(CALLS))]
    assert sum(first) * 2 == len(first)
    assert latency.OMS_LATENCY_MS > 0
