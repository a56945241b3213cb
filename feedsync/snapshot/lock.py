"""One run a schedule at a time, over daemon, cron and hand.

The lock is the operating system's (``flock``), so it dies with its holder; the file beside it says who holds it.
"""

from __future__ import annotations

import fcntl
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import msgspec

from feedsync.errors import Fatal, Locked

#: Whoever looks whether a holder lives has the lock for an instant, so a run tries again after this (seconds).
_LOOK_S = 0.05


class Holder(msgspec.Struct, frozen=True):
    """Who holds a lock."""

    pid: int
    host: str
    since: str
    command: str

    def told(self) -> str:
        """For a person."""
        return f"pid {self.pid} on {self.host} since {self.since} ({self.command})"


#: Somebody holds the lock and has not written yet who it is.
UNKNOWN = Holder(0, "an unknown host", "an unknown time", "unknown")


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
            if not (_take(descriptor) or _take(descriptor, after_s=_LOOK_S)):
                holder = holder_of(descriptor) or UNKNOWN
                raise Locked("FS-501", schedule=schedule, **msgspec.structs.asdict(holder))
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
            fcntl.flock(descriptor, fcntl.LOCK_UN)  # a child process that has the file, too, must not keep the lock
    finally:
        os.close(descriptor)


def _take(descriptor: int, *, after_s: float = 0) -> bool:
    time.sleep(after_s)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def holders(path: Path) -> tuple[Holder | None, Holder | None]:
    """Who runs under this lock, and who died without letting go of it; at most one of the two, and no run waits for it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None, None  # nobody ran, or another account, whose run we could not see either
    try:
        holder = holder_of(descriptor)
        if holder is None:
            return None, None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return holder, None
        return None, holder_of(descriptor)  # it may have let go, or another one died, since
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
