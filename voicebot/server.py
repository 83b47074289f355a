"""The composition root: builds pools, stores and listeners, in order, and takes them down in reverse."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from voicebot import __version__, heap
from voicebot.call.house import House
from voicebot.call.leg import CallLeg
from voicebot.call.session import LONGEST_CLOSE_S, CallSession
from voicebot.call.switchboard import Switchboard
from voicebot.call.warming import first_needed, phrases
from voicebot.config import Settings
from voicebot.console.app import build_app
from voicebot.console.deps import ConsoleDeps, Readiness
from voicebot.console.labels import label_router
from voicebot.console.security import check_access
from voicebot.console.serve import listen, serving
from voicebot.console.webhooks import webhook_router
from voicebot.dialogue.flowset import FlowSet
from voicebot.handoff.delivery import webhook_from
from voicebot.handoff.desk import HandoffDesk
from voicebot.listening import open_listening
from voicebot.looplag import LoopLag
from voicebot.messages.open import open_messenger
from voicebot.oms import open_oms
from voicebot.oms.labels.opening import open_labels
from voicebot.oms.write_desk import open_writes
from voicebot.records import upkeep
from voicebot.records.database import url_for
from voicebot.records.events.base import Record
from voicebot.records.live import LiveLog, LiveLogs
from voicebot.records.recording import RecordingThread
from voicebot.records.settings import RecordsSettings
from voicebot.records.store import SqlEventStore, open_store
from voicebot.speaking import Speaking, open_speaking
from voicebot.speaking.lexicon import FILE as LEXICON
from voicebot.speaking.lexicon import load_lexicon
from voicebot.transports.sip.leg import SipLeg
from voicebot.transports.sip.listener import open_sip
from voicebot.transports.webrtc.captions import caption
from voicebot.transports.webrtc.leg import WebRtcLeg
from voicebot.transports.webrtc.routes import BusyError, webrtc_router
from voicebot.versions.contents import Folders
from voicebot.versions.editions import Edition, Editions
from voicebot.versions.store import VersionStore
from voicebot.versions.training import open_trainer
from voicebot.versions.watch import VersionWatch, told

log = logging.getLogger(__name__)

Progress = Callable[[str], None]

RETENTION_EVERY_S = 24 * 3600.0
#: Between two looks whether anybody is calling.
_LOOK_AGAIN_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server that takes calls.

    Attributes:
        sip, web: where it listens.
        died: set when a part died that only a restart can mend.
    """

    settings: Settings
    house: House
    board: Switchboard
    store: SqlEventStore
    sip: str
    web: str
    died: asyncio.Event


@asynccontextmanager
async def open_house(
    settings: Settings, *, voice: bool = True, published: bool = True, progress: Progress = log.info
) -> AsyncIterator[House]:
    """Everything that calls share, warmed.

    Args:
        voice: False leaves out ears and mouth, for text conversations.
        published: False takes the configured flows, whatever is published.
        progress: is told each step.

    Raises:
        VoicebotError: a setting, flow, policy, model or the order system keeps it from starting.
    """
    async with AsyncExitStack() as stack:
        data_dir = settings.server.data_dir.resolve()
        data_dir.mkdir(parents=True, exist_ok=True)
        cache = data_dir / "cache"
        voices: list[Speaking] = []
        watch = VersionWatch(
            VersionStore(data_dir) if published else None,
            Folders(flows=settings.dialogue.flows, policies=settings.dialogue.policies),
            train=await open_trainer(cache, settings.dialogue),
            prepare=lambda edition: _warm(edition, watch, voices, settings),
            watch_folders=settings.dialogue.watch,
        )
        stack.push_async_callback(watch.close)
        editions = await watch.open()
        progress(f"calls take {told(editions.offer)}, from {watch.source}")
        store = open_store(data_dir, settings.records)
        stack.callback(store.close)
        for call in upkeep.end_cut_off_calls(store):
            log.warning("call %s was cut off when the last server ended", call)
        recording = RecordingThread()
        stack.callback(recording.close)
        orders = await open_oms(settings.oms, data_dir)
        stack.push_async_callback(orders.close)
        progress("the order system answers")
        messenger = open_messenger(settings.messages, data_dir)
        stack.push_async_callback(messenger.close)
        labels = await open_labels(settings.labels, data_dir)
        if labels is not None:
            stack.callback(labels.close)
            progress(f"labels come from {settings.labels.carrier}")
        database = url_for(data_dir, settings.records.database_url)
        writes = open_writes(orders, messenger, settings.messages, database, labels)
        stack.push_async_callback(writes.close)
        webhook = webhook_from(settings.handoff)
        desk = HandoffDesk(store, settings.handoff, announce=webhook.send if webhook else None)
        if webhook is not None:
            webhook.on_done(lambda handoff, outcome: desk.note_delivery(handoff, str(outcome)))
            stack.push_async_callback(webhook.close)
        house = House(
            settings=settings.call,
            editions=editions,
            orders=orders,
            writes=writes,
            handoff=desk,
            logs=LiveLogs(store, settings=settings.records),
            store=store,
            recording=recording,
            data_dir=data_dir,
        )
        if voice:
            listening = await open_listening(settings.listening, cache, language=settings.call.language)
            stack.push_async_callback(listening.close)
            progress("ears are warm")
            chosen = settings.speaking.lexicon
            names = load_lexicon(
                Path(chosen or watch.folders.flows / LEXICON), settings.call.language, required=chosen is not None
            )
            speaking = await open_speaking(settings.speaking, cache, lexicon=names)
            stack.push_async_callback(speaking.close)
            voices.append(speaking)
            progress("the voice is warm")
            made = [await _warm(edition, watch, voices, settings, first_needed) for edition in editions.offer.all]
            progress(f"the first fixed phrases are ready, {sum(made)} of them new")
            rest = asyncio.create_task(_warm_rest(editions, watch, speaking, settings, progress), name="phrases")
            stack.push_async_callback(_ended, rest)
            house = dataclasses.replace(house, listening=listening, speaking=speaking)
        following = asyncio.create_task(watch.follow(), name="versions")
        stack.callback(following.cancel)
        yield house


