"""Calls as they are recorded: the text call's engine room on the shipped flows, with a shop of two orders."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from voicebot.call.house import House
from voicebot.call.leg import CallLeg, TransferOutcome
from voicebot.call.settings import CallSettings
from voicebot.call.text import TextCall
from voicebot.dialogue.commands import Alternative, Understanding
from voicebot.dialogue.context import Context
from voicebot.dialogue.effects import Effect, Say
from voicebot.dialogue.engine import Engine
from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.inputs import Failed, Heard, KeysPressed, UserSaid, UserSilent
from voicebot.dialogue.interpret import interpret
from voicebot.dialogue.loader import load_flows
from voicebot.handoff.desk import HandoffDesk
from voicebot.handoff.settings import HandoffSettings
from voicebot.policy.book import PolicyBook
from voicebot.records.events.base import Record
from voicebot.records.events.oms import OmsAnswered, OmsRequested
from voicebot.records.live import LiveLogs
from voicebot.records.log import EventLog
from voicebot.records.store import open_store
from voicebot.versions.contents import Folders, content_id, files
from voicebot.versions.editions import Edition, Editions, Offer

ROOT = Path(__file__).parents[2]
CALLER = "+12025550123"
#: Words that stand for a wish, in place of the classifier.
_WISHES = (
    ("lost", "lost_package"), ("where", "wismo"), ("call me back", "callback"), ("weather", "out_of_scope"),
    ("cancel my order", "cancel"),
)  # fmt: skip


@cache
def policies() -> PolicyBook:
    return PolicyBook.load(ROOT / "policies")


@cache
def flows() -> FlowSet:
    return load_flows(ROOT / "flows", policies=policies().policies)


def understand(
    flowset: FlowSet,
) -> Callable[[str, Context, Sequence[Alternative]], Understanding]:
    """An interpreter without a model."""

    def read(text: str, context: Context, alternatives: Sequence[Alternative] = ()) -> Understanding:
        likely = next(({label: 0.9} for word, label in _WISHES if word in text.lower()), {})
        return interpret(text, context, flowset, likely, alternatives)

    return read


class _Interpreter:
    async def understand(self, text: str, context: Context, alternatives: Sequence[Alternative] = ()) -> Understanding:
        return understand(flows())(text, context, alternatives)

    async def close(self) -> None: ...


class _Orders:
    """Answers as the order desk does: a late order and one on its way, or none while it is down."""

    settings = SimpleNamespace(shop_zone="Europe/Berlin")

    def __init__(self, orders: Sequence[Mapping[str, Any]]) -> None:
        self.orders, self.down = orders, False

    def for_call(self, log: EventLog) -> _Orders:
        self._log = log
        return self

    async def query(
        self, op: str, args: Mapping[str, Any], *, request: str, why: str = "turn", deadline_s: float
    ) -> Mapping[str, Any]:
        self._log.append(OmsRequested(request=request, op=op, args=dict(args), why=why))
        await asyncio.sleep(0)
        result = {"status": "timeout"} if self.down else self._found(args)
        self._log.append(OmsAnswered(request=request, op=op, status=str(result["status"]), took_ms=1.0, result=result))
        return result

    def prefetch(self, op: str, args: Mapping[str, Any]) -> None: ...

    def foresee(self, reads: Iterable[tuple[str, Mapping[str, Any]]]) -> None: ...

    async def close(self) -> None: ...

    def _found(self, args: Mapping[str, Any]) -> dict[str, Any]:
        mine = [o for o in self.orders if args.get("phone") == CALLER or o["number"] == args.get("number")]
        return {
            "status": "ok" if mine else "not_found",
            "orders": mine,
            "customer": {"id": "c1", "first_name": "Ada", "tier": "standard"} if mine else None,
            "nearest": [],
        }


class _Writes:
    """Does whatever is asked of it."""

    def for_call(self, log: EventLog, **_: Any) -> _Writes:
        return self

    async def plan(self, request: str, action: str, order: str, args: Mapping[str, Any]) -> dict[str, Any]:
        preview = {"headline": "the Rain Jacket", "refund_minor": 0, "currency": "EUR"}
        return {
            "status": "ok",
            "plan": f"plan-{request}",
            "action": action,
            "subject": f"order:{order}",
            "needs": 2,
            "preview": preview,
        }

    async def commit(self, request: str, plan: str) -> dict[str, Any]:
        return {"status": "done", "reference": "R1"}

    async def abandon(self, plan: str) -> None: ...

    async def check(self, request: str, order: str, factor: str, value: str) -> dict[str, Any]:
        return {"status": "ok", "subject": f"order:{order}", "proved": 2}

    async def send_code(self, request: str, order: str) -> dict[str, Any]:
        return {"status": "sent", "channel": "sms"}

    async def send_message(self, request: str, order: str, kind: str, text: str, about: str) -> dict[str, Any]:
        return {"status": "sent", "channel": "email"}

    async def close(self) -> None: ...


class RecordedCall(TextCall):
    """A text call that also has keys, silences, interruptions, faults and turns that are tried and dropped."""

    orders: _Orders

    async def press(self, keys: str) -> None:
        await self._answer(KeysPressed(keys=keys, now=self._clock.utc()), None)

    async def silence(self) -> None:
        await self._answer(UserSilent(silent_ms=7000, now=self._clock.utc()), None)

    async def interrupt(self) -> None:
        number = self._conversation.line.state.utterances
        heard = Heard(utterance=f"u{number}", complete=False, heard="I", now=self._clock.utc())
        await self._answer(heard, None)

    async def fault(self, where: str) -> None:
        await self._answer(Failed(where=where, now=self._clock.utc()), None)

    async def tried(self, *texts: str) -> None:
        """A turn that goes on: every text but the last is tried and dropped."""
        room, held = self._conversation, list[Effect]()
        for number, text in enumerate(texts, 1):
            understanding = understand(room.engine.flows)(text, room.engine.context(room.line.state), ())
            fork = room.fork(held.append)
            fork.feed(UserSaid(understanding=understanding, now=self._clock.utc()))
            await fork.line.settled()
            if number < len(texts):
                fork.drop()
                held.clear()
        self._turn += 1
        self._log.begin_turn(self._turn)
        fork.commit()
        self._effects[:0] = [effect for effect in held if isinstance(effect, Say)]
        await self._settle()


@contextmanager
def recording(data_dir: Path, orders: Sequence[Mapping[str, Any]] = ()) -> Iterator[Callable[..., RecordedCall]]:
    """Opens calls of `CALLER`, `transfers=True` with agents who answer; their logs are kept in `data_dir`, too."""
    store = open_store(data_dir)
    folders = Folders(flows=ROOT / "flows", policies=ROOT / "policies")
    edition = Edition(
        id=content_id(files(folders)), engine=Engine(flows()), policies=policies(), interpreter=_Interpreter()
    )
    desk = HandoffDesk(store, HandoffSettings(targets={"default": "sip:agents@pbx.example"}))
    logs, numbers = LiveLogs(store), count(1)

    def call(*, transfers: bool = False) -> RecordedCall:
        shop = _Orders(orders)
        house = SimpleNamespace(
            settings=CallSettings(),
            editions=Editions(Offer(live=edition)),
            orders=shop,
            writes=_Writes(),
            handoff=desk,
            logs=logs,
        )
        made = RecordedCall(cast(House, house), call_id=f"call-{next(numbers)}", caller=CALLER)
        made.orders = shop
        if transfers:
            made._deeds._leg = cast(CallLeg, SimpleNamespace(can_transfer=True, transfer=_transferred))
        return made

    try:
        yield call
    finally:
        store.close()


async def _transferred(target: str, *, handoff_id: str, timeout_s: float) -> TransferOutcome:
    return TransferOutcome(accepted=True, code=200)


def log_of(call: RecordedCall) -> Sequence[Record]:
    return call._log.records
