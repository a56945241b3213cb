"""All or nothing, on a connection that begins no transaction by itself (``isolation_level=None``)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def atomic(connection: sqlite3.Connection) -> Iterator[None]:
    """A transaction; within another one a savepoint, so that a part can fail alone.

    An error can have undone the transaction already (a full disk does): then it is left at that.
    """
    if connection.in_transaction:
        connection.execute("savepoint part")  # an inner one hides an outer one of the same name
        try:
            yield
        except BaseException:
            if connection.in_transaction:
                connection.execute("rollback to part")
                connection.execute("release part")
            raise
        connection.execute("release part")
        return
    connection.execute("begin")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        connection.rollback()
        raise
