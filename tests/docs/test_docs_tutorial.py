"""docs/tutorial.md, followed word by word by somebody who has a shop folder and nothing else."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from prepared import with_models

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
_BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
_SAVED = re.compile(r"[Ss]ave\s+this\s+as\s+`([\w/.]+)`:\s*\Z")

pytestmark = pytest.mark.model


def follow(folder: Path) -> list[tuple[str, str]]:
    """Do what the page says; the commands and what they printed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done: list[tuple[str, str]] = []
    before = 0
    for block in _BLOCK.finditer(PAGE):
        kind, text = block.groups()
        saved = _SAVED.search(PAGE[before : block.start()])
        before = block.end()
        if saved:
            file = folder / saved[1]
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, "utf-8")
        elif kind == "sh":
            for command in text.splitlines():
                ran = subprocess.run(
                    ["bash", "-c", command],
                    cwd=folder,
                    env={**os.environ, "PATH": path},
                    capture_output=True,
                    text=True,
                    timeout=120,
                    check=False,
                )
                assert ran.returncode == 0, f"{command}\n{ran.stdout}\n{ran.stderr}"
                done.append((command, ran.stdout))
        elif kind == "text":
            assert text.strip() in done[-1][1]
    return done


def test_the_tutorial_can_be_followed_literally(tmp_path: Path, prepared_models: Path) -> None:
    with_models(tmp_path / "var", prepared_models)
    for name in ("flows", "policies"):
        shutil.copytree(ROOT / name, tmp_path / name)
    done = dict(follow(tmp_path))
    tests = done["voicebot flow test -k warranty"]
    assert re.match(r"5 passed, 0 failed", tests.splitlines()[-1])
    assert "warranty." not in done["voicebot flow test --missing"], "a step of the new flow is not tested"
    assert "warranty claims" in done["voicebot flow versions"]
    assert len(done) >= 7
