"""Carriers' words -> one normal status, by a table that anyone can extend (`carrier_statuses.tsv`).

A code is `status` or `status/detail` in the vocabulary of the tracking service that reported it, as in EasyPost's
`in_transit/weather_delay`. The longest match wins: the whole code, a row ending in `*`, then the part before the `/`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from voicebot.oms.status import Reason, ShipmentStatus

_TABLE = Path(__file__).with_name("carrier_statuses.tsv")


@dataclass(frozen=True, slots=True)
class CarrierStatus:
    status: ShipmentStatus
    reason: Reason | None = None
    action_required: bool = False
    """The receiver has to do something (correct the address, fetch the parcel, send documents)."""


UNMAPPED = CarrierStatus(ShipmentStatus.UNKNOWN)
Vocabulary = Mapping[str, CarrierStatus]


def parse_table(text: str) -> dict[str, dict[str, CarrierStatus]]:
    """Tab-separated `vocabulary, code, status, reason, action`; `-` is empty, `#` starts a comment line.

    Raises:
        ValueError: a row with an unknown status or reason, a missing column, or a code given twice.
    """
    rows = csv.reader((line for line in text.splitlines() if line.strip() and not line.startswith("#")), delimiter="\t")
    next(rows)  # column names
    table: dict[str, dict[str, CarrierStatus]] = {}
    for row in rows:
        try:
            vocabulary, code, status, reason, action = (cell.strip() for cell in row)
            entry = CarrierStatus(ShipmentStatus(status), None if reason == "-" else Reason(reason), action == "yes")
        except ValueError as error:
            raise ValueError(f"carrier status row {row!r}: {error}") from error
        codes = table.setdefault(vocabulary, {})
        if code.lower() in codes:
            raise ValueError(f"carrier status row {row!r}: {vocabulary} {code} is given twice")
        codes[code.lower()] = entry
    return table


@cache
def _table() -> Mapping[str, Vocabulary]:
    return parse_table(_TABLE.read_text(encoding="utf-8"))


def vocabularies() -> tuple[str, ...]:
    """Names of the tracking services whose words we know."""
    return tuple(_table())


def normalise(vocabulary: str, code: str, table: Mapping[str, Vocabulary] | None = None) -> CarrierStatus:
    """What a carrier's code means; `UNMAPPED` when nothing in the table fits."""
    codes = (_table() if table is None else table).get(vocabulary.lower(), {})
    whole = code.strip().lower()
    head = whole.partition("/")[0]
    for candidate in dict.fromkeys((whole, head)):
        if candidate in codes:
            return codes[candidate]
        prefixes = [p for p in codes if p.endswith("*") and candidate.startswith(p[:-1])]
        if prefixes:
            return codes[max(prefixes, key=len)]
        stem = candidate.partition("_")[0]
        # AfterShip and 17TRACK number their sub-statuses under the main word: `Exception_099` is still an exception.
        if vocabulary.lower() in _STEMMED and stem in codes:
            return codes[stem]
    return UNMAPPED


_STEMMED = frozenset({"aftership", "17track"})


def code_for(vocabulary: str, status: ShipmentStatus, reason: Reason | None = None) -> str | None:
    """The first code of a vocabulary with exactly this meaning, or None if it has no word for it."""
    for code, entry in _table().get(vocabulary.lower(), {}).items():
        if entry.status is status and entry.reason is reason and not code.endswith("*"):
            return code
    return None
