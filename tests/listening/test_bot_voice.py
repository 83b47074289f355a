from __future__ import annotations

from voicebot.listening.bot_voice import ECHO_MS, BotVoice


def test_audible_from_the_first_utterance_to_the_last() -> None:
    bot = BotVoice()
    bot.started("u1", 1000, interruptible=True)
    bot.started("u2", 2000, interruptible=False)
    assert bot.since_ms == 1000
    assert bot.guarded
    bot.ended("u2", 3000)
    assert bot.audible
    assert not bot.guarded
    bot.ended("u1", 4000)
    assert not bot.audible
    bot.started("u3", 5000, interruptible=True)
    assert bot.since_ms == 5000


def test_its_echo_comes_while_it_speaks_and_soon_after() -> None:
    bot = BotVoice()
    assert not bot.audible_at(500)
    bot.started("u1", 1000, interruptible=True)
    assert bot.audible_at(1200)
    assert not bot.audible_at(900)
    bot.ended("u1", 2000)
    bot.ended("u0", 9000)
    assert bot.audible_at(2000 + ECHO_MS)
    assert not bot.audible_at(2001 + ECHO_MS)


def test_only_the_latest_clauses_are_kept() -> None:
    bot = BotVoice()
    for clause in ("one", "two", "three", "four", "five"):
        bot.says(clause, "u1", last=False)
    assert bot.words == "two three four five"


def test_a_question_is_asked_when_its_sentence_begins() -> None:
    bot = BotVoice()
    bot.asks("u1")
    assert not bot.has_asked
    for clause in ("I found it.", "It is late.", "Did I get the last two right,", "zero seven?"):
        bot.says(clause, "u1", last=clause.endswith("?"))
    bot.started("u1", 0, interruptible=True)
    assert not bot.has_asked
    bot.went_on("u1")
    assert not bot.has_asked
    bot.went_on("u1")
    assert bot.has_asked
    bot.ended("u1", 9000)
    assert bot.has_asked


def test_without_a_question_mark_all_of_it_asks() -> None:
    bot = BotVoice()
    bot.asks("u1")
    bot.says("Please tell me the number.", "u1", last=False)
    bot.started("u1", 0, interruptible=True)
    assert not bot.has_asked, "a question may follow"
    bot.says("", "u1", last=True)
    assert bot.has_asked


def test_old_utterances_are_forgotten() -> None:
    bot = BotVoice()
    for number in range(1000):
        bot.says("Yes?", f"u{number}", last=True)
        bot.started(f"u{number}", number, interruptible=True)
        bot.ended(f"u{number}", number)
    bot.asks("u999")
    assert bot.has_asked
    bot.asks("u1")
    assert not bot.has_asked
