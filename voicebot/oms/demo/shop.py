"""Opens the demo shop's file: seeds an empty one, and moves a seeded shop's dates to today."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from voicebot.oms.demo import seed
from voicebot.oms.demo.store import ShopStore

log = logging.getLogger(__name__)

FILE = "demo-shop.sqlite3"


def shop_file(data_dir: Path) -> Path:
    return data_dir / FILE


def today_in(zone: str) -> date:
    return datetime.now(UTC).astimezone(ZoneInfo(zone)).date()


def open_shop(path: Path | str, *, seed_number: int, today: date | None = None) -> ShopStore:
    """The store at `path` (`:memory:` for one that is not kept), true for `today`.

    An imported shop is left as it is. A seeded one is made anew for another seed number or revision, and otherwise
    keeps what happened to it: its dates move along with the calendar.
    """
    store = ShopStore(path)
    origin = f"seed {seed_number} revision {seed.REVISION}"
    now = store.meta("origin")
    if now is None or (now.startswith("seed") and now != origin):
        day = today or today_in(seed.ZONE)
        shop = seed.generate(seed_number, day)
        meta = {"origin": origin, "today": day.isoformat()}
        store.replace(
            shop.shop,
            shop.products,
            shop.customers,
            shop.orders,
            meta,
            promotions=shop.promotions,
            stores=shop.stores,
        )
        log.info("demo shop seeded: %d orders, %d customers", len(shop.orders), len(shop.customers))
    refresh(store, today)
    return store


def refresh(store: ShopStore, today: date | None = None) -> bool:
    """Move a seeded shop's dates when its day is not today. True when anything was moved."""
    was = store.meta("today")
    if was is None:
        return False
    zone_name = store.shop().time_zone
    day = today or today_in(zone_name)
    days = (day - date.fromisoformat(was)).days
    if days == 0:
        return False
    zone = ZoneInfo(zone_name)
    log.info("moving the demo shop by %d days", days)
    return store.roll(date.fromisoformat(was), day, lambda document: seed.moved(document, days, zone))
