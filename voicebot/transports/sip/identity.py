"""Who calls, as the network tells it: a hint for the dialogue, never a proof."""

from __future__ import annotations

import re
from urllib.parse import unquote

import phonenumbers

from voicebot.transports.sip.port import InboundCall

_URI = re.compile(r"<?\s*(?P<scheme>sips?|tel):(?P<rest>[^>\s]*)", re.IGNORECASE)
_NAMELESS = frozenset({"anonymous", "restricted", "unavailable", "unknown", "private", "withheld", "asterisk"})
_DIALLABLE = re.compile(r"\+?[\d\s().-]{3,}")


def caller(invite: InboundCall, *, region: str, trust_asserted: bool) -> str | None:
    """The caller in E.164 where it can be told, else the user part of the address, else None.

    P-Asserted-Identity goes before From when it is believed: anybody can write the header, and only within a trust
    domain it means something (RFC 3325). A caller who asked for privacy (RFC 3323 `id` or `user`) stays anonymous,
    whatever the network asserts.

    Args:
        invite: what the call said.
        region: ISO 3166 country in which national numbers are read.
        trust_asserted: whoever reaches us is of our trust domain.
    """
    if {"id", "user"} & {part.strip().lower() for part in (invite.privacy or "").split(";")}:
        return None
    asserted = invite.asserted if trust_asserted else None
    users = (user_part(source) for source in (asserted, invite.from_header, invite.peer) if source)
    known = next((user for user in users if user), None)
    return known and (e164(known, region=region) or known)


def called(invite: InboundCall) -> str | None:
    """User part of the To header."""
    return user_part(invite.to_header)


def user_part(address: str) -> str | None:
    """User of a SIP URI or number of a tel URI, in whatever brackets and with whatever display name; None if withheld.

    `"Ann" <sip:+4930123456;npdi@carrier.example;user=phone>` gives `+4930123456`.
    """
    # The display name may contain anything, a URI included: look after it first.
    quoted_end = address.rfind('"')
    match = _URI.search(address, quoted_end + 1)
    if match is None:
        return None
    rest = match["rest"]
    if match["scheme"].lower() == "tel":
        user = rest.partition(";")[0]
    else:
        user, at, host = rest.rpartition("@")
        if not at or host.partition(";")[0].lower().endswith("anonymous.invalid"):
            return None
        user = user.partition(";")[0].partition(":")[0]
    user = unquote(user)
    if not user.isprintable() or (user := user.strip()).lower() in _NAMELESS:
        return None
    return user or None


def e164(number: str, *, region: str) -> str | None:
    """`number` as `+` and digits if it is a valid telephone number (read in `region` when national), else None."""
    if not _DIALLABLE.fullmatch(number):
        return None
    candidates = [number]
    if not number.startswith("+") and len(re.sub(r"\D", "", number)) >= 11:
        # Carriers often send E.164 without its plus sign.
        candidates.append("+" + number)
    for candidate in candidates:
        try:
            parsed = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return None
