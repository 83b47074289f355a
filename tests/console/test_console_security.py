from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from console_bench import CALL, FakeStore, deps_for, wismo_call

from voicebot.console.app import build_app
from voicebot.console.security import COOKIE, check_access, local_path, proof, same, token_from_environment
from voicebot.console.settings import ConsoleSettings
from voicebot.errors import ConfigError

TOKEN = "correct horse battery staple"
GUARDED = ["/", "/calls", f"/calls/{CALL}", "/api/calls", f"/api/calls/{CALL}", "/api/callbacks", "/api/openapi.json"]
OPEN = ["/healthz", "/readyz", "/talk", "/login", "/static/console.css", "/favicon.svg"]


@pytest.fixture
def with_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> httpx.AsyncClient:
    monkeypatch.setenv("VOICEBOT_CONSOLE_TOKEN", TOKEN)
    app = build_app(deps_for(tmp_path, FakeStore({CALL: wismo_call()})))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://console.example")


@pytest.mark.parametrize("path", GUARDED)
async def test_guarded_without_token(with_token: httpx.AsyncClient, path: str) -> None:
    response = await with_token.get(path)
    if path.startswith("/api/"):
        assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
    else:
        assert (response.status_code, response.headers["location"]) == (303, f"/login?next={path}")
    assert CALL not in response.text
    assert response.headers["content-security-policy"]


@pytest.mark.parametrize("path", GUARDED)
async def test_guarded_with_token(with_token: httpx.AsyncClient, path: str) -> None:
    right = await with_token.get(path, headers={"Authorization": f"Bearer {TOKEN}"})
    assert right.status_code == 200
    assert right.headers["cache-control"] == "no-store"
    wrong = await with_token.get(path, headers={"Authorization": "Bearer wrong"})
    assert wrong.status_code in (303, 401)


@pytest.mark.parametrize("path", OPEN)
async def test_open_without_token(with_token: httpx.AsyncClient, path: str) -> None:
    assert (await with_token.get(path)).status_code == 200


async def test_logging_in_gives_a_cookie_that_is_not_the_token(with_token: httpx.AsyncClient) -> None:
    wrong = await with_token.post("/login", data={"token": "guess", "next": "/calls"})
    assert wrong.headers["location"] == "/login?wrong=1&next=/calls"
    right = await with_token.post("/login", data={"token": TOKEN, "next": f"/calls/{CALL}"})
    assert right.headers["location"] == f"/calls/{CALL}"
    cookie = right.headers["set-cookie"]
    assert TOKEN not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert (await with_token.get("/api/calls")).status_code == 200
    with_token.cookies.set(COOKIE, "forged", domain="console.example")
    assert (await with_token.post("/login", content=b"x" * 5000)).status_code == 413


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("localhost:8080", True),
        ("127.0.0.1:8080", True),
        ("[::1]:8080", True),
        ("192.0.2.7", True),
        ("calls.localhost", True),
        ("console.example", True),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("", False),
    ],
)
async def test_without_a_token_only_known_host_names_are_served(tmp_path: Path, host: str, allowed: bool) -> None:
    app = build_app(deps_for(tmp_path, FakeStore()), ConsoleSettings(allowed_hosts=("console.example",)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as http:
        response = await http.get("/api/calls", headers={"Host": host})
        assert response.status_code == (200 if allowed else 421)
        assert (await http.get("/healthz", headers={"Host": host})).status_code == 200


def test_token_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    settings = ConsoleSettings()
    file = tmp_path / "token"
    file.write_text("from a secret file\n")
    assert token_from_environment(settings, {}) is None
    assert token_from_environment(settings, {"VOICEBOT_CONSOLE_TOKEN": f" {TOKEN} "}) == TOKEN
    assert token_from_environment(settings, {"VOICEBOT_CONSOLE_TOKEN_FILE": str(file)}) == "from a secret file"
    with pytest.raises(ConfigError, match="cannot be read"):
        token_from_environment(settings, {"VOICEBOT_CONSOLE_TOKEN_FILE": str(tmp_path / "none")})
    with pytest.raises(ConfigError, match="too short"):
        token_from_environment(settings, {"VOICEBOT_CONSOLE_TOKEN": "1234"})


@pytest.mark.parametrize(
    ("settings", "environ", "allowed"),
    [
        (ConsoleSettings(), {}, True),
        (ConsoleSettings(host="localhost"), {}, True),
        (ConsoleSettings(host="::1"), {}, True),
        (ConsoleSettings(host="0.0.0.0"), {}, False),
        (ConsoleSettings(host="::"), {}, False),
        (ConsoleSettings(host="192.0.2.7"), {}, False),
        (ConsoleSettings(host="calls.example"), {}, False),
        (ConsoleSettings(host="0.0.0.0"), {"VOICEBOT_CONSOLE_TOKEN": TOKEN}, True),
        (ConsoleSettings(host="0.0.0.0", open=True), {}, True),
    ],
)
def test_the_network_gets_no_console_without_a_token(
    settings: ConsoleSettings, environ: dict[str, str], allowed: bool
) -> None:
    if allowed:
        check_access(settings, environ)
        return
    with pytest.raises(ConfigError, match="without an access token") as caught:
        check_access(settings, environ)
    assert settings.host in caught.value.where
    assert "VOICEBOT_CONSOLE_TOKEN" in caught.value.fix


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/calls/x", "/calls/x"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/a\nb", "/"),
        ("", "/"),
    ],
)
def test_after_logging_in_one_stays_on_this_site(target: str, expected: str) -> None:
    assert local_path(target) == expected


def test_comparison() -> None:
    assert same("ä", "ä")
    assert not same("a", "ab")
    assert proof("a") != proof("b")
