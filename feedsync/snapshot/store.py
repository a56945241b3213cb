"""The file itself: opening, transactions, settings that belong to it, and its runs.

There is one read-write connection, held under the schedule's lock; everybody else reads (``mode=ro``), so a write-ahead
log is safe also on SQLite before 3.51.3. Nothing here knows a feed or Bik.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from feedsync import __version__
from feedsync.errors import ConfigError, Fatal, FeedsyncError
from feedsync.snapshot.copies import Mark, copy_snapshot, kept_folder
from feedsync.snapshot.records import Packer
from feedsync.snapshot.schema import PAGE_BYTES, STEPS
from feedsync.snapshot.transactions import Transactions


class RunRecord(msgspec.Struct, frozen=True):
    """One run as it is kept: its number, times and outcome, and the summary that reports show."""

    run: int
    trigger: str
    started_at: int
    finished_at: int | None
    outcome: str | None
    summary: bytes | None


def applied_to(connection: sqlite3.Connection) -> set[str]:
    """The migrations that a file has; none where it is no snapshot. sqlite-utils keeps account of them."""
    if connection.execute("select 1 from sqlite_master where name = '_sqlite_migrations'").fetchone() is None:
        return set()
    return {
        row[0] for row in connection.execute("select name from _sqlite_migrations where migration_set = 'feedsync'")
    }


def migrations_in(connection: sqlite3.Connection, path: Path) -> set[str]:
    """The migrations that a file has, as :func:`applied_to` says.

    Raises:
        ConfigError: FS-502, a newer feedsync wrote it.
    """
    applied = applied_to(connection)
    if newer := applied - STEPS.keys():
        row = connection.execute("select cast(value as text) from meta where key = 'written_by'").fetchone()
        version = f"feedsync {row[0][:40]}" if row else "a newer feedsync"
        raise ConfigError("FS-502", path=path, version=version, found=max(newer), known=max(STEPS))
    return applied


#: So large grows the log before its pages go home.
_LOG_BYTES = 64 << 20


class Store:
    """The snapshot of one schedule.

    Raises:
        ConfigError: FS-502, written by a newer feedsync.
        Fatal: FS-503, not a database, or damaged.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        mode = "ro" if read_only else "rwc"
        try:
            if not read_only:
                path.parent.mkdir(parents=True, exist_ok=True)
            self.connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=30
            )
        except (sqlite3.Error, OSError) as error:
            raise Fatal("FS-503", path=path, reason=str(error)) from None
        self._transactions = Transactions(self.connection)
        try:
            self._prepare()
        except (sqlite3.Error, FeedsyncError) as error:
            self.connection.close()
            if isinstance(error, FeedsyncError):
                raise
            raise Fatal("FS-503", path=path, reason=str(error)) from None

    def _prepare(self) -> None:
        execute = self.connection.execute
        self.connection.create_function("unpacked", 1, self._unpacked, deterministic=True)
        applied = migrations_in(self.connection, self.path)
        pending = STEPS.keys() - applied
        if self.read_only:
            if pending:
                raise Fatal(
                    "FS-503", path=self.path, reason="it has no snapshot in it yet, or one of an older feedsync"
                )
            execute("pragma query_only = on")
            return
        execute(f"pragma page_size = {PAGE_BYTES}")
        execute("pragma journal_mode = wal")
        execute("pragma synchronous = full")
        page_bytes = self.scalar("pragma page_size")  # of an older file, its own
        # in pages: what several requests write into one page goes home once
        execute(f"pragma wal_autocheckpoint = {_LOG_BYTES // page_bytes}")
        execute("pragma cache_size = -24576")
        execute("pragma temp_store = file")
        execute("pragma secure_delete = off")  # Debian's SQLite overwrites what it deletes; there is no secret in it
        if applied and pending:
            self._keep_before(min(pending))
        if pending:
            from feedsync.snapshot.migrating import migrate  # with sqlite-utils

            migrate(self.connection)
        if self.meta("written_by") != __version__.encode():
            self.set_meta("written_by", __version__.encode())

    @cached_property
    def packer(self) -> Packer:
        """What stored records are packed with; queries read them as ``unpacked(record)``."""
        return Packer(self.meta("dictionary"))

    def set_dictionary(self, dictionary: bytes) -> None:
        """Give a snapshot without a dictionary its first and last one."""
        self.execute("insert into meta values ('dictionary', ?)", dictionary)
        self.packer = Packer(dictionary)

    def _unpacked(self, stored: bytes | None) -> bytes | None:
        return None if stored is None else self.packer.unpack(stored)

    def _keep_before(self, migration: str) -> None:
        """A copy of the file as an older feedsync wrote it, before it becomes what that one cannot read any more."""
        kept = kept_folder(self.path) / f"before-{migration}.db"
        if not kept.exists():
            copy_snapshot(self.path, kept, Mark(self.path.stem, int(time.time())))

    def close(self) -> None:
        """Close the file; an open transaction is undone."""
        self.connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        self.close()
        if isinstance(error, sqlite3.Error | zstandard.ZstdError):  # damage or a full disk shows only when it is met
            raise Fatal("FS-503", path=self.path, reason=str(error)) from None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; within another one, a part that can fail alone."""
        try:
            with self._transactions.atomic():
                yield
        except BaseException:
            self.__dict__.pop("packer", None)  # its dictionary may have been undone with the rest
            raise

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """A transaction that is undone at its end, whatever happens."""
        self.connection.execute("begin")
        try:
            yield
        finally:
            self.connection.rollback()
            self.__dict__.pop("packer", None)

    def rows(self, sql: str, *parameters: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of a query."""
        return iter(self.connection.execute(sql, parameters))

    def one(self, sql: str, *parameters: Any) -> tuple[Any, ...] | None:
        """The first row of a query, or None."""
        row: tuple[Any, ...] | None = self.connection.execute(sql, parameters).fetchone()
        return row

    def scalar(self, sql: str, *parameters: Any) -> Any:
        """The first column of the first row, or None."""
        row = self.one(sql, *parameters)
        return row[0] if row else None

    def execute(self, sql: str, *parameters: Any) -> int:
        """Run a statement; the number of rows it changed."""
        return self.connection.execute(sql, parameters).rowcount

    def script(self, statements: str) -> None:
        """Run statements that end with ``;`` at a line's end, in the open transaction."""
        for statement in statements.split(";\n"):
            if statement.strip():
                self.execute(statement)

    def many(self, sql: str, rows: Iterator[Any] | list[Any]) -> int:
        """Run a statement for each row; the number of rows that they changed."""
        return self.connection.executemany(sql, rows).rowcount

    def meta(self, key: str) -> bytes | None:
        """A setting of the snapshot, or None."""
        value: bytes | None = self.scalar("select value from meta where key = ?", key)
        return value

    def set_meta(self, key: str, value: bytes) -> None:
        """Keep a setting of the snapshot."""
        self.execute("insert into meta values (?, ?) on conflict do update set value = excluded.value", key, value)

    def begin_run(self, trigger: str, now: int) -> int:
        """The number of a new run. Runs that never ended are marked: their process died."""
        self.execute("update runs set outcome = 'crashed' where outcome is null")
        self.execute("insert into runs (trigger, started_at) values (?, ?)", trigger, now)
        run: int = self.scalar("select max(run) from runs")
        return run

    def end_run(self, run: int, now: int, outcome: str, summary: bytes) -> None:
        """Close a run with what it came to."""
        self.execute(
            "update runs set finished_at = ?, outcome = ?, summary = ? where run = ?", now, outcome, summary, run
        )

    def run_record(self, run: int | None = None) -> RunRecord | None:
        """A run, or the last one."""
        row = self.one(
            "select run, trigger, started_at, finished_at, outcome, summary from runs "
            "where run = coalesce(?, (select max(run) from runs))",
            run,
        )
        return RunRecord(*row) if row else None
