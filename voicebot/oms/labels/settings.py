"""Settings of return labels."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from voicebot.checks import above_zero, at_least, check

MAKERS = ("none", "karrio")
#: A label that takes longer might come after the call's record is closed.
LONGEST_S = 13.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSettings:
    """Who makes return labels when the order system makes none."""

    maker: str = "none"
    """`none`, or `karrio` (the optional package of that name; see actions.md)."""
    carrier: str = "generic"
    """Carrier, as karrio calls it: `usps`, `dhl_parcel_de` … `generic` prints the shop's own label, for a carrier
    that takes such."""
    service: str = "standard_service"
    """The carrier's service, as karrio calls it."""
    account_env: str = "VOICEBOT_LABELS_ACCOUNT"
    """Environment variable with the shop's account at the carrier: a JSON object of what karrio asks for, and with
    `shipment_options` what each shipment is to have."""
    python: str = ""
    """Interpreter of an environment that has karrio; empty is the one that voicebot runs in."""
    public_url: str = ""
    """Where callers reach this server's web side, e.g. `https://calls.shop.example`: links to labels begin with it."""
    keep_days: int = 30
    """Days after which a label's link leads nowhere; its file is deleted within a day from then."""
    timeout_s: float = 12.0
    """Longest time that a label is waited for; 13 at most."""
    at_once: int = 2
    """Labels that are made at the same time; others wait."""
    parcel_kg: float = 1.0
    """Weight that a parcel is announced with."""
    to_name: str = ""
    """The shop's name, where parcels go back to."""
    to_street: str = ""
    """Street and number there."""
    to_city: str = ""
    """City there."""
    to_region: str = ""
    """State or region there, in countries whose addresses have one."""
    to_postcode: str = ""
    """Postcode there."""
    to_country: str = ""
    """Country there (ISO 3166-1 alpha-2)."""
    to_phone: str = ""
    """Phone number there; some carriers want one."""

    def __post_init__(self) -> None:
        unknown = self.maker not in MAKERS
        fix = f"use one of {', '.join(MAKERS)}"
        check("labels", [(unknown, f"maker {self.maker!r} is not known", fix)])
        check("labels", above_zero(self, "timeout_s", "parcel_kg"))
        late = self.timeout_s > LONGEST_S
        check("labels", [(late, f"timeout_s is {self.timeout_s}", f"use {LONGEST_S:g} or less")])
        check("labels", at_least(self, 1, "at_once", "keep_days"))
        if self.maker == "none":
            return
        needed = ("carrier", "service", "public_url", "to_name", "to_street", "to_city", "to_postcode", "to_country")
        check(
            "labels", [(not getattr(self, name), f"{name} is empty", "labels cannot do without it") for name in needed]
        )
        url = urlsplit(self.public_url)
        # A label has a name and an address on it: nothing but a test may send it in the clear.
        safe = url.scheme == "https" or (url.scheme == "http" and url.hostname in ("localhost", "127.0.0.1", "::1"))
        wrong = not safe or not url.hostname or bool(url.query or url.fragment)
        check("labels", [(wrong, f"public_url {self.public_url!r} is no https address", "write https://host")])
