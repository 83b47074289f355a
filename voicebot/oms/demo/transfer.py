"""Import and export of whole shops as one JSON file. All or nothing, with errors that say where and what to do."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from voicebot.errors import VoicebotError
from voicebot.oms.demo.retail import FILES, is_retail, read_retail
from voicebot.oms.demo.schema import FORMAT, OrderDoc, ShopFile, compact
from voicebot.oms.demo.store import ShopStore
from voicebot.oms.keys import number_key

Progress = Callable[[str, int, int], None]
"""Called with what is done (`orders`), how many so far, and of how many."""

_SHOWN = 20
_FIXES = {
    "missing": "add this field",
    "extra_forbidden": "remove it, or see docs/oms-import.md for the name that was meant",
    "int_type": "give a whole number without quotes",
    "int_parsing": "give a whole number without quotes",
    "int_from_float": "money is in whole minor units: 129.50 USD is 12950",
    "greater_than_equal": "give a larger number",
    "string_type": "put it in quotes",
    "string_pattern_mismatch": "see docs/oms-import.md for the form",
    "timezone_aware": "add the zone: 2026-11-18T15:04:00Z",
    "datetime_from_date_parsing": "write it as 2026-11-18T15:04:00Z",
    "date_from_datetime_parsing": "write it as 2026-11-18",
    "date_from_datetime_inexact": "write it as 2026-11-18, without a time",
    "literal_error": "use one of the listed words",
}


class ShopFileError(VoicebotError):
    """The file is not a shop document; nothing was imported."""

    def __init__(self, what: str, *, where: str = "", fix: str = "", problems: tuple[str, ...] = ()) -> None:
        self.problems = problems
        super().__init__(what, where=where, fix=fix)

    def __str__(self) -> str:
        return "\n".join((super().__str__(), *(f"  {problem}" for problem in self.problems)))


def read_shop(path: Path) -> ShopFile:
    """Parse and check a shop file, or a folder of the kind that `voicebot.oms.demo.retail` knows.

    Raises:
        ShopFileError: unreadable, not JSON, or not a shop; `problems` name the paths in the document.
    """
    if path.is_dir():
        return _read_folder(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ShopFileError(f"cannot be read: {error}", where=str(path), fix="give a UTF-8 JSON file") from error
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"{path}:{error.lineno}:{error.colno}"
        raise ShopFileError(f"not JSON: {error.msg}", where=where, fix="repair the syntax at this place") from error
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise ShopFileError(
            "not a shop document", where=f"{path}: format", fix=f'the file is an object with "format": "{FORMAT}"'
        )
    return _checked(path, lambda: ShopFile.model_validate_json(text))


def _read_folder(path: Path) -> ShopFile:
    if not is_retail(path):
        fix = f"give a shop document, or a folder with {', '.join(FILES)}"
        raise ShopFileError("a folder that is not a shop", where=str(path), fix=fix)
    try:
        return _checked(path, lambda: read_retail(path))
    except OSError as error:
        raise ShopFileError(f"cannot be read: {error}", where=str(path), fix="give readable files") from error


def _checked(path: Path, read: Callable[[], ShopFile]) -> ShopFile:
    try:
        shop = read()
    except ValidationError as error:
        raise _refused(path, [_explained(e) for e in error.errors(include_url=False)]) from error
    if problems := list(_contradictions(shop)):
        raise _refused(path, problems)
    return shop


def import_shop(store: ShopStore, shop: ShopFile, progress: Progress = lambda *_: None) -> None:
    """Put `shop` in place of everything in the store, in one transaction."""
    total = len(shop.orders)
    store.replace(
        shop.shop,
        shop.products,
        shop.customers,
        shop.orders,
        {"origin": "import"},
        lambda done: progress("orders", done, total),
        promotions=shop.promotions,
        stores=shop.stores,
    )


def export_shop(store: ShopStore, out: TextIO) -> dict[str, int]:
    """Write the whole shop as a document that `read_shop` reads; one product, customer or order a line."""
    out.write(f'{{"format":"{FORMAT}",\n"shop":{compact(store.shop())}')
    counts = {}
    parts = {
        "products": store.products(),
        "customers": store.customers(),
        "orders": store.orders(),
        "promotions": store.promotions(),
        "stores": store.stores(),
    }
    for name, documents in parts.items():
        out.write(f',\n"{name}":[')
        count = 0
        for document in documents:
            out.write(("" if count == 0 else ",") + "\n" + document)
            count += 1
        out.write("]")
        counts[name] = count
    out.write("}\n")
    return counts


def _refused(path: Path, problems: list[str]) -> ShopFileError:
    more = len(problems) - _SHOWN
    shown = (*problems[:_SHOWN], *((f"and {more} more",) if more > 0 else ()))
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return ShopFileError(count, where=str(path), fix="nothing was imported", problems=shown)


def _explained(error: Any) -> str:
    fix = _FIXES.get(error["type"])
    return f"{_path(error['loc'])}: {error['msg']}" + (f" ({fix})" if fix else "")


def _path(parts: tuple[int | str, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.removeprefix(".") or "the document"


def _contradictions(shop: ShopFile) -> Iterator[str]:
    """What no schema can see: names that must be unique, and references that must lead somewhere."""
    try:
        ZoneInfo(shop.shop.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield f"shop.time_zone: {shop.shop.time_zone!r} is not an IANA time zone (as in Europe/Berlin)"
    yield from _repeated("products", "id", [p.id for p in shop.products])
    yield from _repeated("promotions", "code", [number_key(p.code) for p in shop.promotions])
    yield from _repeated("stores", "id", [s.id for s in shop.stores])
    yield from _repeated("customers", "id", [c.id for c in shop.customers])
    yield from _repeated("orders", "id", [o.id for o in shop.orders])
    yield from _repeated("orders", "number", [number_key(o.number) for o in shop.orders])
    customers = {customer.id for customer in shop.customers}
    for index, order in enumerate(shop.orders):
        where = f"orders[{index}]"
        if not number_key(order.number):
            yield f"{where}.number: {order.number!r} has no digit or letter that could be spoken (give it some)"
        if order.customer_id is not None and order.customer_id not in customers:
            yield f"{where}.customer_id: there is no customer {order.customer_id!r} (add it, or omit it for a guest)"
        yield from _loose_lines(where, order)


def _repeated(where: str, field: str, values: list[str]) -> Iterator[str]:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield f"{where}[{index}].{field}: {value!r} is there already (it must be unique)"
        seen.add(value)


def _loose_lines(where: str, order: OrderDoc) -> Iterator[str]:
    yield from _repeated(f"{where}.lines", "id", [line.id for line in order.lines])
    pieces = {line.id: line.quantity for line in order.lines}
    groups = {
        "shipments": [[(part.line, part.quantity) for part in holder.lines] for holder in order.shipments],
        "returns": [[(part.line, part.quantity) for part in holder.lines] for holder in order.returns],
    }
    parts = [
        (f"{where}.{group}[{i}].lines[{j}]", group, line, quantity)
        for group, holders in groups.items()
        for i, holder in enumerate(holders)
        for j, (line, quantity) in enumerate(holder)
    ]
    used: Counter[tuple[str, str]] = Counter()
    for path, group, line, quantity in parts:
        if line not in pieces:
            yield f"{path}.line: the order has no line {line!r} (use the id of one of its lines)"
            continue
        used[group, line] += quantity
        if used[group, line] > pieces[line]:
            together = f"{used[group, line]} of line {line!r} in all"
            yield f"{path}.quantity: {together}, but {pieces[line]} were ordered (lower it)"
