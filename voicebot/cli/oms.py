"""`voicebot oms`: import and export shops, and look orders up as a call would."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voicebot.cli import oms_writes
from voicebot.cli.errors import told_in_a_line

if TYPE_CHECKING:
    from voicebot.oms.demo.store import ShopStore

app = typer.Typer(help="The order system: import, export, find, writes of unknown outcome.", no_args_is_help=True)
app.command("unknown")(oms_writes.unknown)
app.command("settle")(oms_writes.settle)
app.command("settled")(oms_writes.settled)

DataDir = Annotated[Path, typer.Option(help="Folder that keeps the demo shop.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]
_EVERY = 5000
_FIX = "check --data-dir and the file's place"


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Shop document or folder; see docs/oms-import.md.")],
    data_dir: DataDir = Path("var"),
    as_json: Json = False,
) -> None:
    """Put the shop of FILE in place of the demo shop: all of it, or nothing when anything is wrong.

    Example: voicebot oms import shop.json --data-dir var
    """
    from voicebot.oms.demo.transfer import import_shop, read_shop

    def progress(what: str, done: int, total: int) -> None:
        if done == total or done % _EVERY == 0:
            typer.echo(f"{what}: {done} of {total}", err=True)

    with told_in_a_line(files=_FIX):
        shop = read_shop(file)
        with _store(data_dir) as store:
            import_shop(store, shop, progress)
    counts = {
        "products": len(shop.products),
        "customers": len(shop.customers),
        "orders": len(shop.orders),
        "promotions": len(shop.promotions),
        "stores": len(shop.stores),
    }
    _tell(as_json, {"imported": counts}, f"imported {_counted(counts)}")


@app.command("export")
def export(
    file: Annotated[Path | None, typer.Argument(help="Where to write; standard output without it.")] = None,
    data_dir: DataDir = Path("var"),
    seed: Annotated[int, typer.Option(help="Seed number of the demo shop, if none is kept yet.")] = 7,
    as_json: Json = False,
) -> None:
    """Write the demo shop as one JSON document that `import` reads.

    Example: voicebot oms export shop.json
    """
    from voicebot.oms.demo.shop import open_shop, shop_file
    from voicebot.oms.demo.transfer import export_shop

    with told_in_a_line(files=_FIX):
        store = open_shop(shop_file(data_dir), seed_number=seed)
        try:
            if file is None:
                export_shop(store, sys.stdout)
                return
            with file.open("w", encoding="utf-8") as out:
                counts = export_shop(store, out)
        finally:
            store.close()
    _tell(as_json, {"exported": counts, "file": str(file)}, f"exported {_counted(counts)} to {file}")


@app.command("find")
def find(
    number: Annotated[str | None, typer.Option(help="Order number.")] = None,
    email: Annotated[str | None, typer.Option(help="E-mail address.")] = None,
    phone: Annotated[str | None, typer.Option(help="Phone number, with + and country code.")] = None,
    payment_reference: Annotated[str | None, typer.Option(help="Payment reference.")] = None,
    customer_id: Annotated[str | None, typer.Option(help="Customer id.")] = None,
    url: Annotated[
        str | None, typer.Option(help="Order system to ask; that of the settings, else the demo shop.")
    ] = None,
    data_dir: DataDir = Path("var"),
    as_json: Json = False,
) -> None:
    """Look orders up exactly as a call does: same connector, same guard, same facts.

    Example: voicebot oms find --number 4481207 --json
    """
    keys = {
        "number": number,
        "email": email,
        "phone": phone,
        "payment_reference": payment_reference,
        "customer_id": customer_id,
    }
    args = {name: value for name, value in keys.items() if value}
    if len(args) != 1:
        typer.echo("error: give exactly one key (as in --number 4481207)", err=True)
        raise typer.Exit(2)
    with told_in_a_line(files=_FIX):
        found = asyncio.run(_find(args, url, data_dir))
    if as_json:
        typer.echo(json.dumps(found))
    elif found["status"] in ("ok", "not_found"):
        _print_found(found)
    if found["status"] not in ("ok", "not_found"):
        typer.echo(f"error: the order system gave no answer: {found['status']} (is it running?)", err=True)
        raise typer.Exit(1)


async def _find(args: Mapping[str, str], url: str | None, data_dir: Path) -> Mapping[str, Any]:
    from voicebot import config
    from voicebot.oms.connector import Deadline
    from voicebot.oms.start import open_oms

    desk = await open_oms(config.load(oms__url=url).oms, data_dir)
    try:
        reading = await desk.answer("find_orders", args, Deadline.after(5.0), speculative=False)
    finally:
        await desk.close()
    return reading.result


def _print_found(found: Mapping[str, Any]) -> None:
    for order in found.get("orders", ()):
        delivery = order["delivery"]
        dates = f"promised {delivery['promised_by'] or '-'}, expected {delivery['eta'] or '-'}"
        typer.echo(f"{order['number']}  {delivery['state']:<20} {dates}  {order['headline']}")
    if not found.get("orders"):
        near = ", ".join(found.get("nearest", ()))
        typer.echo(f"no order found{f'; numbers close to it: {near}' if near else ''}")


@contextmanager
def _store(data_dir: Path) -> Iterator[ShopStore]:
    from voicebot.oms.demo.shop import shop_file
    from voicebot.oms.demo.store import ShopStore

    store = ShopStore(shop_file(data_dir))
    try:
        yield store
    finally:
        store.close()


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _tell(as_json: bool, line: Mapping[str, Any], text: str) -> None:
    typer.echo(json.dumps(line) if as_json else text)
