from __future__ import annotations

import dataclasses
import json
from types import MappingProxyType

import numpy as np
import pytest

from voicebot.records.events import Record, Unknown, decode, kinds
from voicebot.records.events.audio import SpeechStarted
from voicebot.records.events.base import event, plain
from voicebot.records.sample import ending, handed_off, log_of, opening, order_turn


def test_a_record_survives_json() -> None:
    for record in log_of(opening() + order_turn() + handed_off() + ending()):
        stored = json.loads(json.dumps(record.to_json()))
        assert Record.from_json(stored).to_json() == record.to_json()


def test_names_of_kinds_are_those_that_calls_were_recorded_with() -> None:
    assert {cls.kind for cls in kinds().values()} == set(kinds())
    assert all(dataclasses.is_dataclass(cls) for cls in kinds().values())
    with pytest.raises(ValueError, match="registered twice"):
        event("audio.speech_started")(SpeechStarted)


def test_fields_of_other_versions_are_ignored_or_defaulted() -> None:
    assert decode("audio.speech_started", {"position_ms": 3.0, "newer": 1}) == SpeechStarted(position_ms=3.0)


def test_what_cannot_be_rebuilt_is_kept() -> None:
    assert decode("audio.speech_started", {}) == Unknown(original="audio.speech_started", data={})
    unknown = Record(call_id="c", seq=1, at_ms=0, wall="", turn=0, event=decode("later.kind", {"a": [1]}))
    assert (unknown.to_json()["kind"], unknown.to_json()["data"]) == ("later.kind", {"a": [1]})
    assert Record.from_json(unknown.to_json()) == unknown


def test_odd_values_become_json() -> None:
    found = plain(
        {1: (np.float32(0.5), np.int64(3), float("inf")), "m": MappingProxyType({"x": {2}}), "o": SpeechStarted}
    )
    assert json.loads(json.dumps(found)) == {"1": [0.5, 3, None], "m": {"x": [2]}, "o": str(SpeechStarted)}
