"""Labels are kept for their owner alone, under names that nobody guesses, and not for ever."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from label_fakes import PDF, PNG

from voicebot.oms.labels.maker import BadLabel, Label, LabelError, suffix_of
from voicebot.oms.labels.shelf import Shelf

DAY_S = 86_400.0
LABEL = Label(tracking_number="T-1", content=PDF, suffix="pdf")


class Wall:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def shelf_in(folder: Path, wall: Wall | None = None) -> Shelf:
    return Shelf(folder / "labels", "https://calls.shop.example/", keep_days=30, wall_s=wall or Wall())


async def test_a_link_leads_to_the_label(tmp_path: Path) -> None:
    shelf = shelf_in(tmp_path)
    link = await shelf.put(LABEL)
    assert link.startswith("https://calls.shop.example/labels/")
    path = shelf.find(link.rpartition("/")[2])
    assert path is not None
    assert path.read_bytes() == PDF
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    shelf.close()


async def test_no_two_labels_have_one_name(tmp_path: Path) -> None:
    shelf = shelf_in(tmp_path)
    assert len({await shelf.put(LABEL) for _ in range(20)}) == 20
    shelf.close()


async def test_a_label_is_gone_after_its_time(tmp_path: Path) -> None:
    wall = Wall()
    shelf = shelf_in(tmp_path, wall)
    old = (await shelf.put(LABEL)).rpartition("/")[2]
    wall.now += 29 * DAY_S
    assert shelf.find(old) is not None
    wall.now += DAY_S
    assert shelf.find(old) is None, "its link leads nowhere, even before it is deleted"
    fresh = (await shelf.put(LABEL)).rpartition("/")[2]
    assert shelf.drop_old() == 1
    assert [path.name for path in (tmp_path / "labels").iterdir()] == [fresh]
    assert shelf.drop_old() == 0
    shelf.close()


async def test_a_new_label_is_kept_even_when_an_old_one_cannot_be_deleted(tmp_path: Path) -> None:
    wall = Wall()
    shelf = shelf_in(tmp_path, wall)
    old = tmp_path / "labels" / (await shelf.put(LABEL)).rpartition("/")[2]
    old.unlink()
    old.mkdir()
    wall.now += 9_999 * DAY_S
    link = await shelf.put(LABEL)
    assert shelf.find(link.rpartition("/")[2]) is not None
    with pytest.raises(OSError, match=old.name):
        shelf.drop_old()
    shelf.close()


def test_old_labels_go_at_the_start_and_nothing_else_does(tmp_path: Path) -> None:
    folder = tmp_path / "labels"
    folder.mkdir()
    (folder / f"{'a' * 43}.pdf").write_bytes(PDF)
    (folder / "notes.txt").write_bytes(b"somebody's")
    wall = Wall()
    wall.now = (folder / "notes.txt").stat().st_mtime + 31 * DAY_S
    shelf_in(tmp_path, wall).close()
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("name", ["", "..", "../secret.pdf", f"{'a' * 43}.exe", f"{'a' * 42}.pdf", f"{'a' * 43}.pdf"])
def test_other_names_find_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.pdf").write_bytes(PDF)
    shelf = shelf_in(tmp_path)
    assert shelf.find(name) is None
    shelf.close()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "labels").write_text("a file")
    with pytest.raises(LabelError, match="cannot be kept"):
        shelf_in(tmp_path)


def test_a_label_is_what_can_be_printed_or_shown() -> None:
    assert [suffix_of(PDF), suffix_of(PNG)] == ["pdf", "png"]
    for content in (b"", b"^XA^FO", b"<html>"):
        with pytest.raises(BadLabel):
            suffix_of(content)


def test_a_label_does_not_show_its_content() -> None:
    assert "PDF" not in repr(LABEL)
