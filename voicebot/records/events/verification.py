"""How the caller proved who they are. The values themselves are never written here."""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.records.events.base import CallEvent, event


@event("verification.attempted")
@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationAttempted(CallEvent):
    """Something that the caller said was compared with what is on file."""

    request: str
    factor: str
    """`postcode`, `email`, `name`, `item` or `code`."""
    outcome: str
    """`ok`, `mismatch`, `locked`, `no_proof` or `unavailable`."""
    level: int = 0
    """Level of proof afterwards: 1 matched, 2 verified, 3 strong."""
    subject: str = ""
    """The customer, or the guest's order; empty when there is none."""
    left: int | None = None
    """Attempts left in this call."""
    locked_by: str = ""
    """`call`, `customer` or `caller`: whose attempts are used up."""


@event("verification.code_sent")
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSent(CallEvent):
    """A one-time code was to be sent to the contact on file."""

    request: str
    status: str
    """`sent`, `no_contact`, `locked` or `failed`."""
    subject: str = ""
    channel: str = ""
    """`sms` or `email`."""
    reason: str = ""
    """For operators: `contact_changed`, `none_on_file` …"""
