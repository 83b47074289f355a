"""The web console: the talk page, replays, and the health checks.

Plain pages on the browser's own audio element instead of a Python UI framework: the replay keeps transcript and audio
in step to the word, which a round trip to the server per tick cannot.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from voicebot.console.api import Reader, api_router
from voicebot.console.deps import ConsoleDeps
from voicebot.console.security import Guard, login_router, token_from_environment
from voicebot.console.settings import ConsoleSettings

STATIC = Path(__file__).parent / "static"
#: Page addresses and the file behind each; the address of a call is read by the page itself.
_PAGES = {
    "/": "index.html",
    "/talk": "talk.html",
    "/calls": "calls.html",
    "/calls/{call_id}": "replay.html",
    "/favicon.svg": "favicon.svg",
    "/favicon.ico": "favicon.svg",
}


def build_app(
    deps: ConsoleDeps, settings: ConsoleSettings | None = None, *, routers: Sequence[APIRouter] = ()
) -> FastAPI:
    """The application.

    Args:
        routers: further routes, such as the browser calls' signalling (`transports.webrtc.routes.webrtc_router`).

    Raises:
        ConfigError: the access token cannot be read.
    """
    settings = settings or ConsoleSettings()
    token = token_from_environment(settings)
    read = Reader(timeout_s=settings.read_timeout_s)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        read.close()

    app = FastAPI(
        title="voicebot",
        version=deps.version,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lifespan,
    )
    app.middleware("http")(Guard(token, settings.allowed_hosts))
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.include_router(health_router(deps))
    for router in routers:
        app.include_router(router)
    app.include_router(login_router(token, STATIC / "login.html"))
    app.include_router(api_router(deps, read))
    app.include_router(_page_router())
    app.mount("/static", StaticFiles(directory=STATIC))
    return app


def health_router(deps: ConsoleDeps) -> APIRouter:
    """`/healthz`: the process is alive. `/readyz`: it takes calls; 503 while it warms up, drains or is ill."""
    router = APIRouter()

    @router.get("/healthz")
    async def healthz() -> dict[str, Any]:
        uptime_s = (datetime.now(UTC) - deps.started_at).total_seconds()
        return {"status": "alive", "version": deps.version, "uptime_s": round(uptime_s, 1), **deps.figures()}

    @router.get("/readyz")
    async def readyz() -> Response:
        found = deps.ready()
        ready = found.ready and not found.draining
        body = {
            "ready": ready,
            "draining": found.draining,
            "parts": dict(found.parts),
            "calls": {"running": found.running, "max": found.max_calls},
        }
        return JSONResponse(body, status_code=200 if ready else 503, headers={} if ready else {"Retry-After": "5"})

    return router


def _page_router() -> APIRouter:
    router = APIRouter(include_in_schema=False)

    def add(address: str, file: Path) -> None:
        @router.get(address)
        async def page() -> FileResponse:
            return FileResponse(file)

    for address, name in _PAGES.items():
        add(address, STATIC / name)
    return router


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404 and not request.url.path.startswith("/api/") and _wants_page(request):
        return FileResponse(STATIC / "missing.html", status_code=404)
    body = error.detail if isinstance(error.detail, dict) else {"error": str(error.detail).lower(), "fix": ""}
    return JSONResponse(body, status_code=error.status_code, headers=error.headers)


async def _invalid(request: Request, error: Exception) -> Response:
    """422 naming the fields; what was sent is not repeated."""
    assert isinstance(error, RequestValidationError)
    problems = [f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()]
    return JSONResponse({"error": "the request is not valid", "fix": "; ".join(problems)}, status_code=422)


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")
