"""What a maker of return labels looks like to us, and what goes wrong with one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from voicebot.errors import VoicebotError
from voicebot.oms.model import Address

Method = Literal["label", "qr"]
METHODS: tuple[Method, ...] = ("label", "qr")
#: How the file of a label begins, and how its name ends.
_KINDS = ((b"%PDF-", "pdf"), (b"\x89PNG\r\n\x1a\n", "png"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRequest:
    """One parcel that is to come back.

    Attributes:
        reference: of the return or exchange, as the shop knows it; printed where the carrier has room for it.
        order_number: as people say it.
        sender: where the order went.
        phone, email: of the sender, as the order has them; empty when it has none. Some carriers insist on one.
        method: a label to print, or a QR code that is scanned at the drop-off.
    """

    reference: str
    order_number: str
    sender: Address
    phone: str = ""
    email: str = ""
    method: Method = "label"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a carrier gave. `suffix` of the file: `pdf` or `png`."""

    tracking_number: str
    content: bytes = field(repr=False)
    suffix: str


class LabelError(VoicebotError):
    """No label. `status` is a code for records; `unsure` is whether the carrier may have made one all the same."""

    status = "unavailable"
    unsure = False


class LabelRefused(LabelError):  # noqa: N818
    """The carrier answered, and makes none for this parcel."""

    status = "refused"


class LabelTimeout(LabelError):  # noqa: N818
    """No answer in time."""

    status = "timeout"
    unsure = True


class LabelLost(LabelError):  # noqa: N818
    """The way to the carrier broke, perhaps after it was asked."""

    status = "lost"
    unsure = True


class BadLabel(LabelError):  # noqa: N818
    """It answered with something that is no label."""

    status = "bad_answer"
    unsure = True


class LabelMaker(Protocol):
    """A way to get labels. `carrier` names who takes the parcel."""

    carrier: str

    async def check(self) -> None:
        """Find out, before anybody calls, whether labels can be made at all.

        Raises:
            ConfigError: something is not installed, or a setting is wrong.
        """
        ...

    async def make(self, wanted: LabelRequest, *, timeout_s: float) -> Label:
        """Buy one. Never repeated by the maker: a second attempt may be a second label.

        Raises:
            LabelError: there is none, or nobody knows.
        """
        ...


def suffix_of(content: bytes) -> str:
    """How the name of a label's file ends.

    Raises:
        BadLabel: it is of no kind that a caller can print or show.
    """
    for start, suffix in _KINDS:
        if content.startswith(start):
            return suffix
    raise BadLabel("the label is neither a PDF nor a PNG", where="labels", fix="ask the carrier for PDF labels")
