"""Which order system is opened, by setting. The demo shop itself is started in `test_oms_live`."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicebot.errors import ConfigError
from voicebot.oms.settings import OmsSettings
from voicebot.oms.start import CONNECTORS, open_oms

#: Nothing listens there.
NOWHERE = "http://127.0.0.1:16498"
SIGN_INS = {
    "medusa": {"VOICEBOT_MEDUSA_EMAIL": "bot@shop.test", "VOICEBOT_MEDUSA_PASSWORD": "secret"},
    "shopify": {"VOICEBOT_SHOPIFY_TOKEN": "shpat_test"},
    "vendure": {"VOICEBOT_VENDURE_USERNAME": "bot@shop.test", "VOICEBOT_VENDURE_PASSWORD": "secret"},
}
SIGN_IN = {name: value for each in SIGN_INS.values() for name, value in each.items()}


async def test_an_unknown_connector_is_named_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="medusa"):
        await open_oms(OmsSettings(connector="medussa", url=NOWHERE), tmp_path)


async def test_a_real_order_system_needs_its_url(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="url"):
        await open_oms(OmsSettings(connector="medusa"), tmp_path, SIGN_IN)


@pytest.mark.parametrize(("connector", "name"), [(kind, name) for kind, each in SIGN_INS.items() for name in each])
async def test_a_missing_secret_is_named(tmp_path: Path, connector: str, name: str) -> None:
    environ = {**SIGN_IN, name: ""}
    with pytest.raises(ConfigError, match=name):
        await open_oms(OmsSettings(connector=connector, url=NOWHERE), tmp_path, environ)


@pytest.mark.parametrize("connector", sorted(SIGN_INS))
async def test_an_order_system_that_does_not_answer_yet_is_opened_all_the_same(tmp_path: Path, connector: str) -> None:
    desk = await open_oms(OmsSettings(connector=connector, url=NOWHERE), tmp_path, SIGN_IN)
    await desk.close()


@pytest.mark.parametrize("connector", sorted(CONNECTORS))
async def test_webhooks_are_believed_only_with_a_secret(connector: str) -> None:
    settings = OmsSettings(connector=connector)
    deaf = CONNECTORS[connector](NOWHERE, settings, SIGN_IN)
    hearing = CONNECTORS[connector](NOWHERE, settings, {**SIGN_IN, settings.webhook_secret_env: "whsec"})
    assert ("webhooks" in deaf.caps, "webhooks" in hearing.caps) == (False, True)
    await deaf.close()
    await hearing.close()
