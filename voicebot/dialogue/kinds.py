"""Names that the flow language knows: types of slots, roles, reasons, operations, actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

DONE = "done"
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
FlowName = Annotated[str, Field(pattern=r"^(patterns/)?[a-z][a-z0-9_]*$", max_length=60)]

#: Types of slots. `wish` is filled by starting a flow.
SlotType = Literal[
    "order_number",
    "tracking_number",
    "email",
    "phone",
    "postcode",
    "name",
    "spelling",
    "date",
    "amount",
    "quantity",
    "digits",
    "yes_no",
    "choice",
    "wish",
    "text",
]
Role = Literal["greeting", "answer", "ask", "filler", "repair", "goodbye"]
Reason = Literal["caller_asked", "policy", "low_confidence", "failure", "risk", "abuse"]
Patience = Literal["instant", "normal", "dictation"]

#: What may be read from the order system.
QueryOp = Literal["find_orders", "get_order", "find_products", "get_customer", "check_promo"]
#: What the order system may be asked to do.
ActionName = Literal[
    "cancel",
    "address_change",
    "account_address",
    "item_change",
    "return",
    "exchange",
    "refund",
    "resend",
    "subscription_pause",
    "subscription_skip",
    "subscription_cancel",
    "payment_link",
    "promo_reissue",
    "note",
]
#: Actions that need no yes.
HARMLESS = frozenset({"note"})
#: What a caller may prove himself by.
Factor = Literal["postcode", "email", "name", "item", "code"]

#: Slot types that can be typed on a keypad.
KEYPAD = frozenset({"order_number", "tracking_number", "phone", "postcode", "digits", "quantity", "yes_no", "choice"})
#: Slot types whose values are read back when the recogniser is not sure of them.
IDENTIFIERS = frozenset({"order_number", "tracking_number", "email", "phone", "postcode", "name", "spelling"})
#: How patient the ears are with an answer; `normal` for what is not here.
PATIENCE: Mapping[str, str] = {
    "yes_no": "instant",
    **dict.fromkeys((*sorted(IDENTIFIERS), "digits"), "dictation"),
}
