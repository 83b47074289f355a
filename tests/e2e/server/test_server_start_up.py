"""What keeps the server from starting is said in one line, with what to do about it, and at once."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from live_server import ROOT, as_toml, environment, free_port, voicebot
from prepared import with_models

pytestmark = pytest.mark.e2e

#: What a person waits for before thinking that it hangs; models are loaded within it, on two idle cores in a third.
SOON_S = 40.0


@contextmanager
def taken(kind: socket.SocketKind) -> Iterator[int]:
    with socket.socket(type=kind) as other:
        port = free_port()
        other.bind(("127.0.0.1", port))
        if kind == socket.SOCK_STREAM:
            other.listen()
        yield port


def refusal(
    folder: Path,
    prepared: Path,
    sections: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    sip_port: int = 0,
    http_port: int = 0,
) -> str:
    """The complaint of a server that does not start: `error: what (how to fix)`, and exit code 1."""
    data_dir = with_models(folder / "data", prepared)
    (folder / "voicebot.toml").write_text(as_toml({"sip": {"host": "127.0.0.1"}, **(sections or {})}), "utf-8")
    ports = ("--sip-port", str(sip_port or free_port()), "--http-port", str(http_port or free_port()))
    done = subprocess.run(
        voicebot("serve", *ports, "--data-dir", str(data_dir)),
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=SOON_S,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "ready:" not in done.stdout
    assert "Traceback" not in done.stderr
    said = "\n".join(line for line in done.stderr.splitlines() if not line.startswith("{"))
    assert said.startswith("error: ")
    for line in said.splitlines():
        assert re.fullmatch(r".+ \(.+\)", line), "what, and how to fix it"
    return said


def test_sip_port_in_use(tmp_path: Path, prepared_models: Path) -> None:
    with taken(socket.SOCK_DGRAM) as port:
        said = refusal(tmp_path, prepared_models, sip_port=port)
    assert "\n" not in said
    assert str(port) in said
    assert "--sip-port" in said


def test_http_port_in_use(tmp_path: Path, prepared_models: Path) -> None:
    with taken(socket.SOCK_STREAM) as port:
        said = refusal(tmp_path, prepared_models, http_port=port)
    assert "\n" not in said
    assert str(port) in said
    assert "--http-port" in said


def test_unknown_setting(tmp_path: Path, prepared_models: Path) -> None:
    said = refusal(tmp_path, prepared_models, {"call": {"max_cals": 3}})
    assert "voicebot.toml" in said
    assert "call.max_cals" in said
    assert "did you mean call.max_calls?" in said


def test_setting_of_the_wrong_type(tmp_path: Path, prepared_models: Path) -> None:
    assert "call.max_calls" in refusal(tmp_path, prepared_models, {"call": {"max_calls": "many"}})


def test_settings_that_are_no_toml(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("[sip\nport = 5060\n")
    command = voicebot("serve", "--config", str(tmp_path / "broken.toml"))
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=SOON_S, check=False)
    assert done.returncode == 1
    assert re.fullmatch(r"error: .*broken\.toml.*TOML.*line 1.*", done.stderr.strip())


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        pytest.param(("  - branch:", "  - branch: ["), "", id="no-yaml"),
        pytest.param(
            ("  - id: offer_caller_number\n", "  - id: elsewhere\n"), "offer_caller_number", id="no-such-step"
        ),
        pytest.param(
            ("    ask: use_caller_number\n", "    aks: use_caller_number\n"), "did you mean ask?", id="unknown-key"
        ),
    ],
)
def test_broken_flow(tmp_path: Path, prepared_models: Path, change: tuple[str, str], complaint: str) -> None:
    flows = tmp_path / "flows"
    shutil.copytree(ROOT / "flows", flows)
    text = (flows / "callback.yaml").read_text("utf-8")
    assert change[0] in text
    (flows / "callback.yaml").write_text(text.replace(*change, 1), "utf-8")
    said = refusal(tmp_path, prepared_models, {"dialogue": {"flows": flows}})
    for line in said.splitlines():
        assert re.match(r"(error: )?(\S*/)?callback\.yaml:\d+: ", line)
    assert complaint in said


@pytest.mark.parametrize(
    ("section", "setting"), [("listening", "model"), ("listening", "turn_model"), ("speaking", "voice")]
)
def test_missing_model(tmp_path: Path, prepared_models: Path, section: str, setting: str) -> None:
    missing = tmp_path / "nowhere" / "model.onnx"
    said = refusal(tmp_path, prepared_models, {section: {setting: missing}})
    assert str(missing) in said


@pytest.mark.parametrize(
    ("section", "setting"),
    [("listening", "voice_activity_model"), ("listening", "turn_model"), ("speaking", "voice")],
)
def test_corrupt_model(tmp_path: Path, prepared_models: Path, section: str, setting: str) -> None:
    corrupt = tmp_path / "model.onnx"
    corrupt.write_bytes(b"\x08\x07 not a model" * 100)
    corrupt.with_suffix(".onnx.json").write_text("{}")
    said = refusal(tmp_path, prepared_models, {section: {setting: corrupt}})
    assert str(corrupt) in said
