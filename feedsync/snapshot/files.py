"""The files that a snapshot is made of, and what tells that one was written since; looked at without opening it."""

from __future__ import annotations

import os
from pathlib import Path

#: Of each file that is there: its inode, its time of change (nanoseconds) and its size. Differs when a file does.
Signature = tuple[tuple[int, int, int], ...]


def snapshot_files(path: Path) -> tuple[Path, Path]:
    """The snapshot, and the log in which a run that ended writes last."""
    return path, path.with_name(f"{path.name}-wal")


def statuses(*paths: Path) -> list[os.stat_result]:
    """Those of the files that are there."""
    found = []
    for path in paths:
        try:
            found.append(path.stat())
        except OSError:
            continue
    return found


def signature(found: list[os.stat_result]) -> Signature:
    """What these files are known by."""
    return tuple((status.st_ino, status.st_mtime_ns, status.st_size) for status in found)
