"""What a live call needs from the transport that carries it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from pipecat.transports.base_transport import BaseTransport


def new_call_id(kind: str, now: datetime | None = None) -> str:
    """An id that sorts by time: `20260131-235959-sip-1f3a9c2b`."""
    return f"{now or datetime.now(UTC):%Y%m%d-%H%M%S}-{kind}-{secrets.token_hex(4)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferOutcome:
    """How a transfer ended.

    Attributes:
        accepted: the target took the call; this leg is gone or about to be.
        code: last SIP status seen (0 when none).
        detail: for operators.
    """

    accepted: bool
    code: int = 0
    detail: str = ""


class Ending(Protocol):
    """How a call ended."""

    @property
    def by(self) -> str:
        """`caller`, `bot`, `transfer`, `network` or `operator`."""
        ...

    @property
    def reason(self) -> str:
        """For operators."""
        ...


class CallLeg(Protocol):
    """One call on one transport. Audio inside the pipeline is 16 kHz, mono, 16-bit, in 20 ms frames, both ways.

    The input transport pushes one frame every 20 ms from answer to end, silence included (hold, DTX, loss), so that
    counting frames is the media clock.
    """

    @property
    def id(self) -> str:
        """Unique within the data directory; also the id of the call's log."""
        ...

    @property
    def kind(self) -> str:
        """`sip` or `webrtc`."""
        ...

    @property
    def caller(self) -> str | None:
        """The caller's number in E.164 where it can be told, else the address's user part, else None."""
        ...

    @property
    def called(self) -> str | None: ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Selected headers of the request (User-to-User, P-Asserted-Identity, X-…)."""
        ...

    @property
    def codec(self) -> str: ...

    @property
    def transport(self) -> BaseTransport:
        """pipecat transport of this leg; fires `on_client_connected` and `on_client_disconnected`."""
        ...

    @property
    def queued_ms(self) -> float:
        """Audio accepted for the caller but not yet on the wire."""
        ...

    @property
    def can_transfer(self) -> bool: ...

    @property
    def ended(self) -> Ending | None:
        """How the call ended; None while it lives."""
        ...

    async def transfer(self, target: str, *, handoff_id: str, timeout_s: float) -> TransferOutcome:
        """Blind transfer (RFC 3515 REFER) with the id in User-to-User (RFC 7433) inside Refer-To."""
        ...

    async def hangup(self, reason: str) -> None:
        """End the call; idempotent."""
        ...
