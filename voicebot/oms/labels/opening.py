"""Opens the labels that the settings ask for."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from voicebot.errors import ConfigError
from voicebot.oms.labels.by_karrio import KarrioLabels
from voicebot.oms.labels.desk import LabelDesk
from voicebot.oms.labels.settings import LabelSettings
from voicebot.oms.labels.shelf import FOLDER, Shelf


async def open_labels(
    settings: LabelSettings, data_dir: Path, environ: Mapping[str, str] | None = None
) -> LabelDesk | None:
    """The desk, tried out; None when the settings want none.

    Raises:
        ConfigError: karrio or its carrier is not installed, or the account is incomplete.
        LabelError: labels cannot be kept.
    """
    if settings.maker == "none":
        return None
    shelf = Shelf(data_dir / FOLDER, settings.public_url, keep_days=settings.keep_days)
    maker = KarrioLabels(settings, account_of(settings, environ), cwd=data_dir / FOLDER)
    try:
        await maker.check()
    except BaseException:
        shelf.close()
        raise
    return LabelDesk(maker, shelf, timeout_s=settings.timeout_s)


def account_of(settings: LabelSettings, environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The shop's account at the carrier; the generic one needs none.

    Raises:
        ConfigError: there is none, or it is no JSON object.
    """
    raw = (os.environ if environ is None else environ).get(settings.account_env, "")
    own = {"display_name": settings.to_name, "custom_carrier_name": "shop"} if settings.carrier == "generic" else {}
    if not raw:
        if own:
            return own
        fix = f"put it into the environment variable {settings.account_env}, as a JSON object"
        raise ConfigError("the account at the carrier is missing", where="labels.account_env", fix=fix)
    try:
        account = json.loads(raw)
    except ValueError:
        account = None
    if not isinstance(account, dict):
        raise ConfigError(f"{settings.account_env} is no JSON object", where="labels.account_env", fix="write {…}")
    return {**own, **account}
