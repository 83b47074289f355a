"""E-mails: what is written, what is repeated, and one real conversation with a mail server."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from email import message_from_bytes
from threading import Thread
from types import TracebackType
from typing import Any

import pytest

from voicebot.messages import smtp
from voicebot.messages.messenger import Message, MessageError
from voicebot.messages.settings import MessageSettings
from voicebot.messages.smtp import Server, SmtpMessenger, smtp_from, written

MAIL = Message(id="c-1-m1", channel="email", to="jane@example.com", text="Your label: https://x.example/1", subject="A")
SERVER = Server(host="mail.example", port=25, security="none", user="", password="", sender="shop@x.example")


class Connection:
    """Fails as the script says."""

    def __init__(self, script: list[Exception | None]) -> None:
        self.script = script
        self.mails: list[Any] = []

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        return None

    def send_message(self, mail: Any) -> None:
        self.mails.append(mail)
        step = self.script.pop(0)
        if step is not None:
            raise step


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "_PAUSE_S", 0.0)


async def sent(*script: Exception | None) -> Connection:
    connection = Connection(list(script))
    messenger = SmtpMessenger(SERVER, attempts=3, connect=lambda server, timeout_s: connection)  # type: ignore[arg-type,return-value]
    try:
        await messenger.send(MAIL, timeout_s=5)
    finally:
        await messenger.close()
    return connection


async def test_a_mail_that_is_taken() -> None:
    connection = await sent(None)
    (mail,) = connection.mails
    assert (mail["To"], mail["From"], mail["Subject"]) == ("jane@example.com", "shop@x.example", "A")
    assert mail["Message-ID"] == "<c-1-m1@x.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "https://x.example/1" in mail.get_content()


async def test_what_may_work_later_is_repeated() -> None:
    connection = await sent(OSError("unreachable"), smtplib.SMTPResponseException(451, b"later"), None)
    assert len({mail["Message-ID"] for mail in connection.mails}) == 1
    assert len(connection.mails) == 3


@pytest.mark.parametrize(
    "refusal",
    [smtplib.SMTPResponseException(550, b"no"), smtplib.SMTPRecipientsRefused({"jane@example.com": (550, b"")})],
)
async def test_what_is_refused_is_not(refusal: Exception) -> None:
    with pytest.raises(MessageError) as error:
        await sent(refusal, None)
    assert "jane" not in str(error.value)


def test_headers_cannot_be_smuggled_in() -> None:
    tricky = Message(id="m", channel="email", to="a@x.example", text="Hi", subject="Hello\r\nBcc: b@x.example")
    mail = written(tricky, "shop@x.example")
    assert mail["Bcc"] is None
    for address in ("a@x.example\r\nBcc: b@x.example", "a@x.example, b@x.example", "", "nobody"):
        with pytest.raises(MessageError):
            written(Message(id="m", channel="email", to=address, text="Hi"), "shop@x.example")


class MailServer:
    """Just enough of RFC 5321 for one mail."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self.data = b""
        self.thread = Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        connection, _ = self.socket.accept()
        with connection, connection.makefile("rwb") as line:
            self._say(line, b"220 ready")
            while word := line.readline():
                verb = word[:4].upper()
                if verb == b"DATA":
                    self._say(line, b"354 go on")
                    while (row := line.readline()) != b".\r\n":
                        self.data += row
                self._say(line, b"221 bye" if verb == b"QUIT" else b"250 ok")
                if verb == b"QUIT":
                    return

    @staticmethod
    def _say(line: Any, what: bytes) -> None:
        line.write(what + b"\r\n")
        line.flush()


@pytest.fixture
def server() -> Iterator[MailServer]:
    made = MailServer()
    yield made
    made.thread.join(5)
    made.socket.close()


async def test_a_real_server_gets_it(server: MailServer) -> None:
    settings = MessageSettings(
        email="smtp", smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none", smtp_from="shop@x.example"
    )
    messenger = smtp_from(settings, {})
    await messenger.send(MAIL, timeout_s=5)
    await messenger.close()
    mail = message_from_bytes(server.data)
    assert mail["To"] == "jane@example.com"
    assert str(mail.get_payload()).strip() == "Your label: https://x.example/1"
