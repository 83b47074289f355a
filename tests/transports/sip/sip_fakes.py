"""A SIP stack in memory, behind the same Protocols as the real one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from voicebot.call.leg import TransferOutcome
from voicebot.errors import VoicebotError
from voicebot.transports.sip.port import (
    Call,
    CallEvent,
    CallGoneError,
    Capabilities,
    Closed,
    Established,
    InboundCall,
    MediaState,
)

ANN = InboundCall(
    sip_call_id="abc@client",
    peer="sip:+14155550123@client.example",
    from_header='"Ann" <sip:+14155550123@client.example>;tag=1',
    to_header="<sip:shop@bot.example>",
    headers={"X-Call-Context": "shop=7"},
)


@dataclass
class FakeMedia:
    """Two byte strings; `rate_hz` 0 means that no media is active."""

    rate_hz: int = 8000
    channels: int = 1
    incoming: bytes = b""
    queued: bytes = b""
    sent: bytes = b""
    flushes: int = 0

    def state(self) -> MediaState | None:
        if self.rate_hz == 0:
            return None
        return MediaState(
            rx_rate_hz=self.rate_hz,
            rx_channels=self.channels,
            tx_rate_hz=self.rate_hz,
            tx_channels=self.channels,
            tx_queued_ms=1000 * len(self.queued) / (2 * self.rate_hz * self.channels),
        )

    def read(self, max_bytes: int) -> bytes:
        taken, self.incoming = self.incoming[:max_bytes], self.incoming[max_bytes:]
        return taken

    def write(self, pcm: bytes) -> int:
        self.queued += pcm
        return len(pcm)

    def flush(self) -> None:
        self.flushes += 1
        self.queued = b""

    def transmit(self, ms: int) -> None:
        """The native sender takes what `ms` of real time take."""
        count = 2 * self.rate_hz * self.channels * ms // 1000
        self.sent += self.queued[:count]
        self.queued = self.queued[count:]


@dataclass
class FakeCall:
    """Does what it is told and reports what the test says."""

    invite: InboundCall = ANN
    media: FakeMedia = field(default_factory=FakeMedia)
    codec: str = ""
    established: bool = False
    closed: Closed | None = None
    answers: int = 0
    keys: str = ""
    refers: list[str] = field(default_factory=list)
    refusal: VoicebotError | None = None
    outcome: TransferOutcome = field(default_factory=lambda: TransferOutcome(accepted=True, code=200))
    on_transfer: Callable[[], None] = lambda: None
    listeners: list[Callable[[CallEvent], None]] = field(default_factory=list)

    def subscribe(self, listener: Callable[[CallEvent], None]) -> None:
        self.listeners.append(listener)

    def emit(self, event: CallEvent) -> None:
        if isinstance(event, Established):
            self.established, self.codec = True, "G.711"
        if isinstance(event, Closed):
            self.closed = event
        for listener in tuple(self.listeners):
            listener(event)

    def _live(self) -> None:
        if self.closed is not None:
            raise CallGoneError("the call is over")

    async def answer(self) -> None:
        self._live()
        if self.refusal is not None:
            raise self.refusal
        self.answers += 1
        self.emit(Established())

    async def hangup(self, reason: str, *, by: str = "bot") -> None:
        if self.closed is None:
            self.emit(Closed(by=by, reason=reason))

    async def send_keys(self, keys: str) -> None:
        self._live()
        self.keys += keys

    async def transfer(self, refer_to: str, *, timeout_s: float) -> TransferOutcome:
        self._live()
        self.refers.append(refer_to)
        self.on_transfer()
        self._live()
        if self.outcome.accepted:
            self.emit(Closed(by="transfer", reason="transferred"))
        return self.outcome


class FakeStack:
    """Rings when the test says so."""

    capabilities = Capabilities(reject_codes=frozenset({486}))

    def __init__(self) -> None:
        self.on_invite: Callable[[Call], None] | None = None
        self.on_dead: Callable[[str], None] | None = None
        self.closed = False

    async def start(self, on_invite: Callable[[Call], None], on_dead: Callable[[str], None]) -> None:
        self.on_invite, self.on_dead = on_invite, on_dead

    async def close(self) -> None:
        self.closed = True

    def ring(self, call: FakeCall) -> None:
        assert self.on_invite is not None
        self.on_invite(call)
