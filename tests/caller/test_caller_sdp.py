"""Offers, answers, and descriptions that cannot be used."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.caller import sdp

ANSWER = "\r\n".join(
    [
        "v=0",
        "o=- 1 1 IN IP4 192.0.2.1",
        "s=-",
        "c=IN IP4 192.0.2.1",
        "t=0 0",
        "m=audio 40000 RTP/AVP 9 8 0 96",
        "a=rtpmap:9 G722/8000",
        "a=rtpmap:96 telephone-event/8000",
        "a=ptime:20",
        "m=video 0 RTP/AVP 99",
        "c=IN IP4 192.0.2.9",
        "",
    ]
).encode()


def test_the_first_codec_that_we_speak_is_taken() -> None:
    media = sdp.read(ANSWER)
    assert (media.host, media.port, media.codec, media.payload) == ("192.0.2.1", 40000, "pcma", 8)
    assert media.dtmf_payload == 96
    assert media.direction == "sendrecv"


def test_only_offered_codecs_count() -> None:
    assert sdp.read(ANSWER, codecs=("pcmu",)).codec == "pcmu"


def test_a_dynamic_payload_type_is_read_from_its_rtpmap() -> None:
    media = sdp.read(ANSWER.replace(b"9 8 0 96", b"97 96").replace(b"a=rtpmap:9 G722", b"a=rtpmap:97 PCMU"))
    assert (media.codec, media.payload) == ("pcmu", 97)


def test_the_address_of_the_stream_goes_before_that_of_the_session() -> None:
    nearer = ANSWER.replace(b"a=ptime:20", b"c=IN IP4 192.0.2.7/127\r\na=ptime:20")
    assert sdp.read(nearer).host == "192.0.2.7"


@pytest.mark.parametrize(
    ("line", "ours", "sends"),
    [("sendonly", "recvonly", False), ("recvonly", "sendonly", True), ("inactive", "inactive", False)],
)
def test_hold_is_mirrored(line: str, ours: str, sends: bool) -> None:
    media = sdp.read(ANSWER.replace(b"a=ptime:20", f"a={line}".encode()))
    assert (media.direction, media.sends) == (ours, sends)


def test_the_old_way_to_hold() -> None:
    assert not sdp.read(ANSWER.replace(b"c=IN IP4 192.0.2.1\r\n", b"c=IN IP4 0.0.0.0\r\n")).sends


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"v=0\r\n",
        ANSWER.replace(b"m=audio 40000", b"m=audio 0"),
        ANSWER.replace(b"m=audio 40000", b"m=audio 99999"),
        ANSWER.replace(b"9 8 0 96", b"9 96"),
        ANSWER.replace(b"RTP/AVP 9", b"RTP/SAVP 9"),
        ANSWER.replace(b"c=IN IP4 192.0.2.1\r\n", b""),
        ANSWER.replace(b"m=audio", b"m=video"),
    ],
)
def test_what_cannot_be_used_is_refused(broken: bytes) -> None:
    with pytest.raises(sdp.SdpError):
        sdp.read(broken)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    with pytest.raises(sdp.SdpError):
        sdp.read(b"v=0\r\n" + data.replace(b"m=", b""))


def test_our_offer_and_our_answer_can_be_read() -> None:
    offer = sdp.offer("198.51.100.1", 21000, ("pcma", "pcmu"), session=5)
    media = sdp.read(offer)
    assert (media.codec, media.dtmf_payload, media.port) == ("pcma", 101, 21000)
    held = sdp.read(ANSWER.replace(b"a=ptime:20", b"a=sendonly"))
    again = sdp.read(sdp.answer("198.51.100.1", 21000, held, session=5, version=2))
    assert (again.codec, again.payload, again.dtmf_payload, again.direction) == ("pcma", 8, 96, "sendonly")
