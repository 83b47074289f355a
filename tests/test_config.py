"""Settings: defaults, file, environment, flags; mistakes are named with the nearest valid name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from voicebot import config
from voicebot.errors import ConfigError


def write(folder: Path, text: str) -> Path:
    file = folder / "voicebot.toml"
    file.write_text(text, "utf-8")
    return file


def test_everything_has_a_default() -> None:
    settings = config.load(environ={})
    assert settings.sip.port == 5060
    assert settings.web.http_port == 8080


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = write(tmp_path, "[sip]\nport = 5062\n[web]\nhttp_port = 8082\n[call]\nmax_calls = 3\n")
    environ = {"VOICEBOT_SIP__PORT": "5064", "VOICEBOT_WEB__HTTP_PORT": "8084", "VOICEBOT_CONSOLE_TOKEN": "secret"}
    settings = config.load(file, environ=environ, sip__port=5066, server__data_dir=None)
    assert (settings.sip.port, settings.web.http_port, settings.call.max_calls) == (5066, 8084, 3)


def test_a_list_in_the_environment_is_split_at_commas() -> None:
    settings = config.load(environ={"VOICEBOT_SIP__CODECS": "pcmu, pcma"})
    assert settings.sip.codecs == ("pcmu", "pcma")


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("[sip]\nprot = 1\n", "unknown setting sip.prot", "did you mean sip.port?"),
        ("[spi]\nport = 1\n", "unknown setting spi", "did you mean sip?"),
        ("sip = 5060\n", "sip is a section", "[sip]"),
        ("[sip]\nport = 'many'\n", "sip.port", "'many'"),
        ("[sip\n", "not valid TOML", "line 1"),
    ],
)
def test_mistakes_say_what_where_and_how_to_fix(tmp_path: Path, text: str, what: str, fix: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        config.load(file, environ={})
    assert what in str(caught.value)
    assert fix in str(caught.value)
    assert str(file) in str(caught.value)


def test_the_shipped_flows_are_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert (config.load(environ={}).dialogue.flows / "wismo.yaml").is_file()
    (tmp_path / "flows").mkdir()
    assert config.load(environ={}).dialogue.flows == Path("flows")


def test_a_file_that_was_asked_for_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such settings file"):
        config.load(tmp_path / "none.toml", environ={})


@pytest.mark.parametrize(
    ("setting", "value", "what"),
    [
        ("server__log_level", "LOUD", "server: log_level 'LOUD' is not known"),
        ("server__drain_timeout_s", -1.0, "server: drain_timeout_s is -1.0"),
        ("call__max_calls", 0, "call: max_calls is 0"),
        ("call__read_deadline_s", -4.0, "call: read_deadline_s is -4.0"),
        ("call__max_duration_s", float("nan"), "call: max_duration_s is nan"),
        ("call__filler_after_ms", -1, "call: filler_after_ms is -1"),
        ("oms__shop_zone", "America/Nowhere", "oms: shop_zone: unknown zone 'America/Nowhere'"),
        ("oms__demo_port", 70_000, "oms: demo_port 70000 is not a port"),
        ("oms__concurrent_reads", 0, "oms: concurrent_reads is 0"),
        ("handoff__timezone", "../etc", "handoff: timezone: unknown zone '../etc'"),
        ("handoff__callback_within_min", 0, "handoff: callback_within_min is 0"),
        ("sip__port", 0, "sip: port 0 is not a port"),
    ],
)
def test_a_value_out_of_range_says_what_where_and_how_to_fix(setting: str, value: Any, what: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config.load(environ={}, **{setting: value})
    assert str(caught.value).startswith(what)
    assert caught.value.fix


def test_levels_are_known_in_any_case() -> None:
    assert config.load(environ={"VOICEBOT_SERVER__LOG_LEVEL": "debug"}).server.log_level == "debug"
