"""One request budget an app key, over all schedules and processes of this machine.

A row in ``state/rate.db`` says when the next request may start (GCRA: a theoretical arrival time). A ``Retry-After``
moves it for everybody. Urgent requests go first: whoever waits says how urgent, and a less urgent waiter lets the slot
pass. The key itself is never stored, only a hash. Nothing in the file is worth keeping: a damaged one is made anew.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

from feedsync.errors import Fatal

#: A process that waits renews its claim this often; one that died is forgotten after it (seconds).
CLAIM_S = 5.0
#: Requests that may start at once after a pause.
BURST = 4
_TABLES = """
create table if not exists budget (key blob primary key, next_at real not null) without rowid;
create table if not exists waiting (
  key blob not null, waiter text not null, urgency integer not null, until real not null, primary key (key, waiter)
) without rowid;
"""


class RateBudget:
    """The budget of one app key: ``rate`` requests a second."""

    def __init__(
        self, path: Path, app_key: str, rate: float, *,
        clock: Callable[[], float] = time.time, sleep: Callable[[float], object] | None = None,
    ) -> None:  # fmt: skip
        """Open the budget.

        Raises:
            Fatal: FS-503, the file cannot be opened or made.
        """
        self._path = path
        self._connection = self._open()
        self._key = hashlib.sha256(app_key.encode()).digest()[:16]
        self._waiter = f"{os.getpid()}-{id(self)}"
        self._lock = threading.Lock()
        self._interval = 1 / rate
        self._stopped = threading.Event()
        self._clock, self._sleep = clock, sleep or self._stopped.wait

    def _open(self) -> sqlite3.Connection:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                return self._connect()
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:  # junk
                self._path.unlink()
                return self._connect()
        except (OSError, sqlite3.Error) as error:
            raise Fatal("FS-503", path=self._path, reason=str(error)) from None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=30, check_same_thread=False)
        try:
            # a budget that a power cut takes back by a request or two does no harm
            connection.executescript("pragma synchronous = off; pragma quick_check;" + _TABLES)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def stop(self) -> None:
        """Nobody waits any longer: the run ends."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether the run ends."""
        return self._stopped.is_set()

    def take(self, urgency: int) -> bool:
        """Wait for a slot; a lower ``urgency`` is served first. False when the run ends before there is one."""
        while not self._stopped.is_set():
            wait = self._try(urgency)
            if wait <= 0:
                return True
            self._sleep(min(wait, CLAIM_S / 2))
        return False

    def _try(self, urgency: int) -> float:
        """Take the slot and return 0, or the seconds to wait before the next try."""
        execute = self._connection.execute
        with self._lock:
            try:
                execute("begin immediate")
                try:
                    return self._slot(execute, urgency)
                finally:
                    execute("commit")
            except sqlite3.Error as error:
                raise Fatal("FS-503", path=self._path, reason=str(error)) from None

    def _slot(self, execute: Callable[..., sqlite3.Cursor], urgency: int) -> float:
        now = self._clock()
        row = execute("select next_at from budget where key = ?", (self._key,)).fetchone()
        next_at = row[0] if row and row[0] <= now + 3600 else now  # a clock that was set back must not block for ever
        earliest = next_at - (BURST - 1) * self._interval
        more_urgent = execute(
            "select 1 from waiting where key = ? and waiter <> ? and until between ? and ? and urgency < ? limit 1",
            (self._key, self._waiter, now, now + CLAIM_S, urgency),
        ).fetchone()
        if earliest <= now and not more_urgent:
            execute("insert or replace into budget values (?, ?)", (self._key, max(next_at, now) + self._interval))
            execute("delete from waiting where key = ? and waiter = ?", (self._key, self._waiter))
            return 0.0
        execute("insert or replace into waiting values (?, ?, ?, ?)", (self._key, self._waiter, urgency, now + CLAIM_S))
        return max(earliest - now, self._interval / 2)

    def pause(self, seconds: float) -> None:
        """Bik asked everybody with this key to wait."""
        until = self._clock() + seconds + (BURST - 1) * self._interval
        with self._lock:
            self._connection.execute(
                "insert into budget values (?1, ?2) on conflict do update set next_at = max(next_at, ?2)",
                (self._key, until),
            )
