"""Client transactions on a clock of their own."""

from __future__ import annotations

from voicebot.caller.message import Request, Response
from voicebot.caller.transaction import Answered, ClientTransaction, InviteTransaction, PlainTransaction

INVITE = Request(
    method="INVITE",
    uri="sip:b@y",
    headers=(
        ("via", "SIP/2.0/UDP h;branch=z9hG4bKq"),
        ("from", "<sip:a@x>;tag=1"),
        ("to", "<sip:b@y>"),
        ("call-id", "c"),
        ("cseq", "3 INVITE"),
    ),
)
BYE = Request(method="BYE", uri=INVITE.uri, headers=(*INVITE.headers[:-1], ("cseq", "4 BYE")))


def answer(code: int) -> Response:
    return Response(
        code=code, reason="x", headers=(*INVITE.headers[:2], ("to", "<sip:b@y>;tag=2"), *INVITE.headers[3:])
    )


def unanswered(one: ClientTransaction) -> tuple[list[float], float | None]:
    """When it retransmits, and when it gives up, if nothing ever comes back."""
    one.start(0.0)
    sent: list[float] = []
    for _ in range(100):
        due = one.due
        if due is None:
            break
        step = one.fire(due)
        sent += [due] * len(step.send)
        if step.timed_out:
            return sent, due
    return sent, None


def test_invite_retransmits_at_doubling_intervals_until_timer_b() -> None:
    sent, gave_up = unanswered(InviteTransaction(INVITE))
    assert sent == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert gave_up == 32.0


def test_other_requests_retransmit_at_most_every_four_seconds_until_timer_f() -> None:
    sent, gave_up = unanswered(PlainTransaction(BYE))
    assert sent[:5] == [0.5, 1.5, 3.5, 7.5, 11.5]
    assert gave_up == 32.0


def test_a_provisional_response_stops_the_invite_from_being_repeated_and_from_timing_out() -> None:
    one = InviteTransaction(INVITE)
    one.start(0.0)
    assert one.receive(answer(180), 0.2).response is not None
    assert one.due is None
    assert not one.fire(1000.0).timed_out


def test_a_provisional_response_slows_other_requests_to_t2() -> None:
    one = PlainTransaction(BYE)
    one.start(0.0)
    one.receive(answer(100), 0.1)
    assert one.fire(0.5).send
    assert one.due == 4.5


def test_a_refused_invite_is_acknowledged_each_time_and_reported_once() -> None:
    one = InviteTransaction(INVITE)
    one.start(0.0)
    first = one.receive(answer(486), 0.3)
    assert first.response is not None
    (ack,) = first.send
    assert (ack.method, ack.cseq, ack.branch, ack.to_tag) == ("ACK", (3, "ACK"), INVITE.branch, "2")
    again = one.receive(answer(486), 0.8)
    assert again.response is None
    assert again.send == (ack,)
    assert not one.over
    assert one.due == 32.3
    one.fire(32.3)
    assert one.over


def test_a_2xx_ends_the_invite_at_once_without_an_ack_of_the_transaction() -> None:
    one = InviteTransaction(INVITE)
    one.start(0.0)
    step = one.receive(answer(200), 0.3)
    assert step.response is not None
    assert step.send == ()
    assert one.over


def test_a_repeated_final_response_is_absorbed() -> None:
    one = PlainTransaction(BYE)
    one.start(0.0)
    assert one.receive(answer(200), 0.1).response is not None
    assert one.receive(answer(200), 0.2).response is None
    one.fire(5.1)
    assert one.over


def test_answers_are_kept_by_transaction_and_bounded() -> None:
    kept = Answered(limit=2)
    requests = [
        Request(method="BYE", uri="sip:x", headers=(("via", f"SIP/2.0/UDP h;branch=z9hG4bK{i}"),)) for i in range(3)
    ]
    for request in requests:
        kept.keep(request, answer(200))
    assert kept.find(requests[0]) is None
    assert kept.find(requests[2]) is not None
