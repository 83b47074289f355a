"""What a way to send messages looks like to the rest of the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from voicebot.errors import VoicebotError

Channel = Literal["sms", "email"]
CHANNELS: tuple[Channel, ...] = ("sms", "email")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message.

    Attributes:
        id: of this message and of every repetition of it: a receiver drops what it has seen.
        to: E.164 number or e-mail address, from the order system, never from the caller's mouth.
        subject: of an e-mail.
        kind: what it is for, e.g. `return_label` or `code`.
    """

    id: str
    channel: Channel
    to: str
    text: str
    subject: str = ""
    kind: str = ""
    call: str = ""


class MessageError(VoicebotError):
    """The message was not taken."""


class Messenger(Protocol):
    """Sends messages. `channels` are those that it can."""

    @property
    def channels(self) -> frozenset[Channel]: ...

    async def send(self, message: Message, *, timeout_s: float) -> None:
        """Hand it over to who delivers it.

        Raises:
            MessageError: it was not taken in time, or refused.
        """
        ...

    async def close(self) -> None: ...


class Routed:
    """A messenger for each channel."""

    def __init__(self, routes: Mapping[Channel, Messenger]) -> None:
        self._routes = dict(routes)

    @property
    def channels(self) -> frozenset[Channel]:
        return frozenset(self._routes)

    async def send(self, message: Message, *, timeout_s: float) -> None:
        """See `Messenger.send`."""
        route = self._routes.get(message.channel)
        if route is None:
            raise MessageError(
                f"nothing sends {message.channel}", where="messages", fix=f"set messages.{message.channel}"
            )
        await route.send(message, timeout_s=timeout_s)

    async def close(self) -> None:
        for route in {id(route): route for route in self._routes.values()}.values():
            await route.close()
