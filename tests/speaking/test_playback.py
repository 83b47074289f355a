from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.speaking.playback import Ended, Line, Playback, Report, Started, WentOn, words_heard
from voicebot.speaking.speech import Speech, WordTime

FRAME = 320


def speech(text: str, ms: int, value: int = 1000) -> Speech:
    """`ms` of constant samples; the words share the time evenly."""
    words = text.split()
    each = ms / len(words)
    times = tuple(WordTime(word, i * each, (i + 1) * each) for i, word in enumerate(words))
    return Speech(text=text, pcm=np.full(ms * 16, value, "<i2").tobytes(), words=times)


def line(
    text: str = "one two three four",
    ms: int = 80,
    *,
    utterance: str = "u1",
    last: bool = True,
    interruptible: bool = True,
    pause_ms: float = 0.0,
    display: str = "",
    value: int = 1000,
) -> Line:
    return Line(
        utterance=utterance,
        speech=speech(text, ms, value),
        last=last,
        interruptible=interruptible,
        pause_ms=pause_ms,
        display=display,
    )


def samples(pcm: bytes | None) -> list[int]:
    assert pcm is not None
    return [int(sample) for sample in np.frombuffer(pcm, "<i2")]


def pull_all(playback: Playback) -> list[int]:
    out: list[int] = []
    while (pcm := playback.pull(FRAME)) is not None:
        out += samples(pcm)
    return out


def test_nothing_to_play_gives_nothing() -> None:
    playback = Playback()
    assert playback.pull(FRAME) is None
    assert playback.reports(0) == ()
    assert playback.settled


def test_an_utterance_starts_with_its_first_sample_and_ends_with_its_last_heard() -> None:
    playback = Playback()
    playback.enqueue(line(ms=40))
    assert playback.reports(0) == ()
    playback.pull(FRAME)
    assert playback.reports(20) == (Started(utterance="u1"),)
    playback.pull(FRAME)
    assert playback.pull(FRAME) is None
    assert playback.reports(20) == ()  # handed out, not heard
    assert playback.ending
    assert playback.reports(0) == (
        Ended(utterance="u1", complete=True, heard_ms=40, heard="one two three four", unheard=""),
    )
    assert playback.settled


def test_the_end_is_padded_to_a_whole_frame_and_not_waited_for() -> None:
    playback = Playback()
    playback.enqueue(line(ms=25))
    assert pull_all(playback) == [1000] * 400 + [0] * 240
    assert isinstance(playback.reports(15)[-1], Ended)


def test_clauses_of_one_utterance_are_one_utterance() -> None:
    playback = Playback()
    playback.enqueue(line("first part,", 30, last=False, value=1))
    playback.enqueue(line("second part.", 30, value=2))
    assert pull_all(playback) == [1] * 480 + [2] * 480
    started, went_on, ended = playback.reports(0)
    assert (started, went_on) == (Started(utterance="u1"), WentOn(utterance="u1"))
    assert ended == Ended(utterance="u1", complete=True, heard_ms=60, heard="first part, second part.", unheard="")


def test_an_utterance_waits_for_its_last_clause() -> None:
    playback = Playback()
    playback.enqueue(line("first part,", 20, last=False))
    pull_all(playback)
    assert playback.reports(0) == (Started(utterance="u1"),)
    assert not playback.ending
    playback.enqueue(line("second part.", 20))
    assert playback.waiting
    pull_all(playback)
    _, ended = playback.reports(0)
    assert isinstance(ended, Ended)
    assert ended.heard == "first part, second part."


def test_a_line_without_speech_closes_its_utterance() -> None:
    playback = Playback()
    playback.enqueue(line("first part,", 20, last=False))
    pull_all(playback)
    playback.reports(0)
    playback.enqueue(Line(utterance="u1", speech=None, last=True))
    assert [report.utterance for report in playback.reports(0)] == ["u1"]


def test_the_pause_between_clauses_is_silent_and_belongs_to_none() -> None:
    playback = Playback()
    playback.enqueue(line("a,", 20, last=False, pause_ms=10, value=1))
    playback.enqueue(line("b.", 20, value=2))
    assert pull_all(playback)[: 320 + 160 + 320] == [1] * 320 + [0] * 160 + [2] * 320
    ended = playback.reports(0)[-1]
    assert isinstance(ended, Ended)
    assert ended.heard_ms == 40


def test_no_pause_is_added_when_the_next_clause_comes_late() -> None:
    playback = Playback()
    playback.enqueue(line("a,", 20, last=False, pause_ms=100))
    pull_all(playback)
    playback.enqueue(line("b.", 20, value=2))
    assert samples(playback.pull(FRAME)) == [2] * 320


