from __future__ import annotations

import pytest

from voicebot.call.leg import CallLeg
from voicebot.transports.webrtc.leg import Caller, OfferError, WebRtcLeg, first_codec, lost_reason
from voicebot.transports.webrtc.settings import WebRtcSettings

SETTINGS = WebRtcSettings(connect_timeout_s=20, lost_after_s=12)


def test_a_leg_is_a_call_leg() -> None:
    def takes(leg: CallLeg) -> None: ...

    takes(WebRtcLeg.__new__(WebRtcLeg))


@pytest.mark.parametrize(
    ("connected", "since_opened_s", "since_seen_s", "expected"),
    [
        (False, 19.0, 19.0, None),
        (False, 21.0, 21.0, "never connected"),
        (True, 300.0, 11.0, None),
        (True, 300.0, 13.0, "connection lost"),
    ],
)
def test_when_the_line_counts_as_lost(
    connected: bool, since_opened_s: float, since_seen_s: float, expected: str | None
) -> None:
    found = lost_reason(
        connected=connected, since_opened_s=since_opened_s, since_seen_s=since_seen_s, settings=SETTINGS
    )
    assert found == expected


@pytest.mark.parametrize(
    ("sdp", "expected"),
    [
        ("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:0 PCMU/8000\r\n", "opus"),
        ("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\n", "PCMA"),
        ("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 99\r\n", ""),
        ("v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n", ""),
        ("", ""),
    ],
)
def test_first_codec(sdp: str, expected: str) -> None:
    assert first_codec(sdp) == expected


@pytest.mark.parametrize(
    "sdp",
    [
        "",
        "hello",
        "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n",
        "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio x y z\r\n",
        "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n",
    ],
)
async def test_useless_offers_are_refused(sdp: str) -> None:
    with pytest.raises(OfferError):
        await WebRtcLeg.answer("c1", sdp, Caller(), SETTINGS)
