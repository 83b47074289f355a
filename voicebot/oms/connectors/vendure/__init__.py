"""Vendure 3 over its Admin API. `connector` puts the parts together."""

from __future__ import annotations

from voicebot.oms.connectors.vendure.connector import VendureConnector
from voicebot.oms.connectors.vendure.session import Credentials

__all__ = ["Credentials", "VendureConnector"]
