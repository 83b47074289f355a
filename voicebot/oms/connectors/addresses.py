"""The new address that an action asks for. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from voicebot.oms.connector import NotAllowed
from voicebot.oms.model import Address

_PARTS = ("name", "street", "city", "region", "postcode", "country")
_NEEDED = ("street", "city", "postcode", "country")


def wanted_address(given: object, now: Address) -> Address:
    """The whole new address; what is left out stays. Raises `NotAllowed`."""
    if not isinstance(given, Mapping) or not given or not set(given) <= set(_PARTS):
        raise _bad(f"an address has {', '.join(_PARTS)}")
    if any(not isinstance(value, str) or len(value) > 200 for value in given.values()):
        raise _bad("the parts of an address are short texts")
    merged = {part: str(given.get(part, getattr(now, part))).strip() for part in _PARTS}
    if not re.fullmatch("[A-Z]{2}", merged["country"]) or not all(merged[part] for part in _NEEDED):
        raise _bad("street, city, postcode and country are needed")
    if now.country and merged["country"] != now.country:
        raise _bad("taxes and delivery were computed for another country")
    return Address(**merged)


def _bad(what: str) -> NotAllowed:
    return NotAllowed(what, where="the order", reason="bad_address")
