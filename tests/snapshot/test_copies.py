"""Copies: of one moment, verified, in one file; and whatever goes wrong leaves what was there."""

from __future__ import annotations

import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from feedsync.errors import Fatal
from feedsync.snapshot import copies
from feedsync.snapshot.copies import Mark, copy_snapshot, forget_kept, kept_folder, mark_of
from feedsync.snapshot.store import Store

MARK = Mark("shop", 1_794_787_200)


def _fill(store: Store, rows: int, size: int = 2000) -> None:
    with store.transaction():
        store.many("insert or replace into sent values (?, ?)", [(f"p{n}", bytes(size)) for n in range(rows)])


def _count(path: Path) -> int:
    with closing(sqlite3.connect(path)) as copy:
        count: int = copy.execute("select count(*) from sent").fetchone()[0]
        return count


@contextmanager
def _disk_of(size_bytes: int) -> Iterator[None]:
    """No file grows beyond this size."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_copy_is_one_file_that_says_what_it_is(store: Store, tmp_path: Path) -> None:
    _fill(store, 10)
    target = tmp_path / "copies" / "deep" / "copy.db"
    size = copy_snapshot(store.path, target, MARK)
    assert [path.name for path in target.parent.iterdir()] == ["copy.db"]
    assert (target.stat().st_size, target.stat().st_mode & 0o777) == (size, 0o600)
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("pragma journal_mode").fetchone() == ("delete",)
        assert mark_of(copy) == MARK
    with Store(target, read_only=True) as reader:
        assert reader.scalar("select count(*) from sent") == 10


def test_a_copy_of_a_copy_keeps_its_mark(store: Store, tmp_path: Path) -> None:
    copy_snapshot(store.path, tmp_path / "one.db", MARK)
    copy_snapshot(tmp_path / "one.db", tmp_path / "two.db")
    with closing(sqlite3.connect(tmp_path / "two.db")) as copy:
        assert mark_of(copy) == MARK
    assert store.meta("copy") is None


def test_a_copy_is_of_the_moment_it_began(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another connection commits between every two steps of the copying, into the pages that are not yet copied, too."""
    _fill(store, 200)
    monkeypatch.setattr(copies, "_PAGES", 1)
    steps = 0

    class Busy(sqlite3.Connection):
        def backup(self, target: sqlite3.Connection, *, pages: int = -1, **_: object) -> None:
            def write(status: int, left: int, total: int) -> None:
                nonlocal steps
                steps += 1
                with store.transaction():
                    store.execute("delete from sent where product_id = ?", f"p{steps}")
                    store.execute("insert into sent values (?, ?)", f"new{steps}", bytes(2000))

            super().backup(target, pages=pages, progress=write)

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **rest: connect(*args, **{"factory": Busy, **rest}))
    copy_snapshot(store.path, tmp_path / "copy.db", MARK)
    monkeypatch.undo()
    assert steps > 10
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        ids = {row[0] for row in copy.execute("select product_id from sent")}
    assert ids == {f"p{n}" for n in range(200)}


def test_copying_leaves_the_log_of_a_writer_alone(store: Store, tmp_path: Path) -> None:
    _fill(store, 10)
    log = Path(f"{store.path}-wal")
    before, snapshot = log.read_bytes(), store.path.read_bytes()
    assert before
    copy_snapshot(store.path, tmp_path / "copy.db", MARK)
    assert (log.read_bytes(), store.path.read_bytes()) == (before, snapshot)
    assert _count(tmp_path / "copy.db") == 10


def test_a_full_disk_leaves_the_older_copy(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "copies" / "copy.db"
    copy_snapshot(store.path, target, MARK)
    _fill(store, 500)
    with _disk_of(500_000), pytest.raises(Fatal) as caught:
        copy_snapshot(store.path, target, MARK)
    assert (caught.value.code, caught.value.parts["path"]) == ("FS-507", target)
    assert _count(target) == 0
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("kind", ["junk", "cut", "overwritten"])
def test_a_damaged_snapshot_makes_no_copy(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "shop.db"
    with Store(path) as store:
        _fill(store, 200)
    good = path.read_bytes()
    bad = {
        "junk": b"this is no database" * 1000,
        "cut": good[: len(good) // 3],
        "overwritten": good[: len(good) // 2] + b"\xff" * (len(good) - len(good) // 2),
    }
    path.write_bytes(bad[kind])
    with pytest.raises(Fatal) as caught:
        copy_snapshot(path, tmp_path / "copies" / "copy.db", MARK)
    assert (caught.value.code, caught.value.parts["path"]) == ("FS-503", path)
    assert list((tmp_path / "copies").iterdir()) == []


def test_what_a_killed_copy_left_is_swept_away(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    old, new, other = (folder / name for name in (".a.db.x1.part", ".a.db.x2.part", "a.part"))
    for path in (old, new, other):
        path.touch()
    os.utime(old, (1, 1))
    os.utime(other, (1, 1))
    copy_snapshot(store.path, folder / "copy.db", MARK)
    assert {path.name for path in folder.iterdir()} == {"copy.db", new.name, other.name}


def test_a_snapshot_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Fatal) as caught:
        copy_snapshot(tmp_path / "none.db", tmp_path / "copy.db", MARK)
    assert caught.value.code == "FS-503"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("target", ["a file/copy.db", "a folder"])
def test_a_place_that_takes_no_copy(store: Store, tmp_path: Path, target: str) -> None:
    (tmp_path / "a file").write_text("in the way")
    (tmp_path / "a folder" / "deep").mkdir(parents=True)
    with pytest.raises(Fatal) as caught:
        copy_snapshot(store.path, tmp_path / target, MARK)
    assert caught.value.code == "FS-507"
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


def test_what_was_kept_is_forgotten_by_its_age(tmp_path: Path) -> None:
    snapshot = tmp_path / "shop.db"
    assert forget_kept(snapshot, 1_000_000_000_000) == []
    folder = kept_folder(snapshot)
    folder.mkdir(parents=True)
    (folder / "before-0002.db").touch()
    (folder / "notes.txt").touch()
    assert forget_kept(snapshot, 1) == []
    assert forget_kept(snapshot, 1_000_000_000_000) == [str(folder / "before-0002.db")]
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
