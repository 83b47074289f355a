"""The demo shop over HTTP: reads by every key, writes, health, faults on purpose. Bound to loopback by default."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Thread
from typing import Annotated

import uvicorn
from fastapi import FastAPI, HTTPException, Query, Request, Response
from pydantic import StringConstraints

import voicebot
from voicebot.errors import ConfigError
from voicebot.oms.connector import KeyKind
from voicebot.oms.demo.faults import FaultLayer, Faults
from voicebot.oms.demo.process import READY
from voicebot.oms.demo.search import NameIndex
from voicebot.oms.demo.shop import open_shop, refresh, shop_file
from voicebot.oms.demo.store import ShopStore
from voicebot.oms.demo.wire import HealthDoc, NumbersDoc, OwnerDoc
from voicebot.oms.demo.writes import Webhook, write_endpoints
from voicebot.oms.keys import email_key, number_key

log = logging.getLogger(__name__)

_REFRESH_S = 20.0

Key = Annotated[str | None, Query(min_length=1, max_length=254)]
Limit = Annotated[int, Query(ge=1, le=100)]
Heard = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=40)]], Query(min_length=1, max_length=10)
]
Scores = Annotated[list[float] | None, Query(max_length=10)]


def make_app(store: ShopStore, faults: Faults, seed: int, webhook: Webhook | None = None) -> FaultLayer:
    """The service as an ASGI application with its fault layer."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        keeper = asyncio.create_task(_keep_today(store), name="demo shop calendar")
        yield
        keeper.cancel()

    app = FastAPI(title="voicebot demo shop", lifespan=lifespan, docs_url="/docs", redoc_url=None)
    layer = FaultLayer(app, faults, seed)
    app.include_router(write_endpoints(store, webhook))
    names = _Names(store)

    @app.get("/v1/orders")
    async def find(
        number: Key = None,
        email: Key = None,
        phone: Key = None,
        payment_reference: Key = None,
        customer_id: Key = None,
        name_postcode: Key = None,
        limit: Limit = 20,
    ) -> Response:
        """Orders and customers by exactly one key."""
        given = {
            KeyKind.NUMBER: number and number_key(number),
            KeyKind.EMAIL: email and email_key(email),
            KeyKind.PHONE: phone,
            KeyKind.PAYMENT_REFERENCE: payment_reference,
            KeyKind.CUSTOMER_ID: customer_id,
            KeyKind.NAME_POSTCODE: name_postcode,
        }
        keys = [(kind, value) for kind, value in given.items() if value]
        if len(keys) != 1:
            raise HTTPException(422, f"give exactly one of {', '.join(given)}")
        orders, customers = store.find(*keys[0], limit)
        owners = ",".join(f"{json.dumps(key)}:{_owner(store, key, doc)}" for key, doc in _by_id(customers))
        return _json(f'{{"orders":[{",".join(orders)}],"customers":[{",".join(customers)}],"owners":{{{owners}}}}}')

    @app.get("/v1/orders/by-id")
    async def get(id: Annotated[str, Query(min_length=1, max_length=80)]) -> Response:  # noqa: A002
        document = store.order(id)
        if document is None:
            raise HTTPException(404, "no order with this id")
        owner_id = json.loads(document).get("customer_id")
        owner = store.customer(owner_id) if owner_id else None
        if owner is None:
            return _json(document)
        return _json(f'{document[:-1]},"owner":{_owner(store, owner_id, owner)}}}')

    @app.get("/v1/products")
    async def products(sku: Key = None, text: Key = None, limit: Limit = 5) -> Response:
        """Products that have a variant with this SKU, or whose name has some of these words, best first."""
        if (sku is None) == (text is None):
            raise HTTPException(422, "give exactly one of sku, text")
        found = [store.product_of(sku)] if sku else [names.doc(i) for i in names.find(text or "", limit)]
        return _json(f'{{"products":[{",".join(doc for doc in found if doc)}]}}')

    @app.get("/v1/customers/by-id")
    async def customer(id: Annotated[str, Query(min_length=1, max_length=80)]) -> Response:  # noqa: A002
        return _document(store.customer(id), "customer with this id")

    @app.get("/v1/promotions")
    async def promotion(code: Annotated[str, Query(min_length=1, max_length=80)]) -> Response:
        return _document(store.promotion(code), "promotion with this code")

    @app.get("/v1/orders/nearest")
    async def nearest(number: Heard, score: Scores = None, limit: Limit = 5) -> NumbersDoc:
        """Existing order numbers that this one may be a mishearing of.

        With n-best hypotheses, give `number` and `score` (mean log-probability) once for each.
        """
        scores = score or [0.0] * len(number)
        if len(scores) != len(number):
            raise HTTPException(422, "give a score for every number, or none")
        return NumbersDoc(numbers=tuple(store.nearest(list(zip(number, scores, strict=True)), limit)))

    @app.get("/healthz")
    async def health() -> HealthDoc:
        return HealthDoc(
            status="ok",
            version=voicebot.__version__,
            orders=store.count("orders"),
            customers=store.count("customers"),
        )

    @app.get("/admin/faults")
    async def get_faults(request: Request) -> Faults:
        _only_loopback(request)
        return layer.faults

    @app.put("/admin/faults")
    async def put_faults(request: Request, wanted: Faults) -> Faults:
        _only_loopback(request)
        layer.faults = wanted
        return wanted

    return layer


