"""pipecat's SmallWebRTCConnection, as far as it is used here, with types."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from aiortc import RTCPeerConnection
from aiortc.mediastreams import MediaStreamTrack
from pipecat.transports.smallwebrtc.connection import SmallWebRTCConnection

from voicebot.transports.webrtc.settings import WebRtcSettings

logger = logging.getLogger(__name__)


class Connection(Protocol):
    """A peer connection with its data channel.

    Events, each run in a task of its own: `connected` (after `connect` was called), `closed`, `app-message` (a JSON
    value from the page).
    """

    @property
    def pc(self) -> RTCPeerConnection: ...

    def add_event_handler(self, event_name: str, handler: Callable[..., Awaitable[None]]) -> None: ...

    async def initialize(self, sdp: str, type: str) -> None:  # noqa: A002
        """Take the offer and make the answer."""
        ...

    def get_answer(self) -> dict[str, str] | None: ...

    def replace_audio_track(self, track: MediaStreamTrack) -> None: ...

    async def connect(self) -> None:
        """From here on `connected` may fire, at once if media flows already."""
        ...

    async def add_ice_candidate(self, candidate: Any) -> None: ...

    def send_app_message(self, message: Any) -> None: ...

    async def disconnect(self) -> None: ...


def new_connection(settings: WebRtcSettings) -> Connection:
    """A connection that has not been offered anything yet.

    pipecat's own connecting timeout is put out of reach: its timer is cancelled in the middle of the close that it
    began, and every later close waits for that one for ever. The leg watches the time instead.
    """
    return SmallWebRTCConnection(
        ice_servers=list(settings.ice_servers), connection_timeout_secs=int(settings.connect_timeout_s) + 3600
    )


class Closer:
    """Closes a connection once and to the end, whoever asks or is cancelled meanwhile: aiortc cannot resume a close."""

    def __init__(self, connection: Connection, *, timeout_s: float = 5.0) -> None:
        self._connection = connection
        self._timeout_s = timeout_s
        self._task: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Close and wait for it, but not for ever."""
        if self._task is None:
            self._task = asyncio.create_task(self._connection.disconnect(), name="webrtc-close")
        done, _ = await asyncio.wait([self._task], timeout=self._timeout_s)
        if not done:
            logger.warning("a browser connection did not close within %.0f s", self._timeout_s)
        elif (error := self._task.exception()) is not None:
            logger.warning("a browser connection closed with %s", type(error).__name__)
