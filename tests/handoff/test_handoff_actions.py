"""What a human learns of actions and proofs."""

from __future__ import annotations

from typing import Any

from voicebot.handoff.packet import packet
from voicebot.records.events import actions, policy, verification
from voicebot.records.events.base import CallEvent
from voicebot.records.sample import Row, log_of, opening

PREVIEW = {"refund_minor": 12900, "currency": "USD"}


def made(*events: CallEvent) -> dict[str, Any]:
    rows: list[Row] = [(100 + i, 1, event) for i, event in enumerate(events)]
    return packet(log_of([*opening(), *rows]))


def planned(plan: str = "p1", action: str = "cancel", status: str = "ok", reason: str = "") -> actions.ActionPlanned:
    return actions.ActionPlanned(
        request="r1",
        action=action,
        order="o1",
        status=status,
        args={"reason": "late"},
        plan=plan if status == "ok" else "",
        subject="c1",
        needs=2,
        preview=PREVIEW if status == "ok" else {},
        reason=reason,
    )


def test_what_was_done_is_there_with_its_reference() -> None:
    done = actions.ActionCommitted(request="r2", plan="p1", action="cancel", key="k1", reference="R-1", facts=PREVIEW)
    (action,) = made(planned(), done)["actions"]
    assert action | {"at": ""} == {
        "name": "cancel",
        "args": {"reason": "late"},
        "order": "o1",
        "plan": PREVIEW,
        "confirmed_by_caller": True,
        "result": "done",
        "detail": None,
        "idempotency_key": "k1",
        "reference": "R-1",
        "facts": PREVIEW,
        "at": "",
    }


def test_what_was_only_planned_refused_or_given_up_is_told_apart() -> None:
    found = made(
        planned("p1"),
        planned("p2"),
        actions.ActionAbandoned(plan="p2", action="cancel"),
        planned(status="not_allowed", reason="already_shipped"),
        planned("p3"),
        actions.ActionFailed(request="r", plan="p3", action="cancel", status="conflict", key="k", reason="changed"),
        actions.ActionAbandoned(plan="p3", action="cancel"),
        planned("p4"),
        actions.ActionFailed(request="r", plan="p4", action="cancel", status="unverified", reason="needs 3"),
    )["actions"]
    assert [(a["result"], a["detail"], a["confirmed_by_caller"]) for a in found] == [
        ("planned", None, False),
        ("abandoned", None, False),
        ("not_allowed", "already_shipped", False),
        ("conflict", "changed", True),
        ("unverified", "needs 3", False),
    ]


def test_that_nobody_knows_is_said() -> None:
    unknown = actions.ActionUnknown(request="r", plan="p1", action="cancel", key="k")
    found = made(planned(), unknown)
    (action,) = found["actions"]
    assert (action["result"], action["idempotency_key"]) == ("unknown", "k")
    assert found["suggested_next_step"].startswith("Look in the order system whether the cancel went through")
    assert "not certain" in action["detail"]


def attempt(factor: str, outcome: str, level: int = 1) -> verification.VerificationAttempted:
    return verification.VerificationAttempted(request="r", factor=factor, outcome=outcome, level=level, subject="c1")


def test_proofs_raise_the_level() -> None:
    identity = made(attempt("email", "mismatch"), attempt("postcode", "mismatch"), attempt("postcode", "ok", 2))[
        "identity"
    ]
    assert (identity["level"], identity["verified_how"]) == (2, "verified")
    assert (identity["factors_passed"], identity["factors_failed"]) == (["postcode"], ["email"])
    strong = made(attempt("postcode", "ok", 2), attempt("code", "ok", 3))["identity"]
    assert (strong["level"], strong["verified_how"]) == (3, "one_time_code")


def test_failed_proofs_prove_nothing() -> None:
    identity = made(attempt("postcode", "mismatch"), attempt("name", "locked"), attempt("email", "no_proof"))[
        "identity"
    ]
    assert (identity["level"], identity["verified_how"]) == (0, None)
    assert identity["factors_failed"] == ["postcode"]


def test_a_level_of_proof_is_no_advice() -> None:
    level = policy.PolicyDecided(policy="verification", version="1", rule="known", outcome={"level": 2}, facts={})
    assert made(level)["suggested_next_step"] is None
