from __future__ import annotations

import json
from typing import Any

from voicebot.handoff.packet import Links, packet
from voicebot.records.events import audio, call, dialogue, handoff, oms, policy, turn
from voicebot.records.sample import ORDER, Row, handed_off, log_of, opening, order_turn

PHONE = "+4930123456"


def made(*rows: Row, **options: Any) -> dict[str, Any]:
    found = packet(log_of(list(rows)), **options)
    json.dumps(found, allow_nan=False)
    return found


def asked(op: str = "find_orders", status: str = "ok", request: str = "q1", **kept: Any) -> list[Row]:
    args, why, result = kept.get("args", {}), kept.get("why", "turn"), kept.get("result", {})
    return [
        (1, 1, oms.OmsRequested(request=request, op=op, args=args, why=why)),
        (2, 1, oms.OmsAnswered(request=request, op=op, status=status, took_ms=1, result=result)),
    ]


def test_everything_a_human_needs_is_there() -> None:
    found = made(*opening(), *order_turn(), *handed_off())
    assert (found["handoff_id"], found["call_id"], found["reason"]) == ("h1", "call-1", "caller_asked")
    assert found["one_line_summary"] == "Caller about wismo, order 4481207 (delayed): asked for a human."
    assert found["suggested_next_step"] == f"Call {PHONE} back by 2026-11-23T10:00:00.000Z."
    assert found["language"] == "en"
    assert found["caller"] == {"number": PHONE, "called": "100", "transport": "sip"}
    assert found["identity"] == {
        "level": 1,
        "verified_how": "matched",
        "factors_passed": ["order_number"],
        "factors_failed": [],
        "customer": {"id": "c1", "first_name": "Ada"},
    }
    assert [(i["name"], i["status"], i["slots"]) for i in found["intents"]] == [
        ("wismo", "answered", {"order_number": "4481207"}),
        ("human_agent", "handed_off", {}),
    ]
    assert found["order_snapshot"] == {"order": ORDER, "fetched_at": "2026-11-21T10:00:03Z"}
    assert [(r["op"], r["status"]) for r in found["reads"]] == [("find_orders", "ok")]
    assert [(a["name"], a["result"], a["detail"]) for a in found["actions"]] == [
        ("transfer", "failed", "486 Busy Here"),
        ("callback", "recorded", None),
    ]
    (decision,) = found["policy_decisions"]
    assert (decision["rule"], decision["reasons"], decision["outcome"]) == (
        "late-3",
        ["3 days late"],
        {"offer": "voucher"},
    )
    assert found["compliance"]["ai_disclosed_at"] == "2026-11-21T10:00:02.040Z"
    assert found["recording_ref"] == "/api/calls/call-1/recording"


def test_a_promise_says_how_much_of_it_was_heard() -> None:
    answer, callback = made(*opening(), *order_turn(), *handed_off())["promises_made"]
    assert answer == {
        "what": "It will arrive on 2026-11-25. You get a voucher.",
        "by_when": "2026-11-25",
        "heard": "part",
        "heard_text": "It will arrive on",
        "turn": 1,
    }
    assert (callback["by_when"], callback["heard"]) == ("2026-11-23T10:00:00.000Z", None)


def test_only_answers_that_bind_the_shop_are_promises() -> None:
    def promises(text: str, language: str = "en", role: str = "answer") -> int:
        rows: list[Row] = [
            (0, 0, call.CallStarted(transport="text", caller=None, language=language)),
            (1, 1, dialogue.Said(utterance="u", text=text, role=role)),
        ]
        return len(made(*rows)["promises_made"])

    assert promises("Your refund is 20 euros.") == 1
    assert promises("It should arrive tomorrow.") == 1
    assert promises("Our store is in Berlin.") == 0
    assert promises("Will you tell me your number?", role="ask") == 0
    assert promises("Wir sind in Berlin.", language="de") == 1


def test_what_the_log_does_not_tell_is_null() -> None:
    found = made((0, 0, call.CallAnswered(codec="PCMU", sample_rate_hz=8000)))
    unknown = (
        "handoff_id",
        "reason",
        "open_question",
        "suggested_next_step",
        "language",
        "order_snapshot",
        "sentiment",
    )
    assert [found[name] for name in unknown] == [None] * len(unknown)
    assert found["identity"]["level"] == 0
    assert found["identity"]["verified_how"] is None
    assert found["recording_ref"] is None
    assert found["compliance"] == {"ai_disclosed_at": None, "recording_consent": None, "pci_pauses": None}
    assert (found["intents"], found["reads"], found["actions"], found["promises_made"]) == ([], [], [], [])


def test_a_greeting_that_was_cut_off_disclosed_nothing_yet() -> None:
    said = dialogue.Said(utterance="u1", text="Hello, this is the automated assistant.", role="greeting")

    def ended(heard: str, complete: bool) -> Row:
        event = audio.PlaybackEnded(utterance="u1", position_ms=500, complete=complete, heard_ms=500, heard=heard)
        return (500, 0, event)

    assert made((0, 0, said), ended("Hello, this", False))["compliance"]["ai_disclosed_at"] is None
    assert made((0, 0, said), ended("Hello, this is the automated", False))["compliance"]["ai_disclosed_at"] is not None
    plain = dialogue.Said(utterance="u1", text="Good morning.", role="greeting")
    assert made((0, 0, plain), ended("Good morning.", True))["compliance"]["ai_disclosed_at"] is None


