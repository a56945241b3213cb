"""Feeds on this machine's disk: a path, or a ``file://`` address.

Nothing is copied, because a feed can be gigabytes: the document points to the file itself. So it may change while
somebody reads it, and :func:`unchanged` and the stream of ``inflate`` tell. It opens nothing but regular files.
"""

from __future__ import annotations

import glob
import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import xxhash

from feedsync.errors import Fatal, Retryable, Unsafe
from feedsync.sources.document import Document, Limits
from feedsync.sources.redact import redact


def fetch_local(location: str, *, base_dir: Path, limits: Limits) -> Document:
    """Return the document that a path (relative to ``base_dir``) or a ``file://`` address names.

    A path that does not exist and holds ``*``, ``?`` or ``[…]`` is a pattern (:mod:`glob`; ``**`` stands for any
    folders): the newest file that fits is taken, of several as new as each other the one whose name comes last, and
    the document's location is its path.

    Raises :class:`Fatal` (FS-201 it cannot be read, FS-205 it names another machine), :class:`Unsafe` (FS-204) when it
    is larger than ``limits.wire_bytes``, and :class:`Retryable` (FS-309) when it is being written just now.
    """
    shown = redact(location)
    named = _path_of(location, shown)
    try:
        if glob.has_magic(named) and not os.path.lexists(base_dir / named):
            named = _newest(named, base_dir, shown)
            shown = redact(named)
        path = base_dir / named
        # Looked at before it is opened: opening a pipe waits for somebody to write to it.
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise Fatal("FS-201", location=shown, reason="it is a directory" if stat.S_ISDIR(mode) else "it is no file")
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            if before.st_size > limits.wire_bytes:
                raise Unsafe("FS-204", location=shown, reason=f"{before.st_size} bytes, {limits.wire_bytes} allowed")
            digest = hashlib.file_digest(file, xxhash.xxh3_128).hexdigest()
            after = os.fstat(file.fileno())
    except OSError as error:
        raise Fatal("FS-201", location=shown, reason=_reason(error)) from error
    except ValueError as error:
        raise Fatal("FS-201", location=shown, reason="this is no file name") from error
    document = Document(
        path=path, location=shown, digest=digest, size_bytes=before.st_size, mtime_ns=before.st_mtime_ns
    )
    if not is_same_file(document, after):
        raise Retryable("FS-309", location=shown)
    return document


def unchanged(document: Document) -> bool:
    """Tell whether the document's file still is as it was when it was fetched (size and time of change).

    A document that was not modified (304) has no file that could change.
    """
    if document.not_modified:
        return True
    try:
        return is_same_file(document, document.path.stat())
    except OSError:
        return False


def is_same_file(document: Document, found: os.stat_result) -> bool:
    """Tell whether ``found`` describes the bytes that ``document`` was made from."""
    return (found.st_size, found.st_mtime_ns) == (document.size_bytes, document.mtime_ns)


def _newest(pattern: str, base_dir: Path, shown: str) -> str:
    """Return the path of the newest regular file that fits. Raises :class:`Fatal` (FS-201) when none does."""
    found: list[tuple[int, str]] = []
    for name in glob.iglob(pattern, root_dir=base_dir, recursive=True):
        # One that is gone by now was not the newest.
        with suppress(OSError):
            state = (base_dir / name).stat()
            if stat.S_ISREG(state.st_mode):
                found.append((state.st_mtime_ns, name))
    if not found:
        raise Fatal("FS-201", location=shown, reason="no file fits this pattern")
    return max(found)[1]


def _path_of(location: str, shown: str) -> str:
    if not location.lower().startswith("file:"):
        return location
    parts = urlsplit(location)
    if parts.netloc.lower() not in ("", "localhost"):
        raise Fatal("FS-205", location=shown, reason="a file:// address cannot name another machine")
    from urllib.request import url2pathname  # it brings the standard library's HTTP client with it

    return url2pathname(parts.path)


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "it may not be read (permission denied)"
    return error.strerror or type(error).__name__
