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
        bot.says(clause)
    assert bot.words == "two three four five"