def test_a_read_that_the_dialogue_did_not_ask_for_proves_nothing() -> None:
    ahead = asked(args={"number": "1"}, why="prefetch", request="prefetch-1", result={"orders": [ORDER]})
    dropped = asked(args={"number": "2"}, why="speculation", request="q9", result={"orders": [ORDER]})
    effect = dialogue.EngineEffect(effect={"kind": "query", "request": "q1"})
    found = made((0, 1, effect), *ahead, *dropped)
    assert found["identity"]["level"] == 0
    assert found["order_snapshot"] is None
    assert found["reads"] == []


def test_the_callers_own_number_is_a_hint_by_name() -> None:
    rows = asked(args={"phone": PHONE}, result={"orders": [ORDER], "customer": {"id": "c1"}})
    found = made((0, 0, call.CallStarted(transport="sip", caller=PHONE)), *rows)
    assert found["identity"]["factors_passed"] == ["caller_id"]
    assert (found["order_snapshot"], found["order_candidates"]) == (None, ["4481207"])
    assert found["suggested_next_step"] == "Ask whether it is about order 4481207."
    other = made((0, 0, call.CallStarted(transport="sip", caller="+1555")), *rows)
    assert other["identity"]["factors_passed"] == ["phone"]


def test_an_order_may_be_named_by_what_is_in_it() -> None:
    orders = [{"number": "1", "headline": "the kettle"}, {"number": "2", "headline": "the mug"}]
    rows = asked(args={"phone": PHONE}, result={"orders": orders})
    started: Row = (0, 0, call.CallStarted(transport="sip", caller=PHONE))
    said: Row = (5, 1, dialogue.Said(utterance="u", text="Your order of the mug is on its way."))
    assert made(started, *rows, said)["order_snapshot"]["order"]["headline"] == "the mug"


def test_keys_that_led_nowhere_are_told() -> None:
    wrong = asked(args={"number": "9"}, status="not_found", request="q1")
    down = asked(args={"email": "a@b.c"}, status="timeout", request="q2")
    found = made(*wrong, *down)
    assert found["identity"]["factors_failed"] == ["order_number"]
    assert found["suggested_next_step"] == "Look the order up by hand: the order system's last answer was timeout."


def test_of_several_orders_the_one_last_named_is_at_hand() -> None:
    orders = [{"number": "1000001"}, {"number": "1000002"}]
    rows = asked(args={"email": "a@b.c"}, result={"orders": orders})
    found = made(*rows)
    assert (found["order_snapshot"], found["order_candidates"]) == (None, ["1000001", "1000002"])
    assert found["suggested_next_step"] == "Ask which order is meant: 1000001, 1000002."
    named: Row = (5, 1, dialogue.Said(utterance="u", text="Order 1000002 is on its way."))
    found = made(*rows, named)
    assert (found["order_snapshot"]["order"], found["order_candidates"]) == ({"number": "1000002"}, [])


def test_the_question_left_open() -> None:
    def committed(at: float, number: int, text: str, intent: str) -> list[Row]:
        return [
            (at, number, dialogue.Understood(text=text, intent=intent, confidence=1)),
            (at, number, turn.TurnCommitted(text=text, speculated=False)),
        ]

    text_call: Row = (0, 0, call.CallStarted(transport="text", caller=None))
    question = committed(1, 1, "Can I pay with shells?", "payment_methods")
    human = committed(3, 2, "A human please", "human_agent")
    assert made(text_call, *question, *human)["open_question"] == "Can I pay with shells?"
    ask: Row = (2, 1, dialogue.Said(utterance="a", text="What is your order number?", role="ask"))
    assert made(text_call, *question, ask, *human)["open_question"] == "What is your order number?"
    answer: Row = (2, 1, dialogue.Said(utterance="b", text="No.", role="answer"))
    assert made(text_call, *question, answer, *human)["open_question"] is None


def test_the_flow_s_own_summary_and_a_policy_s_outcome_come_first() -> None:
    rows: list[Row] = [
        (
            1,
            1,
            policy.PolicyDecided(policy="p", version="1", rule="r", outcome={"offer": "resend", "fee": None}, facts={}),
        ),
        (
            2,
            1,
            handoff.HandoffRequested(handoff="h", reason="policy", queue="care", summary="Parcel lost, wants a resend"),
        ),
    ]
    found = made(*rows)
    assert found["one_line_summary"] == "Parcel lost, wants a resend"
    assert found["suggested_next_step"] == "Policy p, rule r, allows: offer resend."
    assert found["queue"] == "care"


def test_one_of_several_handoffs_can_be_asked_for() -> None:
    rows: list[Row] = [
        (1, 1, handoff.HandoffRequested(handoff="h1", reason="failure")),
        (2, 2, handoff.HandoffRequested(handoff="h2", reason="caller_asked")),
    ]
    assert made(*rows)["handoff_id"] == "h2"
    found = packet(log_of(rows), "h1", links=Links(base_url="https://voice.example/"))
    assert (found["handoff_id"], found["reason"]) == ("h1", "failure")
    assert found["transcript_ref"] == "https://voice.example/api/calls/call-1"