async def _warm(
    edition: Edition,
    watch: VersionWatch,
    voices: list[Speaking],
    settings: Settings,
    chosen: Callable[[FlowSet], FlowSet] = lambda flows: flows,
) -> int:
    """Have fixed wordings of an edition spoken; how many were new. Nothing to do while there is no voice."""
    made = 0
    for speaking in voices:
        made += await speaking.warm(await _fixed(chosen(edition.engine.flows), watch, speaking, settings))
    return made


async def _warm_rest(
    editions: Editions, watch: VersionWatch, speaking: Speaking, settings: Settings, progress: Progress
) -> None:
    """Have all other fixed wordings spoken while nobody calls: what is not ready yet is made when it is said."""
    made = 0
    for edition in editions.offer.all:
        for text in await _fixed(edition.engine.flows, watch, speaking, settings):
            while editions.running():  # noqa: ASYNC110 - a second more or less is all the same
                await asyncio.sleep(_LOOK_AGAIN_S)
            made += await speaking.warm([text])
    progress(f"all fixed phrases are ready, {made} of them new")


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _fixed(flows: FlowSet, watch: VersionWatch, speaking: Speaking, settings: Settings) -> tuple[str, ...]:
    fixed = partial(
        phrases,
        flows,
        language=settings.call.language,
        first_words=settings.speaking.first_clause_words,
        lexicon=speaking.lexicon,
    )
    return await watch.beside(fixed)


