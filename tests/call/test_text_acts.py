"""Acts in a conversation by text: effects out, results back in, everything in the log."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from acting_house import Post, Shop, acting_house
from call_fakes import Rule

from voicebot.call.text import TextCall
from voicebot.dialogue.effects import (
    AbandonPlan,
    CheckProof,
    CommitAction,
    Effect,
    HangUp,
    PlanAction,
    Say,
    SendCode,
    SendMessage,
)
from voicebot.dialogue.inputs import Answered, Input, UserSaid
from voicebot.dialogue.wording import Part, text
from voicebot.records.events.actions import ActionAbandoned, ActionCommitted, ActionFailed, ActionPlanned
from voicebot.records.events.base import CallEvent
from voicebot.records.events.call import CallEnded
from voicebot.records.events.messages import MessageSent
from voicebot.records.events.verification import VerificationAttempted


class Script:
    """What the caller says is what is done; `results` are the answers by request."""

    def __init__(self) -> None:
        self.results: dict[str, Any] = {}

    def __call__(self, given: Input) -> tuple[Effect, ...]:
        match given:
            case Answered():
                self.results[given.request] = given.result
                return (Say(utterance=f"u-{given.request}", wording=text(str(given.result["status"]))),)
            case UserSaid():
                return self.wished(given.understanding.text)
        return ()

    def wished(self, wish: str) -> tuple[Effect, ...]:
        plan = self.results.get("p1", {}).get("plan", "")
        effects: dict[str, tuple[Effect, ...]] = {
            "plan": (PlanAction(request="p1", action="cancel", order="o1", args={"reason": "changed_mind"}),),
            "prove": (CheckProof(request="v1", order="o1", factor="postcode", value="nine four one oh three"),),
            "wrong": (CheckProof(request="v1", order="o1", factor="postcode", value="94110"),),
            "code": (SendCode(request="s1", order="o1"),),
            "commit": (CommitAction(request="c1", plan=plan),),
            "again": (CommitAction(request="c2", plan=plan),),
            "drop": (AbandonPlan(plan=plan),),
            "message": (
                SendMessage(
                    request="m1",
                    order="o1",
                    kind="return_label",
                    wording=(*text("Your label, by "), Part("date", "2026-11-27")),
                    about="c1",
                ),
            ),
            "bye": (HangUp(reason="goodbye"),),
        }
        return effects[wish]


class Stage:
    def __init__(self, call: TextCall, script: Script, shop: Shop, post: Post) -> None:
        self.call, self.script, self.shop, self.post = call, script, shop, post

    def of(self, kind: type[CallEvent]) -> list[Any]:
        return [record.event for record in self.call._log.records if isinstance(record.event, kind)]


async def played(tmp_path: Path, *wishes: str) -> Stage:
    script, shop, post = Script(), Shop(), Post()
    with acting_house(tmp_path, cast(Rule, script), shop, post) as house:
        stage = Stage(TextCall(house, call_id="t1", caller="+14155550100"), script, shop, post)
        await stage.call.open()
        for wish in wishes:
            await stage.call.say(wish)
        await stage.call.close()
    return stage


async def test_what_was_planned_and_proved_is_done_once(tmp_path: Path) -> None:
    stage = await played(tmp_path, "plan", "prove", "commit", "again", "message", "bye")
    plan = stage.script.results["p1"]
    assert (plan["status"], plan["action"], plan["subject"], plan["needs"]) == ("ok", "cancel", "c1", 2)
    assert plan["preview"] == {"refund_minor": 12900, "currency": "USD"}
    proof = stage.script.results["v1"]
    assert (proof["status"], proof["subject"], proof["proved"]) == ("ok", "c1", 2)
    done = stage.script.results["c1"]
    assert (done["status"], done["reference"], done["refund_minor"]) == ("done", "R-1", 12900)
    assert "link" not in done
    assert stage.script.results["c2"]["status"] == "done"
    assert stage.shop.done == ["cancel"]
    assert [event.repeated for event in stage.of(ActionCommitted)] == [False, True]
    assert stage.post.sent[0].text.endswith(" https://shop.example/label/1")
    assert "2026-11-27" not in stage.post.sent[0].text
    assert stage.post.sent[0].to == "+14155550134"
    assert isinstance(stage.call._log.records[-1].event, CallEnded)


async def test_without_proof_nothing_is_done(tmp_path: Path) -> None:
    stage = await played(tmp_path, "plan", "wrong", "commit")
    assert stage.script.results["v1"] == {"status": "mismatch", "left": 2}
    assert stage.script.results["c1"]["status"] == "unverified"
    assert stage.shop.done == []
    assert [event.status for event in stage.of(ActionFailed)] == ["unverified"]
    assert [event.plan for event in stage.of(ActionAbandoned)] == stage.shop.abandoned
    assert len(stage.shop.abandoned) == 1


async def test_a_plan_that_is_dropped_is_abandoned_once(tmp_path: Path) -> None:
    stage = await played(tmp_path, "plan", "drop")
    assert len(stage.shop.abandoned) == 1
    assert [event.action for event in stage.of(ActionPlanned)] == ["cancel"]


async def test_what_is_proved_is_not_written_down(tmp_path: Path) -> None:
    stage = await played(tmp_path, "prove", "code")
    tried = stage.of(VerificationAttempted)
    assert [(event.factor, event.outcome, event.level) for event in tried] == [("postcode", "ok", 2)]
    assert "94103" not in str(tried)
    assert stage.script.results["s1"] == {"status": "sent", "channel": "sms"}


async def test_a_message_about_nothing_is_not_sent(tmp_path: Path) -> None:
    stage = await played(tmp_path, "message")
    assert stage.script.results["m1"] == {"status": "failed"}
    assert stage.post.sent == []
    assert [event.reason for event in stage.of(MessageSent)] == ["no_link"]
