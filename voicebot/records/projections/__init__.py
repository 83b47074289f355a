"""What can be told from a call's event log: pure functions over its records."""
