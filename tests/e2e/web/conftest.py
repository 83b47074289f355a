"""The invented call of the console's own tests is what the pages are shown with."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "console"))
