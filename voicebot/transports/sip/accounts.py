"""What the native stack is told: its configuration text, and one account per way in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from baresip import Account, Config

from voicebot.errors import ConfigError
from voicebot.transports.sip.port import SipAccount
from voicebot.transports.sip.settings import KNOWN_CODECS, SipSettings

_Transport = Literal["udp", "tcp"]

ALL_ADDRESSES = "0.0.0.0"
IDENTITY_HEADERS = ("From", "To", "P-Asserted-Identity", "Privacy")
"""Always read from the INVITE, beside the configured ones."""


def stack_config(settings: SipSettings) -> Config:
    """Configuration of the stack; every line is there because calls failed or lagged without it."""
    lines = (
        f"sip_listen {settings.host}:{settings.port}",
        f"sip_transports {','.join(settings.transports)}",  # else it listens for TLS on the next port, too
        f"rtp_ports {settings.rtp_port_min}-{settings.rtp_port_max}",
        f"call_local_timeout {settings.ring_timeout_s}",
        "call_hold_other_calls no",  # a softphone's habit
        "audio_jitter_buffer_type adaptive",  # the fixed default costs 80 ms more
        f"audio_jitter_buffer_ms {settings.jitter_min_ms}-{settings.jitter_max_ms}",
    )
    return Config(
        # Interface discovery skips loopback, so one address must be named, and all of them need `native` on top.
        net_interface=None if settings.host == ALL_ADDRESSES else settings.host,
        max_concurrent_calls=settings.max_calls,
        expose_headers=tuple(dict.fromkeys((*IDENTITY_HEADERS, *settings.headers))),
        native_log_level="error",  # below that it prints callers' addresses
        extra_config_text="\n".join(lines),
    )


def _codecs(settings: SipSettings) -> tuple[str, ...]:
    return tuple(KNOWN_CODECS[name] for name in settings.codecs)


# Without it the stack answers audio and then sends a re-INVITE of its own to add video.
_NO_VIDEO = "video_codecs=none"


def listening_accounts(settings: SipSettings) -> tuple[Account, ...]:
    """One account per transport that takes calls to any user; a transport without one is answered 404."""
    return tuple(
        Account(
            user="voicebot",
            domain="localhost" if settings.host == ALL_ADDRESSES else settings.host,
            password="",
            reg_interval=0,
            transport=cast(_Transport, transport),
            audio_codecs=_codecs(settings),
            extra_params=("catchall=yes", _NO_VIDEO),
        )
        for transport in settings.transports
    )


def registering_account(account: SipAccount, settings: SipSettings) -> Account:
    """The account that registers.

    Raises:
        ConfigError: a value holds characters that the stack would misread.
    """
    try:
        return Account(
            user=account.user,
            domain=account.domain,
            password=account.password,
            registrar=account.proxy or None,
            reg_interval=account.interval_s,
            transport=cast(_Transport, account.transport),
            audio_codecs=_codecs(settings),
            auth_user=account.auth_user or None,
            extra_params=(_NO_VIDEO,),
        )
    except (ValueError, TypeError) as error:
        # The stack's message may quote the value; the password must not reach a log.
        field = str(error).split()[0]
        raise ConfigError(
            f"the registration's {field} cannot be used", where="sip", fix="remove quotes, spaces and brackets from it"
        ) from None


def configured_account(settings: SipSettings, environ: Mapping[str, str]) -> SipAccount | None:
    """The account to register, if one is configured.

    Raises:
        ConfigError: the password's environment variable is not set.
    """
    if not settings.register_user:
        return None
    password = environ.get(settings.register_password_env)
    if password is None:
        raise ConfigError(
            f"no password for {settings.register_user}@{settings.register_domain}",
            where="sip.register_password_env",
            fix=f"set the environment variable {settings.register_password_env} (empty if there is none)",
        )
    return SipAccount(
        user=settings.register_user,
        domain=settings.register_domain,
        password=password,
        auth_user=settings.register_auth_user,
        proxy=settings.register_proxy,
        transport=settings.register_transport,
        interval_s=settings.register_interval_s,
    )
