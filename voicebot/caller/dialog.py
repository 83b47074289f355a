"""One SIP dialog as seen by the caller: identifiers, sequence numbers, route set, and the requests made of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from voicebot.caller.message import Headers, Request, Response, SipError, Uri

ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, REFER, NOTIFY, INFO"
Address = tuple[str, int]
#: Makes a fresh random token (tags, branches, Call-IDs); injected so that tests are repeatable.
Token = Callable[[], str]


@dataclass(slots=True, kw_only=True)
class Dialog:
    """RFC 3261 section 12, caller's side.

    Attributes:
        target: where the call was addressed to; replaced by the other side's Contact.
        local: our host and port, as written into Via and Contact.
        user: our user part, e.g. the caller's number.
    """

    target: Uri
    local: Address
    user: str
    token: Token
    call_id: str
    tag: str
    to: str
    cseq: int = 0
    remote_tag: str = ""
    remote_cseq: int = -1
    routes: tuple[str, ...] = ()

    @classmethod
    def begin(cls, target: Uri, local: Address, user: str, token: Token) -> Dialog:
        return cls(
            target=target,
            local=local,
            user=user,
            token=token,
            call_id=f"{token()}@{local[0]}",
            tag=token(),
            to=f"<{target}>",
        )

    @property
    def contact(self) -> str:
        return f"<{Uri(user=self.user, host=self.local[0], port=self.local[1])}>"

    @property
    def next_hop(self) -> Address:
        """Where requests go: the first route, else the target. Strict routers of RFC 2543 are not supported."""
        uri = Uri.parse(self.routes[0]) if self.routes else self.target
        return uri.host, uri.port

    def request(self, method: str, *, extra: Headers = (), body: bytes = b"", cseq: int | None = None) -> Request:
        """A request inside (or beginning) the dialog, with a branch of its own. ACK takes the INVITE's `cseq`."""
        if cseq is None:
            self.cseq += 1
            cseq = self.cseq
        host = f"[{self.local[0]}]" if ":" in self.local[0] else self.local[0]
        headers = (
            ("via", f"SIP/2.0/UDP {host}:{self.local[1]};branch=z9hG4bK{self.token()};rport"),
            *(("route", route) for route in self.routes),
            ("max-forwards", "70"),
            ("from", f"{self.contact};tag={self.tag}"),
            ("to", f"{self.to};tag={self.remote_tag}" if self.remote_tag else self.to),
            ("call-id", self.call_id),
            ("cseq", f"{cseq} {method}"),
            ("contact", self.contact),
            ("user-agent", "voicebot-caller"),
            *extra,
        )
        return Request(method=method, uri=str(self.target), headers=headers, body=body)

    def confirm(self, response: Response) -> None:
        """Take tag, target and route set from a 2xx to the INVITE (section 12.1.2)."""
        self.remote_tag = response.to_tag
        self.routes = tuple(reversed(response.all("record-route")))
        self.retarget(response.get("contact"))

    def retarget(self, contact: str | None) -> None:
        """Follow a new Contact; an unreadable one is not followed."""
        try:
            self.target = Uri.parse(contact) if contact else self.target
        except SipError:
            return

    def owns(self, request: Request) -> bool:
        """Whether an incoming request belongs to this dialog (section 12.2.2)."""
        return (request.call_id, request.to_tag, request.from_tag) == (self.call_id, self.tag, self.remote_tag)


def cancel_of(invite: Request) -> Request:
    """The CANCEL of an INVITE: same branch, Request-URI and CSeq number (section 9.1)."""
    kept = [(key, value) for key, value in invite.headers if key in ("via", "route", "from", "to", "call-id")]
    headers = (*kept, ("max-forwards", "70"), ("cseq", f"{invite.cseq[0]} CANCEL"))
    return Request(method="CANCEL", uri=invite.uri, headers=headers)
