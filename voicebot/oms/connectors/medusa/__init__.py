"""Connector to Medusa 2 over its Admin API. Written for and tested against 2.21."""

from __future__ import annotations

from voicebot.oms.connectors.medusa.connector import MedusaConnector
from voicebot.oms.connectors.medusa.session import Credentials

__all__ = ["Credentials", "MedusaConnector"]
