"""What labels cannot do without is asked for at the start."""

from __future__ import annotations

from typing import Any

import pytest
from label_fakes import label_settings

from voicebot import config
from voicebot.errors import ConfigError
from voicebot.oms.labels.opening import account_of
from voicebot.oms.labels.settings import LabelSettings


def test_nothing_is_asked_for_when_no_labels_are_made() -> None:
    assert LabelSettings().maker == "none"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"maker": "printer"}, "maker"),
        ({"to_postcode": ""}, "to_postcode"),
        ({"public_url": ""}, "public_url"),
        ({"public_url": "http://calls.shop.example"}, "https"),
        ({"public_url": "https://"}, "https"),
        ({"public_url": "https://shop.example/?a=b"}, "https"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"timeout_s": 14}, "use 13 or less"),
        ({"parcel_kg": float("nan")}, "parcel_kg"),
        ({"at_once": 0}, "at_once"),
    ],
)
def test_a_mistake_is_named(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        label_settings(**changes)


def test_this_machine_needs_no_encryption() -> None:
    assert label_settings(public_url="http://127.0.0.1:8080").public_url


def test_the_section_is_read() -> None:
    assert config.load(None, environ={"VOICEBOT_LABELS__KEEP_DAYS": "7"}).labels.keep_days == 7


def test_the_account_comes_from_the_environment() -> None:
    settings = label_settings(carrier="usps")
    environ = {settings.account_env: '{"client_id": "x"}'}
    assert account_of(settings, environ) == {"client_id": "x"}


@pytest.mark.parametrize("raw", [None, "", "x", "[]"])
def test_an_account_that_is_none_is_said(raw: str | None) -> None:
    settings = label_settings(carrier="usps")
    with pytest.raises(ConfigError, match="account"):
        account_of(settings, {} if raw is None else {settings.account_env: raw})


def test_the_shops_own_label_needs_no_account() -> None:
    assert account_of(label_settings(), {})["display_name"] == "The Shop"
