from __future__ import annotations

from typing import Any

import pytest

from voicebot.errors import ConfigError
from voicebot.transports.sip.accounts import configured_account, listening_accounts, registering_account, stack_config
from voicebot.transports.sip.port import SipAccount
from voicebot.transports.sip.settings import SipSettings


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": "localhost"},
        {"port": 0},
        {"transports": ("tls",)},
        {"transports": ()},
        {"codecs": ("g729",)},
        {"max_calls": 0},
        {"rtp_port_min": 30000},
        {"rtp_port_min": 20000, "rtp_port_max": 20019, "max_calls": 20},
        {"jitter_min_ms": 200},
        {"tx_queue_ms": 0},
        {"media_timeout_s": 0.0},
        {"headers": tuple(f"X-{i}" for i in range(13))},
        {"register_user": "bot"},
        {"register_transport": "sctp"},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        SipSettings(**wrong)
    assert caught.value.fix


def test_the_stack_gets_the_lines_that_matter() -> None:
    text = stack_config(SipSettings(host="127.0.0.1", port=5070, max_calls=7)).render()
    for line in (
        "sip_listen 127.0.0.1:5070",
        "net_interface 127.0.0.1",
        "sip_transports udp,tcp",
        "call_max_calls 7",
        "audio_jitter_buffer_type adaptive",
        "audio_jitter_buffer_ms 20-160",
        "rtp_ports 20000-29999",
    ):
        assert line in text.splitlines()


def test_identity_headers_are_exposed_beside_the_configured_ones() -> None:
    exposed = stack_config(SipSettings(headers=("X-Shop", "To"))).expose_headers
    assert exposed == ("From", "To", "P-Asserted-Identity", "Privacy", "X-Shop")


def test_each_transport_listens_to_any_user_without_video() -> None:
    lines = [account.aor() for account in listening_accounts(SipSettings())]
    assert [line.partition("transport=")[2][:3] for line in lines] == ["udp", "tcp"]
    assert all("catchall=yes" in line and "video_codecs=none" in line for line in lines)
    assert all("audio_codecs=g722/16000/1,pcmu,pcma" in line for line in lines)


TRUNK = SipSettings(register_user="bot", register_domain="pbx.example", register_auth_user="id7")


def test_the_password_comes_from_the_environment_only() -> None:
    assert configured_account(SipSettings(), {}) is None
    account = configured_account(TRUNK, {"VOICEBOT_SIP_PASSWORD": "s3cret"})
    assert account == SipAccount(user="bot", domain="pbx.example", password="s3cret", auth_user="id7")
    assert "s3cret" not in repr(account)


def test_a_missing_password_names_the_variable() -> None:
    with pytest.raises(ConfigError, match="VOICEBOT_SIP_PASSWORD"):
        configured_account(TRUNK, {})


def test_a_password_that_the_stack_would_misread_is_refused_without_being_shown() -> None:
    account = SipAccount(user="bot", domain="pbx.example", password='hunter"2')
    with pytest.raises(ConfigError) as caught:
        registering_account(account, TRUNK)
    assert "password" in str(caught.value)
    assert "hunter" not in str(caught.value)
