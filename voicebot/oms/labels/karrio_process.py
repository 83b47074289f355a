"""A program of its own around karrio: reads one JSON object from standard input, writes one to standard output.

A process, because karrio takes loguru over when it is imported, waits for carriers without a deadline, loads plugins
from the working directory, and is LGPL: nothing of that comes into the server. It is started by its path, needs
nothing of voicebot, and imports karrio only when asked to do something.

    {"do": "check", "carrier", "account"}                 -> {"karrio": version}
    {"do": "make", "carrier", "account", "shipment", "method"} -> {"tracking_number", "file": base64}
    either                                                -> {"error": code, "cause": text}
"""

from __future__ import annotations

import importlib
import json
import os
import socket
import sys
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

#: Categories of karrio's further documents that are a code to be scanned.
_QR = ("qr_label", "qr_code")
#: Characters that the XML of the generic carrier's label cannot have.
_XML = str.maketrans({"&": "+", "<": "(", ">": ")"})
_CAUSE_CHARS = 300
#: karrio's code for every exception of its own; its other codes say that the carrier was not asked.
_BROKE = "SHIPPING_SDK_INTERNAL_ERROR"


def main() -> int:
    """Always 0: what went wrong is in the answer."""
    # Whatever a plugin prints must not get into the answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    task = json.load(sys.stdin)
    socket.setdefaulttimeout(float(task.get("timeout_s", 10.0)))
    with answers:
        json.dump(answer(task), answers)
    return 0


def answer(task: Mapping[str, Any]) -> dict[str, Any]:
    """What came of a task."""
    try:
        gateway, karrio = _gateway(task["carrier"], task["account"])
        if task["do"] == "check":
            return {"karrio": version("karrio")}
        return _label(karrio, gateway, task)
    except _NoLabelError as error:
        return {"error": error.code, "cause": error.cause[:_CAUSE_CHARS]}
    except Exception as error:
        return {"error": "broken", "cause": type(error).__name__}


class _NoLabelError(Exception):
    def __init__(self, code: str, cause: str) -> None:
        super().__init__(code)
        self.code, self.cause = code, cause


def _gateway(carrier: str, account: Mapping[str, Any]) -> tuple[Any, Any]:
    try:
        karrio = importlib.import_module("karrio.sdk")
    except ModuleNotFoundError as error:
        raise _NoLabelError("no_karrio", error.name or "karrio") from error
    try:
        initial = karrio.gateway[carrier]
    except Exception as error:
        missing = _missing(carrier)
        if missing:
            raise _NoLabelError("no_module", missing) from error
        raise _NoLabelError("no_carrier", carrier) from error
    try:
        return initial.create(dict(account)), karrio
    except Exception as error:
        # karrio's settings are classes: Python says which argument is missing. Values are not in it.
        raise _NoLabelError("account", str(error.__cause__ or error)) from error


def _missing(carrier: str) -> str:
    """The module that keeps an installed carrier from loading; karrio itself only says that it does not know it."""
    try:
        importlib.import_module(f"karrio.mappers.{carrier}")
    except ModuleNotFoundError as error:
        name = error.name or ""
        return "" if name == f"karrio.mappers.{carrier}" else name
    except Exception:
        return ""
    return ""


def _label(karrio: Any, gateway: Any, task: Mapping[str, Any]) -> dict[str, Any]:
    shipment = dict(task["shipment"])
    if task["carrier"] == "generic":
        shipment = for_template(shipment)
    # A carrier with returns of its own is given the way out, and turns it round; another one is sent the way back.
    if "create_return_shipment" in gateway.proxy_methods:
        shipment = {
            **shipment,
            "shipper": shipment["recipient"],
            "recipient": shipment["shipper"],
            "is_return": True,
        }
    made, messages = karrio.Shipment.create(shipment).from_(gateway).parse()
    if made is None or not made.tracking_number:
        raise _refusal(messages or [])
    file = _file(made.docs, task["method"])
    if not file:
        raise _NoLabelError("no_file", f"{task['carrier']} gave no {task['method']}")
    return {"tracking_number": str(made.tracking_number), "file": file}


def _file(docs: Any, method: str) -> str:
    if method == "qr":
        codes = [doc.base64 for doc in docs.extra_documents or () if doc.category in _QR and doc.base64]
        return codes[0] if codes else ""
    return docs.label or docs.pdf_label or ""


def _refusal(messages: list[Any]) -> _NoLabelError:
    words = "; ".join(f"{message.code}: {message.message}" for message in messages)
    # What broke inside of karrio, the connection included, may have broken after the carrier was asked.
    lost = not messages or any(message.code == _BROKE for message in messages)
    return _NoLabelError("lost" if lost else "refused", words)


def for_template(shipment: Mapping[str, Any]) -> dict[str, Any]:
    """The same for the generic carrier, whose label prints companies only, takes numbers from a first item, and puts
    words into XML as they are."""

    def plain(party: Mapping[str, Any]) -> dict[str, Any]:
        named = {**party, "company_name": party.get("company_name") or party.get("person_name", "")}
        return {key: value.translate(_XML) if isinstance(value, str) else value for key, value in named.items()}

    numbers = {"RFF_CN": shipment.get("reference", ""), "RFF_ON": shipment.get("order_id", "")}
    item = {"quantity": 1, "metadata": {name: value.translate(_XML) for name, value in numbers.items()}}
    parcels = [{**parcel, "items": [item]} for parcel in shipment.get("parcels", ())]
    parties = {role: plain(shipment[role]) for role in ("shipper", "recipient")}
    return {**shipment, **parties, "parcels": parcels}


if __name__ == "__main__":
    sys.exit(main())
