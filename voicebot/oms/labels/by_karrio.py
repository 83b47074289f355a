"""Labels by karrio, the multi-carrier library: each in a process of its own that ends at the deadline."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from voicebot.errors import ConfigError
from voicebot.oms.labels.maker import (
    BadLabel,
    Label,
    LabelError,
    LabelLost,
    LabelRefused,
    LabelRequest,
    LabelTimeout,
    suffix_of,
)
from voicebot.oms.labels.settings import LabelSettings

PROGRAM = Path(__file__).with_name("karrio_process.py")
INSTALL = "pip install 'voicebot[karrio]', or set labels.python to an environment that has it"
#: What the process gets of our environment: nothing secret, and nothing that changes how it logs.
_PASSED = ("PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "https_proxy", "NO_PROXY")
_QUIET = {"KARRIO_LOG_LEVEL": "CRITICAL"}
_CHECK_S = 20.0
#: What the process has less than we wait, to say itself what went wrong.
_MARGIN_S = 0.5
_MOST_BYTES = 8_000_000
#: By the process's code; whatever else it says may have happened after the carrier was asked.
_ERRORS: Mapping[str, type[LabelError]] = {
    "refused": LabelRefused,
    "no_file": BadLabel,
    "no_karrio": LabelError,
    "no_module": LabelError,
    "no_carrier": LabelError,
    "account": LabelError,
}


class KarrioLabels:
    """`LabelMaker` by karrio.

    Args:
        account: of the shop at the carrier; see `LabelSettings.account_env`.
        command: of the process; None takes the interpreter of the settings.
    """

    def __init__(
        self,
        settings: LabelSettings,
        account: Mapping[str, Any],
        *,
        cwd: Path,
        command: Sequence[str] | None = None,
    ) -> None:
        self.carrier = settings.carrier
        self._settings, self._cwd = settings, cwd
        self._options = dict(account.get("shipment_options") or {})
        self._account = {name: value for name, value in account.items() if name != "shipment_options"}
        # Isolated: nothing of the working directory or of PYTHONPATH is imported.
        self._command = tuple(command or (settings.python or sys.executable, "-I", str(PROGRAM)))
        self._room = asyncio.Semaphore(settings.at_once)

    async def check(self) -> None:
        """See `LabelMaker.check`."""
        try:
            answer = await self._ask({"do": "check"}, _CHECK_S)
        except LabelError as error:
            raise ConfigError(f"labels: {error.what}", where="labels", fix=error.fix or INSTALL) from error
        cause = str(answer.get("cause", ""))
        match answer.get("error"):
            case None:
                return
            case "no_karrio":
                raise ConfigError("karrio is not installed", where="labels.maker", fix=INSTALL)
            case "no_module":
                what = f"karrio's carrier {self.carrier!r} needs the module {cause!r}"
                raise ConfigError(what, where="labels.carrier", fix=f"pip install {cause}")
            case "no_carrier":
                package = f"karrio-{self.carrier.replace('_', '-')}"
                what = f"karrio does not know the carrier {self.carrier!r}"
                raise ConfigError(what, where="labels.carrier", fix=f"pip install {package}")
            case "account":
                fix = f"put a JSON object into {self._settings.account_env}"
                raise ConfigError(f"the carrier's account: {cause}", where="labels.account_env", fix=fix)
            case code:
                raise ConfigError(f"karrio cannot be used: {code} {cause}".rstrip(), where="labels", fix=INSTALL)

    async def make(self, wanted: LabelRequest, *, timeout_s: float) -> Label:
        """See `LabelMaker.make`."""
        shipment = shipment_of(wanted, self._settings, self._options)
        answer = await self._ask({"do": "make", "shipment": shipment, "method": wanted.method}, timeout_s)
        if code := answer.get("error"):
            cause = str(answer.get("cause", ""))
            raise _ERRORS.get(str(code), LabelLost)(f"{code}: {cause}", where=f"labels.carrier {self.carrier}")
        try:
            # Carriers may break it into lines.
            content = base64.b64decode("".join(str(answer["file"]).split()), validate=True)
            return Label(tracking_number=str(answer["tracking_number"]), content=content, suffix=suffix_of(content))
        except (KeyError, ValueError, BadLabel) as error:
            what = error.what if isinstance(error, BadLabel) else "karrio's answer has no label"
            # It may be charged for all the same: the number is what it is found by.
            told = f"{what}; tracking number: {answer.get('tracking_number') or 'none'}"
            raise BadLabel(told, where=f"labels.carrier {self.carrier}") from error

    async def _ask(self, task: Mapping[str, Any], timeout_s: float) -> Mapping[str, Any]:
        """The process's answer.

        Raises:
            LabelError: it did not start, ended, was too slow, or said nothing sensible.
        """
        began = False
        try:
            async with asyncio.timeout(timeout_s) as limit, self._room:
                began = True
                left_s = (limit.when() or 0.0) - asyncio.get_running_loop().time()
                request = {**task, "carrier": self.carrier, "account": self._account}
                request["timeout_s"] = max(0.1, left_s - _MARGIN_S)
                told = await self._run(json.dumps(request).encode())
        except TimeoutError as error:
            where = f"labels.carrier {self.carrier}"
            if not began:
                raise LabelError("too many labels at once", where=where, fix="raise labels.at_once") from error
            raise LabelTimeout("no label in time", where=where, fix="raise labels.timeout_s") from error
        except OSError as error:
            raise LabelError(f"karrio did not start: {error.strerror}", where="labels.python", fix=INSTALL) from error
        try:
            answer = json.loads(told) if len(told) <= _MOST_BYTES else None
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise BadLabel("karrio's process gave no answer", where=f"labels.carrier {self.carrier}")
        return answer

    async def _run(self, request: bytes) -> bytes:
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # karrio's log may have the caller's address in it
            cwd=self._cwd,
            env={**{name: os.environ[name] for name in _PASSED if name in os.environ}, **_QUIET},
        )
        try:
            told, _ = await process.communicate(request)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return told


def shipment_of(wanted: LabelRequest, settings: LabelSettings, options: Mapping[str, Any]) -> dict[str, Any]:
    """karrio's shipment, on its way back: from the caller to the shop."""
    sender = wanted.sender
    return {
        "service": settings.service,
        "shipper": _party(
            person_name=sender.name,
            address_line1=sender.street,
            city=sender.city,
            state_code=sender.region,
            postal_code=sender.postcode,
            country_code=sender.country,
            phone_number=wanted.phone,
            email=wanted.email,
            residential=True,
        ),
        "recipient": _party(
            company_name=settings.to_name,
            address_line1=settings.to_street,
            city=settings.to_city,
            state_code=settings.to_region,
            postal_code=settings.to_postcode,
            country_code=settings.to_country,
            phone_number=settings.to_phone,
        ),
        "parcels": [
            {"weight": settings.parcel_kg, "weight_unit": "KG", "reference_number": wanted.reference},
        ],
        "reference": wanted.reference,
        "order_id": wanted.order_number,
        "options": dict(options),
        # Without a type some carriers give the QR code beside the label; with one, the label alone.
        **({"label_type": "PDF"} if wanted.method == "label" else {}),
    }


def _party(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in ("", None)}
