"""What a snapshot knows about when its schedule must run next; read without the lock and without disturbing anybody.

Only columns of the first schema are read, so that a snapshot of an older feedsync, which the next run brings up to date,
says when that is.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from feedsync.errors import Fatal

#: What a run was started by, where it reads the feeds and so does what its schedule says.
READING = ("hand", "web", "demo", "first", "cron", "every", "retry")
#: How many bad runs in a row are counted; more make no difference.
_COUNTED = 20


class Moments(msgspec.Struct, frozen=True):
    """All in Unix seconds. ``read_at``: when a run last began to read the feeds, None: never. ``ended_at``: when the last run
    of any kind ended; of one that died, when it began. ``change_at``: when time alone changes a product next. ``bad``: how
    many runs in a row failed or did not come to their end, the last one included; ``error``: the code of the last one.
    """

    read_at: int | None
    ended_at: int
    change_at: int | None
    bad: int
    error: str | None


class _Error(msgspec.Struct):
    code: str


class _Summary(msgspec.Struct):
    error: _Error | None = None


def read_moments(path: Path, now: int) -> Moments | None:
    """The moments of a snapshot, None where there is none yet.

    What a clock that went wrong dated later than ``now`` (Unix seconds) counts as of now, so that it blocks nothing.

    Raises:
        Fatal: FS-503, it cannot be read.
    """
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
            if not connection.execute("select 1 from sqlite_master where name = 'runs'").fetchone():
                return None  # a run that was killed before it made its tables
            return _moments(connection, now)
    except (sqlite3.Error, msgspec.DecodeError) as error:
        raise Fatal("FS-503", path=path, reason=str(error)) from None


def _moments(connection: sqlite3.Connection, now: int) -> Moments:
    def scalar(sql: str, *parameters: object) -> int | None:
        value: int | None = connection.execute(sql, parameters).fetchone()[0]
        return value

    triggers = ", ".join("?" * len(READING))
    rows = connection.execute("select outcome, summary from runs order by run desc limit ?", (_COUNTED,)).fetchall()
    bad, error = 0, None
    for outcome, summary in rows:
        if outcome not in (None, "failed", "interrupted", "crashed"):
            break
        if not bad and summary:
            found = msgspec.json.decode(summary, type=_Summary).error
            error = found.code if found else None
        bad += 1
    read_at = f"select max(started_at) from runs where trigger in ({triggers}) and started_at <= ?"
    ended_at = "select coalesce(finished_at, started_at) from runs order by run desc limit 1"
    return Moments(
        read_at=scalar(read_at, *READING, now),
        ended_at=min(scalar(ended_at) or 0, now) if rows else 0,
        change_at=scalar("select min(next_change_at) from products"),
        bad=bad,
        error=error,
    )
