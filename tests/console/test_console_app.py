from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from console_bench import CALL, FakeStore, deps_for, wismo_call, write_recording
from fastapi import APIRouter

from voicebot.console.app import STATIC, build_app
from voicebot.console.deps import ConsoleDeps, Readiness
from voicebot.console.settings import ConsoleSettings


@pytest.fixture
def deps(tmp_path: Path) -> ConsoleDeps:
    return deps_for(tmp_path, FakeStore({CALL: wismo_call()}))


def browser(deps: ConsoleDeps, settings: ConsoleSettings | None = None, **kwargs: object) -> httpx.AsyncClient:
    app = build_app(deps, settings)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:8080")


async def test_alive_and_ready(deps: ConsoleDeps) -> None:
    async with browser(deps) as http:
        alive = await http.get("/healthz")
        assert (alive.status_code, alive.json()["version"]) == (200, "0.1.0")
        ready = await http.get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["calls"] == {"running": 1, "max": 10}


@pytest.mark.parametrize(
    "state", [Readiness(ready=False, parts={"recogniser": "warming"}), Readiness(ready=True, draining=True)]
)
async def test_not_ready_while_warming_up_or_draining(tmp_path: Path, state: Readiness) -> None:
    async with browser(deps_for(tmp_path, FakeStore(), ready=lambda: state)) as http:
        response = await http.get("/readyz")
        assert response.status_code == 503
        assert response.headers["retry-after"]
        assert response.json()["ready"] is False
        assert (await http.get("/healthz")).status_code == 200


@pytest.mark.parametrize("path", ["/", "/talk", "/calls", f"/calls/{CALL}", "/calls/no-such-call", "/login"])
async def test_pages_load_nothing_from_elsewhere_and_run_nothing_inline(deps: ConsoleDeps, path: str) -> None:
    async with browser(deps) as http:
        response = await http.get(path)
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/html")
        policy = response.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        page = response.text
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|style=|javascript:", page)
        for reference in re.findall(r'(?:src|href)="([^"#]+)"', page):
            assert reference.startswith("/"), reference
            assert (await http.get(reference)).status_code == 200, reference


async def test_every_module_that_a_page_imports_exists(deps: ConsoleDeps) -> None:
    async with browser(deps) as http:
        for module in (STATIC / "js").glob("*.js"):
            response = await http.get(f"/static/js/{module.name}")
            assert response.headers["content-type"].startswith("text/javascript")
            for name in re.findall(r"from '\./([\w.]+)'", response.text):
                assert (STATIC / "js" / name).is_file(), f"{module.name} imports {name}"


def test_scripts_never_write_markup() -> None:
    for module in (STATIC / "js").glob("*.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", module.read_text())


async def test_unknown_addresses(deps: ConsoleDeps) -> None:
    async with browser(deps) as http:
        page = await http.get("/nothing", headers={"Accept": "text/html"})
        assert (page.status_code, "No such page" in page.text) == (404, True)
        plain = await http.get("/nothing")
        assert (plain.status_code, plain.json()["error"]) == (404, "not found")
        api = await http.get("/api/nothing", headers={"Accept": "text/html"})
        assert (api.status_code, api.json()["error"]) == (404, "no such address")


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/js/%2e%2e%2f%2e%2e%2fapp.py", "/static//etc/passwd"]
)
async def test_static_files_stay_inside(deps: ConsoleDeps, path: str) -> None:
    async with browser(deps) as http:
        assert (await http.get(path)).status_code == 404


async def test_further_routers_are_mounted(deps: ConsoleDeps) -> None:
    router = APIRouter(prefix="/api/webrtc")

    @router.get("/config")
    async def config() -> dict[str, bool]:
        return {"mounted": True}

    app = build_app(deps, routers=[router])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as http:
        assert (await http.get("/api/webrtc/config")).json() == {"mounted": True}


async def test_openapi_describes_the_interface(deps: ConsoleDeps) -> None:
    async with browser(deps) as http:
        paths = (await http.get("/api/openapi.json")).json()["paths"]
        assert {"/healthz", "/readyz", "/api/calls", "/api/calls/{call_id}"} <= set(paths)
        assert (await http.get("/docs")).status_code == 404


async def test_recording_seeks(deps: ConsoleDeps) -> None:
    path = deps.data_dir / "recordings" / f"{CALL}.wav"
    write_recording(path, wismo_call())
    async with browser(deps) as http:
        whole = await http.get(f"/api/calls/{CALL}/recording")
        assert (whole.status_code, whole.headers["content-type"]) == (200, "audio/wav")
        assert whole.headers["accept-ranges"] == "bytes"
        part = await http.get(f"/api/calls/{CALL}/recording", headers={"Range": "bytes=1000-1099"})
        assert (part.status_code, part.content) == (206, whole.content[1000:1100])
        assert part.headers["content-range"] == f"bytes 1000-1099/{path.stat().st_size}"
        beyond = await http.get(f"/api/calls/{CALL}/recording", headers={"Range": "bytes=99999999-"})
        assert beyond.status_code == 416
