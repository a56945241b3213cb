"""All or nothing, on a connection that begins no transaction by itself (``isolation_level=None``)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager


class Transactions:
    """The transactions of a connection.

    An error can have undone one already (a full disk does): then it is left at that.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._before: tuple[int, ...] = ()

    def atomic(self) -> AbstractContextManager[None]:
        """A transaction; within another one a part that can fail alone."""
        if not self._connection.in_transaction:
            return self._whole()
        if self._state() == self._before:
            return self._first_part()
        return self._part()

    def _state(self) -> tuple[int, ...]:
        """How many rows were changed, and how often the tables themselves, which counts as no row."""
        schemas = (self._connection.execute(f"pragma {name}.schema_version").fetchone()[0] for name in ("main", "temp"))
        return self._connection.total_changes, *schemas

    @contextmanager
    def _whole(self) -> Iterator[None]:
        self._connection.execute("begin")
        self._before = self._state()
        try:
            yield
            self._connection.execute("commit")
        except BaseException:
            self._connection.rollback()
            raise

    @contextmanager
    def _first_part(self) -> Iterator[None]:
        """Nothing was changed before it, so it needs no savepoint: after one, SQLite journals each changed page once more."""
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:
                self._connection.rollback()
                self._connection.execute("begin")
            raise

    @contextmanager
    def _part(self) -> Iterator[None]:
        self._connection.execute("savepoint part")  # an inner one hides an outer one of the same name
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("rollback to part")
                self._connection.execute("release part")
            raise
        self._connection.execute("release part")
