"""Copies of a snapshot: consistent while a run goes on, verified before they count, and marked with what they are of.

A copy is made on a ``mode=ro`` connection that holds one read transaction, so it is the snapshot of one moment and writes
nothing into its write-ahead log (design, section 3). It is one file without a log beside it.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path

import msgspec

from feedsync.errors import Fatal

#: So much is copied at a time (64 MB), so that a signal is heard in between.
_PAGES = 4096
_PART = ".part"
#: A part as old as this (seconds) is nobody's any more: its process was killed.
_ABANDONED_S = 86400
#: What the disk of the copy says, not what is wrong with the snapshot.
_TARGET_FAULTS = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_READONLY")


class Mark(msgspec.Struct, frozen=True):
    """What a copy says of itself: whose snapshot it is, and when it was made (Unix seconds)."""

    schedule: str
    at: int


def mark_of(connection: sqlite3.Connection) -> Mark | None:
    """What a snapshot says of itself where it is a copy; None: it is none, or was copied by other means."""
    row = connection.execute("select value from meta where key = 'copy'").fetchone()
    return msgspec.json.decode(row[0], type=Mark) if row else None


def kept_folder(snapshot: Path) -> Path:
    """Where copies stay that nobody asked for: from before a migration, and what a restore replaced."""
    return snapshot.parent / "kept" / snapshot.stem


def forget_kept(snapshot: Path, before: int) -> list[str]:
    """Remove what was kept beside a snapshot before that time (Unix seconds); which files that were."""
    old = sorted(path for path in kept_folder(snapshot).glob("*.db") if path.stat().st_mtime < before)
    for path in old:
        path.unlink(missing_ok=True)
        Path(f"{path}-wal").unlink(missing_ok=True)
    return [str(path) for path in old]


def copy_snapshot(source: Path, target: Path, mark: Mark | None = None) -> int:
    """Write a verified copy, with that mark in it, in the place of ``target``; its size in bytes.

    Whatever goes wrong leaves the old ``target`` as it was, and nothing else.

    Raises:
        Fatal: FS-503, the snapshot cannot be read or is damaged; FS-507, the copy cannot be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target.parent)
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=_PART, dir=target.parent)
        os.close(descriptor)
    except OSError as error:
        raise Fatal("FS-507", path=target, reason=error.strerror) from None
    part = Path(name)
    try:
        _copy(source, part, target, mark)
        size = part.stat().st_size
        part.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise Fatal("FS-507", path=target, reason=error.strerror) from None
    finally:
        for path in (part, Path(f"{part}-journal")):
            with suppress(FileNotFoundError):
                path.unlink()
    return size


def _sweep(folder: Path) -> None:
    for part in folder.glob(f".*.db.*{_PART}"):
        if part.stat().st_mtime < time.time() - _ABANDONED_S:
            part.unlink()


def _copy(source: Path, part: Path, target: Path, mark: Mark | None) -> None:
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as reading,
            closing(sqlite3.connect(part, isolation_level=None)) as writing,
        ):
            reading.isolation_level = None
            reading.execute("begin")
            reading.execute("select 1 from sqlite_master").fetchone()  # from here on it is this moment's snapshot
            reading.backup(writing, pages=_PAGES)
            writing.execute("pragma journal_mode = delete")
            if mark is not None:
                writing.execute("insert or replace into meta values ('copy', ?)", (msgspec.json.encode(mark),))
            found = writing.execute("pragma integrity_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise fault(error, source, target) from None
    if found != "ok":
        raise Fatal("FS-503", path=source, reason=str(found).strip())


def fault(error: sqlite3.Error, source: Path, target: Path) -> Fatal:
    """What a copying that failed means: the disk does not take the copy, or the snapshot is damaged."""
    if error.sqlite_errorname in _TARGET_FAULTS:
        return Fatal("FS-507", path=target, reason=str(error))
    return Fatal("FS-503", path=source, reason=str(error))


def sync_folder(folder: Path) -> None:
    """A rename is on the disk only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