def test_interruption_splits_the_words_at_what_was_heard() -> None:
    playback = Playback()
    playback.enqueue(line("one two three four", 80))
    for _ in range(3):
        playback.pull(FRAME)  # 60 ms handed out
    reports = playback.interrupt(20)  # 40 ms heard
    assert reports[-1] == Ended(utterance="u1", complete=False, heard_ms=40, heard="one two", unheard="three four")
    assert playback.pull(FRAME) is None
    assert playback.settled


def test_what_waits_behind_is_unheard_and_never_starts() -> None:
    playback = Playback()
    playback.enqueue(line("one two", 40))
    playback.enqueue(line("never heard", 40, utterance="u2"))
    playback.pull(FRAME)
    reports = playback.interrupt(0)
    assert reports == (
        Started(utterance="u1"),
        Ended(utterance="u1", complete=False, heard_ms=20, heard="one", unheard="two"),
        Ended(utterance="u2", complete=False, heard_ms=0, heard="", unheard="never heard"),
    )


def test_late_clauses_of_an_interrupted_utterance_are_refused() -> None:
    playback = Playback()
    playback.enqueue(line("first,", 20, last=False))
    pull_all(playback)
    ended = playback.interrupt(0)[-1]
    assert isinstance(ended, Ended)
    assert (ended.complete, ended.heard) == (False, "first,")
    assert not playback.enqueue(line("second.", 20))
    assert playback.enqueue(line("another", 20, utterance="u2"))


def test_a_heard_utterance_is_complete_even_if_its_report_is_overtaken_by_the_interruption() -> None:
    playback = Playback()
    playback.enqueue(line("all of it", 20))
    playback.pull(FRAME)
    ended = playback.interrupt(0)[-1]
    assert isinstance(ended, Ended)
    assert ended.complete


def test_uninterruptible_lines_play_on() -> None:
    playback = Playback()
    playback.enqueue(line("chatter", 40, value=1))
    playback.enqueue(line("this call is recorded", 40, utterance="u2", interruptible=False, value=2))
    playback.pull(FRAME)
    assert not playback.guarded
    assert [r.utterance for r in playback.interrupt(0)] == ["u1", "u1"]
    assert pull_all(playback) == [2] * 640
    assert playback.guarded
    assert playback.reports(0)[-1] == Ended(
        utterance="u2", complete=True, heard_ms=40, heard="this call is recorded", unheard=""
    )


def test_an_utterance_with_a_guarded_clause_ends_after_it_and_says_what_was_cut() -> None:
    playback = Playback()
    playback.enqueue(line("legal notice.", 40, last=False, interruptible=False))
    playback.enqueue(line("and chatter", 40))
    playback.pull(FRAME)
    assert playback.interrupt(0) == (Started(utterance="u1", interruptible=False),)
    pull_all(playback)
    assert playback.reports(0) == (
        Ended(utterance="u1", complete=False, heard_ms=40, heard="legal notice.", unheard="and chatter"),
    )


def test_closing_drops_uninterruptible_lines_too() -> None:
    playback = Playback()
    playback.enqueue(line("this call is recorded", 80, interruptible=False))
    playback.pull(FRAME)
    playback.pull(FRAME)
    ended = playback.close(20)[-1]
    assert ended == Ended(utterance="u1", complete=False, heard_ms=20, heard="this", unheard="call is recorded")


def test_pause_fades_out_and_resume_continues_from_the_same_sample() -> None:
    playback = Playback(fade_ms=5)
    ramp = np.arange(1600, dtype="<i2")
    playback.enqueue(Line(utterance="u1", speech=Speech(text="x", pcm=ramp.tobytes())))
    assert samples(playback.pull(FRAME)) == list(range(320))
    playback.pause()
    fading = samples(playback.pull(FRAME))
    assert 0 < fading[0] <= 320
    assert fading[79:] == [0] * 241
    assert playback.pull(FRAME) is None
    playback.resume()
    resumed = samples(playback.pull(FRAME))
    assert resumed[80:] == list(range(400, 640))
    assert resumed[0] == 0  # the ramp in
    assert resumed[40] == pytest.approx(360 / 2, abs=2)


def test_a_pause_that_nobody_heard_leaves_no_trace() -> None:
    playback = Playback()
    playback.enqueue(line(ms=60))
    playback.pull(FRAME)
    playback.pause()
    assert playback.ready  # the fade
    playback.resume()
    assert pull_all(playback) == [1000] * 640


def test_the_fade_is_not_counted_as_heard() -> None:
    playback = Playback()
    playback.enqueue(line("one two three four", 80))
    playback.pull(FRAME)
    playback.pause()
    playback.pull(FRAME)
    ended = playback.interrupt(0)[-1]
    assert isinstance(ended, Ended)
    assert ended.heard_ms == 20
    assert not playback.paused


