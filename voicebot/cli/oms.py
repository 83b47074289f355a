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

from voicebot.cli.options import ConfigFile
from voicebot.cli.options import DataDir as ServerDir
from voicebot.errors import VoicebotError

if TYPE_CHECKING:
    from voicebot.oms.demo.store import ShopStore

app = typer.Typer(help="The order system: import, export, find.", no_args_is_help=True)

DataDir = Annotated[Path, typer.Option(help="Folder that keeps the demo shop.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]
_EVERY = 5000


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

    with _errors():
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

    with _errors():
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
    url: Annotated[str | None, typer.Option(help="Order service to ask; without it, the demo shop is started.")] = None,
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
    with _errors():
        found = asyncio.run(_find(args, url, data_dir))
    if as_json:
        typer.echo(json.dumps(found))
    else:
        _print_found(found)
    if found["status"] not in ("ok", "not_found"):
        typer.echo(f"error: the order system gave no answer: {found['status']} (is it running?)", err=True)
        raise typer.Exit(1)


@app.command("unknown")
def unknown(
    config: ConfigFile = None,
    data_dir: ServerDir = None,
    as_json: Json = False,
) -> None:
    """Writes of which nobody knows whether they have happened: an order system's answer was lost. Look them up there.

    The server asks the order system about them from time to time; what stays here is for people.

    Example: voicebot oms unknown --data-dir var --json
    """
    from voicebot import config as configuration
    from voicebot.oms import ledger
    from voicebot.oms.tables import SCHEMA
    from voicebot.records import database

    with _errors():
        settings = configuration.load(config, server__data_dir=data_dir)
        url = database.url_for(settings.server.data_dir, settings.records.database_url)
        if not settings.records.database_url and not (settings.server.data_dir / database.FILE).is_file():
            fix = "name the server's data directory with --data-dir"
            raise database.StoreError("no calls were recorded here", where=str(settings.server.data_dir), fix=fix)
        engine = database.connect(url)
        try:
            database.check(engine, SCHEMA)
            entries = ledger.read(engine)
        finally:
            engine.dispose()
    for entry in entries:
        line = {
            "key": entry.key,
            "action": entry.action,
            "order": entry.target,
            "call": entry.call,
            "status": entry.status.value,
            "begun": entry.begun,
            "looks": entry.looks,
            "reason": entry.reason,
        }
        text = f"{entry.begun}  {entry.action:<20} order {entry.target}  call {entry.call}  {entry.reason or '-'}"
        _tell(as_json, line, text)
    if not entries and not as_json:
        typer.echo("every write is accounted for")


async def _find(args: Mapping[str, str], url: str | None, data_dir: Path) -> Mapping[str, Any]:
    from voicebot.oms.connector import Deadline
    from voicebot.oms.settings import OmsSettings
    from voicebot.oms.start import open_oms

    desk = await open_oms(OmsSettings(url=url), data_dir)
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


@contextmanager
def _errors() -> Iterator[None]:
    import sqlite3

    try:
        yield
    except VoicebotError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
    except (OSError, sqlite3.Error) as error:
        typer.echo(f"error: {error} (check --data-dir and the file's place)", err=True)
        raise typer.Exit(1) from error


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _tell(as_json: bool, line: Mapping[str, Any], text: str) -> None:
    typer.echo(json.dumps(line) if as_json else text)
