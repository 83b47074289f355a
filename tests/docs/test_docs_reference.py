"""The generated parts of the pages are up to date, every setting is explained, and links lead somewhere."""

from __future__ import annotations

import dataclasses
import importlib.util
import re
import typing
from pathlib import Path

import pytest

from voicebot.config import Settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
NAMED_FILE = re.compile(r"`((?:voicebot|flows|policies|docs|scripts|tests|benchmarks|audio_fixtures)/[\w./]*)`")
WRITTEN_BY_THE_READER = ("flows/warranty.yaml", "policies/warranty.yaml", "flows/tests/warranty.yaml")

_spec = importlib.util.spec_from_file_location("docs_reference", DOCS / "reference.py")
assert _spec is not None
assert _spec.loader is not None
reference = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference)


@pytest.mark.parametrize(("name", "part"), reference.PARTS)
def test_generated_parts_are_up_to_date(name: str, part: str) -> None:
    text = (DOCS / name).read_text("utf-8")
    assert reference.page(text, part) == text, "run .venv/bin/python docs/reference.py"


def test_a_page_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="no place for settings"):
        reference.page("# A page", "settings")


def test_every_setting_is_explained() -> None:
    hints = typing.get_type_hints(Settings)
    bare = [
        f"{section.name}.{field.name}"
        for section in dataclasses.fields(Settings)
        for field in dataclasses.fields(hints[section.name])
        if not reference.field_docs(hints[section.name]).get(field.name)
    ]
    assert bare == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_and_named_files_exist(path: Path) -> None:
    text = path.read_text("utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (DOCS / target).exists(), target
    for named in NAMED_FILE.findall(text):
        assert named in WRITTEN_BY_THE_READER or (ROOT / named).exists(), named
