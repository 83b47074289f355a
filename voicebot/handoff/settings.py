"""Settings of handing callers to humans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voicebot.checks import above_zero, at_least, check, known_zone


def _weekdays() -> Mapping[str, str]:
    return dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-18:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffSettings:
    """Where callers are transferred to, when somebody calls back, and who is told."""

    targets: Mapping[str, str] = field(default_factory=dict)
    """Queue -> SIP URI, e.g. `{default = "sip:agents@pbx.example"}`; queues not named here use `default`. Calls are
    never transferred anywhere else."""
    packet_base_url: str = ""
    """Where people and programs reach this server, e.g. `https://voice.example`; links in packets begin with it."""
    timezone: str = "UTC"
    """IANA name of the zone of the business hours."""
    hours: Mapping[str, str] = field(default_factory=_weekdays)
    """Weekday (`mon` … `sun`) -> opening times, e.g. `"09:00-12:30, 13:30-18:00"`; days not named are closed."""
    holidays: tuple[str, ...] = ()
    """Dates (ISO 8601) on which nobody works."""
    callback_within_min: int = 120
    """A call-back is due this many minutes of business hours after it was asked for."""
    webhook_url: str = ""
    """Every packet is posted here when its hand-off is opened; empty posts nothing."""
    webhook_secret_env: str = "VOICEBOT_WEBHOOK_SECRET"
    """Environment variable that holds the secret with which posts are signed."""
    webhook_timeout_s: float = 5.0
    """Longest wait for one answer of the webhook."""
    webhook_attempts: int = 6
    """Posts of one packet before it is given up."""

    def __post_init__(self) -> None:
        check("handoff", known_zone(self, "timezone"))
        check("handoff", at_least(self, 1, "webhook_attempts"))
        check("handoff", above_zero(self, "callback_within_min", "webhook_timeout_s"))
