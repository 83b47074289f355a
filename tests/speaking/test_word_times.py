from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicebot.speaking.speech import WordTime
from voicebot.speaking.word_times import Phone, aligned, estimated, shifted


def phones(spelling: str, ms: float = 10.0) -> list[Phone]:
    """One phone of equal length per character, with the marks that a voice puts around a sentence."""
    return [Phone(symbol, ms) for symbol in f"^{spelling}$"]


def spans(times: tuple[WordTime, ...]) -> list[tuple[str, float, float]]:
    return [(time.word, time.start_ms, time.end_ms) for time in times]


def test_one_group_for_each_word() -> None:
    assert spans(aligned("the cat.", phones("ðə kæt."))) == [("the", 10, 30), ("cat.", 40, 70)]


def test_stress_marks_belong_to_the_word_they_open() -> None:
    assert spans(aligned("a cat", phones("ɐ kˈæt"))) == [("a", 10, 20), ("cat", 30, 70)]
    assert spans(aligned("ant", phones("ˈænt"))) == [("ant", 10, 50)]


def test_joined_words_share_their_group() -> None:
    times = aligned("yes, of the order", phones("jɛs, ʌvðɪ ɔɹdɚ"))
    assert [time.word for time in times] == ["yes,", "of", "the", "order"]
    assert times[0].end_ms == 40
    assert times[1].start_ms == 60
    assert times[2].end_ms == 100
    assert (times[3].start_ms, times[3].end_ms) == (110, 150)


def test_a_number_takes_all_the_groups_it_was_expanded_to() -> None:
    times = aligned("in 14 days", phones("ɪn fɔːɹtiːn deɪz"))
    assert [time.word for time in times] == ["in", "14", "days"]
    times = aligned("the 448 mugs", phones("ðə fɔɹhʌndɹɪd fɔɹɾi eɪt mʌɡz"))
    assert (times[0].end_ms, times[2].start_ms) == (30, 250)


def test_several_sentences() -> None:
    sentence = [*phones("jɛs."), *phones("noʊ.")]
    assert [time.word for time in aligned("Yes. No.", sentence)] == ["Yes.", "No."]


def test_nothing_said_or_nothing_written() -> None:
    assert aligned("", phones("jɛs")) == ()
    assert aligned("yes", phones("...")) == ()
    assert aligned("… !", phones("jɛs")) == ()


def test_an_estimate_shares_the_span_by_length() -> None:
    assert spans(estimated("a bcd", 100, 500)) == [("a", 100, 200), ("bcd", 200, 500)]


def test_shifting_stays_within_the_clip() -> None:
    times = (WordTime("a", 0, 50), WordTime("b", 50, 300))
    assert spans(shifted(times, -20, 200)) == [("a", 0, 30), ("b", 30, 200)]


@given(st.text("abc 1.,", max_size=60), st.text("kæt ,.ˈː", max_size=80))
def test_times_are_in_order_and_every_word_has_one(text: str, spelling: str) -> None:
    times = aligned(text, phones(spelling))
    words = [word for word in text.split() if any(char.isalnum() for char in word)]
    assert [time.word for time in times] in ([], words)
    edges = [edge for time in times for edge in (time.start_ms, time.end_ms)]
    assert edges == sorted(edges)
