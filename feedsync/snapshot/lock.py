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
from itertools import pairwise
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
        Fatal: FS-503, the file cannot be opened; FS-510, its file system has no locks.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Fatal("FS-503", path=path, reason=error.strerror) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = holder_of(descriptor) or Holder(0, "an unknown host", "an unknown time", "unknown")
            raise Locked("FS-501", schedule=schedule, **msgspec.structs.asdict(holder)) from None
        except OSError as error:
            raise Fatal("FS-510", path=path, reason=error.strerror) from None
        dead = holder_of(descriptor)
        command = _command(sys.argv)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        _write(descriptor, msgspec.json.encode(Holder(os.getpid(), socket.gethostname(), now, command)))
        try:
            yield dead
        finally:
            _write(descriptor, b"")
    finally:
        os.close(descriptor)


def _command(arguments: list[str]) -> str:
    """The command without what stands behind its options: nobody knows whether that is a secret."""
    words = [Path(arguments[0]).name]
    for before, word in pairwise(arguments):
        if word.startswith("-"):
            words.append(word.partition("=")[0])
        elif not before.startswith("-"):
            words.append(word)
    return " ".join(words)[:200]


def holder_of(descriptor: int) -> Holder | None:
    """Who wrote the lock's open file, whether it still holds it or died; None: nobody, or one that let go."""
    try:
        return msgspec.json.decode(os.pread(descriptor, 4096, 0), type=Holder)
    except msgspec.DecodeError:
        return None


def _write(descriptor: int, content: bytes) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, content, 0)
