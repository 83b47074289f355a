"""Single datagrams to a SIP server, and its answers."""

from __future__ import annotations

import random
import socket
import time


def exchange(port: int, datagram: bytes, *, timeout_s: float = 2.0) -> str:
    """Send one datagram, return the first answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        udp.settimeout(timeout_s)
        own = udp.getsockname()[1]
        udp.sendto(datagram.replace(b"{own}", str(own).encode()), ("127.0.0.1", port))
        return udp.recv(65535).decode(errors="replace")


def options(port: int) -> str:
    branch = f"z9hG4bK{random.Random(time.monotonic_ns()).getrandbits(48):x}"
    return exchange(
        port,
        f"OPTIONS sip:ping@127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{{own}};branch={branch}\r\n"
        f"From: <sip:p@127.0.0.1:{{own}}>;tag=1\r\nTo: <sip:ping@127.0.0.1>\r\nCall-ID: {branch}\r\n"
        "CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n".encode(),
    )
