"""Plans, proofs, commits and messages: what is done for the caller, and what must come before.

A plan is kept in the state under the variable of its step, until it is done or given up. It may be committed only when
the caller has heard the question that confirms this very plan, has said yes to it, and has proved the level that it
needs; whatever the flows say, nothing else leads to a `CommitAction`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from voicebot.dialogue import kinds, schema
from voicebot.dialogue.effects import AbandonPlan, CheckProof, CommitAction, PlanAction, SendCode, SendMessage
from voicebot.dialogue.inputs import Heard
from voicebot.dialogue.questions import to_the_question
from voicebot.dialogue.render import UnspeakableError

if TYPE_CHECKING:
    from voicebot.dialogue.turn import Turn

#: What has been matched by having found the order.
MATCHED = 1
#: Kinds of requests that `Answered` answers, and what is assumed when no answer comes.
UNANSWERED: Mapping[str, Mapping[str, Any]] = {
    "plan": {"status": "timeout"},
    "commit": {"status": "unknown"},
    "proof": {"status": "unavailable"},
    "code": {"status": "failed"},
    "message": {"status": "failed"},
}


def run_plan(turn: Turn, step: schema.Plan, _onwards: str) -> None:
    """Ask for a quote; an older one under the same variable is given up."""
    order = _order(turn, step.order)
    give_up(turn, step.into)
    request = turn.request("plan", step.into)
    filler = turn.render(step.filler) if step.filler else ()
    args = {name: value for name, value in turn.values(step.args).items() if value is not None}
    turn.effects.append(PlanAction(request=request, action=step.plan, order=order["id"], args=args, filler=filler))


def run_commit(turn: Turn, step: schema.Commit, _onwards: str) -> None:
    """Do it, when everything that must come before has come; otherwise the flow is wrong, and nothing is done."""
    plan = turn.plans.get(step.commit)
    if plan is None or not _may_be_done(turn, plan):
        turn.fail()
        return
    request = turn.request("commit", step.into)
    filler = turn.render(step.filler) if step.filler else ()
    del turn.plans[step.commit]
    turn.effects.append(CommitAction(request=request, plan=plan["plan"], filler=filler))


def run_verify(turn: Turn, step: schema.Verify, onwards: str) -> None:
    """Go on when the level is proved; else ask for proof once, and then leave."""
    order, level = _order(turn, step.order), step.verify.value(turn.scope())
    if isinstance(level, bool) or not isinstance(level, int | float):
        raise UnspeakableError("verify")
    frame = turn.stack[-1]
    if proved(turn, order["subject"]) >= level:
        turn.verifying = {}
        turn.goto(onwards)
    elif not frame.asked:
        turn.stack[-1] = dataclasses.replace(frame, asked=1)
        turn.verifying = {"order": order["id"], "subject": order["subject"], "level": int(level)}
        turn.pattern("verify")
    elif step.on_failure is not None:
        turn.took(step, "failed")
        turn.goto(step.on_failure)
    else:
        turn.drop_to_main()
        turn.pattern("unverified")


def ask_again(turn: Turn) -> None:
    """The proof was left for something else: it is asked for once more when the conversation comes back to it."""
    frame = turn.stack[-1]
    place = turn.flows.place(frame.flow, frame.step)
    if place is not None and isinstance(place.step, schema.Verify):
        turn.stack[-1] = dataclasses.replace(frame, asked=0)


def run_prove(turn: Turn, step: schema.Prove, _onwards: str) -> None:
    value, order = step.value.value(turn.scope()), turn.verifying.get("order")
    if not isinstance(value, str) or not isinstance(order, str):
        raise UnspeakableError("prove")
    request = turn.request("proof", step.into)
    turn.effects.append(CheckProof(request=request, order=order, factor=step.prove, value=value))


def run_send_code(turn: Turn, step: schema.SendCode, _onwards: str) -> None:
    order = turn.verifying.get("order")
    if not isinstance(order, str):
        raise UnspeakableError("send_code")
    turn.effects.append(SendCode(request=turn.request("code", step.into), order=order))


def run_message(turn: Turn, step: schema.Message, _onwards: str) -> None:
    order = _order(turn, step.order)
    wording = turn.render(step.text)
    done = turn.facts.get(step.about) if step.about else None
    about = str(done.get("request", "")) if isinstance(done, Mapping) else ""
    request = turn.request("message", step.into)
    effect = SendMessage(request=request, order=order["id"], kind=step.message, wording=wording, about=about)
    turn.effects.append(effect)


def proved(turn: Turn, subject: str) -> int:
    """The level that the caller has proved for a customer, or a guest's order."""
    return max(MATCHED, turn.verified.get(subject, 0))


