from __future__ import annotations

import pytest

from voicebot.transports.sip.media_watch import MediaWatch


@pytest.fixture
def watch() -> MediaWatch:
    return MediaWatch(never_sent_s=60, silent_s=30, hold_s=900)


def test_nothing_is_expected_before_the_answer(watch: MediaWatch) -> None:
    watch.seen(5)
    assert watch.verdict(1e6) is None


def test_a_caller_who_never_sends(watch: MediaWatch) -> None:
    watch.established(10)
    assert watch.verdict(69.9) is None
    assert watch.verdict(70) == "no media since the answer (60 s)"


def test_media_that_stops(watch: MediaWatch) -> None:
    watch.established(0)
    watch.seen(59)
    assert watch.verdict(88.9) is None
    assert watch.verdict(89) == "no media for 30 s"


def test_a_hold_has_its_own_patience_and_a_resume_starts_afresh(watch: MediaWatch) -> None:
    watch.established(0)
    watch.seen(1)
    watch.held(True, 20)
    assert watch.verdict(900) is None
    assert watch.verdict(920) == "held without media for 900 s"
    watch.held(False, 500)
    assert watch.verdict(529) is None
    assert watch.verdict(530) == "no media for 30 s"
