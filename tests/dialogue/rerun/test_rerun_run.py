"""Recorded calls on changed flows."""

from __future__ import annotations

import pytest
from small_shop import ENDS_THERE, NOW, Call, again, flows, policies, read, version

from voicebot.dialogue.commands import Command, Understanding
from voicebot.dialogue.context import Context
from voicebot.dialogue.inputs import Failed, UserSaid
from voicebot.dialogue.rerun.compare import classify, differences
from voicebot.dialogue.rerun.outcome import OtherCourse, Rerun, Unanswered
from voicebot.dialogue.rerun.run import Mode
from voicebot.records.projections.steps import Step

HAPPY = ("where is my order", "4481207", "no")
LATE = ("where is my order", "5530418", "yes")


def class_of(run: Rerun) -> str:
    return classify(run, differences(run))


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("mode", ["auto", "recorded", "anew"])
@pytest.mark.parametrize(
    "call",
    [
        Call().say(*HAPPY),
        Call().say(*LATE, "no"),
        Call(transfer="transferred").say(*LATE),
        Call()
        .silence()
        .say("what", "again")
        .hear(complete=False)
        .say("where is my order", "123", "no")
        .hear(complete=False)
        .say("no"),
        Call(hold=["Query"]).say("where is my order", "4481207", "what").silence().release().say("no"),
        Call(hold=["Query"]).say("where is my order", "4481207"),
        Call().say("where is my order").press("5530418").press("0"),
        Call().give(Failed(where="talk", now=NOW)).say("where is my order"),
    ],
    ids=["happy", "late", "transferred", "repair", "slow", "hung up while waiting", "keys", "fault"],
)
def test_the_same_flows_do_the_same(call: Call, mode: Mode, known: bool) -> None:
    run = again(call.steps, version(mode=mode), known=known)
    assert run.stopped is None
    assert [list(step.effects) for step in run.new] == [list(step.effects) for step in run.old]
    assert class_of(run) == "same"
    assert bool(run.anew) == (mode == "anew" and any(s.input["kind"] == "user_said" for s in call.steps))


def test_another_wording_is_told_of_the_calls_that_heard_it_and_of_no_other() -> None:
    tried = version(flows(("is on its way.", "is under way.")))
    calls = [Call().say(*HAPPY), Call().say(*LATE), Call().say("where is my order", "99"), Call().silence()]
    assert [class_of(again(call.steps, tried)) for call in calls] == ["wording", "same", "same", "same"]
    (found,) = differences(again(calls[0].steps, tried))
    assert (found.what, found.turn) == ("wording", 2)


def test_another_filler_is_wording() -> None:
    assert class_of(again(Call().say(*HAPPY).steps, version(flows(("Let me look.", "Let me see."))))) == "wording"


def test_another_branch_is_another_path() -> None:
    to_nothing = (("size(found.orders) > 0, next: tell", "size(found.orders) > 5, next: tell"),)
    steps = Call().say("where is my order", "4481207").steps
    known = differences(again(steps, version(flows(*to_nothing)), known=True))
    assert [(one.what, one.turn) for one in known] == [("path", 2), ("effects", 2), ("wording", 2)]
    assert known[0].old == {"flow": "wismo", "step": "tell"}
    assert known[0].new == {"flow": "wismo", "step": "nothing"}


def test_a_branch_that_comes_to_rest_elsewhere_is_another_path_by_the_log_alone() -> None:
    never_late = version(flows(("offer == 'voucher', next", "offer == 'money', next")))
    found = differences(again(Call().say("where is my order", "5530418").steps, never_late))
    assert found[0].what == "path"
    assert found[0].new == {"flow": "patterns/main", "step": "wish"}


def test_steps_without_a_name_may_be_numbered_otherwise() -> None:
    steps = Call().say("where is my order").steps
    tried = version(flows(("  - ask: order_number", '  - set: {looked: "true"}\n  - ask: order_number')))
    assert class_of(again(steps, tried)) == "same"
    (found,) = differences(again(steps, tried, known=True))
    assert (found.what, found.new) == ("path", {"flow": "wismo", "step": "set_1"})


