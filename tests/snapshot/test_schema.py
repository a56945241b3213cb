"""The tables: made once, kept by every later opening, durable as the design says."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest
from sqlite_utils import Database

from feedsync.snapshot.migrating import migrate
from feedsync.snapshot.schema import PAGE_BYTES, _fill_consent
from feedsync.snapshot.store import Store
from tests.records import combination, product


def _tables(store: Store) -> list[tuple[str, str]]:
    return list(store.rows("select name, sql from sqlite_master order by name"))


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    with Store(tmp_path / "shop.db") as store:
        store.set_meta("key", b"value")
        before = _tables(store)
    with Store(tmp_path / "shop.db") as store:
        assert _tables(store) == before
        assert store.meta("key") == b"value"


def test_a_snapshot_is_made_by_migrations_alone(store: Store) -> None:
    plain = sqlite3.connect(":memory:")
    migrate(plain)
    assert [row[0] for row in _tables(store)] == [
        row[0] for row in plain.execute("select name from sqlite_master order by name")
    ]
    plain.close()


def test_pages_and_log_are_as_measured(store: Store) -> None:
    assert store.scalar("pragma page_size") == PAGE_BYTES
    assert store.scalar("pragma wal_autocheckpoint") * PAGE_BYTES == 64 << 20
    assert store.scalar("pragma journal_mode") == "wal"
    assert store.scalar("pragma synchronous") == 2


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        ("insert into meta values (?, ?)", ("key", 5)),
        ("insert into raws values (?, ?, ?)", (0, "text", "a")),
        ("insert into runs (trigger, started_at) values (?, ?)", ("hand", "noon")),
    ],
)
def test_a_value_of_another_type_is_refused(store: Store, statement: str, values: tuple[object, ...]) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        store.execute(statement, *values)


def test_an_id_stands_once(store: Store) -> None:
    row = "insert into variants (id, product_id, feed, record, grouped) values ('a', 'a', 0, x'', 0)"
    store.execute(row)
    with pytest.raises(sqlite3.IntegrityError):
        store.execute(row)


def test_an_older_snapshot_learns_what_is_in_stock_and_from_where_the_way_back_goes(store: Store) -> None:
    store.execute("insert into products (id, pending, cause) values ('p1', 0, 'feed')")
    sent = product(combination("v1", quantity=3), combination("v2", quantity=0))
    store.execute("insert into sent values ('p1', ?)", msgspec.msgpack.encode(sent))
    store.begin_run("hand", 1)
    _fill_consent(Database(store.connection))
    assert store.scalar("select sent_in_stock from products") == 1
    assert store.meta("past_from") == b"1"
