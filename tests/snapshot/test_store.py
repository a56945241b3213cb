"""The file: opening it, what is refused, transactions, and readers that never write."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from feedsync.errors import ConfigError, Fatal
from feedsync.snapshot.store import Store

MODES = pytest.mark.parametrize("read_only", [False, True])


class Stopped(Exception):
    """What ends a transaction early."""


def _stop(store: Store, around: Callable[[], AbstractContextManager[None]], error: type[BaseException]) -> None:
    """Write within the block, and leave it by an exception."""
    with around():
        store.set_meta("key", b"value")
        raise error


def test_a_new_snapshot_makes_its_folder(tmp_path: Path) -> None:
    with Store(tmp_path / "state" / "deep" / "shop.db") as store:
        assert store.meta("anything") is None
    assert (tmp_path / "state" / "deep" / "shop.db").is_file()


@MODES
def test_a_file_of_something_else_is_refused(tmp_path: Path, *, read_only: bool) -> None:
    path = tmp_path / "shop.db"
    path.write_bytes(b"id,title\n1,Cup\n" * 1000)
    with pytest.raises(Fatal) as caught:
        Store(path, read_only=read_only)
    assert caught.value.code == "FS-503"
    assert str(path) in caught.value.message
    assert path.read_bytes().startswith(b"id,title")


@MODES
def test_a_snapshot_of_a_newer_feedsync_is_refused_and_left_alone(tmp_path: Path, *, read_only: bool) -> None:
    path = tmp_path / "shop.db"
    with Store(path) as store:
        store.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at) values ('feedsync', '9999_future', '')"
        )
        store.execute("drop table spellings")
    with pytest.raises(ConfigError) as caught:
        Store(path, read_only=read_only)
    assert (caught.value.code, caught.value.parts["found"]) == ("FS-502", "9999_future")
    with sqlite3.connect(path) as plain:
        assert plain.execute("select 1 from sqlite_master where name = 'spellings'").fetchone() is None
    plain.close()


def test_a_reader_makes_no_snapshot(tmp_path: Path) -> None:
    with pytest.raises(Fatal) as caught:
        Store(tmp_path / "shop.db", read_only=True)
    assert caught.value.code == "FS-503"
    assert list(tmp_path.iterdir()) == []


def test_a_reader_refuses_a_file_without_a_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    sqlite3.connect(path).close()
    path.touch()
    with pytest.raises(Fatal) as caught:
        Store(path, read_only=True)
    assert caught.value.code == "FS-503"


@MODES
def test_a_folder_that_cannot_be_is_told_like_any_other_fault(tmp_path: Path, *, read_only: bool) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(Fatal) as caught:
        Store(tmp_path / "state" / "shop.db", read_only=read_only)
    assert caught.value.code == "FS-503"


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with Store(path) as store:
        store.set_meta("key", b"value")
    with Store(path, read_only=True) as reader:
        assert reader.meta("key") == b"value"
        for attempt in (
            lambda: reader.set_meta("key", b"other"),
            lambda: reader.begin_run("hand", 1),
            lambda: reader.execute("drop table meta"),
        ):
            with pytest.raises(sqlite3.OperationalError):
                attempt()
        assert reader.meta("key") == b"value"


def test_a_reader_sees_the_state_before_an_open_transaction(store: Store) -> None:
    store.set_meta("key", b"old")
    with Store(store.path, read_only=True) as reader, store.transaction():
        store.set_meta("key", b"new")
        assert reader.meta("key") == b"old"


def test_a_transaction_is_undone_by_any_exception(store: Store) -> None:
    with pytest.raises(KeyboardInterrupt):
        _stop(store, store.transaction, KeyboardInterrupt)
    assert store.meta("key") is None


def test_a_part_can_fail_alone(store: Store) -> None:
    with store.transaction():
        store.set_meta("one", b"1")
        with pytest.raises(Stopped):
            _stop(store, store.transaction, Stopped)
        store.set_meta("three", b"3")
    assert [store.meta(key) for key in ("one", "key", "three")] == [b"1", None, b"3"]


def test_a_rehearsal_is_undone_though_its_parts_succeed(store: Store) -> None:
    with store.rehearsal():
        with store.transaction():
            store.set_meta("key", b"value")
        assert store.meta("key") == b"value"
    assert store.meta("key") is None


def test_a_rehearsal_is_undone_when_it_fails(store: Store) -> None:
    with pytest.raises(Stopped):
        _stop(store, store.rehearsal, Stopped)
    assert store.meta("key") is None


def test_a_setting_is_replaced(store: Store) -> None:
    store.set_meta("key", b"1")
    store.set_meta("key", b"2")
    assert store.meta("key") == b"2"


def test_there_is_no_row_where_nothing_is(store: Store) -> None:
    assert store.one("select 1 from sent") is None
    assert store.scalar("select 1 from sent") is None
    assert list(store.rows("select 1 from sent")) == []


def test_a_damaged_page_is_told_when_it_is_met(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with Store(path) as store, store.transaction():
        store.many("insert into sent values (?, ?)", [(f"p{n}", bytes(2000)) for n in range(200)])
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * (size // 2))
    with pytest.raises(Fatal) as caught, Store(path, read_only=True) as store:
        list(store.rows("select * from sent"))
    assert caught.value.code == "FS-503"


def test_a_record_that_is_damaged_is_a_damaged_snapshot(tmp_path: Path) -> None:
    with pytest.raises(Fatal) as caught, Store(tmp_path / "s.db") as store:
        store.packer.unpack(b"\x28\xb5\x2f\xfd damaged")
    assert caught.value.code == "FS-503"
