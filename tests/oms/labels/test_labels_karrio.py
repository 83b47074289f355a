"""karrio's process, as seen from the server: a child that answers, refuses, dawdles, babbles or dies."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from label_fakes import PDF, label_settings

from voicebot.errors import ConfigError
from voicebot.oms.labels.by_karrio import KarrioLabels, shipment_of
from voicebot.oms.labels.karrio_process import for_template
from voicebot.oms.labels.maker import BadLabel, LabelError, LabelLost, LabelRefused, LabelRequest, LabelTimeout
from voicebot.oms.labels.opening import open_labels
from voicebot.oms.model import Address

SENDER = Address(name="Nora Lind", street="5 Main Street", city="Albany", region="NY", postcode="12210", country="US")
WANTED = LabelRequest(reference="R-7", order_number="4481207", sender=SENDER, email="nora@example.com")
GIVEN = {"tracking_number": "1Z", "file": base64.b64encode(PDF).decode()}
Child = Callable[..., KarrioLabels]

pytestmark = pytest.mark.e2e


@pytest.fixture
def child(tmp_path: Path) -> Child:
    """A maker whose process is a short program: `said` is what it answers, in place of JSON a statement of its own."""

    def made(said: object = None, statement: str = "", **changes: Any) -> KarrioLabels:
        answer = statement or f"print({json.dumps(said)!r})"
        program = f"import json, os, sys, time\ntask = json.load(sys.stdin)\n{answer}"
        account = {"key": "k", "shipment_options": {"insured": True}}
        settings = label_settings(**changes)
        return KarrioLabels(settings, account, cwd=tmp_path, command=(sys.executable, "-I", "-c", program))

    return made


async def test_a_label(child: Child) -> None:
    label = await child(GIVEN).make(WANTED, timeout_s=20)
    assert (label.tracking_number, label.content, label.suffix) == ("1Z", PDF, "pdf")


async def test_a_label_in_lines(child: Child) -> None:
    content = PDF * 10
    label = await child({**GIVEN, "file": base64.encodebytes(content).decode()}).make(WANTED, timeout_s=20)
    assert label.content == content


@pytest.mark.parametrize("file", ["%%%", "é", base64.b64encode(b"^XA").decode()])
async def test_a_label_that_cannot_be_read_is_found_by_its_number(child: Child, file: str) -> None:
    with pytest.raises(BadLabel) as caught:
        await child({**GIVEN, "file": file}).make(WANTED, timeout_s=20)
    assert caught.value.what.endswith("tracking number: 1Z")


async def test_what_the_process_is_told(child: Child, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEBOT_SECRET", "s")
    monkeypatch.setenv("KARRIO_LOG_FILE", "log")
    seen = "dict(task=task, cwd=os.getcwd(), env=sorted(os.environ))"
    statement = f"open('seen', 'w').write(json.dumps({seen})); print({json.dumps(GIVEN)!r})"
    await child(statement=statement).make(WANTED, timeout_s=20)
    seen_by = json.loads((tmp_path / "seen").read_text())
    task = seen_by["task"]
    assert (task["do"], task["carrier"], task["account"]) == ("make", "generic", {"key": "k"})
    assert task["shipment"]["options"] == {"insured": True}
    assert 0 < task["timeout_s"] < 20
    assert Path(seen_by["cwd"]) == tmp_path
    assert not {"VOICEBOT_SECRET", "KARRIO_LOG_FILE"} & set(seen_by["env"])


@pytest.mark.parametrize(
    ("said", "error", "unsure"),
    [
        ({"error": "refused", "cause": "no such street"}, LabelRefused, False),
        ({"error": "account", "cause": "client_id"}, LabelError, False),
        ({"error": "lost", "cause": "time-out"}, LabelLost, True),
        ({"error": "broken", "cause": "ValueError"}, LabelLost, True),
        ({"error": "no_file", "cause": "no qr"}, BadLabel, True),
        ({}, BadLabel, True),
        ([], BadLabel, True),
        ({"tracking_number": "1", "file": "%%%"}, BadLabel, True),
        ({"tracking_number": "1", "file": "é"}, BadLabel, True),
        ({"file": GIVEN["file"]}, BadLabel, True),
        ({"tracking_number": "1", "file": base64.b64encode(b"^XA").decode()}, BadLabel, True),
    ],
)
async def test_what_is_no_label(child: Child, said: object, error: type[LabelError], unsure: bool) -> None:
    with pytest.raises(error) as caught:
        await child(said).make(WANTED, timeout_s=20)
    assert type(caught.value) is error
    assert caught.value.unsure is unsure


@pytest.mark.parametrize("statement", ["os._exit(3)", "print('karrio says hello')", "print('x' * 9_000_000)"])
async def test_a_process_that_babbles_or_dies(child: Child, statement: str) -> None:
    with pytest.raises(BadLabel):
        await child(statement=statement).make(WANTED, timeout_s=20)


async def test_a_process_that_dawdles_is_ended(child: Child, tmp_path: Path) -> None:
    maker = child(statement="open('pid', 'w').write(str(os.getpid())); time.sleep(600)")
    with pytest.raises(LabelTimeout) as caught:
        await maker.make(WANTED, timeout_s=1.5)
    assert caught.value.unsure
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


async def test_whoever_had_no_turn_bought_nothing(child: Child) -> None:
    maker = child(statement="time.sleep(600)", at_once=1)
    first = asyncio.create_task(maker.make(WANTED, timeout_s=3))
    await asyncio.sleep(0)
    with pytest.raises(LabelError) as caught:
        await maker.make(WANTED, timeout_s=0.2)
    assert not caught.value.unsure
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)


async def test_an_interpreter_that_is_none(tmp_path: Path) -> None:
    maker = KarrioLabels(label_settings(python="/nowhere/python"), {}, cwd=tmp_path)
    with pytest.raises(LabelError, match="did not start"):
        await maker.make(WANTED, timeout_s=5)
    with pytest.raises(ConfigError, match=r"voicebot\[karrio\]"):
        await maker.check()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"error": "no_karrio", "cause": "karrio"}, r"pip install 'voicebot\[karrio\]'"),
        ({"error": "no_carrier", "cause": "dhl_parcel_de"}, "pip install karrio-dhl-parcel-de"),
        ({"error": "no_module", "cause": "jinja2"}, "pip install jinja2"),
        ({"error": "account", "cause": "missing client_id"}, "VOICEBOT_LABELS_ACCOUNT"),
        ({"error": "broken", "cause": "ValueError"}, "ValueError"),
    ],
)
async def test_what_is_missing_is_said_at_the_start(child: Child, said: object, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        await child(said, carrier="dhl_parcel_de").check()


async def test_a_check_that_is_passed(child: Child) -> None:
    await child({"karrio": "2026.1"}).check()


async def test_the_settings_open_nothing_when_nothing_is_wanted(tmp_path: Path) -> None:
    assert await open_labels(label_settings(maker="none"), tmp_path, {}) is None
    assert not (tmp_path / "labels").exists()


async def test_without_karrio_the_server_says_how_to_get_it(tmp_path: Path) -> None:
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')  # -S: without installed packages
    bare.chmod(0o755)
    with pytest.raises(ConfigError, match="karrio is not installed") as caught:
        await open_labels(label_settings(python=str(bare)), tmp_path, {})
    assert "pip install 'voicebot[karrio]'" in caught.value.fix


# -- without a process


def test_a_parcel_goes_from_the_caller_to_the_shop() -> None:
    shipment = shipment_of(WANTED, label_settings(parcel_kg=2.5), {})
    assert shipment["shipper"]["person_name"] == "Nora Lind"
    assert "phone_number" not in shipment["shipper"], "what the order does not have is left out"
    assert shipment["recipient"]["company_name"] == "The Shop"
    assert shipment["parcels"] == [{"weight": 2.5, "weight_unit": "KG", "reference_number": "R-7"}]


def test_names_cannot_break_the_shops_own_label() -> None:
    party = {"person_name": "Smith & <Sons>", "residential": True}
    shop = {"company_name": "The Shop"}
    plain = for_template({"shipper": party, "recipient": shop, "parcels": [{"weight": 1}], "reference": "R<1"})
    assert plain["shipper"]["company_name"] == "Smith + (Sons)"
    assert plain["recipient"]["company_name"] == "The Shop"
    assert plain["parcels"][0]["items"][0]["metadata"]["RFF_CN"] == "R(1"
