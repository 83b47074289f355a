"""The demo shop's SQLite file: documents, and an index for every key that callers know.

Reads take well under a millisecond whatever the number of orders, and a search by sound a few; the service therefore
calls them on its event loop.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from voicebot.errors import VoicebotError
from voicebot.identifiers.nearest import NumberIndex
from voicebot.oms.connector import KeyKind
from voicebot.oms.demo.rows import CustomerRow, OrderRow, customer_row, order_row
from voicebot.oms.demo.schema import (
    CustomerDoc,
    OrderDoc,
    ProductDoc,
    PromotionDoc,
    ShopDoc,
    StoreDoc,
    VariantDoc,
    compact,
)
from voicebot.oms.keys import number_key

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS products (id TEXT PRIMARY KEY, doc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS customers (id TEXT PRIMARY KEY, doc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS contacts (kind TEXT, value TEXT, customer_id TEXT, PRIMARY KEY (kind, value, customer_id))
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY, number_key TEXT NOT NULL, digits TEXT NOT NULL, customer_id TEXT, email TEXT, phone TEXT,
    settled INTEGER NOT NULL, placed_at TEXT NOT NULL, doc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS skus (sku TEXT PRIMARY KEY, product_id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS promotions (code TEXT PRIMARY KEY, doc TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS stores (id TEXT PRIMARY KEY, doc TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS commits (key TEXT PRIMARY KEY, wish TEXT NOT NULL, done TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS payments (reference TEXT, order_id TEXT, PRIMARY KEY (reference, order_id)) WITHOUT ROWID;
"""
_INDEXES = {
    "orders_number": "UNIQUE INDEX IF NOT EXISTS orders_number ON orders (number_key)",
    "orders_digits": "INDEX IF NOT EXISTS orders_digits ON orders (digits)",
    "orders_customer": "INDEX IF NOT EXISTS orders_customer ON orders (customer_id, settled, placed_at DESC)",
    "orders_email": "INDEX IF NOT EXISTS orders_email ON orders (email, settled, placed_at DESC)"
    " WHERE email IS NOT NULL",
    "orders_phone": "INDEX IF NOT EXISTS orders_phone ON orders (phone, settled, placed_at DESC)"
    " WHERE phone IS NOT NULL",
    "payments_order": "INDEX IF NOT EXISTS payments_order ON payments (order_id)",
    "contacts_customer": "INDEX IF NOT EXISTS contacts_customer ON contacts (customer_id)",
}
_TABLES = ["products", "skus", "customers", "contacts", "orders", "payments", "promotions", "stores", "commits", "meta"]
_BATCH = 500
#: An order takes a kilobyte and a half: of the usual pages of four, a quarter would stay empty.
_PAGE_BYTES = 8192
_CACHE_KIB, _FILLING_CACHE_KIB = 16 * 1024, 256 * 1024
"""Pages kept in memory. Keys come in no order: a shop whose indexes do not fit is written a page a key."""

M = TypeVar("M", bound=BaseModel)


class ShopStoreError(VoicebotError):
    """The shop's file cannot be opened."""


