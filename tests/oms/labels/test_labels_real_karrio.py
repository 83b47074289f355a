"""The real karrio: the shop's own label without any network, and a carrier of its kind on this machine's loopback."""

from __future__ import annotations

import base64
import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from label_fakes import PDF, PNG, label_settings

from voicebot.errors import ConfigError
from voicebot.oms.labels.by_karrio import KarrioLabels
from voicebot.oms.labels.maker import BadLabel, LabelLost, LabelRefused, LabelRequest, LabelTimeout
from voicebot.oms.labels.opening import open_labels
from voicebot.oms.model import Address

pytestmark = pytest.mark.e2e

PYTHON = os.environ.get("VOICEBOT_TEST_KARRIO_PYTHON", "")
SENDER = Address(
    name='Nora "&" Lind <1>', street="5 Main Street", city="Albany", region="NY", postcode="12210", country="US"
)
WANTED = LabelRequest(reference="R-7", order_number="4481207", sender=SENDER, email="nora@example.com")
GIVEN = {"number": "LP0042", "label": base64.b64encode(PDF).decode(), "qr": base64.b64encode(PNG).decode()}
PATIENCE_S = 60


@dataclass
class Desk:
    """The carrier's web side: what it was asked, and what it answers."""

    answer: dict[str, Any] = field(default_factory=lambda: dict(GIVEN))
    status: int = 200
    silent: threading.Event | None = None
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    url: str = ""


@contextmanager
def carrier() -> Iterator[Desk]:
    desk = Desk()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            desk.asked.append((self.headers["Authorization"], json.loads(body)))
            if desk.silent is not None:
                desk.silent.wait(PATIENCE_S)
                return
            self.send_response(desk.status)
            self.end_headers()
            self.wfile.write(json.dumps(desk.answer).encode())

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, name="carrier")
    thread.start()
    desk.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield desk
    finally:
        if desk.silent is not None:
            desk.silent.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def desk() -> Iterator[Desk]:
    with carrier() as found:
        yield found


@pytest.fixture
def looped(desk: Desk, tmp_path: Path) -> KarrioLabels:
    folder = tmp_path / "plugins" / "looped" / "karrio" / "plugins" / "looped"
    folder.mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("loop_carrier.py"), folder / "__init__.py")
    settings = label_settings(carrier="looped", service="looped_return", python=PYTHON)
    account = {"url": desk.url, "secret": "s3cret", "shipment_options": {"insurance": 20}}
    return KarrioLabels(settings, account, cwd=tmp_path)


# -- without any network


async def test_the_shops_own_label(tmp_path: Path) -> None:
    desk = await open_labels(label_settings(python=PYTHON), tmp_path, {})
    assert desk is not None
    maker = KarrioLabels(
        label_settings(python=PYTHON), {"display_name": "The Shop", "custom_carrier_name": "shop"}, cwd=tmp_path
    )
    label = await maker.make(WANTED, timeout_s=PATIENCE_S)
    assert label.suffix == "pdf"
    assert label.content.startswith(b"%PDF-")
    assert len(label.content) > 10_000, "there is a picture of the label in it"
    assert label.tracking_number == "R-7", "nobody tracks it: the number is the return's own"
    desk.close()


async def test_the_shops_own_label_is_no_code(tmp_path: Path) -> None:
    account = {"display_name": "The Shop", "custom_carrier_name": "shop"}
    maker = KarrioLabels(label_settings(python=PYTHON), account, cwd=tmp_path)
    with pytest.raises(BadLabel, match="gave no qr"):
        await maker.make(replace(WANTED, method="qr"), timeout_s=PATIENCE_S)


async def test_a_carrier_that_is_not_installed(tmp_path: Path) -> None:
    settings = label_settings(carrier="pigeon_post", python=PYTHON)
    with pytest.raises(ConfigError, match="pip install karrio-pigeon-post"):
        await open_labels(settings, tmp_path, {settings.account_env: "{}"})


async def test_an_account_that_is_incomplete(looped: KarrioLabels, tmp_path: Path) -> None:
    settings = label_settings(carrier="looped", python=PYTHON)
    with pytest.raises(ConfigError, match="secret"):
        await KarrioLabels(settings, {"url": "http://127.0.0.1:9"}, cwd=tmp_path).check()
    await looped.check()


# -- over the loopback


async def test_a_carriers_return_label(desk: Desk, looped: KarrioLabels) -> None:
    label = await looped.make(WANTED, timeout_s=PATIENCE_S)
    assert (label.tracking_number, label.content) == ("LP0042", PDF)
    ((secret, sent),) = desk.asked
    assert secret == "s3cret"
    # karrio has turned it round once: it goes from the caller to the shop.
    assert (sent["shipper"]["person_name"], sent["shipper"]["postal_code"]) == (SENDER.name, "12210")
    assert (sent["recipient"]["company_name"], sent["recipient"]["postal_code"]) == ("The Shop", "12207")
    assert (sent["reference"], sent["options"], sent["service"]) == ("R-7", {"insurance": 20}, "looped_return")


async def test_a_carriers_code(desk: Desk, looped: KarrioLabels) -> None:
    label = await looped.make(replace(WANTED, method="qr"), timeout_s=PATIENCE_S)
    assert (label.content, label.suffix) == (PNG, "png")
    assert "label_type" not in desk.asked[0][1]


async def test_a_carrier_that_says_no(desk: Desk, looped: KarrioLabels) -> None:
    desk.answer = {"error": "no such street"}
    with pytest.raises(LabelRefused, match="E17: no such street"):
        await looped.make(WANTED, timeout_s=PATIENCE_S)


async def test_a_carrier_that_breaks(desk: Desk, looped: KarrioLabels) -> None:
    desk.answer, desk.status = {"sorry": 1}, 500
    with pytest.raises(LabelLost) as caught:
        await looped.make(WANTED, timeout_s=PATIENCE_S)
    assert caught.value.unsure
    assert len(desk.asked) == 1, "nobody asks twice"


async def test_a_carrier_that_is_silent(desk: Desk, looped: KarrioLabels) -> None:
    desk.silent = threading.Event()
    with pytest.raises((LabelLost, LabelTimeout)) as caught:
        await looped.make(WANTED, timeout_s=4)
    assert caught.value.unsure
    assert len(desk.asked) == 1


async def test_a_carrier_that_is_not_there(desk: Desk, looped: KarrioLabels, tmp_path: Path) -> None:
    settings = label_settings(carrier="looped", python=PYTHON)
    maker = KarrioLabels(settings, {"url": "http://127.0.0.1:9", "secret": "s"}, cwd=tmp_path)
    with pytest.raises(LabelLost):
        await maker.make(WANTED, timeout_s=PATIENCE_S)
