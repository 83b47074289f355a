"""Who is calling: what the caller says against what is on file. Pure.

The form in which something is said is forgiven, the thing itself is not: a postcode and an e-mail address must be right
in every character, a name may sound the same. What our side has spoken in this call proves nothing.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import scrypt
from typing import Literal, get_args

from voicebot.identifiers.email import find_emails
from voicebot.identifiers.names import find_names
from voicebot.identifiers.postcodes import bare, find_postcodes
from voicebot.identifiers.spoken import digits
from voicebot.identifiers.wordsound import word_distance
from voicebot.oms.keys import email_key
from voicebot.oms.model import Customer, Order

Factor = Literal["postcode", "email", "name", "item", "code"]
FACTORS: tuple[Factor, ...] = get_args(Factor)

MATCHED, VERIFIED, STRONG = 1, 2, 3
CODE_DIGITS = 6

#: How unlike two names may sound, for each letter of the longer one.
_NAME_DISTANCE = 0.12
#: How unlike two words of a product's name may sound, in the same way.
_ITEM_DISTANCE = 0.15
#: Of the words of a product's name, how many must be said.
_ITEM_COVERED = 0.5
_SMALL_WORDS = frozenset("a an and by for from i it my of on one pair some that the with was were size".split())  # noqa: SIM905
_ZIP = re.compile(r"\d{9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Wrong proofs after which nothing more is compared."""

    call: int = 3
    customer: int = 6
    caller: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Wrong proofs so far: in this call, of this customer and of this caller's number."""

    call: int = 0
    customer: int = 0
    caller: int = 0

    def locked_by(self, limits: Limits) -> str:
        """`call`, `customer` or `caller`; empty when another attempt is allowed."""
        used = (("call", self.call, limits.call), ("caller", self.caller, limits.caller))
        for name, count, most in (*used, ("customer", self.customer, limits.customer)):
            if count >= most:
                return name
        return ""


def factor_of(word: str) -> Factor | None:
    return next((factor for factor in FACTORS if factor == word), None)


def subject_of(order: Order) -> str:
    """Whose proof counts for an order: the customer's, or the guest's for this order alone."""
    return order.customer_id or f"order:{order.id}"


def on_file(factor: Factor, order: Order, customer: Customer | None, last: Order | None) -> tuple[str, ...]:
    """What there is to compare with; empty when nothing is.

    Args:
        customer: of the order, None for guests and when the order system does not tell.
        last: the latest order of the customer.
    """
    match factor:
        case "postcode":
            found: Iterable[str | None] = [
                order.ship_to.postcode,
                *(address.postcode for address in (customer.addresses if customer else ())),
            ]
        case "email":
            found = customer.emails if customer and customer.emails else [order.email]
        case "name":
            own = [f"{customer.first_name} {customer.last_name}"] if customer and customer.last_name else []
            found = own or [order.ship_to.name]
        case "item":
            found = [line.name for line in (last or order).lines]
        case "code":
            found = ()
    return tuple(dict.fromkeys(text.strip() for text in found if text and text.strip()))


def unspoken(names: Sequence[str], spoken: Iterable[str]) -> tuple[str, ...]:
    """Without the product names that our side has said."""
    said = " ".join(_plain(text) for text in spoken)
    return tuple(name for name in names if _plain(name) not in said)


def matches(factor: Factor, said: str, kept: Sequence[str]) -> bool:
    """Whether what the caller said is one of those on file."""
    compare = {"postcode": _same_postcode, "email": _same_email, "name": _same_name, "item": _same_item}.get(factor)
    said = said[:200]
    return compare is not None and bool(said.strip()) and any(compare(said, value) for value in kept)


def _same_postcode(said: str, kept: str) -> bool:
    heard = {bare(said), *(bare(found.value) for found in find_postcodes(said)[:1])}
    own = bare(kept)
    # The four digits after a United States ZIP code are seldom known.
    ways = {own, own[:5]} if _ZIP.fullmatch(own) else {own}
    return bool(own) and bool({way[:5] if _ZIP.fullmatch(way) and len(own) == 5 else way for way in heard} & ways)


