"""Messages to the caller, besides what was said."""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.records.events.base import CallEvent, event


@event("message.sent")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent(CallEvent):
    """A message was to be sent to the contact on file; its text is in the dialogue's effect, its link nowhere here."""

    request: str
    message: str
    """What it is for, as the flow calls it."""
    status: str
    """`sent`, `no_contact` or `failed`."""
    channel: str = ""
    """`sms` or `email`."""
    with_link: bool = False
    reason: str = ""
    """For operators, when it failed."""
