"""Conversation tests: a caller's turns written down in YAML, and what the flows should make of them."""
