"""Reports and the summary."""

from __future__ import annotations

from voicebot.caller.measure import Spell
from voicebot.caller.report import Summary, spread, turn_reports
from voicebot.caller.script import read_turn
from voicebot.caller.settings import CallerSettings

TURNS = [read_turn(name) for name in ("a.wav", "b.wav", "quiet.wav", "d.wav")]


def test_a_turn_lasts_until_the_next_voice_and_unplayed_turns_are_told() -> None:
    reports = turn_reports(
        TURNS,
        3,
        [(1.0, 2.0), (5.0, 6.0), None, None],
        [Spell(2.3, 4.0), Spell(6.5, 7.0), Spell(9.0, 9.5)],
        CallerSettings(),
    )
    assert [one.played for one in reports] == [True, True, True, False]
    assert [one.to_json()["v2v_ms"] for one in reports] == [300.0, 500.0, None, None]
    assert reports[0].heard == (2.3, 4.0)
    assert reports[1].to_json()["bot_ms"] == 3000.0


def test_the_summary_has_percentiles_over_answered_turns() -> None:
    reports = turn_reports(TURNS, 1, [(1.0, 2.0), None, None, None], [Spell(2.3, 4.0)], CallerSettings())
    row = Summary(ok=True, code=200, reason="OK", ended_by="bot", turns=reports, facts={"lost": 0}).to_json()
    assert (row["event"], row["p50_ms"], row["p95_ms"], row["lost"]) == ("summary", 300.0, 300.0, 0)
    empty = Summary(ok=False, code=486, reason="Busy", ended_by="network").to_json()
    assert (empty["turns"], empty["p50_ms"]) == ([], None)


def test_heard_text_appears_only_when_asked_for() -> None:
    (report, *_) = turn_reports(TURNS, 1, [(1.0, 2.0), None, None, None], [], CallerSettings())
    assert "heard_text" not in report.to_json()


def test_spread() -> None:
    assert spread([]) == {"p50": None, "p99": None, "max": None}
    assert spread([1.0, 3.0, 2.0])["max"] == 3.0
