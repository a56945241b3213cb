"""Upkeep of the snapshots: copies that can be put back, and files that do not grow for ever. Design, section 7.

A backup is made beside a run and never waits for it; what replaces or rewrites a snapshot holds the schedule's lock.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from feedsync.errors import ConfigError, Fatal
from feedsync.settings import Schedule
from feedsync.snapshot.copies import Mark, copy_snapshot, fault, kept_folder, mark_of, sync_folder
from feedsync.snapshot.lock import schedule_lock
from feedsync.snapshot.retention import forget_history
from feedsync.snapshot.store import Store, migrations_in
from feedsync.sync import snapshot_path

Clock = Callable[[], float]
#: After a restore nobody knows how anything stands in the store: all of it is looked at and sent again, and read back.
_DOUBT = """
update products set pending = 1, looked = 0, outcome = 'unknown', cause = 'operator' where attempted or sent_hash is not null;
update catalogs set outcome = 'unknown' where sent_name is not null or attempted_name is not null;
"""


class BackedUp(msgspec.Struct):
    """A copy that was made and verified: where, its size, which feedsync wrote the snapshot, which older copies went."""

    schedule: str
    file: str
    size_bytes: int
    written_by: str | None
    removed: list[str]


class Restored(msgspec.Struct):
    """What was put back: when that copy was made (UTC; null: nobody knows), and where what it replaced is kept.

    ``doubted`` is the number of products of which nobody knows any more how they stand in the store.
    """

    schedule: str
    file: str
    made_at: str | None
    replaced: str | None
    doubted: int


class Vacuumed(msgspec.Struct):
    """The size before and after, how many old runs were forgotten, and which kept copies went."""

    schedule: str
    before_bytes: int
    after_bytes: int
    runs_forgotten: int
    removed: list[str]


def back_up(state: Path, name: str, to: Path, *, keep: int | None = None, clock: Clock = time.time) -> BackedUp:
    """Copy a schedule's snapshot, also while a run goes on.

    Args:
        state: the folder of the snapshots.
        name: the schedule.
        to: a folder, in which the copy gets a name with its time, or a file that ends with ``.db``, which is replaced.
        keep: how many copies of this schedule stay in the folder; None: all.

    Raises:
        ConfigError: FS-509, there is nothing to copy; FS-106, the place is that of the snapshots themselves.
        Fatal: FS-503, the snapshot is damaged; FS-507, the copy cannot be written.
    """
    source = _existing(state, name)
    now = int(clock())
    single = to.suffix == ".db"
    target = to if single else to / f"{name}-{_stamp(now)}.db"
    if target.parent.resolve() == state.resolve():
        raise ConfigError("FS-106", reason=f"{state} is where the snapshots are: put the copies somewhere else")
    size = copy_snapshot(source, target, Mark(name, now))
    removed = [] if single or keep is None else _rotate(to, name, keep)
    with closing(sqlite3.connect(target)) as copy:
        row = copy.execute("select cast(value as text) from meta where key = 'written_by'").fetchone()
    return BackedUp(name, str(target), size, row[0] if row else None, removed)


def _rotate(folder: Path, name: str, keep: int) -> list[str]:
    form = re.compile(re.escape(name) + r"-\d{8}T\d{6}Z\.db")
    old = sorted(path for path in folder.glob("*.db") if form.fullmatch(path.name))[:-keep]
    for path in old:
        path.unlink()
    return [str(path) for path in old]


def restore(state: Path, name: str, file: Path, *, clock: Clock = time.time) -> Restored:
    """Put a copy back. What it replaces is kept aside; how every product stands in the store is unknown from then on.

    Raises:
        Locked: a run is going on.
        ConfigError: FS-502, a newer feedsync wrote it; FS-508, it is no copy of this schedule's snapshot.
        Fatal: FS-503, it is damaged or no database; FS-507, the disk does not take it.
    """
    if not file.is_file():
        raise ConfigError("FS-508", path=file, schedule=name, reason="there is no such file")
    target = snapshot_path(state, name)
    now = int(clock())
    with schedule_lock(state / f"{name}.lock", name):
        part = kept_folder(target) / "restoring.db"
        copy_snapshot(file, part)
        try:
            made_at, doubted = _doubt(part, name, file, now)
            replaced = _set_aside(target, now) if target.exists() else None
            if target.exists():
                part.chmod(target.stat().st_mode)
            part.replace(target)
            sync_folder(state)
        except OSError as error:
            raise Fatal("FS-507", path=target, reason=error.strerror) from None
        finally:
            part.unlink(missing_ok=True)
    when = None if made_at is None else datetime.fromtimestamp(made_at, UTC).isoformat()
    return Restored(name, str(file), when, None if replaced is None else str(replaced), doubted)


def _doubt(part: Path, name: str, file: Path, now: int) -> tuple[int | None, int]:
    """See that the copy is this schedule's, and let it say that it was put back; when it was made, and the products."""
    with closing(sqlite3.connect(part, isolation_level=None)) as connection:
        if not migrations_in(connection, file):
            raise ConfigError("FS-508", path=file, schedule=name, reason="it is no snapshot of feedsync's")
        mark = mark_of(connection)
        if mark is not None and mark.schedule != name:
            raise ConfigError("FS-508", path=file, schedule=name, reason=f"it is one of {mark.schedule}")
        try:
            connection.executescript(f"begin; {_DOUBT}")
            connection.execute("delete from meta where key = 'copy'")
            connection.execute("insert or replace into meta values ('restored_at', ?)", (str(now).encode(),))
            connection.execute("commit")
        except sqlite3.Error as error:
            raise fault(error, file, part) from None
        doubted: int = connection.execute("select count(*) from products where outcome = 'unknown'").fetchone()[0]
    return None if mark is None else mark.at, doubted


def _set_aside(target: Path, now: int) -> Path:
    """Keep what is replaced, with its log, without looking into it: it may be damaged.

    Links, so that there is a snapshot at every moment. The log goes from beside it, since it must never meet another file.
    """
    aside = kept_folder(target) / f"replaced-{_stamp(now)}.db"
    log, kept_log = Path(f"{target}-wal"), Path(f"{aside}-wal")
    for path in (aside, kept_log):
        path.unlink(missing_ok=True)
    os.link(target, aside)
    os.utime(aside)
    if log.exists():
        os.link(log, kept_log)
    for path in (log, Path(f"{target}-shm")):
        path.unlink(missing_ok=True)
    return aside


def vacuum(schedule: Schedule, state: Path, *, clock: Clock = time.time) -> Vacuumed:
    """Forget what is older than ``[history]`` says, and give the room back to the disk.

    Raises:
        Locked: a run is going on.
        ConfigError: FS-509, there is no snapshot.
        Fatal: FS-503, the snapshot is damaged, or the disk has no room for the second file that this needs.
    """
    path = _existing(state, schedule.name)
    now = int(clock())
    with schedule_lock(state / f"{schedule.name}.lock", schedule.name), Store(path) as store:
        before = _size(path)
        with store.transaction():
            forgotten = forget_history(store, schedule.history, now)
        store.execute("vacuum")
        store.execute("pragma wal_checkpoint(truncate)")
        return Vacuumed(schedule.name, before, _size(path), forgotten.runs, forgotten.files)


def _existing(state: Path, name: str) -> Path:
    path = snapshot_path(state, name)
    if not path.is_file():
        raise ConfigError("FS-509", schedule=name, directory=state)
    return path


def _size(path: Path) -> int:
    log = Path(f"{path}-wal")
    return path.stat().st_size + (log.stat().st_size if log.exists() else 0)


def _stamp(now: int) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
