"""Search keys in their one exact form: what the caller gave, and what an index holds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import phonenumbers

from voicebot.oms.connector import KeyKind, OrderKey


def number_key(raw: str) -> str:
    """`#W 261-1340` -> `W2611340`: letters and digits only, capitals."""
    return re.sub(r"[^0-9A-Z]", "", raw.upper())


def email_key(raw: str) -> str:
    return re.sub(r"\s+", "", raw).lower()


def phone_key(raw: str, region: str) -> str | None:
    """E.164, or None when it cannot be a phone number. `region` is assumed for numbers without `+`."""
    try:
        parsed = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def name_key(name: str, postcode: str) -> str:
    """First and last name without case, accents and what is between them, and a postcode: `zoe rossi/19122`.

    Empty unless there are at least two names and a postcode.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words, code = re.findall(r"[a-z]+", plain), number_key(postcode)
    return f"{words[0]} {words[-1]}/{code}" if len(words) > 1 and code else ""


#: First present argument wins: the most exact key first.
_PREFERENCE = (KeyKind.NUMBER, KeyKind.PAYMENT_REFERENCE, KeyKind.CUSTOMER_ID, KeyKind.EMAIL, KeyKind.PHONE)


def order_key(args: Mapping[str, Any], region: str) -> OrderKey | None:
    """The search key in a query's arguments, or None when none of them is usable."""
    for kind in _PREFERENCE:
        raw = args.get(kind.value)
        if isinstance(raw, str) and (value := exact(kind, raw, region)):
            return OrderKey(kind, value)
    name, postcode = args.get("name"), args.get("postcode")
    if isinstance(name, str) and isinstance(postcode, str) and (value := name_key(name, postcode)):
        return OrderKey(KeyKind.NAME_POSTCODE, value)
    return None


def exact(kind: KeyKind, raw: str, region: str) -> str | None:
    """The exact form of a key, or None when there is nothing usable in it."""
    if kind is KeyKind.NUMBER:
        return number_key(raw) or None
    if kind is KeyKind.EMAIL:
        return email_key(raw) or None
    if kind is KeyKind.PHONE:
        return phone_key(raw, region)
    return raw.strip() or None
