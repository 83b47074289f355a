"""SIP messages: what is read, what is refused, and that what is built can be read again."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voicebot.caller.message import Request, Response, SipError, Uri, param, parse, reply

OK = (
    b"SIP/2.0 200 OK\r\n"
    b"v: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKa, SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKb\r\n"
    b'f: "Anna, B" <sip:a@x>;tag=1\r\n'
    b"t: <sip:b@y>;tag=2\r\n"
    b"i: call-1\r\n"
    b"CSeq: 7 INVITE\r\n"
    b"Record-Route: <sip:p1;lr>,\r\n <sip:p2;lr>\r\n"
    b"l: 3\r\n"
    b"\r\n"
    b"abcdef"
)


def test_reads_compact_folded_and_combined_headers() -> None:
    message = parse(OK)
    assert isinstance(message, Response)
    assert (message.code, message.reason) == (200, "OK")
    assert len(message.all("via")) == 2
    assert message.branch == "z9hG4bKa"
    assert message.all("record-route") == ("<sip:p1;lr>", "<sip:p2;lr>")
    assert (message.from_tag, message.to_tag, message.call_id) == ("1", "2", "call-1")
    assert message.cseq == (7, "INVITE")


def test_body_ends_at_content_length() -> None:
    assert parse(OK).body == b"abc"


def test_a_comma_in_a_display_name_is_not_a_separator() -> None:
    assert parse(OK).get("from") == '"Anna, B" <sip:a@x>;tag=1'


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"hello",
        b"SIP/2.0 200 OK\r\n",
        b"\xff\xfe\r\n\r\n",
        OK.replace(b"200 OK", b"99 no"),
        OK.replace(b"200 OK", b"2000 no"),
        OK.replace(b"CSeq: 7 INVITE", b"CSeq: seven INVITE"),
        OK.replace(b"CSeq: 7 INVITE", b"CSeq: 7"),
        OK.replace(b"i: call-1\r\n", b""),
        OK.replace(b"v:", b"x:"),
        OK.replace(b"l: 3", b"l: 300"),
        OK.replace(b"l: 3", b"l: -3"),
        OK.replace(b"i: call-1", b"no colon here"),
        OK.replace(b"SIP/2.0 200 OK", b"INVITE sip:x@y SIP/3.0"),
        OK.replace(b"SIP/2.0 200 OK", b"INVITE  SIP/2.0"),
    ],
)
def test_malformed_messages_are_refused(broken: bytes) -> None:
    with pytest.raises(SipError):
        parse(broken)


@given(st.binary(max_size=300))
@settings(max_examples=200)
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    try:
        parse(data)
    except SipError:
        return


@example(OK.index(b"INVITE", OK.index(b"CSeq")) - 1, b"\t")
@given(st.integers(0, len(OK) - 1), st.binary(min_size=1, max_size=3))
@settings(max_examples=200)
def test_no_damage_to_a_message_raises_anything_else(at: int, noise: bytes) -> None:
    try:
        message = parse(OK[:at] + noise + OK[at + 1 :])
    except SipError:
        return
    assert message.cseq[0] >= 0


def test_a_request_is_read_back_as_it_was_built() -> None:
    built = Request(
        method="REFER",
        uri="sip:b@y",
        headers=(
            ("via", "SIP/2.0/UDP h;branch=z9hG4bKq"),
            ("from", "<sip:a@x>;tag=1"),
            ("to", "<sip:b@y>;tag=2"),
            ("call-id", "c"),
            ("cseq", "3 REFER"),
            ("user-to-user", "00ff;encoding=hex"),
        ),
        body=b"xyz",
    )
    again = parse(built.encode())
    assert isinstance(again, Request)
    assert (again.method, again.uri, again.body) == ("REFER", "sip:b@y", b"xyz")
    assert again.get("user-to-user") == "00ff;encoding=hex"
    assert b"\r\nCall-ID: c\r\n" in built.encode()


def test_reply_copies_what_identifies_the_transaction_and_adds_our_tag() -> None:
    request = parse(
        OK.replace(b"SIP/2.0 200 OK", b"OPTIONS sip:x SIP/2.0").replace(b"t: <sip:b@y>;tag=2", b"t: <sip:b@y>")
    )
    assert isinstance(request, Request)
    answer = reply(request, 200, "OK", to_tag="mine")
    assert answer.all("via") == request.all("via")
    assert answer.to_tag == "mine"


@pytest.mark.parametrize(
    ("text", "user", "host", "port"),
    [
        ("sip:shop@127.0.0.1:5070", "shop", "127.0.0.1", 5070),
        ("sip:example.com", "", "example.com", 5060),
        ('"Bot" <sip:+14155550134@example.com;user=phone>;tag=x', "+14155550134", "example.com", 5060),
        ("<sip:a@[::1]:5062>", "a", "::1", 5062),
        ("SIP:a@b", "a", "b", 5060),
    ],
)
def test_addresses(text: str, user: str, host: str, port: int) -> None:
    uri = Uri.parse(text)
    assert (uri.user, uri.host, uri.port) == (user, host, port)
    assert Uri.parse(str(uri)) == uri


@pytest.mark.parametrize("text", ["", "tel:+1415", "sip:", "sip:a@b:0", "sip:a@b:70000", "http://x", "sip:a@b c"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(SipError):
        Uri.parse(text)


def test_parameters_inside_brackets_belong_to_the_address() -> None:
    assert param("<sip:a@b;tag=inner>;TAG=outer", "tag") == "outer"
    assert param("<sip:a@b;tag=inner>", "tag") is None
