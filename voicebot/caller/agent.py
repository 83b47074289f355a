"""A caller's user agent: one outgoing call over UDP (RFC 3261), as a pure state machine.

Datagrams and the time go in; `take` gives the datagrams to send and what happened. `outgoing.py` is the shell.
"""

from __future__ import annotations

from urllib.parse import unquote

from voicebot.caller import sdp
from voicebot.caller.dialog import ALLOW, Address, Dialog, Token, cancel_of
from voicebot.caller.happenings import Connected, Ended, Happening, Referred, Ringing
from voicebot.caller.message import Headers, Request, Response, SipError, Uri, parse, reply
from voicebot.caller.transaction import (
    T1_S,
    T2_S,
    Answered,
    ClientTransaction,
    InviteTransaction,
    PlainTransaction,
)

_ALLOWED = frozenset(ALLOW.split(", "))
_SDP: Headers = (("content-type", "application/sdp"),)


class Agent:
    """One call. `state`: `idle`, `calling`, `connected`, `leaving`, `ended`.

    Args:
        refuse_refer: answer REFER with 603 instead of 202.
    """

    def __init__(
        self,
        *,
        target: Uri,
        user: str,
        local: Address,
        rtp_port: int,
        codecs: tuple[str, ...],
        token: Token,
        headers: Headers = (),
        refuse_refer: bool = False,
    ) -> None:
        self.state = "idle"
        self.malformed = 0
        self._dialog = Dialog.begin(target, local, user, token)
        self._first_hop = (target.host, target.port)
        self._rtp_port, self._codecs, self._extra, self._refuse_refer = rtp_port, codecs, headers, refuse_refer
        self._session, self._version = int(token(), 16) % 2**31, 1
        self._transactions: dict[tuple[str, str], ClientTransaction] = {}
        self._answered = Answered()
        self._invite: Request | None = None
        self._ack: Request | None = None
        self._proceeding = self._cancelling = False
        self._leave_at: float | None = None
        self._ok: tuple[Response, Address, float, float, float] | None = None
        self._refer_cseq = 0
        self._transferred = False
        self._retransmitted = 0
        self._out: list[tuple[bytes, Address]] = []
        self._happened: list[Happening] = []

    @property
    def call_id(self) -> str:
        return self._dialog.call_id

    @property
    def retransmissions(self) -> int:
        return self._retransmitted + sum(one.retransmissions for one in self._transactions.values())

    @property
    def due(self) -> float | None:
        """When `fire` wants to be called next, or None."""
        times = [one.due for one in self._transactions.values()]
        times += [self._leave_at, self._ok[2] if self._ok else None]
        return min((at for at in times if at is not None), default=None)

    def take(self) -> tuple[list[tuple[bytes, Address]], list[Happening]]:
        """Datagrams to send and what happened since the last `take`."""
        taken = self._out, self._happened
        self._out, self._happened = [], []
        return taken

    def dial(self, now: float) -> None:
        """Send the INVITE."""
        body = sdp.offer(self._dialog.local[0], self._rtp_port, self._codecs, session=self._session)
        self._invite = self._dialog.request("INVITE", extra=(("allow", ALLOW), *self._extra, *_SDP), body=body)
        self.state = "calling"
        self._begin(InviteTransaction(self._invite), now)

    def hang_up(self, now: float) -> None:
        """End the call in whatever state it is: CANCEL while it rings, BYE when it stands."""
        if self.state == "connected":
            self.state = "leaving"
            self._begin(PlainTransaction(self._dialog.request("BYE")), now)
        elif self.state == "calling" and not self._cancelling:
            self._cancelling = True
            self._cancel(now)
        elif self.state == "idle":
            self._end(Ended("caller", 0, "not dialled"))

    def report_transfer(self, code: int, reason: str, now: float) -> None:
        """Tell the side that sent REFER how the call to its target went (RFC 3515 section 2.4.4)."""
        over = code >= 200
        state = "terminated;reason=noresource" if over else "active;expires=60"
        extra = (
            ("event", f"refer;id={self._refer_cseq}"),
            ("subscription-state", state),
            ("content-type", "message/sipfrag;version=2.0"),
        )
        body = f"SIP/2.0 {code} {reason}\r\n".encode()
        self._begin(PlainTransaction(self._dialog.request("NOTIFY", extra=extra, body=body)), now)
        if over and code < 300:
            self._transferred, self._leave_at = True, now + 2.0

    def unreachable(self) -> None:
        """The network says that nobody listens there; a call that stands is left to its timers (section 8.1.3.1)."""
        if self.state == "calling" and not self._proceeding:
            self._end(Ended("network", 503, "nobody listens at that address and port"))

    def receive(self, data: bytes, source: Address, now: float) -> None:
        """One datagram from the wire; what is not SIP is counted and dropped."""
        if not data.strip(b"\r\n\0"):
            return
        try:
            message = parse(data)
        except SipError:
            self.malformed += 1
            return
        if isinstance(message, Response):
            self._on_response(message, now)
        elif self.state != "idle":
            self._on_request(message, source, now)

    def fire(self, now: float) -> None:
        """Run the timers that are due."""
        for key, one in list(self._transactions.items()):
            if one.due is not None and now >= one.due:
                step = one.fire(now)
                self._send_all(step.send)
                if step.timed_out:
                    self._on_timeout(one.request)
                if one.over:
                    self._retransmitted += one.retransmissions
                    self._transactions.pop(key, None)
        if self._ok and now >= self._ok[2]:
            self._repeat_ok(now)
        if self._leave_at is not None and now >= self._leave_at:
            self._leave_at = None
            if self.state == "calling":
                self._end(Ended("caller", 487, "cancelled"))
            self.hang_up(now)

    # responses

    def _on_response(self, response: Response, now: float) -> None:
        _, method = response.cseq
        if response.call_id != self.call_id:
            return
        one = self._transactions.get((response.branch, method))
        if one is None or one.over:
            if method == "INVITE" and 200 <= response.code < 300:
                self._on_late_ok(response, now)
            return
        step = one.receive(response, now)
        self._send_all(step.send)
        if one.over:
            self._retransmitted += one.retransmissions
            del self._transactions[(response.branch, method)]
        if step.response is None:
            return
        if method == "INVITE":
            self._on_invite_response(step.response, now)
        elif method == "BYE" and response.code >= 200:
            self._end(Ended("transfer" if self._transferred else "caller", 200, "OK"))

    def _on_invite_response(self, response: Response, now: float) -> None:
        if response.code < 200:
            self._proceeding = True
            if response.code > 100 and not self._cancelling:
                self._happened.append(Ringing(response.code))
            if self._cancelling:
                self._cancel(now)
        elif response.code < 300:
            self._on_ok(response, now)
        else:
            by = "caller" if self._cancelling and response.code == 487 else "network"
            self._end(Ended(by, response.code, response.reason, response.get("retry-after")))

    def _on_ok(self, response: Response, now: float) -> None:
        self._dialog.confirm(response)
        self._ack = self._dialog.request("ACK", cseq=response.cseq[0])
        self._send_all((self._ack,))
        self.state, self._leave_at = "connected", None
        if self._cancelling:
            self.hang_up(now)
            return
        try:
            media = sdp.read(response.body, codecs=self._codecs)
        except sdp.SdpError as error:
            self.hang_up(now)
            self._end(Ended("network", 488, f"the answer cannot be used: {error.what}"))
            return
        # Clips are encoded once: a re-INVITE may move the media, not change the codec.
        self._codecs = (media.codec,)
        self._happened.append(Connected(media))

    def _on_late_ok(self, response: Response, now: float) -> None:
        """A 2xx again: its ACK was lost, or a second phone answered a forked call and is sent away."""
        if self._ack and response.to_tag == self._dialog.remote_tag:
            self._send_all((self._ack,))
            return
        other = Dialog.begin(self._dialog.target, self._dialog.local, self._dialog.user, self._dialog.token)
        other.call_id, other.tag, other.to = self.call_id, self._dialog.tag, self._dialog.to
        other.cseq = response.cseq[0]
        other.confirm(response)
        for request in (other.request("ACK", cseq=response.cseq[0]), other.request("BYE")):
            self._out.append((request.encode(), other.next_hop))

    def _on_timeout(self, request: Request) -> None:
        if request.method == "INVITE":
            self._end(Ended("network", 408, "nobody answered"))
        elif request.method == "BYE":
            self._end(Ended("caller", 408, "BYE was not answered"))

    # requests

    def _on_request(self, request: Request, source: Address, now: float) -> None:
        if request.method == "ACK":
            self._on_ack(request)
            return
        given = self._answered.find(request)
        if given is not None:
            self._out.append((given.encode(), source))
            return
        response = self._judge(request) or self._within(request, source, now)
        self._answered.keep(request, response)
        self._out.append((response.encode(), source))
        if request.method == "REFER" and response.code == 202:
            self.report_transfer(100, "Trying", now)

    def _judge(self, request: Request) -> Response | None:
        """Refusals that need no knowledge of the method (sections 8.2 and 12.2.2)."""
        if required := request.get("require"):
            return reply(request, 420, "Bad Extension", to_tag=self._dialog.tag, extra=(("unsupported", required),))
        if request.method == "OPTIONS" and not request.to_tag:
            return self._reply(request, 200, "OK")
        if not self._dialog.owns(request):
            busy = request.method == "INVITE" and not request.to_tag
            return self._reply(request, *((486, "Busy Here") if busy else (481, "Call/Transaction Does Not Exist")))
        if request.cseq[0] < self._dialog.remote_cseq:
            return self._reply(request, 500, "CSeq out of order")
        self._dialog.remote_cseq = request.cseq[0]
        return None

    def _within(self, request: Request, source: Address, now: float) -> Response:
        if request.method == "BYE":
            self._end(Ended("transfer" if self._transferred else "bot", 200, "OK"))
        elif request.method == "INVITE":
            return self._on_reinvite(request, source, now)
        elif request.method == "REFER":
            return self._on_refer(request)
        elif request.method == "CANCEL":
            return self._reply(request, 481, "Call/Transaction Does Not Exist")
        elif request.method not in _ALLOWED:
            return self._reply(request, 405, "Method Not Allowed")
        return self._reply(request, 200, "OK")

    def _on_refer(self, request: Request) -> Response:
        refer_to = request.get("refer-to")
        if not refer_to:
            return self._reply(request, 400, "No Refer-To")
        if self._refuse_refer:
            return self._reply(request, 603, "Decline")
        self._refer_cseq = request.cseq[0]
        self._happened.append(Referred(refer_to, uri_header(refer_to, "user-to-user")))
        return self._reply(request, 202, "Accepted")

    def _on_reinvite(self, request: Request, source: Address, now: float) -> Response:
        self._dialog.retarget(request.get("contact"))
        self._version += 1
        try:
            media = sdp.read(request.body, codecs=self._codecs) if request.body else None
        except sdp.SdpError as error:
            return self._reply(request, 488, f"Not Acceptable Here ({error.what})")
        host = self._dialog.local[0]
        body = (
            sdp.answer(host, self._rtp_port, media, session=self._session, version=self._version)
            if media
            else sdp.offer(host, self._rtp_port, self._codecs, session=self._session, version=self._version)
        )
        ok = self._reply(request, 200, "OK", extra=_SDP, body=body)
        self._ok = (ok, source, now + T1_S, T1_S, now + 64 * T1_S)
        if media:
            self._happened.append(Connected(media, again=True))
        return ok

    def _on_ack(self, request: Request) -> None:
        if not self._ok or not self._dialog.owns(request) or request.cseq[0] != self._ok[0].cseq[0]:
            return
        self._ok = None
        if request.body:
            try:
                self._happened.append(Connected(sdp.read(request.body, codecs=self._codecs), again=True))
            except sdp.SdpError:
                self.malformed += 1

    def _repeat_ok(self, now: float) -> None:
        """The 200 of a re-INVITE is repeated until its ACK comes (section 13.3.1.4)."""
        if self._ok is None:
            return
        ok, source, _, interval, until = self._ok
        if now >= until:
            self._ok = None
            self.hang_up(now)
            return
        interval = min(2 * interval, T2_S)
        self._ok = (ok, source, now + interval, interval, until)
        self._out.append((ok.encode(), source))

    # output

    def _reply(self, request: Request, code: int, reason: str, *, extra: Headers = (), body: bytes = b"") -> Response:
        own: Headers = (("contact", self._dialog.contact), ("allow", ALLOW), *extra)
        return reply(request, code, reason, to_tag=self._dialog.tag, extra=own, body=body)

    def _begin(self, one: ClientTransaction, now: float) -> None:
        self._transactions[(one.request.branch, one.request.method)] = one
        self._send_all(one.start(now).send)

    def _cancel(self, now: float) -> None:
        """CANCEL may only follow a provisional response (section 9.1); until one comes it waits for it."""
        self._leave_at = self._leave_at or now + 64 * T1_S
        if self._proceeding and self._invite:
            cancel = cancel_of(self._invite)
            if (cancel.branch, "CANCEL") not in self._transactions:
                self._begin(PlainTransaction(cancel), now)

    def _send_all(self, requests: tuple[Request, ...]) -> None:
        hop = self._dialog.next_hop if self._dialog.remote_tag else self._first_hop
        self._out.extend((request.encode(), hop) for request in requests)

    def _end(self, ended: Ended) -> None:
        if self.state != "ended":
            self.state, self._leave_at = "ended", None
            self._happened.append(ended)


def uri_header(address: str, name: str) -> str | None:
    """A header inside a SIP URI, percent-decoded: `<sip:a@b?User-to-User=ab%3Bencoding%3Dhex>`."""
    try:
        pairs = (pair.partition("=") for pair in Uri.parse(address).headers.split("&"))
    except SipError:
        return None
    return next((unquote(value) for key, _, value in pairs if key.lower() == name), None)
