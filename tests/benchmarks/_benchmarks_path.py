"""Benchmarks are scripts beside the package; importing this first makes their modules importable."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
