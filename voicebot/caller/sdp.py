"""Session descriptions: the caller's offer, and what the other side answered (RFC 8866, RFC 3264). No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from voicebot.errors import VoicebotError

#: Static payload types of RFC 3551, table 4.
CODECS = {"pcmu": 0, "pcma": 8}
_NAMES = {number: name for name, number in CODECS.items()}
_DTMF_PAYLOAD = 101
_ANSWERING = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}


class SdpError(VoicebotError):
    """The description cannot be read, or has no audio that we can do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """The audio stream of the other side, as seen from ours.

    Attributes:
        codec: `pcmu` or `pcma`.
        payload: RTP payload type of the codec.
        dtmf_payload: of telephone-event (RFC 4733), or None when it does not take keys.
        direction: ours: `sendrecv`, `sendonly`, `recvonly`, `inactive`.
    """

    host: str
    port: int
    codec: str
    payload: int
    dtmf_payload: int | None
    direction: str

    @property
    def sends(self) -> bool:
        return self.direction in ("sendrecv", "sendonly")


def offer(host: str, port: int, codecs: tuple[str, ...], *, session: int, version: int = 1) -> bytes:
    """An offer of `codecs` in order of preference, 20 ms packets, with telephone-event."""
    payloads = {CODECS[name]: name for name in codecs}
    return _describe(host, port, payloads, _DTMF_PAYLOAD, "sendrecv", session, version)


def answer(host: str, port: int, media: Media, *, session: int, version: int) -> bytes:
    """The answer to an offer that `read` turned into `media`."""
    return _describe(host, port, {media.payload: media.codec}, media.dtmf_payload, media.direction, session, version)


def read(body: bytes, *, codecs: tuple[str, ...] = ("pcmu", "pcma")) -> Media:
    """Choose from an answer (or an offer in a re-INVITE): the first audio stream's first codec that we speak.

    Raises:
        SdpError: no audio, audio refused (port 0), or no common codec.
    """
    lines = list(_lines(body))
    start = next((i for i, (key, value) in enumerate(lines) if key == "m" and value.startswith("audio ")), None)
    if start is None:
        raise SdpError("session description without audio")
    stop = next((i for i in range(start + 1, len(lines)) if lines[i][0] == "m"), len(lines))
    session = lines[: next(i for i, (key, _) in enumerate(lines) if key == "m")]
    section = lines[start:stop]
    line = re.fullmatch(r"audio (\d{1,5})(?:/\d+)? RTP/AVPF?((?: \d{1,3})+)\s*", section[0][1])
    if not line or not int(line[1]) < 65536:
        raise SdpError("audio line cannot be read, or is not plain RTP")
    if int(line[1]) == 0:
        raise SdpError("audio was refused (port 0)")
    payloads = [int(number) for number in line[2].split()]
    names = _NAMES | _rtpmaps(section)
    chosen = next((number for number in payloads if names.get(number) in codecs), None)
    if chosen is None:
        raise SdpError("no common codec", fix="the caller speaks PCMU and PCMA")
    host = _address(section) or _address(session)
    if host is None:
        raise SdpError("session description without an address (c= line)")
    direction = _direction(section) or _direction(session) or "sendrecv"
    return Media(
        host=host,
        port=int(line[1]),
        codec=names[chosen],
        payload=chosen,
        dtmf_payload=next((number for number in payloads if names.get(number) == "telephone-event"), None),
        direction="inactive" if host == "0.0.0.0" else _ANSWERING[direction],
    )


def _describe(
    host: str, port: int, payloads: dict[int, str], dtmf: int | None, direction: str, session: int, version: int
) -> bytes:
    family = "IP6" if ":" in host else "IP4"
    numbers = [*payloads] + ([dtmf] if dtmf is not None else [])
    lines = [
        "v=0",
        f"o=- {session} {version} IN {family} {host}",
        "s=-",
        f"c=IN {family} {host}",
        "t=0 0",
        f"m=audio {port} RTP/AVP {' '.join(map(str, numbers))}",
        *(f"a=rtpmap:{number} {name.upper()}/8000" for number, name in payloads.items()),
        *([f"a=rtpmap:{dtmf} telephone-event/8000", f"a=fmtp:{dtmf} 0-16"] if dtmf is not None else []),
        "a=ptime:20",
        f"a={direction}",
    ]
    return ("\r\n".join(lines) + "\r\n").encode()


def _lines(body: bytes) -> Iterator[tuple[str, str]]:
    for line in body.decode("utf-8", "replace").splitlines():
        key, equals, value = line.partition("=")
        if equals and len(key) == 1:
            yield key, value.strip()


def _rtpmaps(section: list[tuple[str, str]]) -> dict[int, str]:
    found = (re.fullmatch(r"rtpmap:(\d{1,3}) ([\w-]+)/8000(?:/1)?", value) for key, value in section if key == "a")
    return {int(match[1]): match[2].lower() for match in found if match}


def _address(section: list[tuple[str, str]]) -> str | None:
    found = (re.match(r"IN IP[46] ([^\s/]+)", value) for key, value in section if key == "c")
    return next((match[1] for match in found if match), None)


def _direction(section: list[tuple[str, str]]) -> str | None:
    return next((value for key, value in section if key == "a" and value in _ANSWERING), None)
