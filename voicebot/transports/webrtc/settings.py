"""Settings of calls from browsers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WebRtcSettings:
    """WebRTC calls. Media is peer to peer on host candidates unless `ice_servers` names STUN or TURN servers."""

    ice_servers: tuple[str, ...] = ()
    """`stun:` or `turn:` URLs, offered to both sides. Empty: no server outside this machine is asked."""
    connect_timeout_s: float = 20.0
    """How long ICE and DTLS may take after the offer before the call is given up."""
    lost_after_s: float = 12.0
    """With no audio packet and no sign of life from the page for this long, the connection counts as lost."""
    allow_claimed_number: bool = False
    """Believe the caller number that the page sends. For demonstrations only: anybody can claim any number."""
    allowed_origins: tuple[str, ...] = ()
    """Other sites (`https://shop.example`) whose pages may place calls here; this server's own pages always may."""
    max_claims: int = 64
    """Calls being set up or running that this router keeps track of; more are refused as busy."""