def test_an_effect_of_another_content() -> None:
    steps = Call().say("a human").steps
    run = again(steps, version(flows(("queue: default", "queue: parcels"))))
    assert isinstance(run.stopped, Unanswered)
    assert run.stopped.effect is not None
    assert run.stopped.effect["queue"] == "parcels"
    patient = again(
        Call().say("where is my order").steps,
        version(
            flows(("prompt: What is the order number?", "prompt: What is the order number?\n    silence_ms: 9000"))
        ),
    )
    assert class_of(patient) == "effects"


def test_what_the_log_cannot_answer_ends_the_run_there() -> None:
    asks_more = version(flows(("args: {number: order_number}", "args: {number: order_number, region: \"'EU'\"}")))
    run = again(Call().say(*HAPPY).steps, asks_more)
    assert class_of(run) == "unanswered"
    assert isinstance(run.stopped, Unanswered)
    assert run.stopped.turn == 2
    assert run.stopped.effect is not None
    assert run.stopped.effect["args"] == {"number": "4481207", "region": "EU"}
    assert len(run.old) < len(again(Call().say(*HAPPY).steps).old)


def test_a_fact_that_the_recorded_answer_lacks_is_not_guessed() -> None:
    steps = Call().say("where is my order", "4481207").steps
    asks_again = version(
        flows(
            (
                "  - decide: late\n",
                "  - query: get_order\n    args: {id: order.id}\n    into: whole\n  - decide: late\n",
            )
        )
    )
    assert class_of(again(steps, asks_again)) == "unanswered"


def test_an_answer_comes_when_it_came() -> None:
    """What the caller said while the order was looked up is still said then."""
    call = Call(hold=["Query"]).say("where is my order", "4481207", "what").release()
    run = again(call.steps, version(flows(("One moment.", "Just a moment."))))
    assert class_of(run) == "wording"
    assert [step.turn for step in run.new] == [step.turn for step in run.old]


def test_what_is_asked_earlier_is_answered_with_what_was_asked_later() -> None:
    early = "  - query: find_orders\n    args: {number: order_number}\n    into: found\n    filler: Let me look.\n"
    ask = "  - ask: order_number\n    prompt: What is the order number?\n    on: {deny: to_human}\n"
    asked_first = version(
        flows(
            (ask + early, ask + "  - query: find_orders\n    args: {number: order_number}\n    into: first\n" + early)
        )
    )
    run = again(Call().say(*HAPPY).steps, asked_first)
    assert run.stopped is None, "a read may be repeated"
    assert class_of(run) == "effects"


def test_policies_are_decided_anew() -> None:
    run = again(Call().say("where is my order", "5530418").steps, version(book=policies((">= 3", ">= 5"))))
    (other,) = run.decisions
    assert (other.turn, other.policy, other.old["rule"], other.new["rule"]) == (2, "late", "late", "soon")
    assert class_of(run) == "path"


def test_a_decision_with_the_same_outcome_by_another_row_is_told() -> None:
    book = policies(
        ("  - {id: late,", '  - {id: very_late, when: {days: ">= 4"}, then: {offer: voucher}}\n  - {id: late,')
    )
    run = again(Call().say(*LATE).steps, version(book=book))
    assert class_of(run) == "same"
    assert [one.new["rule"] for one in run.decisions] == ["very_late"]


def test_a_caller_who_answers_another_question_ends_the_run() -> None:
    swapped = version(
        flows(
            (
                "id: offer\n    ask: human\n    prompt: Do you want a colleague?",
                "id: offer\n    ask: email\n    prompt: What is your address?",
            ),
            ("human: {type: yes_no}", "human: {type: yes_no}\n  email: {type: email}"),
        )
    )
    run = again(Call().say(*LATE).steps, swapped)
    assert class_of(run) == "course"
    assert isinstance(run.stopped, OtherCourse)
    assert (run.stopped.turn, str(run.stopped.old.question), str(run.stopped.new.question)) == (
        3,
        "human (wismo)",
        "email (wismo)",
    )
    assert [one.what for one in differences(run)] == ["effects", "wording"]
    keys = again(Call().say("where is my order", "5530418").press("1").steps, swapped)
    assert class_of(keys) == "course"