def learn(turn: Turn, request: str, result: Mapping[str, Any], kind: str | None) -> Mapping[str, Any]:
    """What an answer means beside its facts: a plan to confirm, a level proved. Returns the facts for the flow.

    `kind` is None when nobody waits for the answer any more: a plan is given up, a proof still counts.
    """
    level, subject = result.get("proved"), result.get("subject")
    if result.get("status") == "ok" and isinstance(level, int) and isinstance(subject, str):
        turn.verified[subject] = max(level, turn.verified.get(subject, 0))
    plan = result.get("plan")
    if isinstance(plan, str) and kind != "plan":
        turn.effects.append(AbandonPlan(plan=plan))
    if kind == "plan" and turn.pending is not None and result.get("status") == "ok" and isinstance(plan, str):
        frame = turn.stack[turn.pending.depth - 1]
        give_up(turn, turn.pending.into)
        turn.plans[turn.pending.into] = {
            "plan": plan,
            "action": str(result.get("action", "")),
            "subject": str(subject or ""),
            "needs": int(result.get("needs", 3)),
            "flow": frame.flow,
            "answer": None,
            "asked": "",
            "heard": False,
        }
    preview = result.get("preview")
    facts = {**(preview if isinstance(preview, Mapping) else {}), **result, "request": request}
    facts.pop("preview", None)
    return facts


def asked(turn: Turn, variable: str) -> None:
    """The utterance made last puts the question that confirms a plan."""
    if variable in turn.plans:
        turn.plans[variable] = {**turn.plans[variable], "asked": f"u{turn.utterances}"}


def heard(turn: Turn, event: Heard) -> None:
    """Whether the caller knows now what a plan would do: an utterance that put the question was heard to its end."""
    for variable, plan in turn.plans.items():
        if plan["asked"] == event.utterance and (event.complete or to_the_question(event.heard, turn.before.last_said)):
            turn.plans[variable] = {**plan, "heard": True}


def was_heard(turn: Turn, variable: str) -> bool:
    """Whether the read-back of a plan was; there is nothing to hear when there is no plan."""
    return bool(turn.plans.get(variable, {"heard": True})["heard"])


def answer(turn: Turn, variable: str, *, yes: bool) -> None:
    """The caller has said yes or no to the plan as it was read back.

    A yes counts when the read-back was heard, and when nothing was said after it that the yes may be an answer to.
    """
    plan = turn.plans.get(variable)
    if plan is not None and (not yes or (plan["heard"] and plan["asked"] == f"u{turn.utterances}")):
        turn.plans[variable] = {**plan, "answer": yes}


def unconfirm(turn: Turn) -> None:
    """The caller has changed something: no earlier answer counts."""
    turn.plans = {name: {**plan, "answer": None} for name, plan in turn.plans.items()}


def is_answered(turn: Turn, variable: str) -> bool:
    return turn.plans.get(variable, {}).get("answer") is not None


def give_up(turn: Turn, variable: str) -> None:
    plan = turn.plans.pop(variable, None)
    if plan is not None:
        turn.effects.append(AbandonPlan(plan=plan["plan"]))


def give_up_left(turn: Turn) -> None:
    """Plans of flows that are over."""
    running = {frame.flow for frame in turn.stack}
    for variable, plan in list(turn.plans.items()):
        if plan["flow"] not in running:
            give_up(turn, variable)


def _may_be_done(turn: Turn, plan: Mapping[str, Any]) -> bool:
    agreed = plan["answer"] is True or plan["action"] in kinds.HARMLESS
    return agreed and proved(turn, plan["subject"]) >= plan["needs"]


def _order(turn: Turn, expression: schema.Cel) -> Mapping[str, Any]:
    """The facts of the order that a step is about.

    Raises:
        UnspeakableError: there are none.
    """
    order = expression.value(turn.scope())
    if not isinstance(order, Mapping) or not isinstance(order.get("id"), str):
        raise UnspeakableError("order")
    return {**order, "subject": str(order.get("subject") or order.get("customer_id") or f"order:{order['id']}")}
