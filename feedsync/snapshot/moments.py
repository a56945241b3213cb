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
#: Of a run that goes on, or died without a word, the outcome is None.
_BROKEN = (None, "interrupted", "crashed")
_BAD = (*_BROKEN, "failed")


class Moments(msgspec.Struct, frozen=True):
    """All in Unix seconds. ``read_at``: when a run last began to read the feeds, None: never. ``ended_at``: when the last run
    of any kind ended; of one that died, when it began. ``change_at``: when time alone changes a product next.

    ``bad``: how many runs that read the feeds, the last one included, failed or did not come to their end; ``bad_at`` when
    the last of them ended, ``error`` its code. Of other runs, a bad last one counts as one. ``broken``: how many runs of any
    kind, the last one included, did not come to their end.
    """

    read_at: int | None
    ended_at: int
    change_at: int | None
    bad: int = 0
    bad_at: int = 0
    error: str | None = None
    broken: int = 0


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

    # a run that a wrong clock dated later than now ended long ago
    columns = (
        "select outcome, summary, iif(coalesce(finished_at, started_at) > ?, 0, coalesce(finished_at, started_at))"
    )
    latest = "order by run desc limit ?"
    runs = connection.execute(f"{columns} from runs {latest}", (now, _COUNTED)).fetchall()
    reading = connection.execute(f"{columns} from runs where trigger in {READING} {latest}", (now, _COUNTED)).fetchall()
    bad = _streak(reading, _BAD)
    worst = reading if bad else runs
    bad = bad or min(_streak(runs, _BAD), 1)
    summary = worst[0][1] if bad else None
    error = msgspec.json.decode(summary, type=_Summary).error if summary else None
    read_at = f"select max(started_at) from runs where trigger in {READING} and started_at <= ?"
    return Moments(
        read_at=scalar(read_at, now),
        ended_at=runs[0][2] if runs else 0,
        change_at=scalar("select min(next_change_at) from products"),
        bad=bad,
        bad_at=worst[0][2] if bad else 0,
        error=error.code if error else None,
        broken=_streak(runs, _BROKEN),
    )


def _streak(runs: list[tuple[str | None, bytes | None, int]], outcomes: tuple[str | None, ...]) -> int:
    """How many runs from the newest on ended like that."""
    return next((number for number, run in enumerate(runs) if run[0] not in outcomes), len(runs))
