"""Single datagrams to a SIP server, and its answers."""

from __future__ import annotations

import contextlib
import random
import socket
import time

#: When a request without an answer is sent again (RFC 3261 section 17.1.2.2: timer E, T1 of 500 ms).
_AGAIN_S = (0.5, 1.0, 2.0, 4.0)


def exchange(port: int, datagram: bytes) -> str:
    """Send a request until it is answered, as a client does over UDP; the first answer.

    Raises:
        TimeoutError: none came.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        own = udp.getsockname()[1]
        for wait_s in _AGAIN_S:
            udp.sendto(datagram.replace(b"{own}", str(own).encode()), ("127.0.0.1", port))
            udp.settimeout(wait_s)
            with contextlib.suppress(TimeoutError):
                return udp.recv(65535).decode(errors="replace")
    raise TimeoutError("no answer to a request that was sent four times")


def options(port: int) -> str:
    branch = f"z9hG4bK{random.Random(time.monotonic_ns()).getrandbits(48):x}"
    return exchange(
        port,
        f"OPTIONS sip:ping@127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{{own}};branch={branch}\r\n"
        f"From: <sip:p@127.0.0.1:{{own}}>;tag=1\r\nTo: <sip:ping@127.0.0.1>\r\nCall-ID: {branch}\r\n"
        "CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n".encode(),
    )
