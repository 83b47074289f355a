"""Settings of the web console."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSettings:
    """Pages for people. Without an access token they stay on this machine, unless `open` says otherwise."""

    host: str = "127.0.0.1"
    """Address to listen on. Browsers give pages the microphone only on localhost or over https."""
    http_port: int = 8080
    """TCP port; 0 takes a free one."""
    token_env: str = "VOICEBOT_CONSOLE_TOKEN"
    """Environment variable with the access token for calls and recordings, or with `_FILE` appended its file's path.
    The talk page and the health checks need no token."""
    open: bool = False
    """Start without a token although other machines reach `host`: only where something in front asks who comes in."""
    allowed_hosts: tuple[str, ...] = ()
    """Host names under which the console is reached, beside localhost, this machine's name and plain IP addresses.
    Without a token, other names are refused: it keeps sites from reading calls through a visitor (DNS rebinding)."""
    read_timeout_s: float = 5.0
    """How long a page waits for the event store."""