def serve(
    *,
    host: str,
    port: int,
    data_dir: Path,
    seed: int,
    faults: Faults,
    watch_stdin: bool = False,
    webhook: Webhook | None = None,
    announce: Callable[[str], None] = lambda url: _print(f"{READY}{url}"),
) -> None:
    """Run until SIGINT or SIGTERM, or until stdin closes when it is watched.

    Args:
        webhook: is told every change.
        announce: is told the URL as soon as it serves; prints `READY` and the URL by default.

    Raises:
        ConfigError: the address cannot be bound.
    """
    sock = _bound(host, port)
    store = open_shop(shop_file(data_dir), seed_number=seed)
    store.numbers()  # not while a caller waits
    server = _Server(
        uvicorn.Config(
            make_app(store, faults, seed, webhook),
            log_level="warning",
            access_log=False,
            lifespan="on",
            timeout_graceful_shutdown=1,
            ws="none",
        ),
        announce,
    )
    if watch_stdin:
        Thread(target=_until_stdin_closes, args=(server,), name="stdin watch", daemon=True).start()
    try:
        server.run(sockets=[sock])
    finally:
        store.close()
        sock.close()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, announce: Callable[[str], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for sock in sockets or ():
            host, port = sock.getsockname()[:2]
            self._announce(f"http://{host}:{port}")


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _bound(host: str, port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only on sockets that say TCP; without it every answer waits 40 ms.
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except (OSError, OverflowError) as error:
        sock.close()
        raise ConfigError(
            f"cannot listen: {error}", where=f"{host}:{port}", fix="choose another --port, or stop what uses this one"
        ) from error
    return sock


def _until_stdin_closes(server: uvicorn.Server) -> None:
    """Whoever started us holds the other end: when that process is gone, so are we."""
    while sys.stdin.buffer.read(4096):
        pass
    server.should_exit = True


async def _keep_today(store: ShopStore) -> None:
    while True:
        await asyncio.sleep(_REFRESH_S)
        try:
            refresh(store)
        except sqlite3.Error:
            log.exception("the demo shop's dates could not be moved")


class _Names:
    """Names of the products, read anew when the shop was changed."""

    def __init__(self, store: ShopStore) -> None:
        self._store = store
        self._read_at: tuple[int, int] | None = None
        self._docs: dict[str, str] = {}
        self._index = NameIndex(())

    def find(self, text: str, limit: int) -> list[str]:
        if (now := self._store.changed()) != self._read_at:
            self._read_at = now
            self._docs = {json.loads(doc)["id"]: doc for doc in self._store.products()}
            products = ((key, json.loads(doc)) for key, doc in self._docs.items())
            self._index = NameIndex((key, f"{p['name']} {p['product_type']}") for key, p in products)
        return self._index.find(text, limit)

    def doc(self, product: str) -> str:
        return self._docs[product]


def _by_id(customers: list[str]) -> list[tuple[str, str]]:
    return [(str(json.loads(doc)["id"]), doc) for doc in customers]


def _owner(store: ShopStore, customer_id: str, document: str) -> str:
    changed = json.loads(document).get("contact_changed_at")
    return OwnerDoc(order_count=store.order_count(customer_id), contact_changed_at=changed).model_dump_json()


def _document(document: str | None, what: str) -> Response:
    if document is None:
        raise HTTPException(404, f"no {what}")
    return _json(document)


def _json(document: str) -> Response:
    return Response(document, media_type="application/json")


def _only_loopback(request: Request) -> None:
    host = request.client.host if request.client else ""
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise HTTPException(403, "only from this machine")
