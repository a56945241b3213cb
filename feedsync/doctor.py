"""Is this machine fit to run the schedules: what must be so, looked at one by one, each with what to do about it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from feedsync.bik.opening import bik_credentials, opened
from feedsync.errors import FeedsyncError
from feedsync.settings import Schedule
from feedsync.snapshot.lock import Holder, holders

Level = Literal["ok", "warning", "bad"]
#: Less room than this makes a warning, and less than a tenth of it is bad.
ROOM_BYTES = 1_000_000_000
#: A clock that is off by more shifts the beginning of sales.
SKEW_S = 120
#: From this version on SQLite's write-ahead log is safe with several writers; we have one, so older ones are, too.
WAL_SAFE = (3, 51, 3)


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at, with a sentence, and what to do where it is not ok."""

    what: str
    level: Level
    message: str
    todo: str = ""


def machine(state: Path, *, free_bytes: Callable[[Path], int] | None = None) -> Iterator[Check]:
    """What concerns all schedules: SQLite, and the folder of the snapshots."""
    version = tuple(map(int, sqlite3.sqlite_version.split(".")))
    note = "" if version >= WAL_SAFE else "; its bug in write-ahead logs needs two writers, and there is one"
    yield Check("sqlite", "ok", f"SQLite {sqlite3.sqlite_version}{note}")
    folder = next(path for path in (state, *state.absolute().parents) if path.exists())
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


def one(schedule: Schedule, state: Path, *, clock: Callable[[], float] = time.time) -> Iterator[Check]:
    """What concerns one schedule: its lock, its secrets, its store, and this machine's clock beside the store's."""
    yield _lock(schedule, state)
    try:
        credentials = bik_credentials(schedule)
    except FeedsyncError as error:
        yield Check("secrets", "bad", f"{error.code}: {error.message}", "set the variable, or write the file")
        return
    yield Check("secrets", "ok", "the key and the secret are there")
    state.mkdir(parents=True, exist_ok=True)
    with opened(schedule, credentials, state) as bik:
        try:
            if schedule.bik.app_id is not None:
                bik.authenticate(schedule.bik.app_id)
            else:
                bik.list_products(None, 0)
        except FeedsyncError as error:
            yield Check("bik", "bad", f"{error.code}: {error.message}", "docs/errors.md says what to do")
            return
        yield Check("bik", "ok", f"{schedule.bik.base_url} takes the credentials")
        if bik.server_time is None:
            yield Check("clock", "warning", "the store does not tell its time", "compare the clock by hand")
            return
        skew = clock() - bik.server_time
        fits = abs(skew) <= SKEW_S
        todo = "" if fits else "set this machine's clock (NTP): sales begin and end by it"
        yield Check("clock", "ok" if fits else "bad", f"{skew:+.0f} s beside the store's", todo)


def _lock(schedule: Schedule, state: Path) -> Check:
    running, dead = holders(state / f"{schedule.name}.lock")
    if running is not None:
        return Check("lock", "ok", f"a run is going on: {_who(running)}")
    if dead is not None:
        return Check("lock", "warning", f"the last run died: {_who(dead)}", "nothing: the next run goes on from there")
    return Check("lock", "ok", "no run is going on")


def _who(holder: Holder) -> str:
    return f"pid {holder.pid} on {holder.host} since {holder.since} ({holder.command})"