class ShopStore:
    """One connection to the shop's file; `:memory:` for a shop that is not kept.

    Raises:
        ShopStoreError: the file cannot be made, or is not one of ours.
    """

    def __init__(self, path: Path | str) -> None:
        self._index: NumberIndex | None = None
        self._index_version = 0
        try:
            if isinstance(path, Path):
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._db.executescript(
                f"PRAGMA page_size={_PAGE_BYTES}; PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL;"
                "PRAGMA synchronous=NORMAL;"
            )
            self._db.executescript(f"PRAGMA cache_size=-{_CACHE_KIB}; {_SCHEMA}")
            self._make_indexes()
            self._list_skus()
        except (OSError, sqlite3.Error) as error:
            fix = "choose a folder that can be written, or delete a damaged file to have the shop made anew"
            raise ShopStoreError(f"the shop cannot be opened: {error}", where=str(path), fix=fix) from error

    def close(self) -> None:
        self._db.close()

    # -- what is in it

    def meta(self, name: str) -> str | None:
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def count(self, table: str) -> int:
        if table not in _TABLES:
            raise ValueError(f"no table {table!r}")
        return int(self._db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def shop(self) -> ShopDoc:
        return ShopDoc.model_validate_json(self.meta("shop") or "{}")

    def products(self) -> Iterator[str]:
        """Product documents, as JSON."""
        return (row[0] for row in self._db.execute("SELECT doc FROM products ORDER BY id"))

    def customers(self) -> Iterator[str]:
        """Customer documents, as JSON."""
        return (row[0] for row in self._db.execute("SELECT doc FROM customers ORDER BY id"))

    def orders(self) -> Iterator[str]:
        """Order documents, as JSON."""
        return (row[0] for row in self._db.execute("SELECT doc FROM orders ORDER BY id"))

    def promotions(self) -> Iterator[str]:
        """Promotion documents, as JSON."""
        return (row[0] for row in self._db.execute("SELECT doc FROM promotions ORDER BY code"))

    def stores(self) -> Iterator[str]:
        """Store documents, as JSON."""
        return (row[0] for row in self._db.execute("SELECT doc FROM stores ORDER BY id"))

    # -- searches; all give JSON documents

    def changed(self) -> tuple[int, int]:
        """Another pair whenever anything was written, by us or by another process."""
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        return version, self._db.total_changes

    def customer(self, customer_id: str) -> str | None:
        row = self._db.execute("SELECT doc FROM customers WHERE id = ?", (customer_id,)).fetchone()
        return row[0] if row else None

    def promotion(self, code: str) -> str | None:
        row = self._db.execute("SELECT doc FROM promotions WHERE code = ?", (number_key(code),)).fetchone()
        return row[0] if row else None

    def product_of(self, sku: str) -> str | None:
        """The product that has a variant with this SKU, in any case."""
        sql = "SELECT doc FROM products JOIN skus ON id = product_id WHERE sku = ?"
        row = self._db.execute(sql, (sku.strip().upper(),)).fetchone()
        return row[0] if row else None

    def variant(self, sku: str) -> tuple[ProductDoc, VariantDoc] | None:
        """Product and variant of a SKU."""
        doc = self.product_of(sku)
        if doc is None:
            return None
        product = ProductDoc.model_validate_json(doc)
        return product, next(v for v in product.variants if v.sku.upper() == sku.strip().upper())

    def order_count(self, customer_id: str) -> int:
        sql = "SELECT count(*) FROM orders WHERE customer_id = ?"
        return int(self._db.execute(sql, (customer_id,)).fetchone()[0])

    def done(self, key: str) -> tuple[str, str] | None:
        """Wish and result of a commit that was made with this key."""
        row = self._db.execute("SELECT wish, done FROM commits WHERE key = ?", (key,)).fetchone()
        return (row[0], row[1]) if row else None

    def order(self, order_id: str) -> str | None:
        row = self._db.execute("SELECT doc FROM orders WHERE id = ?", (order_id,)).fetchone()
        return row[0] if row else None

    def find(self, kind: KeyKind, value: str, limit: int) -> tuple[list[str], list[str]]:
        """Orders that fit the key, unsettled and newest first, and the customers that the key identifies."""
        if kind in (KeyKind.EMAIL, KeyKind.PHONE, KeyKind.NAME_POSTCODE):
            owners = [
                row[0]
                for row in self._db.execute(
                    "SELECT customer_id FROM contacts WHERE kind = ? AND value = ? ORDER BY customer_id LIMIT 10",
                    (kind.value, value),
                )
            ]
            # A guest's order has contacts of its own.
            rows = set() if kind is KeyKind.NAME_POSTCODE else self._newest(kind.value, value, limit)
            for owner in owners:
                rows |= self._newest("customer_id", owner, limit)
        elif kind is KeyKind.CUSTOMER_ID:
            owners, rows = [value], self._newest("customer_id", value, limit)
        else:
            rows = self._by_number(value) if kind is KeyKind.NUMBER else self._by_payment(value)
            owners = sorted({owner for *_, owner in rows if owner})
        newest = sorted(sorted(rows, key=lambda row: row[1], reverse=True), key=lambda row: row[0])
        return [doc for _, _, doc, _ in newest[:limit]], self._customer_docs(owners)

    def nearest(self, heard: str | Sequence[tuple[str, float]], limit: int) -> list[str]:
        """Existing order numbers that `heard` (n-best with mean log-probabilities, or one text) may have been."""
        return [self._written(key) for key, _ in self.numbers().nearest(heard, limit)]

    def numbers(self) -> NumberIndex:
        """All order numbers by sound: made when first asked for, and anew when another process changed the file."""
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        if self._index is None or version != self._index_version:
            rows = self._db.execute("SELECT number_key FROM orders")
            self._index, self._index_version = NumberIndex(row[0] for row in rows), version
        return self._index

    def _newest(self, column: str, value: str, limit: int) -> set[tuple[int, str, str, str | None]]:
        found: set[tuple[int, str, str, str | None]] = set()
        for settled in (0, 1):
            sql = f"SELECT settled, placed_at, doc, customer_id FROM orders WHERE {column} = ? AND settled = ?"
            found |= set(
                self._db.execute(f"{sql} ORDER BY placed_at DESC LIMIT ?", (value, settled, limit - len(found)))
            )
        return found

    def _by_number(self, value: str) -> set[tuple[int, str, str, str | None]]:
        sql = "SELECT settled, placed_at, doc, customer_id FROM orders WHERE "
        exact = set(self._db.execute(sql + "number_key = ?", (value,)))
        # Callers leave the letters of `#W2611340` away.
        return exact or set(self._db.execute(sql + "digits = ? LIMIT 10", (value,)))

    def _by_payment(self, value: str) -> set[tuple[int, str, str, str | None]]:
        sql = (
            "SELECT settled, placed_at, doc, customer_id FROM payments JOIN orders ON id = order_id WHERE reference = ?"
        )
        return set(self._db.execute(sql, (value,)))

    def _customer_docs(self, ids: Sequence[str]) -> list[str]:
        marks = ",".join("?" * len(ids))
        rows = self._db.execute(f"SELECT doc FROM customers WHERE id IN ({marks}) ORDER BY id", tuple(ids))
        return [row[0] for row in rows]

    def _written(self, key: str) -> str:
        (doc,) = self._db.execute("SELECT doc FROM orders WHERE number_key = ?", (key,)).fetchone()
        return str(json.loads(doc)["number"])

    # -- writing

    def replace(
        self,
        shop: ShopDoc,
        products: Iterable[ProductDoc],
        customers: Iterable[CustomerDoc | CustomerRow],
        orders: Iterable[OrderDoc | OrderRow],
        meta: dict[str, str],
        progress: Callable[[int], None] = lambda _: None,
        *,
        promotions: Iterable[PromotionDoc] = (),
        stores: Iterable[StoreDoc] = (),
    ) -> None:
        """Put a whole shop in place of the present one, or leave everything as it was.

        A shop of a million orders is given as rows: checking documents takes longer than keeping them.
        """
        try:
            with self._filling(), self.transaction():
                for table in _TABLES:
                    self._db.execute(f"DELETE FROM {table}")
                for index in _INDEXES:
                    self._db.execute(f"DROP INDEX {index}")
                named = {"shop": compact(shop), **meta}
                self._db.executemany("INSERT INTO meta VALUES (?, ?)", named.items())
                self._db.executemany("INSERT INTO products VALUES (?, ?)", ((p.id, compact(p)) for p in products))
                self._list_skus()
                self._db.executemany("INSERT INTO stores VALUES (?, ?)", ((s.id, compact(s)) for s in stores))
                for promotion in promotions:
                    self.put_promotion(promotion)
                for customer in customers:
                    self._insert_customer(customer)
                for batch, done in _batches(orders):
                    self._insert_orders(batch)
                    progress(done)
                self._make_indexes()
        finally:
            self._index = None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside, or nothing; nobody else writes meanwhile."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    @contextmanager
    def _filling(self) -> Iterator[None]:
        """With room in memory for all indexes; the journal of so much is not kept on the disk afterwards."""
        self._db.execute(f"PRAGMA cache_size=-{_FILLING_CACHE_KIB}")
        try:
            yield
        finally:
            self._db.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def put_order(self, order: OrderDoc) -> None:
        """In place of the order with this id, under the same number."""
        row = order_row(order)
        self._db.execute("DELETE FROM payments WHERE order_id = ?", (row.id,))
        self._db.execute("INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row[:-1])
        self._db.executemany("INSERT INTO payments VALUES (?, ?)", _references([row]))

    def put_customer(self, customer: CustomerDoc) -> None:
        """In place of the customer with this id."""
        self._db.execute("DELETE FROM contacts WHERE customer_id = ?", (customer.id,))
        self._db.execute("DELETE FROM customers WHERE id = ?", (customer.id,))
        self._insert_customer(customer)

    def put_promotion(self, promotion: PromotionDoc) -> None:
        row = (number_key(promotion.code), compact(promotion))
        self._db.execute("INSERT OR REPLACE INTO promotions VALUES (?, ?)", row)

    def put_product(self, product: ProductDoc) -> None:
        """In place of the product with this id, with the same SKUs."""
        self._db.execute("INSERT OR REPLACE INTO products VALUES (?, ?)", (product.id, compact(product)))

    def put_meta(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def put_done(self, key: str, wish: str, done: str) -> None:
        """What was made with a key. Raises `sqlite3.IntegrityError` when it was used before."""
        self._db.execute("INSERT INTO commits VALUES (?, ?, ?)", (key, wish, done))

    def _list_skus(self) -> None:
        """SKUs of the products, when there are none yet: also those of a file made before there was such a list."""
        if self._db.execute("SELECT 1 FROM skus LIMIT 1").fetchone():
            return
        for product_id, doc in self._db.execute("SELECT id, doc FROM products").fetchall():
            skus = ((variant["sku"].upper(), product_id) for variant in json.loads(doc)["variants"])
            self._db.executemany("INSERT OR IGNORE INTO skus VALUES (?, ?)", skus)

    def roll(self, was: date, to: date, moved: Callable[[str], str]) -> bool:
        """Rewrite every order and customer document, true for `was`, to be true for `to`.

        False when another process has done so meanwhile.
        """
        with self.transaction():
            if self.meta("today") != was.isoformat():
                return False
            docs = [OrderDoc.model_validate_json(moved(doc)) for doc in list(self.orders())]
            self._db.execute("DELETE FROM orders")
            self._db.execute("DELETE FROM payments")
            self._insert_orders(docs)
            for doc in list(self.customers()):
                customer = CustomerDoc.model_validate_json(moved(doc))
                self._db.execute("UPDATE customers SET doc = ? WHERE id = ?", (compact(customer), customer.id))
            for doc in list(self.promotions()):
                self.put_promotion(PromotionDoc.model_validate_json(moved(doc)))
            self.put_meta("today", to.isoformat())
        return True

    def _make_indexes(self) -> None:
        for index in _INDEXES.values():
            self._db.execute(f"CREATE {index}")

    def _insert_customer(self, customer: CustomerDoc | CustomerRow) -> None:
        row = customer if isinstance(customer, CustomerRow) else customer_row(customer)
        self._db.execute("INSERT INTO customers VALUES (?, ?)", (row.id, row.doc))
        self._db.executemany("INSERT INTO contacts VALUES (?, ?, ?)", ((k, v, row.id) for k, v in row.contacts))

    def _insert_orders(self, orders: Sequence[OrderDoc | OrderRow]) -> None:
        rows = [order if isinstance(order, OrderRow) else order_row(order) for order in orders]
        self._db.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (row[:-1] for row in rows))
        self._db.executemany("INSERT INTO payments VALUES (?, ?)", _references(rows))
        if self._index is not None:
            for row in rows:
                self._index.add(row.number_key)


def _references(rows: Iterable[OrderRow]) -> Iterator[tuple[str, str]]:
    return ((reference, row.id) for row in rows for reference in row.references)


def _batches(orders: Iterable[OrderDoc | OrderRow]) -> Iterator[tuple[list[OrderDoc | OrderRow], int]]:
    remaining, done = iter(orders), 0
    while batch := list(islice(remaining, _BATCH)):
        done += len(batch)
        yield batch, done
