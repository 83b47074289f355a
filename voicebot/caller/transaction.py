"""Client transactions over UDP (RFC 3261 section 17.1) as pure state machines: time in, messages and verdicts out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from voicebot.caller.message import Request, Response

T1_S = 0.5
T2_S = 4.0
T4_S = 5.0
_LINGER_S = 32.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a transaction wants done.

    Attributes:
        send: requests to put on the wire, in order.
        response: a response for the transaction user, or None.
        timed_out: nobody answered within 64*T1 (timers B, F).
    """

    send: tuple[Request, ...] = ()
    response: Response | None = None
    timed_out: bool = False


class ClientTransaction(Protocol):
    request: Request
    retransmissions: int

    @property
    def over(self) -> bool: ...

    @property
    def due(self) -> float | None:
        """When `fire` wants to be called, or None."""
        ...

    def start(self, now: float) -> Step: ...

    def receive(self, response: Response, now: float) -> Step: ...

    def fire(self, now: float) -> Step: ...


def ack_of(request: Request, response: Response) -> Request:
    """The ACK of a final response other than 2xx: same branch and Request-URI as the INVITE (section 17.1.1.3)."""
    kept = {key: request.get(key) for key in ("from", "call-id")}
    headers = [
        ("via", request.get("via") or ""),
        ("max-forwards", "70"),
        *((key, value or "") for key, value in kept.items()),
        ("to", response.get("to") or ""),
        ("cseq", f"{request.cseq[0]} ACK"),
        *(("route", value) for value in request.all("route")),
    ]
    return Request(method="ACK", uri=request.uri, headers=tuple(headers))


@dataclass(slots=True)
class InviteTransaction:
    """Section 17.1.1: calling, proceeding, completed, terminated. A 2xx ends it at once; its ACK is the dialog's."""

    request: Request
    state: str = "calling"
    retransmissions: int = 0
    _interval: float = T1_S
    _retry_at: float | None = None
    _give_up_at: float | None = None
    _ack: Request | None = None

    @property
    def over(self) -> bool:
        return self.state == "terminated"

    @property
    def due(self) -> float | None:
        return min((at for at in (self._retry_at, self._give_up_at) if at is not None), default=None)

    def start(self, now: float) -> Step:
        self._retry_at, self._give_up_at = now + T1_S, now + 64 * T1_S
        return Step(send=(self.request,))

    def receive(self, response: Response, now: float) -> Step:
        if self.state == "terminated":
            return Step()
        if self.state == "completed":
            return Step(send=(self._ack,) if self._ack and response.code >= 300 else ())
        if response.code < 200:
            self.state, self._retry_at, self._give_up_at = "proceeding", None, None
            return Step(response=response)
        self._retry_at = None
        if response.code < 300:
            self.state, self._give_up_at = "terminated", None
            return Step(response=response)
        self.state, self._give_up_at = "completed", now + _LINGER_S
        self._ack = ack_of(self.request, response)
        return Step(send=(self._ack,), response=response)

    def fire(self, now: float) -> Step:
        if self._give_up_at is not None and now >= self._give_up_at:
            timed_out = self.state == "calling"
            self.state, self._retry_at, self._give_up_at = "terminated", None, None
            return Step(timed_out=timed_out)
        if self._retry_at is not None and now >= self._retry_at:
            self._interval *= 2
            self._retry_at += self._interval
            self.retransmissions += 1
            return Step(send=(self.request,))
        return Step()


@dataclass(slots=True)
class PlainTransaction:
    """Section 17.1.2, for every method but INVITE and ACK: trying, proceeding, completed, terminated."""

    request: Request
    state: str = "trying"
    retransmissions: int = 0
    _interval: float = T1_S
    _retry_at: float | None = None
    _give_up_at: float | None = None

    @property
    def over(self) -> bool:
        return self.state == "terminated"

    @property
    def due(self) -> float | None:
        return min((at for at in (self._retry_at, self._give_up_at) if at is not None), default=None)

    def start(self, now: float) -> Step:
        self._retry_at, self._give_up_at = now + T1_S, now + 64 * T1_S
        return Step(send=(self.request,))

    def receive(self, response: Response, now: float) -> Step:
        if self.state in ("completed", "terminated"):
            return Step()
        if response.code < 200:
            self.state, self._interval = "proceeding", T2_S
            return Step(response=response)
        self.state, self._retry_at, self._give_up_at = "completed", None, now + T4_S
        return Step(response=response)

    def fire(self, now: float) -> Step:
        if self._give_up_at is not None and now >= self._give_up_at:
            timed_out = self.state != "completed"
            self.state, self._retry_at, self._give_up_at = "terminated", None, None
            return Step(timed_out=timed_out)
        if self._retry_at is not None and now >= self._retry_at:
            self._interval = min(2 * self._interval, T2_S)
            self._retry_at += self._interval
            self.retransmissions += 1
            return Step(send=(self.request,))
        return Step()


@dataclass(slots=True)
class Answered:
    """Responses already given, by transaction, so that a retransmitted request gets the same one (section 17.2)."""

    limit: int = 64
    _given: dict[tuple[str, str], Response] = field(default_factory=dict)

    def find(self, request: Request) -> Response | None:
        return self._given.get((request.branch, request.method))

    def keep(self, request: Request, response: Response) -> None:
        self._given[(request.branch, request.method)] = response
        while len(self._given) > self.limit:
            del self._given[next(iter(self._given))]
