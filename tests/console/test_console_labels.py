"""The link to a label, over HTTP: for whoever has it, without a log-in, and for nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from console_bench import FakeStore, deps_for

from voicebot.console.app import build_app
from voicebot.console.labels import label_router
from voicebot.oms.labels.maker import Label
from voicebot.oms.labels.shelf import Shelf

PDF = b"%PDF-1.4 a label"
ORIGIN = "https://voice.shop.example"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "labels", ORIGIN, keep_days=30)


@pytest.fixture
async def http(tmp_path: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setenv("VOICEBOT_CONSOLE_TOKEN", "correct horse battery staple")
    app = build_app(deps_for(tmp_path, FakeStore()), routers=[label_router(shelf)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as client:
        yield client
    shelf.close()


async def test_the_link_gives_the_label_and_is_kept_by_nobody(http: httpx.AsyncClient, shelf: Shelf) -> None:
    link = await shelf.put(Label(tracking_number="T-1", content=PDF, suffix="pdf"))
    answer = await http.get(link)
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert 'filename="return-label.pdf"' in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "private, no-store"
    assert "noindex" in answer.headers["x-robots-tag"]


@pytest.mark.parametrize("name", [f"{'a' * 43}.pdf", "x", "..%2Fcalls.db", "%2e%2e", f"{'a' * 43}.pdf%00"])
async def test_every_other_name_is_answered_alike(http: httpx.AsyncClient, name: str) -> None:
    answer = await http.get(f"/labels/{name}")
    assert answer.status_code == 404
    assert "root" not in answer.text


async def test_there_is_no_list(http: httpx.AsyncClient) -> None:
    assert (await http.get("/labels/")).status_code == 404
