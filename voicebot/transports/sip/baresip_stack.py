"""The SIP stack: baresip-python, whose native thread signals and paces RTP.

It passes the checks of RFC 3261 that matter to a server (retransmissions, CANCEL and BYE races, merged requests,
`Require`), and cannot do three things natively: refuse with anything but 486, refresh sessions (RFC 4028), and tell the
source address of a request. A proxy in front does those where they are needed.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress

from baresip import BaresipError, RegistrationError, RuntimeDead, UserAgent
from baresip import Call as NativeCall

from voicebot.errors import ConfigError
from voicebot.transports.sip.accounts import (
    ALL_ADDRESSES,
    configured_account,
    listening_accounts,
    registering_account,
    stack_config,
)
from voicebot.transports.sip.baresip_call import BaresipCall
from voicebot.transports.sip.native import NativeRuntime
from voicebot.transports.sip.port import Call, Capabilities
from voicebot.transports.sip.settings import SipSettings

logger = logging.getLogger(__name__)

_REFUSED = frozenset({401, 403, 404, 407})
"""Answers to REGISTER that trying again does not change."""

# Its record of each finished call carries the caller's address.
logging.getLogger("baresip.call").setLevel(logging.WARNING)


class BaresipStack:
    """Implements `voicebot.transports.sip.port.SipStack`. One per process, once: a dead one cannot be restarted.

    Args:
        settings: where to listen and what to accept.
        environ: holds the registration's password.
    """

    capabilities = Capabilities(reject_codes=frozenset({486}))

    def __init__(self, settings: SipSettings, *, environ: Mapping[str, str] = os.environ) -> None:
        self._settings = settings
        self._account = configured_account(settings, environ)
        self._runtime = NativeRuntime()
        self._agents: list[UserAgent] = []
        self._registered: UserAgent | None = None
        self._running = False

    async def start(self, on_invite: Callable[[Call], None], on_dead: Callable[[str], None]) -> None:
        check_port(self._settings)
        try:
            await self._runtime.start(stack_config(self._settings))
            self._running = True
            self._runtime.quiet()
            self._runtime.on_dead = lambda: on_dead("the SIP thread ended unexpectedly")
            if self._settings.host == ALL_ADDRESSES:
                await self._runtime.listen_on_loopback()
            accounts = listening_accounts(self._settings)
            if self._account is not None:
                accounts += (registering_account(self._account, self._settings),)
            for account in accounts:
                agent = await UserAgent.create(self._runtime, account, transfer_policy="reject")
                agent.on_incoming(lambda call: on_invite(_adapt(call)))
                self._agents.append(agent)
            if self._account is not None:
                await self._register(self._agents[-1])
        except BaresipError as error:
            await self.close()
            raise ConfigError(f"the SIP stack did not start: {error}", **_where(self._settings)) from error
        except ConfigError:
            await self.close()
            raise

    async def _register(self, agent: UserAgent) -> None:
        try:
            await agent.register()
        except RegistrationError as error:
            if error.status in _REFUSED:
                raise ConfigError(
                    f"the registrar refuses us: {error.status} {error.reason}",
                    where="sip.register_user",
                    fix=f"check user, domain and the password in {self._settings.register_password_env}",
                ) from None
            # The stack keeps trying by itself.
            logger.warning("not registered yet: %s", error)
        else:
            self._registered = agent

    async def close(self) -> None:
        if not self._running:
            return
        self._running = False
        if self._registered is not None:
            with suppress(BaresipError):
                await self._registered.unregister(timeout=2.0)
        try:
            await self._runtime.close()
        except RuntimeDead:
            logger.critical("the SIP stack did not stop")


def _adapt(call: NativeCall) -> Call:
    return BaresipCall(call)


def _where(settings: SipSettings) -> dict[str, str]:
    return {
        "where": f"sip {settings.host}:{settings.port}",
        "fix": "stop the other process, or choose another port with --sip-port or sip.port",
    }


def check_port(settings: SipSettings) -> None:
    """Find out before the stack does, and say it better, whether the address can be used.

    Raises:
        ConfigError: the port is in use, or the address is not one of this machine.
    """
    kinds = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}
    for transport in settings.transports:
        with socket.socket(socket.AF_INET, kinds[transport]) as probe:
            if transport == "tcp":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, settings.port))
                if transport == "tcp":
                    probe.listen(1)
            except OSError as error:
                raise ConfigError(
                    f"cannot listen on {transport.upper()} port {settings.port}: {os.strerror(error.errno or 0)}",
                    **_where(settings),
                ) from None
