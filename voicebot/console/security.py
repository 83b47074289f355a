"""Who may see the console, and what its pages may load."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse, Response

from voicebot.console.settings import ConsoleSettings
from voicebot.errors import ConfigError

COOKIE = "voicebot_console"
_LOGIN_BODY_LIMIT = 4_096
_MIN_TOKEN_CHARS = 8

#: No inline script or style, nothing from elsewhere, no frames: a caller's words cannot become code.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src 'self' "
        "blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

#: Open to everybody: health checks, the talk page and what it is made of, the way in. Webhooks are signed, and labels
#: have names that nobody can guess.
_OPEN = ("/healthz", "/readyz", "/talk", "/login", "/favicon.ico", "/favicon.svg")
_OPEN_BELOW = ("/static/", "/api/webrtc/", "/webhooks/", "/labels/")

Next = Callable[[Request], Awaitable[Response]]


class Guard:
    """Middleware: checks access, adds the security headers.

    Args:
        token: None leaves the console open to whoever reaches it under a trusted host name.
    """

    def __init__(self, token: str | None, allowed_hosts: tuple[str, ...] = ()) -> None:
        self._token = token
        self._hosts = {"localhost", socket.gethostname().lower(), *(host.lower() for host in allowed_hosts)}

    async def __call__(self, request: Request, call_next: Next) -> Response:
        path = request.url.path
        is_open = path in _OPEN or path.startswith(_OPEN_BELOW)
        refusal = None if is_open else self._refusal(request)
        response = refusal if refusal is not None else await call_next(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-cache" if is_open else "no-store")
        return response

    def _refusal(self, request: Request) -> Response | None:
        if self._token is None:
            return None if self._trusted(request.headers.get("host", "")) else _wrong_host()
        given = request.headers.get("authorization", "")
        if given and same(given, f"Bearer {self._token}"):
            return None
        cookie = request.cookies.get(COOKIE, "")
        if cookie and same(cookie, proof(self._token)):
            return None
        if request.method == "GET" and not request.url.path.startswith("/api/"):
            return RedirectResponse(f"/login?next={quote(request.url.path)}", status_code=303)
        return JSONResponse(
            {"error": "an access token is needed", "fix": "send it as Authorization: Bearer, or log in at /login"},
            status_code=401,
            headers={"WWW-Authenticate": "Bearer"},
        )

    def _trusted(self, host: str) -> bool:
        name = (urlsplit(f"//{host}").hostname or "").lower()
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in self._hosts or name.endswith(".localhost")
        return True


def login_router(token: str | None, page: Path) -> APIRouter:
    """`/login`: exchanges the token for a cookie that scripts cannot read and other sites cannot use."""
    router = APIRouter()

    @router.get("/login")
    async def ask() -> FileResponse:
        return FileResponse(page)

    @router.post("/login")
    async def enter(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LOGIN_BODY_LIMIT:
                return JSONResponse({"error": "too long", "fix": "send the token alone"}, status_code=413)
        form = parse_qs(body.decode("utf-8", "replace"))
        target = local_path(form.get("next", ["/"])[0])
        if token is None or same(form.get("token", [""])[0], token):
            response = RedirectResponse(target, status_code=303)
            if token is not None:
                secure = request.url.scheme == "https"
                response.set_cookie(COOKIE, proof(token), httponly=True, samesite="strict", secure=secure)
            return response
        return RedirectResponse(f"/login?wrong=1&next={quote(target)}", status_code=303)

    return router


def token_from_environment(settings: ConsoleSettings, environ: Mapping[str, str] = os.environ) -> str | None:
    """The access token, or None when none is set.

    Raises:
        ConfigError: its file cannot be read, or it is too short to be a secret.
    """
    name = settings.token_env
    token = environ.get(name, "")
    if file := environ.get(f"{name}_FILE"):
        try:
            token = Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError("the access token cannot be read", where=f"{name}_FILE", fix=str(error)) from error
    token = token.strip()
    if token and len(token) < _MIN_TOKEN_CHARS:
        raise ConfigError("the access token is too short", where=name, fix=f"use {_MIN_TOKEN_CHARS} characters or more")
    return token or None


def check_access(settings: ConsoleSettings, environ: Mapping[str, str] = os.environ) -> None:
    """See that calls and recordings are not open to the network by oversight.

    Raises:
        ConfigError: other machines reach the console, no token is set, and `web.open` does not say that it is meant.
    """
    if settings.open or _loopback(settings.host) or token_from_environment(settings, environ) is not None:
        return
    raise ConfigError(
        "other machines could read calls and hear recordings without an access token",
        where=f"web.host = {settings.host!r}",
        fix=f'set {settings.token_env}, or web.host = "127.0.0.1", or web.open = true where a proxy asks who comes in',
    )


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def same(given: str, expected: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())


def proof(token: str) -> str:
    """What the cookie holds instead of the token."""
    return hmac.new(token.encode(), b"voicebot console", hashlib.sha256).hexdigest()


def local_path(target: str) -> str:
    """The path to go to after logging in: of this site, or `/`."""
    plain = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if plain else "/"


def _wrong_host() -> Response:
    return JSONResponse(
        {"error": "unknown host name", "fix": "set web.allowed_hosts, or an access token"}, status_code=421
    )
