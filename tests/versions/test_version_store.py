from __future__ import annotations

import json
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import versions_bench as bench

from voicebot.errors import VoicebotError
from voicebot.policy.problems import FileError
from voicebot.versions.contents import Folders, content_id, files
from voicebot.versions.errors import VersionError
from voicebot.versions.pointers import Pointers
from voicebot.versions.store import VersionStore


def test_a_version_is_named_by_its_content(store: VersionStore, folders: Folders) -> None:
    kept = store.keep(folders)
    assert kept.id == content_id(files(folders))
    assert (kept.flows > 10, kept.policies > 0) == (True, True)
    assert files(store.open(kept.id)) == files(folders)
    assert store.stored(kept.id) == kept


def test_names_and_contents_both_count() -> None:
    one = content_id({"flows/a.yaml": b"x", "flows/b.yaml": b""})
    assert one != content_id({"flows/a.yaml": b"", "flows/b.yaml": b"x"})
    assert one != content_id({"flows/a.yaml": b"xflows/b.yaml"})


def test_the_same_content_is_stored_once(store: VersionStore, folders: Folders) -> None:
    first = store.keep(folders)
    made = (store.folder / first.id).stat().st_ino
    assert store.keep(folders) == first
    assert (store.folder / first.id).stat().st_ino == made
    assert store.ids() == (first.id,)


def test_what_is_stored_does_not_follow_the_folder(store: VersionStore, folders: Folders) -> None:
    first = store.keep(folders)
    bench.rename(folders, "Elm Street")
    assert store.fault(first.id) is None
    assert store.keep(folders).id != first.id
    assert len(store.ids()) == 2


def test_mistakes_are_refused_and_nothing_is_stored(store: VersionStore, folders: Folders) -> None:
    bench.spoil(folders)
    with pytest.raises(FileError) as caught:
        store.keep(folders)
    assert [(problem.file, problem.code) for problem in caught.value.problems] == [("broken.yaml", "F001")]
    assert [child.name for child in store.folder.iterdir() if child.name != ".lock"] == []


def test_a_broken_lexicon_is_refused(store: VersionStore, folders: Folders) -> None:
    (folders.flows / "lexicon.yaml").write_text("lexicon: [", "utf-8")
    with pytest.raises(FileError, match=r"lexicon\.yaml"):
        store.keep(folders)


@pytest.mark.parametrize("part", ["flows", "policies"])
def test_an_empty_folder_is_named(store: VersionStore, folders: Folders, part: str) -> None:
    shutil.rmtree(getattr(folders, part))
    with pytest.raises(VoicebotError, match=part):
        store.keep(folders)


def test_a_damaged_version_is_told_and_mended_by_publishing_it_again(store: VersionStore, folders: Folders) -> None:
    kept = store.keep(folders)
    (store.folder / kept.id / "flows" / "main.yaml").write_text("pattern: main\n", "utf-8")
    with pytest.raises(VersionError, match="damaged"):
        store.open(kept.id)
    assert store.keep(folders) == kept
    assert store.fault(kept.id) is None


@pytest.mark.parametrize("id_", ["0123456789abcdef", "../../../../etc", "", "live"])
def test_a_version_that_is_not_there(store: VersionStore, id_: str) -> None:
    with pytest.raises(VersionError, match="is not there"):
        store.open(id_)


def test_what_a_killed_publication_left_is_no_version_and_goes(store: VersionStore, folders: Folders) -> None:
    half = store.folder / ".new-killed"
    (half / "flows").mkdir(parents=True)
    young = store.folder / ".new-running"
    young.mkdir()
    long_ago = time.time() - 7200
    os.utime(half, (long_ago, long_ago))
    assert store.ids() == ()
    store.keep(folders)
    assert (half.exists(), young.exists()) == (False, True)


@pytest.mark.parametrize("last", range(8))
def test_a_publication_that_dies_leaves_no_half_version(
    store: VersionStore, folders: Folders, last: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies on the n-th time that something is forced to the disk."""
    first = bench.publish(store, folders)
    bench.rename(folders, "Elm Street")
    synced, left = os.fsync, last

    def fsync(handle: int) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        synced(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(KeyboardInterrupt):
        bench.publish(store, folders)
    monkeypatch.undo()
    assert [id_ for id_ in store.ids() if store.fault(id_) is not None] == []
    assert store.pointers().live in (first, store.keep(folders).id)


def test_publications_at_the_same_time_wait_for_each_other(store: VersionStore) -> None:
    ids = [f"{number:016x}" for number in range(24)]
    with ThreadPoolExecutor(8) as threads:
        list(
            threads.map(
                lambda id_: VersionStore(store.folder.parent).change(lambda now: now.published(id_, at=bench.AT)), ids
            )
        )
    assert sorted(store.pointers().lives) == ids


def test_pointers_are_kept(store: VersionStore, folders: Folders) -> None:
    assert store.pointers() == Pointers()
    id_ = bench.publish(store, folders)
    assert VersionStore(store.folder.parent).pointers().live == id_


def test_a_change_that_is_refused_changes_nothing(store: VersionStore, folders: Folders) -> None:
    id_ = bench.publish(store, folders)
    with pytest.raises(VersionError):
        store.change(lambda now: now.rolled_back(at=bench.AT))
    assert store.pointers().live == id_


@pytest.mark.parametrize("text", ["", "{", "[]", json.dumps({"lives": ["../x"]}), "\ud800"])
def test_a_damaged_list_is_told(store: VersionStore, text: str) -> None:
    store.folder.mkdir(parents=True)
    (store.folder / "current.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(VersionError, match=r"current\.json"):
        store.pointers()


def test_versions_are_found_by_name(store: VersionStore, folders: Folders) -> None:
    first = bench.publish(store, folders)
    bench.rename(folders, "Elm Street")
    second = bench.publish(store, folders, percent=10)
    assert store.find("live") == store.find(first[:6]) == first
    assert store.find("candidate") == second
    for name in ("", first[:2], "ffffffffffff", "newest"):
        with pytest.raises(VersionError, match="no version"):
            store.find(name)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, folders: Folders) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(VersionError, match="cannot be written"):
        VersionStore(tmp_path / "file").keep(folders)
