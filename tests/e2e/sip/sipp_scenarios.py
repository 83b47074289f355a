"""Scenarios for sipp, composed from messages, so that each test shows its own message flow."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

_HEADERS = """Via: SIP/2.0/[transport] [local_ip]:[local_port];branch={branch}
From: "Ann" <sip:+14155550123@[local_ip]:[local_port]>;tag=[pid]S[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>{to}
Call-ID: [call_id]
CSeq: {cseq}
Contact: <sip:ann@[local_ip]:[local_port];transport=[transport]>
Max-Forwards: 70
"""
_FIRST_BRANCH = "z9hG4bK-[pid]-[call_number]-0"
"""What sipp gives the scenario's first message; CANCEL and the ACK of a refusal repeat it (RFC 3261 section 9.1)."""
_OFFERS = {
    "pcmu": "RTP/AVP 0 101\na=rtpmap:0 PCMU/8000",
    "pcma": "RTP/AVP 8 101\na=rtpmap:8 PCMA/8000",
    "g722": "RTP/AVP 9 101\na=rtpmap:9 G722/8000",
    "g729": "RTP/AVP 18 101\na=rtpmap:18 G729/8000",
}


def sdp(codec: str, direction: str = "sendrecv") -> str:
    """An audio offer for the media port given as `-key rtp_port`."""
    return (
        "v=0\no=ann 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [local_ip]\nt=0 0\n"
        f"m=audio [rtp_port] {_OFFERS[codec]}\n"
        f"a=rtpmap:101 telephone-event/8000\na=fmtp:101 0-16\na=ptime:20\na={direction}\n"
    )


def _send(text: str, attributes: str = "") -> str:
    return f"<send {attributes}><![CDATA[\n{text}\n]]></send>"


def _request(
    method: str,
    cseq: int,
    *,
    body: str = "",
    kind: str = "application/sdp",
    more: str = "",
    of_first: bool = False,
) -> str:
    to = "" if method in ("INVITE", "CANCEL", "OPTIONS") and cseq == 1 else "[peer_tag_param]"
    content = f"Content-Type: {kind}\nContent-Length: [len]\n\n{body}" if body else "Content-Length: 0\n"
    head = _HEADERS.format(to=to, cseq=f"{cseq} {method}", branch=_FIRST_BRANCH if of_first else "[branch]")
    return f"{method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n{head}{more}{content}"


def invite(
    codec: str = "pcmu", *, cseq: int = 1, direction: str = "sendrecv", more: str = "", acked: bool = True
) -> str:
    transaction = ' start_txn="inv"' if acked else ""
    return _send(_request("INVITE", cseq, body=sdp(codec, direction), more=more), f'retrans="500"{transaction}')


def ack(cseq: int = 1) -> str:
    return _send(_request("ACK", cseq), 'ack_txn="inv"')


def cancelled() -> str:
    """CANCEL, its 200, the INVITE's 487."""
    return _send(_request("CANCEL", 1, of_first=True)) + expect(200) + refused(487)


def refused(code: int, *, provisional: bool = False) -> str:
    """A final refusal of the first INVITE, acknowledged."""
    return expect(code, provisional=provisional, txn="inv") + _send(_request("ACK", 1, of_first=True), 'ack_txn="inv"')


def request(method: str, cseq: int) -> str:
    return _send(_request(method, cseq), 'retrans="500"')


def reply(status: str, *, more: str = "") -> str:
    """Answer the request received last."""
    return _send(
        f"SIP/2.0 {status}\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\n{more}"
        "Contact: <sip:ann@[local_ip]:[local_port];transport=[transport]>\nContent-Length: 0\n"
    )


def notify(cseq: int, status: str, state: str) -> str:
    """Progress of a REFER (RFC 3515 section 2.4.4)."""
    more = f"Event: refer\nSubscription-State: {state}\n"
    body = f"SIP/2.0 {status}\n"
    return _send(_request("NOTIFY", cseq, body=body, kind="message/sipfrag;version=2.0", more=more), 'retrans="500"')


def expect(code: int, *, provisional: bool = False, txn: str = "") -> str:
    extra = f' response_txn="{txn}"' if txn else ""
    before = "".join(f'<recv response="{p}" optional="true"{extra}></recv>' for p in (100, 180)) if provisional else ""
    return f'{before}<recv response="{code}"{extra}></recv>'


def answered(codec: str = "pcmu", *, more: str = "") -> str:
    """INVITE, 200, ACK."""
    return invite(codec, more=more) + expect(200, provisional=True, txn="inv") + ack()


def hang_up(cseq: int = 9) -> str:
    return request("BYE", cseq) + expect(200)


def expect_request(method: str, *, header: str = "", pattern: str = "") -> str:
    """Wait for a request; optionally check one of its headers against a regular expression."""
    if not pattern:
        return f'<recv request="{method}"></recv>'
    check = (
        f'<ereg regexp={quoteattr(pattern)} search_in="hdr" header="{header}:" check_it="true" assign_to="1"/>'
        '<log message="matched [$1]"/>'
    )
    return f'<recv request="{method}"><action>{check}</action></recv>'


def pause(ms: int) -> str:
    return f'<pause milliseconds="{ms}"/>'


def free_port() -> int:
    """A port that is free for UDP and TCP on loopback."""
    for _ in range(50):
        with (
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        ):
            tcp.bind(("127.0.0.1", 0))
            port = int(tcp.getsockname()[1])
            try:
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port")


@dataclass
class Sipp:
    """Runs scenarios in a folder of its own, against one server."""

    folder: Path
    server: str
    timeout_s: int = 20
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    def start(
        self,
        flow: str,
        *,
        to: str,
        rtp_port: int = 9,
        transport: str = "u1",
        calls: int = 1,
        server: str = "",
        log: Path | None = None,
    ) -> subprocess.Popen[bytes]:
        """As a caller; what `expect_request` matched goes to `log`."""
        address = server or self.server
        return self._start(
            flow,
            log,
            *(address, "-s", to, "-m", str(calls), "-r", "20", "-t", transport),
            *("-p", str(free_port()), "-mp", str(free_port()), "-key", "rtp_port", str(rtp_port)),
        )

    def listen(self, flow: str, port: int, *, log: Path | None = None) -> subprocess.Popen[bytes]:
        """As a server, for one dialogue."""
        return self._start(flow, log, "-m", "1", "-p", str(port), "-mp", str(free_port()))

    def _start(self, flow: str, log: Path | None, *arguments: str) -> subprocess.Popen[bytes]:
        name = f"s{next(self.numbers)}"
        scenario = self.folder / f"{name}.xml"
        scenario.write_text(f'<?xml version="1.0"?>\n<scenario name="{name}">\n{flow}\n</scenario>\n')
        return subprocess.Popen(
            [
                *("sipp", "-sf", str(scenario), *arguments, "-i", "127.0.0.1"),
                *("-nostdin", "-timeout", str(self.timeout_s), "-timeout_error"),
                *("-trace_err", "-error_file", str(self.folder / f"{name}.err")),
                *(("-trace_logs", "-log_file", str(log)) if log else ()),
            ],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "TERM": "dumb"},
        )

    def run(self, flow: str, **options: object) -> None:
        """Run to the end; AssertionError with sipp's own complaint when the flow was another."""
        self.finish(self.start(flow, **options))  # type: ignore[arg-type]

    def finish(self, process: subprocess.Popen[bytes]) -> None:
        code = process.wait(self.timeout_s + 5)
        if code != 0:
            complaints = "\n".join(p.read_text(errors="replace") for p in sorted(self.folder.glob("s*.err")))
            raise AssertionError(f"sipp ended with {code}\n{complaints[-4000:]}")
