"""Is this machine fit to run the schedules: what must be so, looked at one by one, each with what to do about it.

A look changes nothing: no folder or file is made, and no run is kept waiting. What is wrong is a finding, never the end.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import msgspec

from feedsync.bik.opening import BikCredentials, bik_credentials, opened
from feedsync.errors import FeedsyncError
from feedsync.reading import credentials_of
from feedsync.settings import Schedule
from feedsync.snapshot.bikfindings import BikFindings, bik_findings
from feedsync.snapshot.lock import holders
from feedsync.snapshot.schema import STEPS
from feedsync.snapshot.store import Store, applied_to
from feedsync.sync import same_address, same_store, snapshot_path, target_of

Level = Literal["ok", "warning", "bad"]
#: Less room than this makes a warning, and less than a tenth of it is bad.
ROOM_BYTES = 1_000_000_000
#: A clock that is off by more shifts the beginning of sales.
SKEW_S = 120
#: From this version on SQLite's write-ahead log is safe with several writers; we have one, so older ones are, too.
WAL_SAFE = (3, 51, 3)
_ATTEMPTS = 2


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at, with a sentence, and what to do where it is not ok."""

    what: str
    level: Level
    message: str
    todo: str = ""


class ScheduleHealth(msgspec.Struct):
    """One schedule's checks, and what is known of its store (null: nobody looked)."""

    schedule: str
    checks: list[Check]
    findings: BikFindings | None = None

    @property
    def bad(self) -> bool:
        """Whether something must be mended first."""
        return any(check.level == "bad" for check in self.checks)


def machine(state: Path, *, free_bytes: Callable[[Path], int] | None = None) -> Iterator[Check]:
    """What concerns all schedules: SQLite, and the folder of the snapshots."""
    version = tuple(map(int, sqlite3.sqlite_version.split(".")))
    note = "" if version >= WAL_SAFE else "; its bug in write-ahead logs needs two writers, and there is one"
    yield Check("sqlite", "ok", f"SQLite {sqlite3.sqlite_version}{note}")
    folder = next(path for path in (state, *state.absolute().parents) if os.path.exists(path))
    if not os.path.isdir(folder):
        yield Check("state", "bad", f"{folder} is a file", "name a folder for the snapshots: --state, FEEDSYNC_STATE")
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Check("state", "bad", f"{folder} cannot be written", "give this account the right to write there")
        return
    made = "" if folder == state else " (it is made by the first run)"
    yield Check("state", "ok", f"{state} can be written{made}")
    free = (free_bytes or (lambda path: shutil.disk_usage(path).free))(folder)
    level: Level = "ok" if free >= ROOM_BYTES else "warning" if free >= ROOM_BYTES // 10 else "bad"
    yield Check(
        "disk", level, f"{free // 1_000_000:,} MB free", "" if level == "ok" else "make room where the state is"
    )


def one(schedule: Schedule, state: Path, *, clock: Callable[[], float] = time.time) -> ScheduleHealth:
    """What concerns one schedule: its lock, its files, its secrets, its store, and this machine's clock beside the store's."""
    health = ScheduleHealth(schedule.name, [_lock(schedule, state), *_files(schedule, state)])
    credentials = None
    try:
        credentials = bik_credentials(schedule)
    except FeedsyncError as error:
        health.checks.append(_wrong("secrets", error, "set the variable, or write the file"))
    else:
        health.checks.append(Check("secrets", "ok", "the key and the secret are there"))
    health.checks += _feeds(schedule)
    checked, health.findings = _snapshot(schedule, state, credentials)
    health.checks.append(checked)
    if credentials is not None:
        health.checks += _store(schedule, credentials, clock)
    return health


def _wrong(what: str, error: FeedsyncError, todo: str) -> Check:
    return Check(what, "bad", f"{error.code}: {error.message}", todo)


def _lock(schedule: Schedule, state: Path) -> Check:
    running, dead = holders(state / f"{schedule.name}.lock")
    if running is not None:
        return Check("lock", "ok", f"a run is going on: {running.told()}")
    if dead is not None:
        return Check("lock", "warning", f"the last run died: {dead.told()}", "nothing: the next run goes on from there")
    return Check("lock", "ok", "no run is going on")


