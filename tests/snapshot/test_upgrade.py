"""An upgrade of a snapshot keeps the file as it was before, and every snapshot says which version wrote it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from feedsync import __version__
from feedsync.errors import ConfigError, Fatal
from feedsync.snapshot import store as module
from feedsync.snapshot.copies import kept_folder
from feedsync.snapshot.migrating import migrate
from feedsync.snapshot.store import Store


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A snapshot as the first version wrote it: without the later migrations, and without a version."""
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection, stop_before="0002_several_feeds")
        connection.execute("insert into meta values ('key', x'01')")
    return path


def test_the_file_is_kept_as_it_was(old: Path) -> None:
    with Store(old) as store:
        assert store.meta("written_by") == __version__.encode()
        assert store.meta("copy") is None
    kept = kept_folder(old) / "before-0002_several_feeds.db"
    with closing(sqlite3.connect(kept)) as copy:
        assert [row[0] for row in copy.execute("select name from _sqlite_migrations")] == ["0001_first"]
        assert copy.execute("select value from meta where key = 'key'").fetchone() == (b"\x01",)


def test_it_is_kept_once(old: Path) -> None:
    content = old.read_bytes()
    with Store(old) as store:
        store.set_meta("key", b"2")
    kept = kept_folder(old) / "before-0002_several_feeds.db"
    before = kept.read_bytes()
    old.write_bytes(content)
    with Store(old) as store:
        assert store.meta("key") == b"\x01"
    assert kept.read_bytes() == before
    assert list(kept_folder(old).iterdir()) == [kept]


def test_where_it_cannot_be_kept_nothing_is_changed(old: Path) -> None:
    (old.parent / "kept").write_text("in the way")
    with pytest.raises(Fatal) as caught:
        Store(old)
    assert caught.value.code == "FS-507"
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("select count(*) from _sqlite_migrations").fetchone() == (1,)


def test_a_new_snapshot_and_one_of_this_version_keep_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        with Store(tmp_path / "shop.db") as store:
            assert store.meta("written_by") == __version__.encode()
    assert not kept_folder(tmp_path / "shop.db").exists()


def test_the_version_that_wrote_it_last_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(tmp_path / "shop.db"):
        pass
    monkeypatch.setattr(module, "__version__", "98.7")
    with Store(tmp_path / "shop.db", read_only=True) as store:
        assert store.meta("written_by") == __version__.encode()
    with Store(tmp_path / "shop.db") as store:
        assert store.meta("written_by") == b"98.7"


@pytest.mark.parametrize(("note", "words"), [(b"98.7", "feedsync 98.7"), (None, "a newer feedsync")])
def test_who_wrote_a_newer_one_is_told(tmp_path: Path, note: bytes | None, words: str) -> None:
    with Store(tmp_path / "shop.db") as store:
        store.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at) values ('feedsync', '9999_future', '')"
        )
        store.execute("update meta set value = ? where key = 'written_by'", note or b"")
        if note is None:
            store.execute("delete from meta where key = 'written_by'")
    with pytest.raises(ConfigError) as caught:
        Store(tmp_path / "shop.db")
    assert (caught.value.code, caught.value.parts["version"]) == ("FS-502", words)
