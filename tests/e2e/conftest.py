"""Real processes, sockets and clients on a machine that others may load: a test that fails is tried once more.

A flaw fails twice; a stalled machine rarely does. The second try is counted as `rerun` in the summary.
"""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1, reruns_delay=2))
