"""Shopify over its Admin GraphQL API, version 2026-10. Written against recorded shapes: no real shop was asked."""

from __future__ import annotations

from voicebot.oms.connectors.shopify.connector import ShopifyConnector

__all__ = ["ShopifyConnector"]