def _files(schedule: Schedule, state: Path) -> Iterator[Check]:
    """The files that a run must be able to write; another account may have made them."""
    names = [f"{schedule.name}.{end}" for end in ("lock", "db", "db-wal", "db-shm")]
    for path in (state / name for name in (*names, "rate.db")):
        if os.access(path, os.F_OK) and not os.access(path, os.R_OK | os.W_OK):
            todo = "give the file to the account that runs feedsync; did another one run it?"
            yield Check("files", "bad", f"{path} cannot be written by this account", todo)


def _feeds(schedule: Schedule) -> Iterator[Check]:
    """The secrets of each feed, where it has any."""
    asked = False
    for number, feed in enumerate(schedule.feeds):
        asked = asked or feed.auth is not None or bool(feed.headers) or feed.pages is not None
        try:
            credentials_of(schedule, number)
            if feed.pages is not None:
                feed.pages.resolved_query(str(schedule.file))
        except FeedsyncError as error:
            yield _wrong("feeds", error, "set the variable, or write the file")
            return
    if asked:
        yield Check("feeds", "ok", "what the feeds need to be read is there")


def _snapshot(schedule: Schedule, state: Path, credentials: BikCredentials | None) -> tuple[Check, BikFindings | None]:
    """Whether the snapshot is whole, of this feedsync and of this store, and what is known of that store."""
    path = snapshot_path(state, schedule.name)
    if not os.access(path, os.F_OK):
        return Check("snapshot", "ok", "there is none yet: the first run makes it"), None
    try:
        with Store(path, read_only=True) as store:
            damage = store.scalar("pragma quick_check(1)")
            if damage != "ok":
                todo = f"put back its last good copy: feedsync restore {schedule.name} FILE (FS-503)"
                return Check("snapshot", "bad", f"{path} is damaged: {damage}", todo), None
            if credentials is None:
                same_address(store, schedule)
                return _whole(store, schedule), bik_findings(store)
            key = credentials.key.get_secret_value()
            same_store(store, schedule, key)
            return _whole(store, schedule), bik_findings(store, target_of(schedule, key))
    except FeedsyncError as error:
        if error.code == "FS-503" and _is_older(path):
            return Check("snapshot", "ok", "it is of an older feedsync: the next run brings it up to date"), None
        return _wrong("snapshot", error, "docs/errors.md says what to do"), None


def _whole(store: Store, schedule: Schedule) -> Check:
    """Who wrote it, and whether a copy was put back that nobody compared with the store since."""
    version = store.meta("written_by")
    writer = f"feedsync {version.decode()}" if version else "an older version of feedsync"
    if (restored := store.meta("restored_at")) is None:
        return Check("snapshot", "ok", f"it is whole, written by {writer}")
    when = datetime.fromtimestamp(int(restored), UTC)
    todo = f"feedsync reconcile {schedule.name}"
    return Check("snapshot", "warning", f"a copy was put back at {when:%Y-%m-%d %H:%M} UTC", todo)


def _is_older(path: Path) -> bool:
    """Whether it is a snapshot, and lacks what this feedsync added. What cannot be read at all is for others to tell."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            applied = applied_to(connection)
            return bool(applied) and not STEPS.keys() <= applied
    except sqlite3.Error:
        return False


def _store(schedule: Schedule, credentials: BikCredentials, clock: Callable[[], float]) -> Iterator[Check]:
    """One request, by a rate budget that is thrown away."""
    try:
        with (
            TemporaryDirectory(prefix="feedsync-") as folder,
            opened(schedule, credentials, Path(folder), attempts=_ATTEMPTS) as bik,
        ):
            if schedule.bik.app_id is not None:
                bik.authenticate(schedule.bik.app_id)
            else:
                bik.list_products(None, 0)
            told = bik.server_time
    except FeedsyncError as error:
        yield _wrong("bik", error, "docs/errors.md says what to do")
        return
    except OSError as error:
        yield Check(
            "bik", "bad", f"no file for a moment could be made: {error.strerror}", "make room in /tmp, or set TMPDIR"
        )
        return
    yield Check("bik", "ok", f"{schedule.bik.base_url} takes the credentials")
    if told is None:
        yield Check("clock", "warning", "the store does not tell its time", "compare the clock by hand")
        return
    skew = clock() - told
    fits = abs(skew) <= SKEW_S
    todo = "" if fits else "set this machine's clock (NTP): sales begin and end by it"
    yield Check("clock", "ok" if fits else "bad", f"{skew:+.0f} s beside the store's", todo)