def _same_email(said: str, kept: str) -> bool:
    return email_key(kept) in {email_key(said), *(email_key(found.value) for found in find_emails(said)[:1])}


def _same_name(said: str, kept: str) -> bool:
    """The family name must be there; whatever else is said must be part of the name, too."""
    own = _words(kept)
    if not own:
        return False
    for name in (said, *(found.value for found in find_names(said)[:1])):
        words = _words(name)
        family = [word for word in words if _alike(word, own[-1], _NAME_DISTANCE)]
        if family and all(any(_alike(word, part, _NAME_DISTANCE) for part in own) for word in words):
            return True
    return False


def _same_item(said: str, kept: str) -> bool:
    """Half of the name's words or more, and not just the kind of thing that it is."""
    own = [word for word in _words(kept) if word.lower() not in _SMALL_WORDS]
    words = _words(said)
    hit = [word for word in own if any(_alike(word, heard, _ITEM_DISTANCE) for heard in words)]
    if not own or len(hit) / len(own) < _ITEM_COVERED:
        return False
    return len(own) == 1 or any(word != own[-1] for word in hit)


def _alike(one: str, other: str, distance: float) -> bool:
    return one == other or word_distance(one, other) <= distance * max(len(one), len(other))


def _words(text: str) -> list[str]:
    return re.findall(r"[A-Z0-9]+", _plain(text).replace("'", ""))


def _plain(text: str) -> str:
    """Capitals without accents."""
    decomposed = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("’", "'"))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).upper().split())


# --- one-time codes ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A one-time code that was sent; the code itself is not kept."""

    subject: str
    order: str
    digest: bytes
    salt: bytes
    until: datetime
    tries: int

    def tried(self) -> Code:
        return replace(self, tries=self.tries - 1)


def new_code(number: int) -> str:
    """The code's digits. `number` is random, below 10 to the power of `CODE_DIGITS`."""
    return f"{number:0{CODE_DIGITS}d}"


def sent_code(code: str, *, subject: str, order: str, salt: bytes, now: datetime, valid_min: float, tries: int) -> Code:
    """What is kept of a code."""
    until = now + timedelta(minutes=valid_min)
    return Code(subject=subject, order=order, digest=_digest(code, salt), salt=salt, until=until, tries=tries)


def code_matches(code: Code, said: str, now: datetime) -> bool:
    """Whether these are its digits, spoken or written, while it is good."""
    given = re.sub(r"\D", "", said) or digits(said)
    if code.tries <= 0 or now >= code.until or len(given) != CODE_DIGITS:
        return False
    return hmac.compare_digest(_digest(given, code.salt), code.digest)


def _digest(code: str, salt: bytes) -> bytes:
    return scrypt(code.encode(), salt=salt, n=2**10, r=8, p=1)


# --- the contact on file ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    channel: Literal["sms", "email"]
    to: str


def contact_of(order: Order, customer: Customer | None, channels: Iterable[str]) -> Contact | None:
    """Where the customer, or the guest of this order, is reached: a phone first."""
    able = frozenset(channels)
    phones = customer.phones if customer else [order.phone]
    emails = customer.emails if customer else [order.email]
    for number in phones:
        if number and "sms" in able:
            return Contact(channel="sms", to=number)
    for address in emails:
        if address and "email" in able:
            return Contact(channel="email", to=address)
    return None


def changed_lately(order: Order, customer: Customer | None, now: datetime, days: int) -> bool:
    """Whether the contact on file is too new to be trusted, by the customer's own record or by what the order says."""
    known = (order.contact_changed_at, customer.contact_changed_at if customer else None)
    changed = max((at for at in known if at is not None), default=None)
    return changed is not None and now - changed < timedelta(days=days)
