"""One run a schedule at a time, over daemon, cron and hand.

The lock is the operating system's (``flock``), so it dies with its holder; the file beside it says who holds it.
"""

from __future__ import annotations

import fcntl
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from feedsync.errors import Fatal, Locked


class Holder(msgspec.Struct, frozen=True):
    """Who holds a lock."""

    pid: int
    host: str
    since: str
    command: str


@contextmanager
def schedule_lock(path: Path, schedule: str) -> Iterator[Holder | None]:
    """Hold the lock for the block; gives the holder that died without letting go, if there was one.

    Raises:
        Locked: FS-501, saying who holds it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise Fatal("FS-503", path=path, reason=error.strerror) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _read(descriptor) or Holder(0, "an unknown host", "an unknown time", "unknown")
            raise Locked("FS-501", schedule=schedule, **msgspec.structs.asdict(holder)) from None
        dead = _read(descriptor)
        command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:200]
        now = datetime.now(UTC).isoformat(timespec="seconds")
        _write(descriptor, msgspec.json.encode(Holder(os.getpid(), socket.gethostname(), now, command)))
        try:
            yield dead
        finally:
            _write(descriptor, b"")
    finally:
        os.close(descriptor)


def _read(descriptor: int) -> Holder | None:
    try:
        return msgspec.json.decode(os.pread(descriptor, 4096, 0), type=Holder)
    except msgspec.DecodeError:
        return None


def _write(descriptor: int, content: bytes) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, content, 0)
