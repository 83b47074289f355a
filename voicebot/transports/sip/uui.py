"""The hand-off id on the wire: User-to-User (RFC 7433) inside Refer-To (RFC 3515, RFC 3261 section 19.1.1)."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from urllib.parse import quote

_TARGET = re.compile(r"sips?:[^\s<>\"?]+", re.IGNORECASE)
_MOST_BYTES = 128
"""RFC 7433 section 4.3: what ISDN interworking carries."""


def encode(content: str) -> str:
    """User-to-User value for `content`: hexadecimal of its UTF-8.

    Raises:
        ValueError: empty, or more than 128 bytes.
    """
    data = content.encode()
    if not 0 < len(data) <= _MOST_BYTES:
        raise ValueError(f"user-to-user content has {len(data)} bytes, not 1..{_MOST_BYTES}")
    return f"{data.hex()};encoding=hex"


def decode(value: str) -> str | None:
    """Content of a User-to-User value, None where it is not ours to read (other encodings, not UTF-8)."""
    data, _, params = value.strip().partition(";")
    named = dict(param.strip().lower().split("=", 1) for param in params.split(";") if "=" in param)
    if named.get("encoding", "hex") != "hex":
        return None
    try:
        return bytes.fromhex(data.strip().strip('"')).decode()
    except ValueError:
        return None


def refer_to(target: str, content: str) -> str:
    """Refer-To value that makes the caller's INVITE to `target` carry `content`.

    Raises:
        ValueError: `target` is not a SIP URI, or already has URI headers.
    """
    if not _TARGET.fullmatch(target):
        raise ValueError("transfer target is not a plain SIP URI like sip:agents@pbx.example")
    return f"<{target}?User-to-User={quote(encode(content), safe='')}>"


def allowed(target: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns (`*`, `?`) covers the whole target."""
    return any(fnmatch.fnmatchcase(target.lower(), pattern.lower()) for pattern in patterns)
