"""Putting a copy back: only a good one of this schedule, never under a run, and then nothing is taken for granted."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from feedsync.doctor import one
from feedsync.errors import FeedsyncError, Locked
from feedsync.reconcile import reconcile
from feedsync.snapshot.copies import Mark, copy_snapshot, kept_folder
from feedsync.snapshot.lock import schedule_lock
from feedsync.snapshot.store import Store
from feedsync.sync import snapshot_path
from feedsync.upkeep import back_up, restore
from tests.sync.shop import START, Shop, item, items


@pytest.fixture
def synced(shop: Shop) -> Shop:
    shop.publish(*items(5))
    shop.run()
    return shop


def _backup(shop: Shop) -> Path:
    return Path(back_up(shop.state, "shop", shop.folder / "copies", clock=lambda: shop.now).file)


def _path(shop: Shop) -> Path:
    return snapshot_path(shop.state, "shop")


def _refused(shop: Shop, file: Path, code: str) -> str:
    """Nothing changed, and what was there still is."""
    before = _path(shop).read_bytes()
    with pytest.raises(FeedsyncError) as caught:
        restore(shop.state, "shop", file)
    assert caught.value.code == code
    assert _path(shop).read_bytes() == before
    folder = kept_folder(_path(shop))
    assert [path.name for path in folder.iterdir()] == [] if folder.exists() else True
    return caught.value.message


def test_what_was_known_comes_back_and_nothing_is_taken_for_granted(synced: Shop) -> None:
    copy = _backup(synced)
    synced.publish(*items(5, price="90.00 INR"), item("NEW"))
    synced.run()
    result = restore(synced.state, "shop", copy, clock=lambda: START + 60)
    assert (result.made_at, result.doubted) == ("2026-11-16T00:00:00+00:00", 5)
    assert synced.outcomes() == {f"P0{n}": "unknown" for n in range(5)}
    assert synced.rows("select count(*) from products where pending and not looked") == [(5,)]
    assert synced.rows("select count(*) from meta where key = 'copy'") == [(0,)]
    with Store(Path(str(result.replaced)), read_only=True) as replaced:
        assert replaced.scalar("select count(*) from products") == 6
    assert result.replaced == str(synced.state / "kept" / "shop" / "replaced-20261116T000100Z.db")


def test_the_next_run_makes_the_store_equal_again(synced: Shop) -> None:
    copy = _backup(synced)
    synced.publish(*items(4, price="90.00 INR"), item("NEW"))
    synced.run()
    restore(synced.state, "shop", copy)
    synced.run()
    assert synced.prices() == {"P00": 90.0, "P01": 90.0, "P02": 90.0, "P03": 90.0, "NEW": 100.0, "P04": 100.0}
    assert synced.quantities("P04") == {"P04": 0}
    assert set(synced.outcomes().values()) == {"acknowledged"}


def test_a_reconcile_finds_what_the_copy_does_not_know(synced: Shop) -> None:
    copy = _backup(synced)
    synced.publish(*items(5), item("NEW"))
    synced.run()
    restore(synced.state, "shop", copy)
    checks = [check for check in one(synced.schedule(), synced.state).checks if check.what == "snapshot"]
    assert [(check.level, check.todo) for check in checks] == [("warning", "feedsync reconcile shop")]
    found = reconcile(synced.schedule(), synced.state)
    assert [(finding.kind, finding.id) for finding in found.findings] == [("never_ours", "NEW")]
    assert [check.level for check in one(synced.schedule(), synced.state).checks if check.what == "snapshot"] == ["ok"]


def test_after_a_reconcile_only_what_differs_is_sent(synced: Shop) -> None:
    """Products and catalogs; what was changed since the copy, and what the feed says now."""
    synced.publish(*items(5, product_type="Tea"))
    synced.run()
    copy = _backup(synced)
    synced.publish(*items(5, product_type="Tea"), item("NEW"))
    synced.run()
    synced.lose("P03")
    _path(synced).chmod(0o640)
    restore(synced.state, "shop", copy)
    assert _path(synced).stat().st_mode & 0o777 == 0o640
    synced.sandbox.clear_requests()
    found = reconcile(synced.schedule(), synced.state, fix=True)
    assert {(finding.kind, finding.id) for finding in found.findings} == {("missing", "P03"), ("never_ours", "NEW")}
    assert synced.touched() == [("P03",)]
    synced.publish(*items(4, product_type="Tea"), item("P04", "90.00 INR", product_type="Tea"), item("NEW"))
    synced.run()
    assert synced.touched() == [("P04",), ("NEW",)] or synced.touched() == [("P04", "NEW")]
    assert set(synced.outcomes().values()) == {"acknowledged"}


def test_a_reconcile_that_cannot_know_is_asked_for_again(synced: Shop) -> None:
    restore(synced.state, "shop", _backup(synced))
    synced.fault("500")
    assert reconcile(synced.schedule(), synced.state).unknown is not None
    assert "warning" in [check.level for check in one(synced.schedule(), synced.state).checks]


def test_a_machine_that_has_nothing_yet(synced: Shop) -> None:
    copy = _backup(synced)
    other = synced.folder / "other state"
    assert restore(other, "shop", copy).replaced is None
    with Store(snapshot_path(other, "shop")) as store:
        assert store.scalar("select count(*) from sent") == 5
    assert list(kept_folder(snapshot_path(other, "shop")).iterdir()) == []


def test_a_damaged_snapshot_is_replaced_and_kept_with_its_log(synced: Shop) -> None:
    copy = _backup(synced)
    _path(synced).write_bytes(b"junk" * 1000)
    Path(f"{_path(synced)}-wal").write_bytes(b"a log")
    result = restore(synced.state, "shop", copy)
    assert Path(str(result.replaced)).read_bytes() == b"junk" * 1000
    assert Path(f"{result.replaced}-wal").read_bytes() == b"a log"
    assert synced.rows("select count(*) from sent") == [(5,)]


def test_a_reader_goes_on_with_what_it_had(synced: Shop) -> None:
    copy = _backup(synced)
    synced.publish(*items(5), item("NEW"))
    synced.run()
    with Store(_path(synced), read_only=True) as reader:
        assert reader.scalar("select count(*) from sent") == 6
        result = restore(synced.state, "shop", copy)
        synced.publish(item("OTHER"))
        synced.run()
        assert reader.scalar("select count(*) from sent") == 6
    with Store(Path(str(result.replaced)), read_only=True) as replaced:
        assert replaced.scalar("select count(*) from sent") == 6


def test_not_under_a_run(synced: Shop) -> None:
    copy = _backup(synced)
    with schedule_lock(synced.state / "shop.lock", "shop"), pytest.raises(Locked):
        restore(synced.state, "shop", copy)
    assert set(synced.outcomes().values()) == {"acknowledged"}


def test_a_copy_of_another_schedule(synced: Shop) -> None:
    file = synced.folder / "copy.db"
    copy_snapshot(_path(synced), file, Mark("other", START))
    assert "it is one of other" in _refused(synced, file, "FS-508")


def test_a_copy_made_by_hand_says_not_when(synced: Shop) -> None:
    copy = _backup(synced)
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("delete from meta where key = 'copy'")
    assert restore(synced.state, "shop", copy).made_at is None


def test_files_of_something_else(synced: Shop) -> None:
    assert "no such file" in _refused(synced, synced.folder / "none.db", "FS-508")
    assert "no such file" in _refused(synced, synced.folder, "FS-508")
    (synced.folder / "feed.db").write_bytes(b"id,title\n" * 1000)
    _refused(synced, synced.folder / "feed.db", "FS-503")
    for name, table in (("foreign.db", "create table meta (a)"), ("empty.db", "select 1")):
        with closing(sqlite3.connect(synced.folder / name)) as connection, connection:
            connection.execute("pragma user_version = 1")
            connection.execute(table)
        assert "no snapshot" in _refused(synced, synced.folder / name, "FS-508")


def test_a_damaged_copy(synced: Shop) -> None:
    copy = _backup(synced)
    good = copy.read_bytes()
    copy.write_bytes(good[:16384] + b"\xa5" * (len(good) - 16384))
    _refused(synced, copy, "FS-503")


def test_a_copy_of_a_newer_feedsync(synced: Shop) -> None:
    copy = _backup(synced)
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at) values ('feedsync', '9999_future', '')"
        )
        connection.execute("update meta set value = cast('99.1' as blob) where key = 'written_by'")
    assert "was written by feedsync 99.1 (schema 9999_future" in _refused(synced, copy, "FS-502")


def test_a_copy_that_cannot_be_told_what_became_of_it(synced: Shop) -> None:
    """A table that has gone from it: the copy is whole as a file, and yet of no use."""
    copy = _backup(synced)
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("drop table catalogs")
    assert "no such table" in _refused(synced, copy, "FS-503")


def test_a_disk_that_takes_it_not(synced: Shop) -> None:
    copy = _backup(synced)
    kept_folder(_path(synced)).parent.write_text("a file in the way")
    assert _code(synced, copy) == "FS-507"
    kept_folder(_path(synced)).parent.unlink()
    (kept_folder(_path(synced)) / "replaced-20261116T000000Z.db" / "folder").mkdir(parents=True)
    assert _code(synced, copy) == "FS-507"


def _code(shop: Shop, file: Path) -> str:
    with pytest.raises(FeedsyncError) as caught:
        restore(shop.state, "shop", file, clock=lambda: START)
    return caught.value.code
