from __future__ import annotations

import pytest

from voicebot.errors import ConfigError
from voicebot.handoff.routing import checked_targets, target_for


def test_a_queue_has_its_own_target_or_the_default() -> None:
    targets = {"default": "sip:all@pbx.example", "care": "sip:care@pbx.example"}
    assert target_for("care", targets) == "sip:care@pbx.example"
    assert target_for("other", targets) == "sip:all@pbx.example"
    assert target_for("other", {}) is None


@pytest.mark.parametrize(
    "uri",
    [
        "sip:agents@pbx.example",
        "sips:1000@10.0.0.1:5061;transport=tls",
        "sip:+4930123456@trunk.example;user=phone",
        "sip:pbx",
    ],
)
def test_sip_uris_are_taken(uri: str) -> None:
    assert checked_targets({"default": uri}) == {"default": uri}


@pytest.mark.parametrize(
    "uri", ["", "agents@pbx", "tel:+49301", "sip:a@b?X=1", "sip:a@b>\r\nVia: x", "sip:a b@c", "http://x"]
)
def test_anything_else_is_refused(uri: str) -> None:
    with pytest.raises(ConfigError, match="SIP URI"):
        checked_targets({"care": uri})
