"""Tests of the real karrio need the optional package: in our environment, or in the one whose interpreter
`VOICEBOT_TEST_KARRIO_PYTHON` names."""

from __future__ import annotations

import os
from importlib.util import find_spec

collect_ignore = (
    [] if find_spec("karrio") or os.environ.get("VOICEBOT_TEST_KARRIO_PYTHON") else ["test_labels_real_karrio.py"]
)
