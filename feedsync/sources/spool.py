"""From a response's raw chunks to a file on disk, hashed and counted on the way.

The body is written as it came: nothing is inflated here. A transfer that stops in the middle is kept, and said to be
short; a file of which nothing is kept is removed. Nothing here knows HTTP.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from feedsync.errors import Fatal, Unsafe
from feedsync.sources.document import Limits


class Spooled(msgspec.Struct, frozen=True):
    """A body on disk: where, the hex sha256 of its bytes, how many they are, and why it is short (or None)."""

    path: Path
    sha256: str
    size_bytes: int
    short: str | None


class Anew(msgspec.Struct, frozen=True):
    """Stands between chunks: what came is void, and the body begins once more, with so many bytes announced."""

    announced: int | None


@contextmanager
def new_file(spool_dir: Path, location: str) -> Iterator[tuple[Path, BinaryIO]]:
    """Open a new file in ``spool_dir``, readable by nobody else. It is removed when the block is left by an exception.

    Raises :class:`Fatal` (FS-201) when the disk does not take it.
    """
    path: Path | None = None
    try:
        spool_dir.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix="feed-", suffix=".spool", dir=spool_dir)
        path = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            yield path, file
    except BaseException as error:
        if path is not None:
            with suppress(OSError):
                path.unlink()
        if isinstance(error, OSError):
            raise Fatal("FS-201", location=location, reason=f"it cannot be spooled: {error.strerror}") from error
        raise


def spool(
    chunks: Iterable[bytes | Anew],
    *,
    spool_dir: Path,
    location: str,
    announced: int | None,
    limits: Limits,
    deadline: float,
    progress: Callable[[int, int | None], None] | None,
) -> Spooled:
    """Write ``chunks`` into a new file in ``spool_dir``; an :class:`Anew` among them empties it.

    ``announced`` is the Content-Length (bytes) or None, ``deadline`` a ``time.monotonic()`` value. When the chunks end
    in ``EOFError``, its text says why the transfer is short. Raises :class:`Unsafe` (FS-204) over
    ``limits.wire_bytes`` and :class:`Fatal` (FS-201) when the disk does not take it.
    """
    sha256 = hashlib.sha256()
    size = 0
    short: str | None = None
    late = False
    with new_file(spool_dir, location) as (path, file):
        _check_size(announced or 0, limits, location)
        try:
            for chunk in chunks:
                # Asked only now that more has come: a body that is whole is not short, however long it took.
                if late:
                    short = f"it took longer than {limits.total_timeout_s:g} s"
                    break
                if isinstance(chunk, Anew):
                    file.seek(0)
                    file.truncate()
                    sha256, size, announced = hashlib.sha256(), 0, chunk.announced
                    _check_size(announced or 0, limits, location)
                    continue
                size += len(chunk)
                _check_size(size, limits, location)
                sha256.update(chunk)
                file.write(chunk)
                if progress is not None:
                    progress(size, announced)
                late = time.monotonic() > deadline
        except EOFError as error:
            short = str(error)
    if short is not None:
        came = f"{size} bytes came" if announced is None else f"{size} of {announced} bytes came"
        short = f"{short}, {came}"
    return Spooled(path, sha256.hexdigest(), size, short)


def _check_size(size: int, limits: Limits, location: str) -> None:
    if size > limits.wire_bytes:
        raise Unsafe("FS-204", location=location, reason=f"more than {limits.wire_bytes} bytes are sent")
