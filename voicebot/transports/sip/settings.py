"""Settings of the SIP transport."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from voicebot.checks import Rule, check

KNOWN_CODECS = {"g722": "g722/16000/1", "pcmu": "pcmu", "pcma": "pcma", "opus": "opus/48000/2"}
"""Our names for codecs -> the stack's."""

KNOWN_TRANSPORTS = ("udp", "tcp")
_MAX_EXPOSED_HEADERS = 12


def _is_ipv4(text: str) -> bool:
    try:
        return isinstance(ipaddress.ip_address(text), ipaddress.IPv4Address)
    except ValueError:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class SipSettings:
    """Where to listen, what to accept, when to give up."""

    enabled: bool = True
    """Listen for SIP calls at all."""
    host: str = "0.0.0.0"
    """IPv4 address to listen on; `0.0.0.0` is every address of the machine, loopback included."""
    port: int = 5060
    """UDP and TCP port."""
    transports: tuple[str, ...] = ("udp", "tcp")
    """Of `udp` and `tcp`."""
    codecs: tuple[str, ...] = ("g722", "pcmu", "pcma")
    """In order of preference, of `g722`, `pcmu`, `pcma` and `opus`."""
    max_calls: int = 40
    """Calls at the same time; the next INVITE is answered 486."""
    rtp_port_min: int = 20000
    """First UDP port for media."""
    rtp_port_max: int = 29999
    """Last UDP port for media."""
    jitter_min_ms: int = 20
    """Least that the adaptive jitter buffer holds back."""
    jitter_max_ms: int = 160
    """Most that the adaptive jitter buffer holds back."""
    tx_queue_ms: int = 40
    """The native sender gets the next 20 ms only when it holds no more than this."""
    ring_timeout_s: int = 30
    """A call that nobody answered is refused after this."""
    never_sent_timeout_s: float = 60.0
    """A caller who sends no media at all after the answer is hung up."""
    media_timeout_s: float = 30.0
    """A caller whose media stops, without holding, is hung up."""
    hold_timeout_s: float = 900.0
    """A caller who holds the call and sends nothing is hung up."""
    default_region: str = "US"
    """ISO 3166 country in which a caller's national number is read."""
    trust_asserted: bool = False
    """Believe P-Asserted-Identity (RFC 3325): only when nobody but your carrier, PBX or proxy reaches this port, and it
    removes the header from what strangers send."""
    headers: tuple[str, ...] = (
        "User-to-User",
        "Diversion",
        "History-Info",
        "X-Call-Context",
        "X-Session-Id",
        "X-Tenant",
    )
    """Headers of the INVITE that are handed on, at most 12."""
    transfer_allow: tuple[str, ...] = ("sip:*", "sips:*")
    """Patterns (`*`, `?`) of which a transfer target must match one, case-insensitively."""
    register_user: str = ""
    """Extension or trunk user; empty: no registration."""
    register_domain: str = ""
    """Registrar, `host` or `host:port`."""
    register_proxy: str = ""
    """Outbound proxy, where it is not the registrar."""
    register_auth_user: str = ""
    """Digest user, where it is not `register_user`."""
    register_password_env: str = "VOICEBOT_SIP_PASSWORD"
    """Environment variable that holds the password."""
    register_transport: str = "udp"
    """`udp` or `tcp` towards the registrar."""
    register_interval_s: int = 600
    """Seconds between refreshes."""

    def __post_init__(self) -> None:
        rules: tuple[Rule, ...] = (
            (not _is_ipv4(self.host), f"host {self.host!r} is not an IPv4 address", "use 0.0.0.0 or 127.0.0.1"),
            (not 1 <= self.port <= 65535, f"port {self.port} is not a port", "choose one of 1..65535"),
            (
                not self.transports or not set(self.transports) <= set(KNOWN_TRANSPORTS),
                f"transports {self.transports} are not of udp, tcp",
                'use ["udp", "tcp"]',
            ),
            (
                not self.codecs or not set(self.codecs) <= set(KNOWN_CODECS),
                f"codecs {self.codecs} are not of {', '.join(KNOWN_CODECS)}",
                "remove the unknown name",
            ),
            (self.max_calls < 1, f"max_calls is {self.max_calls}", "allow at least one call"),
            (
                not 1024 <= self.rtp_port_min < self.rtp_port_max <= 65535,
                f"media ports {self.rtp_port_min}..{self.rtp_port_max} are not a range",
                "use 1024 <= rtp_port_min < rtp_port_max <= 65535",
            ),
            (
                self.rtp_port_max - self.rtp_port_min + 1 < 2 * self.max_calls,
                f"media ports {self.rtp_port_min}..{self.rtp_port_max} are too few for {self.max_calls} calls",
                "a call takes two ports (RTP and RTCP)",
            ),
            (
                not 0 < self.jitter_min_ms <= self.jitter_max_ms,
                f"jitter buffer {self.jitter_min_ms}..{self.jitter_max_ms} ms is not a range",
                "use 0 < jitter_min_ms <= jitter_max_ms",
            ),
            (not 20 <= self.tx_queue_ms <= 200, f"tx_queue_ms is {self.tx_queue_ms}", "use 20..200"),
            (
                min(self.ring_timeout_s, self.never_sent_timeout_s, self.media_timeout_s, self.hold_timeout_s) <= 0,
                "a time-out is not positive",
                "use seconds above 0",
            ),
            (
                len(self.headers) > _MAX_EXPOSED_HEADERS,
                f"{len(self.headers)} headers are listed",
                f"list at most {_MAX_EXPOSED_HEADERS}",
            ),
            (
                bool(self.register_user) != bool(self.register_domain),
                "register_user and register_domain go together",
                "set both or neither",
            ),
            (
                self.register_transport not in KNOWN_TRANSPORTS,
                f"register_transport {self.register_transport!r} is not udp or tcp",
                "use udp or tcp",
            ),
        )
        check("sip", rules)
