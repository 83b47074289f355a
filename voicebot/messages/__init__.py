"""Messages to callers: SMS and e-mail, through a webhook, through SMTP, or kept in an outbox."""