def test_pausing_between_lines_needs_no_fade() -> None:
    playback = Playback()
    playback.enqueue(line(ms=20, last=False))
    playback.enqueue(line(ms=20, value=5))
    playback.pull(FRAME)
    playback.pause()
    assert playback.pull(FRAME) is None
    playback.resume()
    assert samples(playback.pull(FRAME)) == [5] * 320


def test_pausing_twice_is_pausing_once() -> None:
    playback = Playback()
    playback.enqueue(line(ms=80))
    playback.pull(FRAME)
    playback.pause()
    playback.pause()
    assert playback.pull(FRAME) is not None
    playback.pause()
    assert playback.pull(FRAME) is None


def test_lines_can_be_queued_while_paused() -> None:
    playback = Playback()
    playback.enqueue(line(ms=20, last=False))
    playback.pull(FRAME)
    playback.pause()
    playback.enqueue(line(ms=20))
    assert playback.pull(FRAME) is None
    playback.resume()
    assert samples(playback.pull(FRAME)) == [1000] * 320


def test_a_pause_that_came_too_late_is_not_for_the_next_utterance() -> None:
    playback = Playback()
    playback.enqueue(line(ms=20))
    playback.pull(FRAME)
    playback.pause()  # all was handed out, and the last of it is being heard
    assert playback.reports(0)
    playback.enqueue(line(ms=20, utterance="u2", value=5))
    assert playback.ready
    assert samples(playback.pull(FRAME)) == [5] * 320


def test_a_pause_while_the_last_words_are_heard_holds_what_is_queued_behind_them() -> None:
    playback = Playback()
    playback.enqueue(line(ms=20))
    playback.pull(FRAME)
    playback.pause()
    playback.enqueue(line(ms=20, utterance="u2"))
    assert playback.pull(FRAME) is None


def test_partly_heard_words_are_shown_as_written_when_they_correspond() -> None:
    playback = Playback()
    playback.enqueue(line("two orders were found", 80, display="2 orders were found"))
    playback.pull(FRAME)
    ended = playback.interrupt(0)[-1]
    assert isinstance(ended, Ended)
    assert (ended.heard, ended.unheard) == ("2", "orders were found")


def test_a_partly_heard_number_is_reported_digit_by_digit() -> None:
    playback = Playback()
    playback.enqueue(line("four four eight one", 80, display="4481"))
    playback.pull(FRAME)
    playback.pull(FRAME)
    ended = playback.interrupt(0)[-1]
    assert isinstance(ended, Ended)
    assert (ended.heard, ended.unheard) == ("four four", "eight one")


def test_a_word_is_heard_when_its_end_was() -> None:
    times = (WordTime("a", 0, 100), WordTime("b", 100, 200))
    assert [words_heard(times, ms) for ms in (0, 99, 100, 199, 200, 500)] == [0, 0, 1, 1, 2, 2]


ACTIONS = st.lists(st.sampled_from(["line", "guarded", "part", "pull", "pause", "resume", "interrupt"]), max_size=60)


@given(ACTIONS, st.integers(0, 60))
def test_every_utterance_is_reported_once_and_no_word_is_lost(actions: list[str], queued_ms: int) -> None:
    playback = Playback()
    said: dict[str, list[str]] = {}
    ended: list[Ended] = []
    started: list[str] = []

    def take(reports: tuple[Report, ...]) -> None:
        for report in reports:
            if isinstance(report, Ended):
                ended.append(report)
            elif isinstance(report, Started):
                started.append(report.utterance)

    for number, action in enumerate(actions):
        if action in ("line", "guarded", "part"):
            utterance = f"u{number // 3}"
            text = f"a{number} b{number}"
            given_line = line(text, 50, utterance=utterance, last=action != "part", interruptible=action != "guarded")
            if playback.enqueue(given_line):
                said.setdefault(utterance, []).append(text)
        elif action == "pull":
            pcm = playback.pull(FRAME)
            assert pcm is None or len(pcm) == FRAME * 2
            take(playback.reports(queued_ms))
        elif action == "interrupt":
            take(playback.interrupt(queued_ms))
        else:
            getattr(playback, action)()
    take(playback.close(0))
    assert sorted(e.utterance for e in ended) == sorted(said)
    assert len(started) == len(set(started))
    for report in ended:
        words = " ".join(said[report.utterance]).split()
        assert sorted((report.heard + " " + report.unheard).split()) == sorted(words)
        assert 0 <= report.heard_ms <= 50 * len(words) / 2
        assert report.utterance in started or report.heard == ""
    assert playback.settled
    assert not playback.waiting


def test_every_further_line_of_an_utterance_is_told_when_it_begins() -> None:
    playback = Playback()
    playback.enqueue(line("one", 40, last=False))
    playback.enqueue(line("two", 40, last=True))
    told = []
    for _ in range(5):
        playback.pull(FRAME)
        told += [type(report) for report in playback.reports(0)]
    assert told == [Started, WentOn, Ended]
