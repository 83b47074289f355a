"""SIP messages: parse and build (RFC 3261 sections 7, 20, 25). No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from voicebot.errors import VoicebotError

Headers = tuple[tuple[str, str], ...]

#: RFC 3261 section 7.3.3 and the registrations since.
_COMPACT = {
    "a": "accept-contact",
    "b": "referred-by",
    "c": "content-type",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "o": "event",
    "r": "refer-to",
    "s": "subject",
    "t": "to",
    "u": "allow-events",
    "v": "via",
}
#: Headers whose values may be several on one line (section 7.3.1), as far as a caller reads them.
_LISTS = frozenset({"via", "record-route", "route", "contact"})
_REQUIRED = ("via", "from", "to", "call-id", "cseq")
_TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+")
_URI = re.compile(
    r"(?P<scheme>sips?):(?:(?P<user>[^@;?>]*)@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::(?P<port>\d{1,5}))?"
    r"(?P<params>(?:;[^;?>]*)*)(?:\?(?P<headers>[^>]*))?",
    re.IGNORECASE,
)


class SipError(VoicebotError):
    """A message or an address is not SIP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uri:
    """A SIP URI (section 19.1). `port` is 5060 when absent; `params` and `headers` are kept as written."""

    user: str
    host: str
    port: int = 5060
    params: str = ""
    headers: str = ""

    @classmethod
    def parse(cls, text: str) -> Uri:
        """Read a URI, with or without a display name and angle brackets.

        Raises:
            SipError: it is not a SIP URI.
        """
        inner = text.strip()
        bracket = re.search(r"<([^<>]*)>", inner)
        found = _URI.fullmatch(bracket[1].strip() if bracket else inner.split(";tag=")[0])
        port = int(found["port"] or 5060) if found else 0
        if not found or not 0 < port < 65536:
            raise SipError(f"not a SIP address: {text!r}", fix="write sip:USER@HOST:PORT")
        return cls(
            user=found["user"] or "",
            host=found["host"].strip("[]"),
            port=port,
            params=found["params"],
            headers=found["headers"] or "",
        )

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        user = f"{self.user}@" if self.user else ""
        return f"sip:{user}{host}:{self.port}{self.params}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Base of requests and responses. Header names are lower-case and never compact, in the order received."""

    headers: Headers
    body: bytes = b""

    def get(self, name: str) -> str | None:
        """First value of a header."""
        return next((value for key, value in self.headers if key == name), None)

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.headers if key == name)

    @property
    def call_id(self) -> str:
        return self.get("call-id") or ""

    @property
    def cseq(self) -> tuple[int, str]:
        number, *method = (self.get("cseq") or "0").split(maxsplit=1)
        return int(number), "".join(method).strip().upper()

    @property
    def branch(self) -> str:
        """Branch of the topmost Via: the transaction's id (section 17.1.3)."""
        return param(self.get("via") or "", "branch") or ""

    @property
    def from_tag(self) -> str:
        return param(self.get("from") or "", "tag") or ""

    @property
    def to_tag(self) -> str:
        return param(self.get("to") or "", "tag") or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Message):
    method: str
    uri: str

    def encode(self) -> bytes:
        return _encode(f"{self.method} {self.uri} SIP/2.0", self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Message):
    code: int
    reason: str

    def encode(self) -> bytes:
        return _encode(f"SIP/2.0 {self.code} {self.reason}", self)


def param(value: str, name: str) -> str | None:
    """A header parameter, outside of angle brackets: `param('<sip:a@b>;tag=x', 'tag') == 'x'`."""
    tail = value.rpartition(">")[2]
    found = re.search(rf"(?:^|;)\s*{re.escape(name)}\s*=\s*(\"[^\"]*\"|[^;,\s]*)", tail, re.IGNORECASE)
    return found[1].strip('"') if found else None


def parse(data: bytes) -> Request | Response:
    """Read one datagram.

    Raises:
        SipError: malformed, or without the headers that section 8.1.1 makes mandatory.
    """
    head, blank, rest = data.partition(b"\r\n\r\n")
    if not blank:
        raise SipError("SIP message without the empty line after its headers")
    try:
        lines = re.sub(r"\r\n[ \t]+", " ", head.decode("utf-8")).split("\r\n")
    except UnicodeDecodeError as error:
        raise SipError("SIP headers are not UTF-8") from error
    headers = tuple(_headers(lines[1:]))
    message = _start(lines[0], headers, _body(headers, rest))
    missing = [name for name in _REQUIRED if message.get(name) is None]
    if missing:
        raise SipError(f"SIP message without {', '.join(missing)}")
    if not re.fullmatch(r"\d{1,10}\s+[A-Za-z0-9.!%*_+`'~-]+", message.get("cseq") or ""):
        raise SipError("SIP message with a broken CSeq")
    return message


def reply(
    request: Request,
    code: int,
    reason: str,
    *,
    to_tag: str = "",
    extra: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
) -> Response:
    """A response to `request` (section 8.2.6): Via, From, To, Call-ID and CSeq copied, the To tag added."""
    copied = [(key, value) for key, value in request.headers if key in _REQUIRED]
    if to_tag and not request.to_tag:
        copied = [(key, f"{value};tag={to_tag}" if key == "to" else value) for key, value in copied]
    return Response(code=code, reason=reason, headers=(*copied, *extra), body=body)


def _start(line: str, headers: Headers, body: bytes) -> Request | Response:
    first, _, rest = line.partition(" ")
    if first.upper() == "SIP/2.0":
        code, _, reason = rest.partition(" ")
        if not re.fullmatch(r"[1-6]\d\d", code):
            raise SipError("SIP response with a broken status code")
        return Response(code=int(code), reason=reason.strip(), headers=headers, body=body)
    uri, _, version = rest.rpartition(" ")
    if version.upper() != "SIP/2.0" or not uri.strip() or not _TOKEN.fullmatch(first):
        raise SipError("not a SIP request or response line")
    return Request(method=first.upper(), uri=uri.strip(), headers=headers, body=body)


def _headers(lines: list[str]) -> Iterable[tuple[str, str]]:
    for line in lines:
        name, colon, value = line.partition(":")
        key = name.strip().lower()
        if not colon or not _TOKEN.fullmatch(key):
            raise SipError("SIP header line without a name")
        key = _COMPACT.get(key, key)
        for part in _split(value) if key in _LISTS else (value,):
            yield key, part.strip()


def _split(value: str) -> list[str]:
    """Split at commas outside of quotes and angle brackets."""
    return re.findall(r"(?:\"(?:\\.|[^\"\\])*\"|<[^>]*>|[^,\"<])+", value) or [value]


def _body(headers: Headers, rest: bytes) -> bytes:
    length = next((value for key, value in headers if key == "content-length"), None)
    if length is None:
        return rest
    if not length.isascii() or not length.isdigit():
        raise SipError("SIP message with a broken Content-Length")
    if int(length) > len(rest):
        raise SipError("SIP message shorter than its Content-Length")
    return rest[: int(length)]


def _encode(start: str, message: Message) -> bytes:
    lines = [start, *(f"{_canonical(key)}: {value}" for key, value in message.headers if key != "content-length")]
    lines.append(f"Content-Length: {len(message.body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + message.body


def _canonical(key: str) -> str:
    special = {"call-id": "Call-ID", "cseq": "CSeq", "user-to-user": "User-to-User"}
    return special.get(key) or "-".join(word.capitalize() for word in key.split("-"))
