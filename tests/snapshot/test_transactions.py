"""What an error leaves of a transaction: nothing, also where SQLite has undone it already."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from feedsync.snapshot.transactions import Transactions


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("create table t (x)")
        yield connection


@pytest.fixture
def transactions(connection: sqlite3.Connection) -> Transactions:
    return Transactions(connection)


def _rows(connection: sqlite3.Connection) -> list[int]:
    return [row[0] for row in connection.execute("select x from t order by x")]


def test_parts_of_parts_fail_alone(connection: sqlite3.Connection, transactions: Transactions) -> None:
    with transactions.atomic():
        connection.execute("insert into t values (1)")
        with pytest.raises(ValueError, match="outer"), transactions.atomic():  # noqa: PT012
            connection.execute("insert into t values (2)")
            with pytest.raises(ValueError, match="inner"), transactions.atomic():  # noqa: PT012
                connection.execute("insert into t values (3)")
                raise ValueError("inner")
            assert _rows(connection) == [1, 2]
            with transactions.atomic():
                connection.execute("insert into t values (4)")
            assert _rows(connection) == [1, 2, 4]
            raise ValueError("outer")
        assert _rows(connection) == [1]
    assert (_rows(connection), connection.in_transaction) == ([1], False)


def test_the_first_part_fails_alone_too(connection: sqlite3.Connection, transactions: Transactions) -> None:
    connection.execute("insert into t values (1)")
    with transactions.atomic():
        for number in (2, 3):
            with pytest.raises(ValueError, match="first"), transactions.atomic():  # noqa: PT012
                connection.execute("insert into t values (?)", (number,))
                with transactions.atomic():
                    connection.execute("insert into t values (?)", (number + 2,))
                raise ValueError("first")
            assert (_rows(connection), connection.in_transaction) == ([1], True)
        with transactions.atomic():
            connection.execute("insert into t values (6)")
        with pytest.raises(ValueError, match="second"), transactions.atomic():  # noqa: PT012
            connection.execute("insert into t values (7)")
            raise ValueError("second")
    assert _rows(connection) == [1, 6]


@pytest.mark.parametrize("kind", ["", "temp"])
def test_a_table_is_something_before_the_first_part(
    connection: sqlite3.Connection, transactions: Transactions, kind: str
) -> None:
    with transactions.atomic():
        connection.execute(f"create {kind} table u (x)")
        with pytest.raises(ValueError, match="first"), transactions.atomic():  # noqa: PT012
            connection.execute("insert into t values (1)")
            raise ValueError("first")
        connection.execute("insert into u values (1)")
    assert _rows(connection) == []
    assert connection.execute("select x from u").fetchall() == [(1,)]


def test_an_error_that_undid_everything_is_told_as_it_was(
    connection: sqlite3.Connection, transactions: Transactions
) -> None:
    connection.execute("create table u (x)")
    connection.execute("create trigger stop before insert on t begin select raise(rollback, 'no more'); end")
    for before, part in ((False, False), (False, True), (True, True)):
        with pytest.raises(sqlite3.IntegrityError, match="no more"), transactions.atomic():  # noqa: PT012
            if before:
                connection.execute("insert into u values (0)")
            if part:
                with transactions.atomic():
                    connection.execute("insert into t values (1)")
            connection.execute("insert into t values (2)")
        assert (_rows(connection), connection.in_transaction) == ([], False)


def test_a_commit_that_fails_undoes_all(connection: sqlite3.Connection, transactions: Transactions) -> None:
    connection.execute("pragma foreign_keys = on")
    connection.execute("create table u (x primary key)")
    connection.execute("create table v (x references u deferrable initially deferred)")
    with pytest.raises(sqlite3.IntegrityError), transactions.atomic():
        connection.execute("insert into v values (1)")
    assert not connection.in_transaction
    assert connection.execute("select count(*) from v").fetchone() == (0,)
