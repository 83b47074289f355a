"""Two things that the native library can do and baresip-python does not offer.

* Listening on loopback beside the machine's other addresses. Interface discovery leaves loopback out unless it is the
  only address, so a server for the network could not be called from its own machine. `net_add_address` and
  `uag_reset_transp` (as the library's network-roaming module uses them) add it. Both change the stack's sockets, so
  they run on the stack's own thread.
* Keeping malformed messages from printing a line each on standard error, which anybody on the network could use to fill
  a disk.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Callable

from baresip import BaresipError, Runtime
from baresip import _native as native

_SOCKADDR_BYTES = 256
"""More than the library's `struct sa` needs."""
_ONLY_ERRORS = 3
"""The library's `DBG_ERR`."""


class NativeRuntime(Runtime):  # type: ignore[misc]
    """A runtime that can run a function on the stack's thread."""

    _job: Callable[[], None] | None = None

    def quiet(self) -> None:
        """Print errors of the library only."""
        ctypes.CDLL(native.__file__).dbg_init(ctypes.c_int(_ONLY_ERRORS), ctypes.c_int(0))

    async def listen_on_loopback(self) -> None:
        """Add 127.0.0.1 to the addresses that are listened on; before any user agent exists.

        Raises:
            BaresipError: the stack refused, for instance because the port is in use there.
        """
        results: list[int] = []
        self._job = lambda: results.append(_add_address(b"127.0.0.1"))
        # The answer to any command comes on the stack's thread.
        await self.cmd(native.lib.BP_CMD_PING)
        if results != [0]:
            raise BaresipError(f"loopback: {os.strerror(results[0] if results else errno.EIO)}")

    def _on_native_event(self, ev: int, handle: int, payload: bytes | None) -> None:
        job, self._job = self._job, None
        if job is not None:
            job()
        super()._on_native_event(ev, handle, payload)


def _add_address(address: bytes) -> int:
    """Stack's thread only. Returns an errno."""
    library = ctypes.CDLL(native.__file__)
    library.baresip_network.restype = ctypes.c_void_p
    network = ctypes.c_void_p(library.baresip_network())
    sockaddr = ctypes.create_string_buffer(_SOCKADDR_BYTES)
    return int(
        library.sa_set_str(sockaddr, address, ctypes.c_uint16(0))
        or library.net_add_address(network, sockaddr)
        or library.uag_reset_transp(ctypes.c_bool(False), ctypes.c_bool(False))
    )
