"""The shop's pack with customers who talk as they like, to the same engine as `voicebot chat`: what they hear, and what
is done in the end."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import _benchmarks_path  # noqa: F401
import pytest
import shop
import yaml
from _shop_truth import Snapshot, forbidden, snapshot

from voicebot.call.house import House
from voicebot.call.text import TextCall
from voicebot.oms.demo.schema import ShopFile
from voicebot.oms.demo.transfer import import_shop

pytestmark = pytest.mark.model

CASES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "shop_strangers.yaml").read_text(encoding="utf-8"))
FILE = ShopFile.model_validate(CASES["shop"])
PRODUCTS = {variant.sku: product.id for product in FILE.products for variant in product.variants}
STOCK = {variant.sku: variant.stock for product in FILE.products for variant in product.variants}


@dataclass(frozen=True, slots=True)
class Called:
    """What was said in a call, and the shop before and after it."""

    talk: list[str]
    before: Snapshot
    after: Snapshot


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Called]:
    """All of them, one after the other, each in a fresh shop."""
    return asyncio.run(_calls(tmp_path_factory.mktemp("strangers")))


async def _calls(data: Path) -> dict[str, Called]:
    found = {}
    async with shop.opened(data, FILE) as (house, store):
        for number, (name, case) in enumerate(CASES["strangers"].items()):
            import_shop(store, FILE)
            before = snapshot(store)
            talk = await _talk(house, data, f"stranger-{number}", case["lines"])
            found[name] = Called(talk, before, snapshot(store))
    return found


@pytest.mark.parametrize("name", CASES["strangers"])
def test_a_stranger(name: str, calls: dict[str, Called]) -> None:
    case, talk, before, after = CASES["strangers"][name], calls[name].talk, calls[name].before, calls[name].after
    told = "\n".join(talk)
    said, at = "\n".join(line for line in talk if line.startswith("bot: ")), 0
    for wanted in case.get("hears", ()):
        found = re.compile(wanted, re.IGNORECASE).search(said, at)
        assert found, f"never heard, or not in this order: {wanted!r}\n{told}"
        at = found.end()
    for unwanted in case.get("never", ()):
        assert not re.search(unwanted, said, re.IGNORECASE), f"heard: {unwanted!r}\n{told}"
    assert forbidden(before, after, PRODUCTS, STOCK) == [], told
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {name for name, fields in case["does"].items() if fields}, told
    for place, fields in case["does"].items():
        now = {field: after[place][field] for field in fields}
        assert json.loads(json.dumps(now)) == fields, told


async def _talk(house: House, data: Path, call_id: str, lines: list[str]) -> list[str]:
    """Everything that is said in a call in which the caller says these lines, and hangs up."""
    call = TextCall(house, call_id=call_id, caller=None)
    talk = [f"bot: {line}" for line in (await call.open())["say"]]
    for line in lines:
        words = line.replace("{code}", shop.code_sent(data, call_id))
        talk.append(f"caller: {words}")
        talk += [f"bot: {line}" for line in (await call.say(words))["say"]]
    await call.close()
    return talk
