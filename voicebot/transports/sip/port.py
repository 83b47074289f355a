"""What this package needs from a SIP and RTP stack. `baresip_stack` is the one adapter; tests have a fake.

Everything runs on one asyncio loop: methods are called on it and listeners are called on it, synchronously. The
exception is the media clock of what is *sent*: the stack paces RTP itself, in a thread of its own, so that a busy
loop never reaches the wire.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from voicebot.call.leg import TransferOutcome
from voicebot.errors import VoicebotError

FRAME_MS = 20


class CallGoneError(VoicebotError):
    """The call ended before or while it was asked to do something: ordinary telephony."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundCall:
    """The facts of an INVITE. Every string is the far end's claim.

    Attributes:
        sip_call_id: Call-ID (RFC 3261 section 8.1.1.4).
        peer: URI of the From header.
        from_header: whole From header.
        to_header: whole To header.
        asserted: P-Asserted-Identity (RFC 3325), when sent; worth something from within the trust domain only.
        privacy: Privacy (RFC 3323), when sent.
        headers: the configured headers that were there.
    """

    sip_call_id: str
    peer: str
    from_header: str = ""
    to_header: str = ""
    asserted: str | None = None
    privacy: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Established:
    """Answered and acknowledged: media flows both ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The call is over; always the last event.

    Attributes:
        by: `caller`, `bot`, `transfer` or `network`.
        reason: for operators.
        code: SIP status when one was given, else 0.
        packets_sent: RTP packets over the call's life.
        packets_received: RTP packets over the call's life.
        packets_lost: packets of the far end that never arrived (RTCP).
    """

    by: str
    reason: str
    code: int = 0
    packets_sent: int = 0
    packets_received: int = 0
    packets_lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPressed:
    """A DTMF key was pressed and released (RFC 4733 or SIP INFO): `0`-`9`, `*`, `#`, `A`-`D`."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The far end put us on hold, or took us off it."""

    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaSeen:
    """The far end's media showed signs of life other than audio (first RTP packet, RTCP report)."""


CallEvent = Established | Closed | KeyPressed | Held | MediaSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaState:
    """Formats and fill of a call's native audio buffers; 16-bit interleaved samples."""

    rx_rate_hz: int
    rx_channels: int
    tx_rate_hz: int
    tx_channels: int
    tx_queued_ms: float


class CallMedia(Protocol):
    """The audio of one call. Nothing here blocks, nothing raises: media that is not there reads as nothing."""

    def state(self) -> MediaState | None:
        """None while no media is active (before the answer, after the end, during renegotiation)."""
        ...

    def read(self, max_bytes: int) -> bytes:
        """Received PCM, oldest first, at most `max_bytes`."""
        ...

    def write(self, pcm: bytes) -> int:
        """Queue PCM for the native sender; returns the bytes taken. Silence is sent while the queue is empty."""
        ...

    def flush(self) -> None:
        """Forget what is queued; at most one 20 ms frame still leaves."""
        ...


class Call(Protocol):
    """One call. All methods raise `CallGoneError` once it is over, except `hangup`."""

    @property
    def invite(self) -> InboundCall: ...

    @property
    def media(self) -> CallMedia: ...

    @property
    def codec(self) -> str:
        """Name of the negotiated codec, empty before the answer."""
        ...

    @property
    def established(self) -> bool: ...

    @property
    def closed(self) -> Closed | None: ...

    def subscribe(self, listener: Callable[[CallEvent], None]) -> None:
        """Call `listener` for every later event."""
        ...

    async def answer(self) -> None:
        """Send 200; `Established` follows when the far end acknowledges it."""
        ...

    async def hangup(self, reason: str, *, by: str = "bot") -> None:
        """BYE, or 486 when not answered yet; idempotent. `by` and `reason` are reported in `Closed`."""
        ...

    async def send_keys(self, keys: str) -> None:
        """DTMF as telephone-events (RFC 4733)."""
        ...

    async def transfer(self, refer_to: str, *, timeout_s: float) -> TransferOutcome:
        """Send REFER (RFC 3515) and wait for what the NOTIFYs report.

        The call ends when the target answered; otherwise it lives on. Never raises for what the far end does.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SipAccount:
    """Credentials for REGISTER (RFC 3261 section 10): an extension or a trunk."""

    user: str
    domain: str
    password: str = field(repr=False)
    auth_user: str = ""
    proxy: str = ""
    transport: str = "udp"
    interval_s: int = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a stack can do beyond the Protocol, so that callers need not guess.

    Attributes:
        reject_codes: final statuses it can refuse an INVITE with.
        session_timers: RFC 4028 refreshes.
        source_address: knows the INVITE's source address.
    """

    reject_codes: frozenset[int]
    session_timers: bool = False
    source_address: bool = False


class SipStack(Protocol):
    """One SIP user agent server."""

    @property
    def capabilities(self) -> Capabilities: ...

    async def start(self, on_invite: Callable[[Call], None], on_dead: Callable[[str], None]) -> None:
        """Bind and listen.

        Args:
            on_invite: called for each new call, which is ringing.
            on_dead: called once with the cause if the stack dies; the process must be restarted.

        Raises:
            ConfigError: the address cannot be bound, or the registrar refuses the credentials.
        """
        ...

    async def close(self) -> None:
        """End every call and release the ports; idempotent."""
        ...
