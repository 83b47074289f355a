from __future__ import annotations

import pytest

from voicebot.percentile import percentile


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([], 50, None),
        ([4.0], 95, 4.0),
        ([3.0, 1.0, 2.0], 50, 2.0),
        ([0.0, 10.0], 95, 9.5),
        ([0.0, 10.0], 0, 0.0),
        ([0.0, 10.0], 100, 10.0),
    ],
)
def test_percentiles_interpolate(values: list[float], percent: float, expected: float | None) -> None:
    assert percentile(values, percent) == expected
