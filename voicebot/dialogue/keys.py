"""What keys on the telephone mean. Pure."""

from __future__ import annotations

import re

from voicebot.dialogue.commands import Command
from voicebot.dialogue.doubts import corrected
from voicebot.dialogue.turn import Turn

_NO_KEY = re.compile(r"[^0-9*#]")


def key_command(turn: Turn, keys: str) -> Command:
    """What keys mean depends on what was asked; 0 is a human, * is "say that again"."""
    keys = _NO_KEY.sub("", keys)
    asking = turn.asking
    slot = turn.slot(asking.ask) if asking else None
    digits = keys.strip("*#")
    if keys == "*":
        return Command("repeat")
    if keys == "0":
        return Command("human_agent")
    if asking is None or slot is None or not digits:
        return Command("not_understood")
    match slot.type:
        case "yes_no":
            return Command({"1": "affirm", "2": "deny"}.get(digits, "not_understood"))
        case "choice":
            if len(digits) == 1 and 0 < int(digits) <= len(turn.options):
                return Command("set_slot", {"slot": asking.ask, "value": turn.options[int(digits) - 1].value})
            if any(option.value == digits for option in turn.options):
                return Command("set_slot", {"slot": asking.ask, "value": digits})
        case "quantity" if len(digits) <= 3:
            return Command("set_slot", {"slot": asking.ask, "value": str(int(digits))})
        case "digits" if turn.doubt and (value := corrected(turn.doubt, digits)) is not None:
            return Command("correct_slot", {"slot": turn.doubt["slot"], "value": value})
        case "digits" if not turn.doubt:
            return Command("set_slot", {"slot": asking.ask, "value": digits})
    # Several digits typed are an identifier, whatever was asked in between.
    kind = turn.doubt.get("kind") if slot.type in ("yes_no", "digits") else slot.type
    wanted = kind if kind in ("order_number", "phone", "tracking_number", "postcode") else "order_number"
    name = asking.ask if slot.type == wanted else _slot_of_type(turn, wanted)
    if name is None or len(digits) < 4:
        return Command("not_understood")
    return Command("set_slot", {"slot": name, "value": digits})


def _slot_of_type(turn: Turn, wanted: str) -> str | None:
    for frame in reversed(turn.stack):
        for name, slot in turn.flows.flows[frame.flow].slots.items():
            if slot.type == wanted:
                return name
    return None
