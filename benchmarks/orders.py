"""Search among a million orders of the demo shop: by each key that callers give, and by sound.

    python benchmarks/orders.py [--quick] [--json] [--orders N] [--keep FOLDER]

The shop (a customer in four orders, every tenth order a guest's) is made in a temporary file. Then orders drawn at
random are looked up by number, e-mail address, telephone number, name with postcode, and payment reference; and by a
number that was misheard. There, each hypothesis has one digit replaced by one that sounds like it: in all three
("misheard"), or in two of them, and the true one is the least likely ("doubted"). Each search is done twice: in this
process, and by HTTP from the service in a process of its own. A search counts as found when the order is among the (at
most 20, by sound at most 5) answers, or there are 20. Among a million numbers of seven digits, many sound like others:
what is not among the five is for the dialogue to ask again.

Memory of the index by sound is what Python and NumPy hold of it; of the service, what is resident. The peer is a scan
of the same file without an index, for some order numbers only.
"""

from __future__ import annotations

import http.client
import json
import random
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from _common import arguments, finish, note, percentile, refuse, rounded
from _many_orders import Shop

from voicebot import heap
from voicebot.oms.connector import KeyKind
from voicebot.oms.demo.process import READY
from voicebot.oms.demo.schema import ShopDoc
from voicebot.oms.demo.shop import shop_file
from voicebot.oms.demo.store import ShopStore
from voicebot.oms.keys import email_key, name_key

TARGET_P95_MS = 10.0
_ORDERS, _QUICK_ORDERS = 1_000_000, 20_000
_SEED, _SEARCHES, _SCANS, _LIMIT, _NEAREST = 20261121, 2_000, 5, 20, 5
_NOTE_EVERY, _STOP_S = 100_000, 10.0
_ALIKE = {"5": "9", "9": "5", "2": "3", "3": "2", "0": "4", "4": "0", "1": "7", "7": "1", "6": "8", "8": "6"}
#: Mean log-probabilities of three hypotheses, as the recogniser gives them.
_SCORES = (-0.15, -0.4, -0.6)

Heard = Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """An order, the keys that a caller may give for it, and what may be heard instead of its number."""

    number: str
    keys: Mapping[KeyKind, str]
    doubted: Heard
    misheard: Heard


@dataclass(frozen=True, slots=True)
class Side:
    """Where is searched: each function gives the numbers that were found, as text; only they are timed."""

    find: Callable[[KeyKind, str], Sequence[str] | bytes]
    nearest: Callable[[Heard], Sequence[str] | bytes]


