"""Settings of the order side."""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.checks import above_zero, at_least, check, known_zone


@dataclass(frozen=True, slots=True, kw_only=True)
class OmsSettings:
    """Which order system to ask, and how patiently."""

    url: str | None = None
    """Base URL of a running order service; None starts the demo shop as a child process."""
    demo_port: int = 0
    """Port of the demo shop started for us on 127.0.0.1; 0 takes a free one."""
    demo_seed: int = 7
    """Seed number of the demo shop: the same number makes the same shop."""
    shop_zone: str = "America/New_York"
    """IANA time zone in which the shop counts days."""
    phone_region: str = "US"
    """Country (ISO 3166-1 alpha-2) assumed for phone numbers that come without `+`."""
    max_orders: int = 10
    """Orders given to the dialogue at most."""
    nearest_limit: int = 5
    """Existing order numbers offered at most for one that does not exist."""
    hints_per_call: int = 12
    """Order numbers that do not exist, answered with ones that do, in one call, dropped speculation included."""
    recent_days: int = 14
    """A delivered order still counts as open for this many days."""
    stale_after_days: int = 4
    """A parcel on its way without a scan for this many days is called stale."""
    concurrent_reads: int = 16
    """Requests to the order system at any moment."""
    concurrent_prefetches: int = 8
    """Of these, requests at most that no caller is waiting for."""
    prefetches_per_call: int = 12
    """Speculative reads that one call may start."""
    prefetch_deadline_s: float = 5.0
    """Time a speculative read may take."""
    cache_ttl_s: float = 20.0
    """Age up to which a snapshot is served again instead of being read anew."""
    absent_ttl_s: float = 3.0
    """The same for "there is no such order"."""
    cache_entries: int = 2000
    """Snapshots kept."""
    retries: int = 1
    """Further attempts of a failed read while its deadline leaves time."""
    retry_pause_ms: int = 40
    """Pause before a further attempt."""
    breaker_failures: int = 5
    """Failures in a row after which the order system is left alone for a while."""
    breaker_patience_s: float = 1.0
    """A time-out is held against the order system only when it had at least this long."""
    breaker_pause_s: float = 2.0
    """First such while; doubles up to `breaker_longest_s` as long as probes fail."""
    breaker_longest_s: float = 30.0
    """Longest while."""

    def __post_init__(self) -> None:
        ones = ("max_orders", "concurrent_reads", "concurrent_prefetches", "cache_entries", "breaker_failures")
        check("oms", at_least(self, 1, *ones))
        zeros = (
            "nearest_limit",
            "hints_per_call",
            "recent_days",
            "stale_after_days",
            "prefetches_per_call",
            "retries",
            "retry_pause_ms",
        )
        check("oms", at_least(self, 0, *zeros, "cache_ttl_s", "absent_ttl_s", "breaker_patience_s"))
        check("oms", above_zero(self, "prefetch_deadline_s", "breaker_pause_s", "breaker_longest_s"))
        check("oms", known_zone(self, "shop_zone"))
        port = self.demo_port
        check("oms", [(not 0 <= port <= 65535, f"demo_port {port} is not a port", "choose one of 1..65535, or 0")])
