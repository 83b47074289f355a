"""The user agent against scripted answers: no socket, and a clock of its own."""

from __future__ import annotations

import itertools

import pytest

from voicebot.caller.agent import Agent, uri_header
from voicebot.caller.happenings import Connected, Ended, Happening, Referred, Ringing
from voicebot.caller.message import Headers, Request, Response, Uri, parse, reply

BOT = ("192.0.2.9", 5060)
CONTACT: Headers = (("contact", "<sip:bot@192.0.2.9:5070>"),)
ANSWER = (
    b"v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
    b"m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)


class Bench:
    """An agent and the other end of its wire."""

    def __init__(self, *, refuse_refer: bool = False) -> None:
        tokens = (f"{n:08x}" for n in itertools.count(1))
        self.agent = Agent(
            target=Uri.parse("sip:bot@192.0.2.9:5060"),
            user="+14155550134",
            local=("192.0.2.1", 5555),
            rtp_port=21000,
            codecs=("pcmu", "pcma"),
            token=lambda: next(tokens),
            refuse_refer=refuse_refer,
        )
        self.happened: list[Happening] = []
        self.agent.dial(0.0)
        (self.invite,) = self.requests()

    def take(self) -> list[Request | Response]:
        datagrams, happened = self.agent.take()
        self.happened += happened
        self.addresses = [address for _, address in datagrams]
        return [parse(data) for data, _ in datagrams]

    def requests(self) -> list[Request]:
        return [one for one in self.take() if isinstance(one, Request)]

    def answer(self, request: Request, code: int, *, now: float = 0.1, extra: Headers = (), body: bytes = b"") -> None:
        self.agent.receive(reply(request, code, "x", to_tag="bot", extra=extra, body=body).encode(), BOT, now)

    def ask(
        self, method: str, *, now: float = 1.0, cseq: int = 1, extra: Headers = (), body: bytes = b"", **other: str
    ) -> list[Request | Response]:
        """A request of the bot inside the dialog, and what came back."""
        headers = (
            ("via", f"SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK{method}{cseq}"),
            ("from", other.get("sender", "<sip:bot@192.0.2.9:5060>;tag=bot")),
            ("to", other.get("to", self.invite.get("from") or "")),
            ("call-id", other.get("call_id", self.invite.call_id)),
            ("cseq", f"{cseq} {method}"),
            *extra,
        )
        request = Request(method=method, uri="sip:x@192.0.2.1:5555", headers=headers, body=body)
        self.agent.receive(request.encode(), BOT, now)
        return self.take()

    def connect(self) -> Request:
        self.answer(self.invite, 200, extra=CONTACT, body=ANSWER)
        (ack,) = self.requests()
        return ack


def test_a_call_rings_is_answered_and_is_hung_up() -> None:
    bench = Bench()
    bench.answer(bench.invite, 100)
    bench.answer(bench.invite, 180)
    ack = bench.connect()
    assert (ack.method, ack.cseq) == ("ACK", (1, "ACK"))
    assert ack.uri == "sip:bot@192.0.2.9:5070"
    assert bench.addresses == [("192.0.2.9", 5070)]
    assert ack.branch != bench.invite.branch
    assert isinstance(bench.happened[0], Ringing)
    assert isinstance(bench.happened[1], Connected)
    bench.agent.hang_up(5.0)
    (bye,) = bench.requests()
    assert (bye.method, bye.to_tag, bye.cseq[0]) == ("BYE", "bot", 2)
    bench.answer(bye, 200, now=5.1)
    bench.take()
    assert bench.happened[-1] == Ended("caller", 200, "OK")


def test_the_offer_names_number_codecs_and_keys() -> None:
    bench = Bench()
    assert "+14155550134@" in (bench.invite.get("from") or "")
    assert b"m=audio 21000 RTP/AVP 0 8 101" in bench.invite.body


def test_requests_follow_the_recorded_route() -> None:
    bench = Bench()
    routes = (*CONTACT, ("record-route", "<sip:192.0.2.20:5080;lr>"), ("record-route", "<sip:192.0.2.21;lr>"))
    bench.answer(bench.invite, 200, extra=routes, body=ANSWER)
    (ack,) = bench.requests()
    assert ack.all("route") == ("<sip:192.0.2.21;lr>", "<sip:192.0.2.20:5080;lr>")
    assert bench.addresses == [("192.0.2.21", 5060)]


@pytest.mark.parametrize("code", [302, 404, 486, 503, 603])
def test_a_refusal_is_acknowledged_and_told(code: int) -> None:
    bench = Bench()
    bench.answer(bench.invite, code, extra=(("retry-after", "7"),))
    (ack,) = bench.requests()
    assert (ack.method, ack.branch) == ("ACK", bench.invite.branch)
    assert bench.happened == [Ended("network", code, "x", "7")]


def test_nobody_there() -> None:
    bench = Bench()
    while (due := bench.agent.due) is not None and not bench.happened:
        bench.agent.fire(due)
        bench.take()
    assert bench.happened == [Ended("network", 408, "nobody answered")]
    assert bench.agent.retransmissions == 6


def test_a_refused_port_ends_the_attempt_at_once_but_not_a_call_that_stands() -> None:
    bench = Bench()
    bench.agent.unreachable()
    bench.take()
    assert bench.happened[-1].__class__ is Ended
    standing = Bench()
    standing.connect()
    standing.agent.unreachable()
    standing.take()
    assert not [one for one in standing.happened if isinstance(one, Ended)]


def test_cancel_waits_for_a_provisional_response() -> None:
    bench = Bench()
    bench.agent.hang_up(0.05)
    assert bench.requests() == []
    bench.answer(bench.invite, 180)
    (cancel,) = bench.requests()
    assert (cancel.method, cancel.branch, cancel.cseq) == ("CANCEL", bench.invite.branch, (1, "CANCEL"))
    bench.answer(cancel, 200)
    bench.answer(bench.invite, 487)
    bench.take()
    assert bench.happened == [Ended("caller", 487, "x")]


def test_a_200_that_crosses_a_cancel_is_acknowledged_and_ended() -> None:
    bench = Bench()
    bench.answer(bench.invite, 180)
    bench.agent.hang_up(0.2)
    bench.take()
    bench.answer(bench.invite, 200, extra=CONTACT, body=ANSWER)
    assert [one.method for one in bench.requests()] == ["ACK", "BYE"]
    assert not [one for one in bench.happened if isinstance(one, Connected)]


def test_a_cancelled_call_that_never_answers_ends_all_the_same() -> None:
    bench = Bench()
    bench.answer(bench.invite, 180)
    bench.agent.hang_up(0.2)
    while bench.agent.state != "ended":
        due = bench.agent.due
        assert due is not None
        bench.agent.fire(due)
    bench.take()
    assert bench.happened[-1] == Ended("caller", 487, "cancelled")


def test_a_lost_ack_is_sent_again() -> None:
    bench = Bench()
    ack = bench.connect()
    bench.answer(bench.invite, 200, extra=CONTACT, body=ANSWER, now=0.6)
    assert bench.requests() == [ack]


def test_a_second_phone_that_answers_is_sent_away() -> None:
    bench = Bench()
    bench.connect()
    second = reply(bench.invite, 200, "OK", to_tag="other", extra=(("contact", "<sip:o@192.0.2.30>"),), body=ANSWER)
    bench.agent.receive(second.encode(), BOT, 0.7)
    ack, bye = bench.requests()
    assert (ack.method, ack.to_tag, bye.method, bye.to_tag) == ("ACK", "other", "BYE", "other")
    assert bench.addresses == [("192.0.2.30", 5060)] * 2
    assert bench.agent.state == "connected"


def test_an_answer_without_common_codec_is_ended_with_488() -> None:
    bench = Bench()
    bench.answer(bench.invite, 200, extra=CONTACT, body=ANSWER.replace(b"RTP/AVP 0 101", b"RTP/AVP 9"))
    assert [one.method for one in bench.requests()] == ["ACK", "BYE"]
    ended = bench.happened[-1]
    assert isinstance(ended, Ended)
    assert ended.code == 488


def test_bye_of_the_bot_is_answered_each_time_it_comes() -> None:
    bench = Bench()
    bench.connect()
    first = bench.ask("BYE")
    again = bench.ask("BYE")
    assert first == again
    assert isinstance(first[0], Response)
    assert first[0].code == 200
    assert [one for one in bench.happened if isinstance(one, Ended)] == [Ended("bot", 200, "OK")]


@pytest.mark.parametrize(
    ("method", "code"),
    [("OPTIONS", 200), ("INFO", 200), ("NOTIFY", 200), ("CANCEL", 481), ("PUBLISH", 405), ("REF", 405)],
)
def test_other_requests_inside_the_call(method: str, code: int) -> None:
    bench = Bench()
    bench.connect()
    (answer,) = bench.ask(method)
    assert isinstance(answer, Response)
    assert answer.code == code


def test_requests_from_elsewhere_do_not_touch_the_call() -> None:
    bench = Bench()
    bench.connect()
    for (answer,) in (
        bench.ask("BYE", cseq=50, call_id="x"),
        bench.ask("BYE", cseq=51, sender="<sip:bot@192.0.2.9>;tag=evil"),
    ):
        assert isinstance(answer, Response)
        assert answer.code == 481
    (busy,) = bench.ask("INVITE", to="<sip:x@192.0.2.1>", cseq=60)
    assert isinstance(busy, Response)
    assert busy.code == 486
    assert bench.agent.state == "connected"


def test_an_old_sequence_number_and_an_unknown_extension_are_refused() -> None:
    bench = Bench()
    bench.connect()
    bench.ask("INFO", cseq=9)
    for answer, code in (
        (bench.ask("OPTIONS", cseq=3), 500),
        (bench.ask("OPTIONS", cseq=10, extra=(("require", "100rel"),)), 420),
    ):
        assert isinstance(answer[0], Response)
        assert answer[0].code == code


def test_hold_by_reinvite_is_mirrored_and_its_200_repeated_until_the_ack() -> None:
    bench = Bench()
    bench.connect()
    (ok,) = bench.ask("INVITE", extra=CONTACT, body=ANSWER + b"a=sendonly\r\n", now=10.0)
    assert isinstance(ok, Response)
    assert b"a=recvonly" in ok.body
    media = bench.happened[-1]
    assert isinstance(media, Connected)
    assert media.again
    assert not media.media.sends
    assert bench.agent.due == 10.5
    bench.agent.fire(10.5)
    assert bench.take() == [ok]
    bench.ask("ACK")
    assert bench.agent.due is None


def test_a_reinvite_may_not_change_the_codec() -> None:
    bench = Bench()
    bench.connect()
    (answer,) = bench.ask("INVITE", body=ANSWER.replace(b"RTP/AVP 0 101", b"RTP/AVP 8"))
    assert isinstance(answer, Response)
    assert answer.code == 488


def test_a_reinvite_without_offer_gets_ours_and_its_ack_is_read() -> None:
    bench = Bench()
    bench.connect()
    (ok,) = bench.ask("INVITE")
    assert b"m=audio 21000 RTP/AVP 0 101" in ok.body
    bench.ask("ACK", body=ANSWER.replace(b"audio 4000", b"audio 4004"))
    media = bench.happened[-1]
    assert isinstance(media, Connected)
    assert media.media.port == 4004


REFER_TO = "<sip:agents@192.0.2.50?User-to-User=68616e64%3Bencoding%3Dhex&X-A=1>"


def test_a_transfer_is_accepted_reported_and_left() -> None:
    bench = Bench()
    bench.connect()
    accepted, trying = bench.ask("REFER", extra=(("refer-to", REFER_TO),), cseq=7)
    assert isinstance(accepted, Response)
    assert isinstance(trying, Request)
    assert accepted.code == 202
    assert (trying.method, trying.body) == ("NOTIFY", b"SIP/2.0 100 Trying\r\n")
    assert trying.get("event") == "refer;id=7"
    assert bench.happened[-1] == Referred(REFER_TO, "68616e64;encoding=hex")
    bench.answer(trying, 200, now=1.1)
    bench.agent.report_transfer(200, "OK", 1.2)
    (done,) = bench.requests()
    assert (done.get("subscription-state") or "").startswith("terminated")
    bench.answer(done, 200, now=1.3)
    bench.agent.fire(3.2)
    (bye,) = bench.requests()
    bench.answer(bye, 200, now=3.3)
    bench.take()
    assert Ended("transfer", 200, "OK") in bench.happened


def test_a_failed_transfer_leaves_the_call_standing() -> None:
    bench = Bench()
    bench.connect()
    bench.ask("REFER", extra=(("refer-to", REFER_TO),))
    bench.agent.report_transfer(486, "Busy Here", 1.2)
    (notify,) = bench.requests()
    assert notify.body == b"SIP/2.0 486 Busy Here\r\n"
    assert bench.agent.state == "connected"


@pytest.mark.parametrize(("refuse", "extra", "code"), [(True, (("refer-to", REFER_TO),), 603), (False, (), 400)])
def test_a_transfer_may_be_refused(refuse: bool, extra: Headers, code: int) -> None:
    bench = Bench(refuse_refer=refuse)
    bench.connect()
    (answer,) = bench.ask("REFER", extra=extra)
    assert isinstance(answer, Response)
    assert answer.code == code


def test_garbage_is_counted_and_keepalives_are_not() -> None:
    bench = Bench()
    for data in (b"\r\n\r\n", b"\0", b"", b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 50):
        bench.agent.receive(data, BOT, 0.1)
    assert bench.agent.malformed == 2
    bench.answer(bench.invite, 180)
    assert bench.take() == []


def test_a_bye_that_nobody_answers_ends_the_call_too() -> None:
    bench = Bench()
    bench.connect()
    bench.agent.hang_up(1.0)
    while bench.agent.state != "ended":
        due = bench.agent.due
        assert due is not None
        bench.agent.fire(due)
    bench.take()
    assert bench.happened[-1] == Ended("caller", 408, "BYE was not answered")


@pytest.mark.parametrize("text", ["<sip:a@b>", "nonsense", "<tel:+1?User-to-User=x>"])
def test_no_header_in_the_address(text: str) -> None:
    assert uri_header(text, "user-to-user") is None