@asynccontextmanager
async def running(settings: Settings, *, progress: Progress = log.info) -> AsyncIterator[Running]:
    """A server that takes calls while the context lasts.

    Raises:
        VoicebotError: something keeps it from starting; what, where and how to fix.
    """
    check_access(settings.web)
    _check_ports(settings)
    heap.bound()
    async with AsyncExitStack() as stack:
        # aiortc encodes Opus in the loop's default executor: make it bounded and named.
        media = ThreadPoolExecutor(4, "media")
        stack.callback(media.shutdown, wait=False)
        asyncio.get_running_loop().set_default_executor(media)
        house = await stack.enter_async_context(open_house(settings, progress=progress))
        died = asyncio.Event()

        async def session(leg: CallLeg) -> None:
            call = CallSession(house, leg)
            if isinstance(leg, WebRtcLeg):
                relay_captions(call.log, leg)
            await call.run()

        board = Switchboard(session, max_calls=settings.call.max_calls, end_s=LONGEST_CLOSE_S)

        async def on_sip(leg: SipLeg) -> None:
            if board.admit(leg):
                await board.finished(leg)
            else:
                await leg.hangup("all lines are busy")

        async def on_web(leg: WebRtcLeg) -> None:
            if not board.admit(leg):
                raise BusyError

        def on_dead(cause: str) -> None:
            log.critical("the SIP stack died: %s", cause)
            died.set()

        if settings.sip.enabled:
            listener = await open_sip(settings.sip, on_sip, on_dead)
            stack.push_async_callback(listener.close)
        retention = asyncio.create_task(_keep_retention(house, settings), name="retention")
        stack.callback(retention.cancel)
        lag = LoopLag()
        watching = asyncio.create_task(lag.watch(), name="loop lag")
        stack.callback(watching.cancel)
        tidying = asyncio.create_task(heap.keep_small(), name="heap")
        stack.callback(tidying.cancel)
        deps = ConsoleDeps(
            ready=lambda: Readiness(
                ready=not died.is_set(),
                draining=board.draining,
                parts={"sip": "dead" if died.is_set() else "ready", "ears": "ready", "voice": "ready", "oms": "ready"},
                running=board.running,
                max_calls=settings.call.max_calls,
            ),
            store=house.store,
            data_dir=house.data_dir,
            packet=house.handoff.packet,
            callbacks=lambda: [dataclasses.asdict(owed) for owed in house.handoff.callbacks(open_only=True)],
            version=__version__,
            started_at=datetime.now(UTC),
            figures=lambda: {
                "loop_lag_ms": lag.figures(),
                "resident_mb": heap.resident_mb(),
                "order_webhooks": house.orders.notices.figures(),
            },
        )
        calls = webrtc_router(on_web, settings.webrtc, admit=lambda: 5.0 if board.full else None)
        routers = [calls, webhook_router(house.orders.notices)]
        if house.writes.labels is not None:
            routers.append(label_router(house.writes.labels.shelf))
        app = build_app(deps, settings.web, routers=routers)
        port = await stack.enter_async_context(serving(app, settings.web))
        stack.enter_context(heap.settled())
        yield Running(
            settings=settings,
            house=house,
            board=board,
            store=house.store,
            sip=f"{settings.sip.host}:{settings.sip.port}" if settings.sip.enabled else "off",
            web=f"http://{_browsable(settings.web.host)}:{port}",
            died=died,
        )


def _check_ports(settings: Settings) -> None:
    """Find out before the models are loaded whether somebody else listens where we are to.

    Raises:
        VoicebotError: a port is in use, or an address is not this machine's.
    """
    if settings.sip.enabled:
        from voicebot.transports.sip.baresip_stack import check_port

        check_port(settings.sip)
    listen(settings.web.host, settings.web.http_port).close()


def relay_captions(live: LiveLog, leg: WebRtcLeg) -> None:
    """Send the page what is said, as it is said."""

    async def relay() -> None:
        async for record in live.subscribe():
            message = caption(record) if isinstance(record, Record) else None
            if message is not None:
                leg.send(message)

    task = asyncio.create_task(relay(), name=f"captions {leg.id}")
    leg.on_closed(task.cancel)


async def _keep_retention(house: House, settings: Settings) -> None:
    """Delete what is past its retention, now and once a day."""
    loop = asyncio.get_running_loop()
    jobs = _retention(house, settings.records)
    with ThreadPoolExecutor(1, "retention") as thread:
        while True:
            gone = await loop.run_in_executor(thread, upkeep.clear, jobs, datetime.now(UTC))
            log.info("retention: deleted %s", ", ".join(f"{count} {what}" for what, count in gone.items()) or "nothing")
            await asyncio.sleep(RETENTION_EVERY_S)


def _retention(house: House, settings: RecordsSettings) -> list[upkeep.Job]:
    days, labels = settings.log_retention_days, house.writes.labels

    def calls(now: datetime) -> dict[str, int]:
        gone = purge(house.store, house.handoff, house.data_dir, settings, now)
        return dict(zip(("recordings", "logs", "hand-offs"), gone, strict=True))

    jobs: list[upkeep.Job] = [calls]
    if days > 0:
        jobs.append(lambda now: {"writes": house.writes.ledger.forget(now - timedelta(days=days))})
    if labels is not None:
        jobs.append(lambda _: {"labels": labels.shelf.drop_old()})
    return jobs


def purge(
    store: SqlEventStore, desk: HandoffDesk, data_dir: Path, settings: RecordsSettings, now: datetime
) -> tuple[int, int, int]:
    """Delete what is past its retention; hand-offs and call-backs go with the logs that they came from. Blocking.

    Returns:
        How many recordings, logs, hand-offs with closed call-backs.

    Raises:
        StoreError: the database cannot be read or written.
    """
    gone = upkeep.purge(store, data_dir, settings, now)
    days = settings.log_retention_days
    handoffs = desk.forget(now - timedelta(days=days)) if days > 0 else 0
    return gone.recordings, gone.logs, handoffs


def _browsable(host: str) -> str:
    return "localhost" if host in {"0.0.0.0", "::", "127.0.0.1"} else host
