"""What a user agent tells of its call."""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.caller import sdp


@dataclass(frozen=True, slots=True)
class Ringing:
    code: int


@dataclass(frozen=True, slots=True)
class Connected:
    """Answered, or the media of a running call changed (re-INVITE)."""

    media: sdp.Media
    again: bool = False


@dataclass(frozen=True, slots=True)
class Referred:
    """The other side asked us to call somebody else (RFC 3515)."""

    refer_to: str
    user_to_user: str | None


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over. `by`: `caller`, `bot`, `transfer`, or `network` when it never stood or nobody answered."""

    by: str
    code: int
    reason: str
    retry_after: str | None = None


Happening = Ringing | Connected | Referred | Ended