def test_a_wish_is_a_wish_whatever_was_asked() -> None:
    swapped = version(
        flows(
            ("ask: human\n    prompt: Do you want a colleague?", "ask: email\n    prompt: What is your address?"),
            ("human: {type: yes_no}", "human: {type: yes_no}\n  email: {type: email}"),
        )
    )
    run = again(Call().say("where is my order", "5530418", "a human").steps, swapped)
    assert run.stopped is None
    assert run.anew == (3,)
    zero = again(Call().say("where is my order", "5530418").press("0").steps, swapped)
    assert zero.stopped is None


def test_a_call_that_is_over_hears_no_more() -> None:
    short = version(flows(ENDS_THERE))
    run = again(Call().say("where is my order", "5530418").hear(complete=True).silence().say("yes").steps, short)
    assert isinstance(run.stopped, OtherCourse)
    assert run.stopped.new.left
    assert again(Call().say("where is my order", "5530418").hear(complete=True).silence().steps, short).stopped is None


def test_a_flow_of_another_name_is_understood_anew() -> None:
    def anew(text: str, context: Context, alternatives: object) -> Understanding:
        if text == "where is my order":
            return Understanding(text=text, commands=(Command("start_flow", {"flow": "parcels", "intent": "wismo"}),))
        return read(text, context)

    tried = version(flows(("flow: wismo", "flow: parcels")), understand=anew)
    run = again(Call().say(*HAPPY).steps, tried)
    assert run.stopped is None
    assert run.anew == (1, 2), "the number answers the same question of another flow"
    assert [step.flow for step in run.new[1:3]] == ["parcels", "parcels"]
    recorded = again(Call().say(*HAPPY).steps, version(flows(("flow: wismo", "flow: parcels")), mode="recorded"))
    assert recorded.anew == ()
    assert class_of(recorded) == "course"


def test_the_goodbye_that_was_cut_off_is_the_one_of_the_new_run() -> None:
    wordy = version(flows(("  - say: Goodbye.\n", "  - say: Thank you.\n    role: goodbye\n  - say: Goodbye.\n")))
    call = Call().say("no").hear(complete=False).say("no")
    assert call.said[-2:] == ["Goodbye.", "See you."]
    run = again(call.steps, wordy)
    assert run.stopped is None
    assert class_of(run) == "effects"
    assert [step.effects[0]["kind"] for step in run.new[-2:]] == ["say", "say"], "it was not heard, and is said again"


def test_what_the_log_does_not_hold_or_cannot_be_read_is_told() -> None:
    assert isinstance(again([]).stopped, Unanswered)
    call = Call()
    call.steps.append(Step(turn=1, input={"kind": "mind_read", "now": NOW}))
    stopped = again(call.steps).stopped
    assert isinstance(stopped, Unanswered)
    assert "cannot be read" in stopped.why


def test_a_card_number_that_was_taken_out_is_not_guessed() -> None:
    fill = Command("set_slot", {"slot": "order_number", "value": "[card number]"})
    said = UserSaid(understanding=Understanding(text="[card number]", commands=(fill,)), now=NOW)
    run = again(Call().say("where is my order").give(said).steps)
    assert isinstance(run.stopped, Unanswered)
    assert run.stopped.why == "a card number was taken out of the log"


def test_a_fault_of_the_engine_is_told_and_a_recorded_one_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Call().say("where is my order").steps
    recorded = [
        *steps[:-1],
        Step(turn=1, input=steps[-1].input),
        *Call().give(Failed(where="dialogue", now=NOW)).steps[1:],
    ]

    from voicebot.dialogue.engine import Engine

    sound = Engine.step

    def broken(self: Engine, state: object, given: object) -> object:
        if isinstance(given, UserSaid):
            raise RuntimeError("broken")
        return sound(self, state, given)  # type: ignore[arg-type]

    monkeypatch.setattr(Engine, "step", broken)
    stopped = again(steps).stopped
    assert isinstance(stopped, Unanswered)
    assert stopped.why == "the engine failed: RuntimeError"
    assert class_of(again(recorded)) == "same"
