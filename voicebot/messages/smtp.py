"""E-mails through a mail server (RFC 5321), each on a connection of its own, on two threads of our own."""

from __future__ import annotations

import asyncio
import os
import smtplib
import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from voicebot.errors import ConfigError
from voicebot.messages.messenger import Channel, Message, MessageError
from voicebot.messages.outbox import utc_now
from voicebot.messages.settings import MessageSettings

_AT_ONCE = 2
_PAUSE_S = 0.3
#: No network wait is shorter, so that the last attempt has a chance.
_SHORTEST_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    host: str
    port: int
    security: str
    user: str
    password: str
    sender: str


class SmtpMessenger:
    """A `Message-ID` made of the message's id lets mail servers know a repetition."""

    channels: frozenset[Channel] = frozenset(("email",))

    def __init__(
        self,
        server: Server,
        *,
        attempts: int,
        connect: Callable[[Server, float], smtplib.SMTP] | None = None,
    ) -> None:
        self._server, self._attempts = server, attempts
        self._connect = connect or connected
        self._threads = ThreadPoolExecutor(_AT_ONCE, "smtp")

    async def send(self, message: Message, *, timeout_s: float) -> None:
        """See `Messenger.send`."""
        loop = asyncio.get_running_loop()
        until = loop.time() + timeout_s
        mail = written(message, self._server.sender)
        try:
            async with asyncio.timeout_at(until):
                for attempt in range(1, self._attempts + 1):
                    left_s = max(_SHORTEST_S, until - loop.time())
                    refused = await loop.run_in_executor(self._threads, self._deliver, mail, left_s)
                    if refused is None:
                        return
                    if not refused.again or attempt == self._attempts:
                        raise MessageError(refused.cause, where="messages.smtp_host")
                    await asyncio.sleep(_PAUSE_S * attempt)
        except TimeoutError as error:
            raise MessageError("not taken in time", where="messages.smtp_host") from error

    async def close(self) -> None:
        self._threads.shutdown(wait=False)

    def _deliver(self, mail: EmailMessage, timeout_s: float) -> _Refused | None:
        try:
            with self._connect(self._server, timeout_s) as connection:
                connection.send_message(mail)
        except smtplib.SMTPResponseException as error:
            return _Refused(f"the mail server said {error.smtp_code}", again=400 <= error.smtp_code < 500)
        except smtplib.SMTPRecipientsRefused:
            return _Refused("the mail server refused the recipient", again=False)
        except (smtplib.SMTPException, OSError) as error:
            return _Refused(type(error).__name__, again=True)
        return None


@dataclass(frozen=True, slots=True)
class _Refused:
    cause: str
    again: bool


def connected(server: Server, timeout_s: float) -> smtplib.SMTP:
    """A session, encrypted and logged in as far as that is set; certificates are checked."""
    context = ssl.create_default_context()
    if server.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=timeout_s, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=timeout_s)
    try:
        if server.security == "starttls":
            connection.starttls(context=context)
        if server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def written(message: Message, sender: str) -> EmailMessage:
    """The e-mail of a message: plain text.

    Raises:
        MessageError: the recipient is no address.
    """
    mail = EmailMessage()
    try:
        mail["To"] = Address(addr_spec=message.to)
    except Exception as error:  # the parser raises IndexError and more on what is no address
        raise MessageError("not an e-mail address", where="the contact on file") from error
    mail["From"] = sender
    mail["Subject"] = " ".join(message.subject.split()) or "Your order"
    mail["Date"] = format_datetime(utc_now())
    mail["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834
    mail.set_content(message.text + "\n")
    return mail


def smtp_from(settings: MessageSettings, environ: Mapping[str, str] | None = None) -> SmtpMessenger:
    """The mail server that is configured.

    Raises:
        ConfigError: it has no host or no sender, or a user without a password.
    """
    if not settings.smtp_host or "@" not in settings.smtp_from:
        fix = "set messages.smtp_host and messages.smtp_from"
        raise ConfigError("e-mails need a mail server and a sender", where="messages.email", fix=fix)
    password = (os.environ if environ is None else environ).get(settings.smtp_password_env, "")
    if settings.smtp_user and not password:
        fix = f"put it into the environment variable {settings.smtp_password_env}"
        raise ConfigError("the mail server's password is missing", where="messages.smtp_password_env", fix=fix)
    server = Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=password,
        sender=settings.smtp_from,
    )
    return SmtpMessenger(server, attempts=settings.attempts)
