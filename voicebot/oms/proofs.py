"""One call's proofs of who is calling, its one-time codes, and its messages to the contact on file."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from voicebot.messages.messenger import Message, MessageError, Messenger
from voicebot.oms.attempts import Attempts, who
from voicebot.oms.connector import Cap, Deadline, KeyKind, NotFound, OmsConnector, OmsError, OrderKey
from voicebot.oms.guard import Guard
from voicebot.oms.model import Customer, Order
from voicebot.oms.settings import OmsSettings
from voicebot.oms.verification import (
    CODE_DIGITS,
    MATCHED,
    STRONG,
    VERIFIED,
    Code,
    Contact,
    Factor,
    Limits,
    Tally,
    changed_lately,
    code_matches,
    contact_of,
    factor_of,
    matches,
    new_code,
    on_file,
    sent_code,
    subject_of,
    unspoken,
)
from voicebot.records.database import StoreError
from voicebot.records.events.messages import MessageSent
from voicebot.records.events.verification import CodeSent, VerificationAttempted
from voicebot.records.log import EventLog

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRoom:
    """What the proofs of all calls share."""

    connector: OmsConnector
    guard: Guard
    settings: OmsSettings
    attempts: Attempts
    messenger: Messenger
    code_text: str
    subject: str
    message_timeout_s: float
    wall: Callable[[], datetime]

    @property
    def limits(self) -> Limits:
        settings = self.settings
        return Limits(
            call=settings.proof_attempts,
            customer=settings.proof_attempts_customer,
            caller=settings.proof_attempts_caller,
        )


@dataclass(frozen=True, slots=True)
class _Verdict:
    outcome: str
    subject: str = ""
    proved: int = 0
    locked_by: str = ""


class CallProofs:
    """Never raises but `asyncio.CancelledError`.

    Args:
        caller: the caller's number, if known: attempts are counted for it.
        spoken: what our side has said in this call.
    """

    def __init__(
        self, room: ProofRoom, log: EventLog, *, caller: str | None, spoken: Callable[[], Iterable[str]]
    ) -> None:
        self._room, self._log, self._caller, self._spoken = room, log, caller, spoken
        self._turns = asyncio.Lock()
        self._wrong = 0
        self._codes_sent = 0
        self._code: Code | None = None
        self._levels: dict[str, int] = {}

    def level(self, subject: str) -> int:
        """What has been proved in this call; an order that was found is matched."""
        return self._levels.get(subject, MATCHED)

    async def check(self, request: str, order_id: str, factor: str, value: str) -> dict[str, Any]:
        """See `dialogue.effects.CheckProof`. One at a time, so that no guess goes uncounted."""
        chosen = factor_of(factor)
        async with self._turns:
            try:
                verdict = await self._judge(order_id, chosen, value) if chosen else _Verdict("no_proof")
            except (OmsError, StoreError) as error:
                log.warning("call %s: a proof could not be compared: %s", self._log.call_id, type(error).__name__)
                verdict = _Verdict("unavailable")
        left = max(0, self._room.limits.call - self._wrong)
        self._log.append(
            VerificationAttempted(
                request=request,
                factor=factor,
                outcome=verdict.outcome,
                level=verdict.proved or (self.level(verdict.subject) if verdict.subject else 0),
                subject=verdict.subject,
                left=left,
                locked_by=verdict.locked_by,
            )
        )
        match verdict.outcome:
            case "ok":
                return {"status": "ok", "subject": verdict.subject, "proved": verdict.proved, "factor": factor}
            case "mismatch":
                return {"status": "mismatch", "left": left}
        return {"status": verdict.outcome}

    async def _judge(self, order_id: str, factor: Factor, value: str) -> _Verdict:
        tally = Tally(call=self._wrong, caller=await self._failures("caller", self._caller))
        if locked := tally.locked_by(self._room.limits):
            return _Verdict("locked", locked_by=locked)
        deadline = Deadline.after(self._room.settings.plan_deadline_s)
        try:
            order = await self._order(order_id, deadline)
        except NotFound:
            # As for one that exists: nobody learns from us which orders there are.
            return await self._compared("", lambda: False, proved=0)
        subject = subject_of(order)
        tally = replace(tally, customer=await self._failures("customer", subject))
        if locked := tally.locked_by(self._room.limits):
            return _Verdict("locked", subject, locked_by=locked)
        compare = await self._comparison(factor, value, order, subject, deadline)
        if compare is None:
            return _Verdict("no_proof", subject)
        return await self._compared(subject, compare, proved=STRONG if factor == "code" else VERIFIED)

    async def _compared(self, subject: str, compare: Callable[[], bool], *, proved: int) -> _Verdict:
        """Compare, if there is an attempt left for it when all that other calls try at this moment counts as well."""
        limits, attempts = self._room.limits, self._room.attempts
        kinds = (("caller", self._caller, limits.caller), ("customer", subject, limits.customer))
        limited = {who(kind, name): (kind, most) for kind, name, most in kinds if name}
        reserved = await attempts.reserve({name: most for name, (_, most) in limited.items()}, self._log.call_id)
        if reserved.used_up:
            return _Verdict("locked", subject, locked_by=limited[reserved.used_up][0])
        if not compare():
            self._wrong += 1
            return _Verdict("mismatch", subject)
        try:
            await attempts.give_back(reserved)
        except StoreError as error:
            log.warning("call %s: a right proof counts as a wrong one: %s", self._log.call_id, type(error).__name__)
        self._levels[subject] = max(self.level(subject), proved)
        return _Verdict("ok", subject, self._levels[subject])

    async def _comparison(
        self, factor: Factor, value: str, order: Order, subject: str, deadline: Deadline
    ) -> Callable[[], bool] | None:
        """What tells whether it is right; None when there is nothing to compare with."""
        if factor == "code":
            code = self._code
            return None if code is None or code.subject != subject else lambda: self._right_code(code, value)
        customer = await self._customer(order, deadline)
        last = await self._last_order(order, deadline) if factor == "item" else None
        kept = on_file(factor, order, customer, last)
        if factor == "item":
            kept = unspoken(kept, self._spoken())
        return (lambda: matches(factor, value, kept)) if kept else None

    def _right_code(self, code: Code, value: str) -> bool:
        right = code_matches(code, value, self._room.wall())
        self._code = None if right else code.tried()
        return right

    async def _failures(self, kind: str, name: str | None) -> int:
        return await self._room.attempts.count(who(kind, name)) if name else 0

    # --- one-time codes -----------------------------------------------------------------------------------------------

    async def send_code(self, request: str, order_id: str) -> dict[str, Any]:
        """See `dialogue.effects.SendCode`."""
        async with self._turns:
            status, subject, contact, reason = await self._send_code(request, order_id)
        channel = contact.channel if contact else ""
        self._log.append(CodeSent(request=request, status=status, subject=subject, channel=channel, reason=reason))
        return {"status": status, **({"channel": channel} if status == "sent" else {})}

    async def _send_code(self, request: str, order_id: str) -> tuple[str, str, Contact | None, str]:
        room, subject = self._room, ""
        try:
            tally = Tally(call=self._wrong, caller=await self._failures("caller", self._caller))
            if locked := tally.locked_by(room.limits):
                return "locked", subject, None, locked
            if self._codes_sent >= room.settings.codes_per_call:
                return "locked", subject, None, "codes"
            deadline = Deadline.after(room.settings.plan_deadline_s)
            order = await self._order(order_id, deadline)
            subject = subject_of(order)
            if await self._failures("customer", subject) >= room.limits.customer:
                return "locked", subject, None, "customer"
            if await self._failures("codes", subject) >= room.settings.codes_per_customer:
                return "locked", subject, None, "codes"
            contact, reason = await self._contact(order, deadline, settled=True)
            if contact is None:
                return "no_contact", subject, None, reason
            most = {who("codes", subject): room.settings.codes_per_customer}
            if (await room.attempts.reserve(most, self._log.call_id)).used_up:
                return "locked", subject, None, "codes"
            self._codes_sent += 1
            digits = new_code(secrets.randbelow(10**CODE_DIGITS))
            minutes = room.settings.code_valid_min
            text = room.code_text.replace("{code}", digits).replace("{minutes}", f"{minutes:g}")
            await self._send(request, contact, text, kind="code")
            self._code = sent_code(
                digits,
                subject=subject,
                order=order_id,
                salt=secrets.token_bytes(16),
                now=room.wall(),
                valid_min=minutes,
                tries=room.settings.code_attempts,
            )
        except NotFound:
            return "no_contact", subject, None, "no_order"
        except (OmsError, StoreError, MessageError) as error:
            log.warning("call %s: a code was not sent: %s", self._log.call_id, type(error).__name__)
            return "failed", subject, None, type(error).__name__
        return "sent", subject, contact, ""

    # --- messages -----------------------------------------------------------------------------------------------------

    async def send_message(
        self, request: str, order_id: str, kind: str, text: str, *, link: str | None
    ) -> dict[str, Any]:
        """See `dialogue.effects.SendMessage`.

        Args:
            link: put behind the text; empty when the message is about one that there is not, None when about none.
        """
        status, contact, reason = "failed", None, "no_link" if link == "" else ""
        if not reason:
            try:
                deadline = Deadline.after(self._room.settings.plan_deadline_s)
                contact, reason = await self._contact(await self._order(order_id, deadline), deadline, settled=False)
                if contact is None:
                    status = "no_contact"
                else:
                    await self._send(request, contact, f"{text} {link}" if link else text, kind=kind)
                    status = "sent"
            except (OmsError, MessageError) as error:
                reason = type(error).__name__
                log.warning("call %s: a message was not sent: %s", self._log.call_id, reason)
        channel = contact.channel if contact else ""
        self._log.append(
            MessageSent(
                request=request, message=kind, status=status, channel=channel, with_link=bool(link), reason=reason
            )
        )
        return {"status": status, **({"channel": channel} if status == "sent" else {})}

    async def _send(self, request: str, contact: Contact, text: str, *, kind: str) -> None:
        message = Message(
            id=f"{self._log.call_id}-{request}",
            channel=contact.channel,
            to=contact.to,
            text=text,
            subject=self._room.subject if contact.channel == "email" else "",
            kind=kind,
            call=self._log.call_id,
        )
        await self._room.messenger.send(message, timeout_s=self._room.message_timeout_s)

    # --- what is on file ----------------------------------------------------------------------------------------------

    async def _contact(self, order: Order, deadline: Deadline, *, settled: bool) -> tuple[Contact | None, str]:
        """The contact on file, or why there is none.

        Args:
            settled: not one that was changed within the last days.
        """
        customer = await self._customer(order, deadline)
        room = self._room
        if settled and changed_lately(order, customer, room.wall(), room.settings.contact_settled_days):
            return None, "contact_changed"
        contact = contact_of(order, customer, room.messenger.channels)
        return contact, "" if contact else "none_on_file"

    async def _order(self, order_id: str, deadline: Deadline) -> Order:
        connector = self._room.connector
        return await self._room.guard.send(lambda d: connector.get_order(order_id, deadline=d), deadline)

    async def _customer(self, order: Order, deadline: Deadline) -> Customer | None:
        connector, customer_id = self._room.connector, order.customer_id
        if customer_id is None or Cap.CUSTOMERS not in connector.caps:
            return None
        try:
            return await self._room.guard.send(lambda d: connector.get_customer(customer_id, deadline=d), deadline)
        except NotFound:
            return None

    async def _last_order(self, order: Order, deadline: Deadline) -> Order | None:
        connector = self._room.connector
        if order.customer_id is None or Cap.FIND_BY_CUSTOMER not in connector.caps:
            return None
        key = OrderKey(KeyKind.CUSTOMER_ID, order.customer_id)
        found = await self._room.guard.send(lambda d: connector.find_orders(key, limit=10, deadline=d), deadline)
        return max(found.orders, key=lambda one: one.placed_at, default=None)