def main() -> None:
    """Make the shop, search, print the times."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--orders", type=int, help="how many orders (a million; 20,000 with --quick)")
    parser.add_argument("--keep", type=Path, help="make the shop in this folder, or search in the one that is there")
    args = parser.parse_args()
    count = args.orders or (_QUICK_ORDERS if args.quick else _ORDERS)
    with tempfile.TemporaryDirectory(prefix="voicebot-orders-") as name:
        folder = args.keep or Path(name)
        store = ShopStore(shop_file(folder))
        result: dict[str, Any] = {"benchmark": "orders", **_made(store, count, as_json=args.json)}
        result |= {"file_mb": rounded(shop_file(folder).stat().st_size / 1e6), **_indexed(store, shop_file(folder))}
        drawn = draw(store, random.Random(_SEED), min(_SEARCHES, count))
        lines = [f"{'ms':<30}{'p50':>8}{'p95':>8}{'p99':>8}{'found %':>10}{'searches':>10}"]
        scan = timed(lambda one: _scan(store, one.number), lambda one, found: bool(found), drawn[:_SCANS])
        sides = {"in_process": _direct(store)}
        with _service(folder) as (link, pid):
            sides["http"] = _over_http(link)
            for place, side in sides.items():
                note(f"searching, {place.replace('_', ' ')}", as_json=args.json)
                for what, figures in searched(side, drawn).items():
                    result[f"{place}_{what}"] = figures
                    lines.append(_line(f"{what}, {place.replace('_', ' ')}", figures))
            result["service_mb"] = rounded(heap.resident_mb(pid))
        store.close()
    result["scan_number"] = scan
    lines.append(_line("number, a scan", scan))
    worst = max(one["p95"] for key, one in result.items() if key.startswith(tuple(sides)))
    met = "met" if worst <= TARGET_P95_MS else "not met"
    made = f"made in {result['made_s']} s" if result["made_s"] is not None else "made before"
    lines += [
        f"{result['orders']:,} orders of {result['customers']:,} customers and guests, {made}: {result['file_mb']} MB",
        f"index by sound made in {result['index_s']} s: {result['index_mb']} MB ({result['index_making_mb']} MB while "
        f"it is made); the service takes {result['service_mb']} MB",
        f"target    p95 <= {TARGET_P95_MS:g} ms by every key: {met} (worst {worst} ms)",
    ]
    finish({**result, "worst_p95_ms": worst, "target_p95_ms": TARGET_P95_MS}, lines, as_json=args.json)


def _made(store: ShopStore, count: int, *, as_json: bool) -> dict[str, Any]:
    """Fill the store, unless it holds this very shop."""
    shop = Shop(count)
    began = time.perf_counter()
    known = store.meta("origin") == shop.origin
    if not known:
        note(f"making {count:,} orders", as_json=as_json)

        def progress(done: int) -> None:
            if done % _NOTE_EVERY == 0:
                note(f"{done:,} orders after {time.perf_counter() - began:.0f} s", as_json=as_json)

        meta = {"origin": shop.origin}
        store.replace(ShopDoc(name="A large shop"), shop.products, shop.customers(), shop.orders(), meta, progress)
    return {
        "orders": store.count("orders"),
        "customers": store.count("customers"),
        "made_s": None if known else rounded(time.perf_counter() - began),
    }


def _indexed(store: ShopStore, path: Path) -> dict[str, Any]:
    """Time of making the index by sound; then made once more, slower, to see what it keeps and what making it takes."""
    began = time.perf_counter()
    store.numbers()
    took = time.perf_counter() - began
    again = ShopStore(path)
    tracemalloc.start()
    again.numbers()
    kept, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    again.close()
    return {"index_s": rounded(took, 2), "index_mb": rounded(kept / 1e6), "index_making_mb": rounded(most / 1e6)}


def draw(store: ShopStore, chance: random.Random, count: int) -> list[Drawn]:
    """Orders with the keys of their customers, or of the guests."""
    # A shop that was just filled has its orders in rows 1, 2, 3 and so on.
    rows = chance.sample(range(1, store.count("orders") + 1), count)
    docs = (store._db.execute("SELECT doc FROM orders WHERE rowid = ?", (row,)).fetchone()[0] for row in rows)
    return [_drawn(store, json.loads(doc), chance) for doc in docs]


def _drawn(store: ShopStore, order: dict[str, Any], chance: random.Random) -> Drawn:
    number = str(order["number"])
    customer = json.loads(store.customer(order.get("customer_id", "")) or "{}")
    email = order.get("email") or next(iter(customer.get("emails", ())), None)
    phone = order.get("phone") or next(iter(customer.get("phones", ())), None)
    name = f"{customer.get('first_name', '')} {customer.get('last_name', '')}"
    keys = {
        KeyKind.NUMBER: number,
        KeyKind.EMAIL: email and email_key(email),
        KeyKind.PHONE: phone,
        KeyKind.NAME_POSTCODE: name_key(name, order["ship_to"]["postcode"]) if customer else None,
        KeyKind.PAYMENT_REFERENCE: next((p["reference"] for p in order.get("payments", ())), None),
    }
    slips = [slipped(number, chance) for _ in _SCORES]
    return Drawn(
        number,
        {kind: key for kind, key in keys.items() if key},
        doubted=list(zip((*slips[:-1], number), _SCORES, strict=True)),
        misheard=list(zip(slips, _SCORES, strict=True)),
    )


def slipped(number: str, chance: random.Random) -> str:
    """With one digit replaced by one that sounds like it."""
    place = chance.randrange(len(number))
    return number[:place] + _ALIKE[number[place]] + number[place + 1 :]


def searched(side: Side, drawn: Sequence[Drawn]) -> dict[str, dict[str, Any]]:
    """Figures of each kind of search."""
    found: dict[str, dict[str, Any]] = {}
    for kind in (KeyKind.NUMBER, KeyKind.EMAIL, KeyKind.PHONE, KeyKind.NAME_POSTCODE, KeyKind.PAYMENT_REFERENCE):
        having = [one for one in drawn if kind in one.keys]
        found[kind.value] = timed(partial(_find, side, kind), among, having)
    found["doubted"] = timed(lambda one: side.nearest(one.doubted), among, drawn)
    found["misheard"] = timed(lambda one: side.nearest(one.misheard), among, drawn)
    return found


def _find(side: Side, kind: KeyKind, one: Drawn) -> Sequence[str] | bytes:
    return side.find(kind, one.keys[kind])


def among(one: Drawn, answer: Sequence[str] | bytes) -> bool:
    """Whether an order is in an answer, or so many are that it may have been cut off."""
    if isinstance(answer, bytes):
        document = json.loads(answer)
        numbers = document.get("numbers") or [order["number"] for order in document.get("orders", ())]
    else:
        numbers = [json.loads(text)["number"] if text.startswith("{") else text for text in answer]
    return one.number in numbers or len(numbers) >= _LIMIT


def timed(
    search: Callable[[Drawn], Sequence[str] | bytes],
    right: Callable[[Drawn, Sequence[str] | bytes], bool],
    drawn: Sequence[Drawn],
) -> dict[str, Any]:
    """Milliseconds of each search, and how many were right."""
    times: list[float] = []
    found = 0
    for one in drawn:
        began = time.perf_counter_ns()
        answer = search(one)
        times.append((time.perf_counter_ns() - began) / 1e6)
        found += right(one, answer)
    shares = {f"p{q}": rounded(percentile(times, q), 3) for q in (50, 95, 99)}
    return {**shares, "found": rounded(100 * found / max(1, len(times))), "searches": len(times)}


def _line(name: str, figures: Mapping[str, Any]) -> str:
    times = "".join(f"{figures[f'p{q}']:>8}" for q in (50, 95, 99))
    return f"{name:<30}{times}{figures['found']:>10}{figures['searches']:>10}"


# -- where is searched


def _direct(store: ShopStore) -> Side:
    return Side(
        find=lambda kind, value: store.find(kind, value, _LIMIT)[0],
        nearest=lambda heard: store.nearest(heard, _NEAREST),
    )


def _scan(store: ShopStore, number: str) -> list[str]:
    return [row[0] for row in store._db.execute("SELECT id FROM orders NOT INDEXED WHERE number_key = ?", (number,))]


def _over_http(link: http.client.HTTPConnection) -> Side:
    def get(path: str, query: Sequence[tuple[str, str | int | float]]) -> bytes:
        link.request("GET", f"{path}?{urlencode(query)}")
        answer = link.getresponse()
        body = answer.read()
        if answer.status != http.HTTPStatus.OK:
            refuse(f"the service answered {answer.status} to {path}: {body[:200]!r}")
        return body

    def nearest(heard: Heard) -> bytes:
        numbers = [("number", text) for text, _ in heard]
        scores = [("score", score) for _, score in heard]
        return get("/v1/orders/nearest", [*numbers, *scores, ("limit", _NEAREST)])

    return Side(find=lambda kind, value: get("/v1/orders", [(kind.value, value), ("limit", _LIMIT)]), nearest=nearest)


@contextmanager
def _service(folder: Path) -> Iterator[tuple[http.client.HTTPConnection, int]]:
    """The demo shop's service on this folder, in a process of its own: a connection to it, and its pid."""
    command = (sys.executable, "-m", "voicebot.oms.demo", "--data-dir", str(folder), "--watch-stdin")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            line = process.stdout.readline().strip()
            if not line.startswith(READY):
                refuse(f"the demo shop's service did not start: {line}")
            host, _, port = line.removeprefix(f"{READY}http://").partition(":")
            link = http.client.HTTPConnection(host, int(port))
            yield link, process.pid
            link.close()
        finally:
            process.stdin.close()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()


if __name__ == "__main__":
    main()
