"""Settings of messages to callers."""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.checks import above_zero, at_least, check

WAYS = {"sms": ("outbox", "webhook", "none"), "email": ("outbox", "webhook", "smtp", "none")}


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSettings:
    """How text messages and e-mails go to callers. They go to the contact on file only."""

    sms: str = "outbox"
    """How SMS are sent: `outbox` (kept in a file, not sent), `webhook`, or `none`."""
    email: str = "outbox"
    """How e-mails are sent: `outbox`, `webhook`, `smtp`, or `none`."""
    timeout_s: float = 5.0
    """Longest time until a message is taken, repetitions included; later it counts as not sent."""
    attempts: int = 3
    """Times that a message is handed over at most within that time, always under the same id."""
    code_text: str = (
        "{code} is your code for the phone call with our automated assistant. It is valid for {minutes} minutes."
        " If you are not on the phone with us, please ignore this message."
    )
    """Text of a one-time code; `{code}` and `{minutes}` are filled in."""
    subject: str = "Your order"
    """Subject of e-mails."""
    outbox_days: int = 7
    """Days that messages stay in the outbox."""
    webhook_url: str = ""
    """Messages are posted here as JSON, signed like a Standard Webhook."""
    webhook_secret_env: str = "VOICEBOT_MESSAGES_SECRET"
    """Environment variable that holds the secret with which posts are signed."""
    smtp_host: str = ""
    """Mail server that takes our e-mails."""
    smtp_port: int = 587
    """Its port."""
    smtp_security: str = "starttls"
    """`starttls`, `tls` (from the first byte), or `none` (a relay on this machine)."""
    smtp_user: str = ""
    """Name to log in with; empty does not log in."""
    smtp_password_env: str = "VOICEBOT_SMTP_PASSWORD"
    """Environment variable that holds the password."""
    smtp_from: str = ""
    """Address that e-mails come from."""

    def __post_init__(self) -> None:
        for name, ways in WAYS.items():
            way = getattr(self, name)
            check("messages", [(way not in ways, f"{name} {way!r} is not known", f"use one of {', '.join(ways)}")])
        security = ("starttls", "tls", "none")
        wrong = self.smtp_security not in security
        fix = f"use one of {', '.join(security)}"
        check("messages", [(wrong, f"smtp_security {self.smtp_security!r} is not known", fix)])
        check("messages", [("{code}" not in self.code_text, "code_text has no {code}", "add it")])
        check("messages", above_zero(self, "timeout_s"))
        check("messages", at_least(self, 1, "attempts", "smtp_port"))
        check("messages", at_least(self, 0, "outbox_days"))
