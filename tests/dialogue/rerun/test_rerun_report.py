"""Differences in words; what belongs to a caller only when it is asked for."""

from __future__ import annotations

import json

from small_shop import ENDS_THERE, Call, again, flows, policies, version

from voicebot.dialogue.rerun.report import summary, verdict

LATE = Call().say("where is my order", "5530418", "yes")
ASKS_MORE = version(flows(("args: {number: order_number}", "args: {number: order_number, near: order_number}")))
OTHER_WORDS = version(flows(("is late.", "is delayed.")))


def test_wording_is_told_old_and_new_without_the_order_number() -> None:
    one = verdict(again(LATE.steps, OTHER_WORDS), call="c1")
    assert (one.class_, one.turn) == ("wording", 2)
    assert one.lines == ('wording at turn 2: "Order [order number] is late." -> "Order [order number] is delayed."',)
    shown = verdict(again(LATE.steps, OTHER_WORDS), call="c1", values=True)
    assert '"Order 5530418 is late."' in shown.lines[0]


def test_values_are_hidden_everywhere_unless_they_are_asked_for() -> None:
    tried = [
        ASKS_MORE,
        OTHER_WORDS,
        version(flows(("into: handed", "into: handed_on"))),
        version(flows(("{number: order_number}", "{number: \"'77' + order_number\"}"))),
        version(book=policies((">= 3", ">= 5"))),
    ]
    for one in tried:
        assert "5530418" not in json.dumps(verdict(again(LATE.steps, one), call="c1").to_json())
    assert "5530418" in json.dumps(verdict(again(LATE.steps, ASKS_MORE), call="c1", values=True).to_json())


def test_what_the_log_cannot_answer_is_named() -> None:
    one = verdict(again(LATE.steps, ASKS_MORE), call="c1")
    assert (one.class_, one.turn) == ("unanswered", 2)
    assert one.lines[0] == "turn 2: unanswered: find_orders number=… near=…"
    assert one.to_json()["stopped"] == {"turn": 2, "why": "unanswered: find_orders number=… near=…"}


def test_another_value_is_told_as_that() -> None:
    other = version(
        flows(('"Order {{ order.number | order_number }} is late."', '"Order {{ shop.name | order_number }} is late."'))
    )
    (line,) = verdict(again(LATE.steps, other), call="c1").lines
    assert line.endswith('"Order [order number] is late." (another value)')


def test_another_course_says_what_was_asked() -> None:
    never = version(flows(("offer == 'voucher', next", "offer == 'money', next")))
    one = verdict(again(LATE.steps, never), call="c1")
    assert one.lines[0] == (
        "turn 3: the conversation took another course: "
        "the caller answers human (wismo), the bot waits for wish (patterns/main)"
    )
    short = version(flows(ENDS_THERE))
    assert "it is over before the caller's next turn" in verdict(again(LATE.steps, short), call="c1").lines[0]


def test_effects_of_a_kind_are_told_by_what_differs() -> None:
    patient = version(flows(("prompt: Do you want", "silence_ms: 9000\n    prompt: Do you want")))
    one = verdict(again(LATE.steps, patient), call="c1")
    assert one.lines == ("effects at turn 2: expect silence_ms=7000 -> expect silence_ms=9000",)


def test_a_policy_that_decides_otherwise_is_told() -> None:
    one = verdict(again(LATE.steps, version(book=policies((">= 3", ">= 5")))), call="c1")
    assert one.decisions == ("late at turn 2: late (offer=voucher) -> soon (offer=nothing)",)
    assert one.changed


def test_calls_are_counted_by_class() -> None:
    happy = Call().say("where is my order", "4481207")
    told = [verdict(again(call.steps, OTHER_WORDS), call="c") for call in (LATE, happy, LATE)]
    told.append(verdict(again(LATE.steps, ASKS_MORE), call="c"))
    counts = summary(told)
    assert {name: counts[name] for name in ("calls", "same", "changed", "unanswered")} == {
        "calls": 4,
        "same": 1,
        "changed": 2,
        "unanswered": 1,
    }
    assert counts["by_class"] == {"same": 1, "wording": 2, "effects": 0, "path": 0, "unanswered": 1, "course": 0}
    assert summary([])["calls"] == 0
