"""A document as a bounded stream of inflated bytes.

What a file is, is told by its bytes and never by its name: plain, gzip (of several members too), zip, bz2, xz or zstd.
One counting reader around the decoders keeps the limits, delivers everything in front of a damage before it reports
it, and notices when the file changed meanwhile. No size that a header states is believed.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import BinaryIO, TypeVar, cast

from feedsync.errors import Fatal, FeedsyncError, Retryable, Unsafe
from feedsync.sources.decoders import BROKEN, CHUNK_BYTES, MAGIC_BYTES, PLAIN_BYTES, UnreadableError, chunks, kind_of
from feedsync.sources.document import DEFAULT_LIMITS, RATIO_FROM_BYTES, Damaged, Document, Limits
from feedsync.sources.local import is_same_file

T = TypeVar("T")


def open_stream(document: Document, *, limits: Limits = DEFAULT_LIMITS, member: str | None = None) -> BinaryIO:
    """Open a document for reading, from its beginning, as often as wanted.

    The stream is a context manager. ``read(n)`` gives n bytes, fewer only at the end or in front of a damage, and holds
    some 64 KiB beside them; it gives nothing at a sound end only. ``member`` names the file to read in a zip.

    Raises :class:`Fatal` (FS-201 the file cannot be opened, FS-206 the archive cannot be read) and, when the file is
    no longer the one that was fetched, :class:`Retryable` (FS-309); a cut zip is :class:`Damaged` at once, because its
    table of contents is at its end. Reading raises :class:`Damaged` (FS-203, FS-206), :class:`Unsafe` (FS-204) over a
    limit, :class:`Fatal` (FS-206) for an archive in an archive, :class:`Retryable` (FS-309). A read that raised
    raises the same again.
    """
    return cast(BinaryIO, _open(document, limits, member, refuse_nested=True))


def open_layer(document: Document, *, limits: Limits) -> Inflated:
    """Open like :func:`open_stream`, but let an archive in an archive pass: only the outer one is inflated."""
    return _open(document, limits, None, refuse_nested=False)


def _open(document: Document, limits: Limits, member: str | None, *, refuse_nested: bool) -> Inflated:
    if document.not_modified:
        raise ValueError("a document that was not modified has no bytes")
    try:
        file = io.FileIO(document.path)
    except OSError as error:
        raise Fatal("FS-201", location=document.location, reason=error.strerror) from error
    try:
        return Inflated(file, document, limits, member, refuse_nested=refuse_nested)
    except BaseException:
        file.close()
        raise


class Inflated(io.BufferedIOBase):
    """The counting reader. Made by :func:`open_stream`."""

    def __init__(
        self, file: io.FileIO, document: Document, limits: Limits, member: str | None, *, refuse_nested: bool
    ) -> None:
        self._file = file
        self._document = document
        self._limits = limits
        self._refuse_nested = refuse_nested
        self._inflated_bytes = 0
        #: the first bytes of what comes out, until there are enough to tell an archive
        self._head = b""
        self._pending = memoryview(b"")
        self._failure: FeedsyncError | None = None
        self._check_unchanged()
        #: the archive's kind, or None for a plain file
        self.kind: str | None = None
        self.kind = kind_of(self._guarded(lambda: file.read(MAGIC_BYTES)))
        file.seek(0)
        self._wanted = PLAIN_BYTES
        self._chunks = self._guarded(lambda: chunks(file, self.kind, member, lambda: self._wanted))

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """Return ``size`` bytes, fewer only at the end or in front of a damage; all that is left for None or -1.

        Who asks for all takes the answer for all, so a damage is raised then, and what is readable stays to be read.
        """
        if size is None or size < 0:
            return self._read_all()
        parts: list[memoryview] = []
        # so that of a plain file what is asked for is handed on as it is
        self._wanted = min(max(size, CHUNK_BYTES), PLAIN_BYTES)
        while size and self._fill(keep_failure=bool(parts)):
            part = self._pending[:size]
            self._pending = self._pending[len(part) :]
            parts.append(part)
            size -= len(part)
        whole = cast(bytes, parts[0].obj) if len(parts) == 1 else b""
        return whole if parts and len(whole) == len(parts[0]) else b"".join(parts)

    def _read_all(self) -> bytes:
        parts: list[memoryview] = []
        self._wanted = PLAIN_BYTES
        while self._fill(keep_failure=True):
            parts.append(self._pending)
            self._pending = memoryview(b"")
        everything = b"".join(parts)
        if self._failure is not None:
            self._pending = memoryview(everything)
            raise self._failure
        return everything

    def read1(self, size: int = -1, /) -> bytes:
        """Return what is at hand, at most ``size`` bytes; nothing at the end only."""
        self._fill(keep_failure=False)
        return self.read(min(size, len(self._pending)) if size >= 0 else len(self._pending))

    def peek(self, size: int = 0, /) -> bytes:
        """Return the bytes at hand (at least one, except at the end) without going on."""
        self._fill(keep_failure=False)
        return bytes(self._pending)

    def close(self) -> None:
        """Close the file below."""
        self._file.close()
        super().close()

    def _fill(self, *, keep_failure: bool) -> bool:
        """Have something pending and return True, or return False at the end.

        ``keep_failure``: the caller has bytes to deliver first, so a failure waits for the next call.
        """
        if self.closed:
            raise ValueError("read from a closed document")
        if not self._pending and self._failure is None:
            try:
                self._pending = memoryview(self._guarded(self._next))
            except FeedsyncError as error:
                self._failure = error
        if not self._pending and self._failure is not None and not keep_failure:
            raise self._failure
        return bool(self._pending)

    def _next(self) -> bytes:
        chunk = next(self._chunks, b"")
        if not chunk:
            self._check_unchanged()
        self._inflated_bytes += len(chunk)
        self._check_size()
        if self._refuse_nested and self.kind is not None and len(self._head) < MAGIC_BYTES:
            self._head += chunk[: MAGIC_BYTES - len(self._head)]
            if (inner := kind_of(self._head)) is not None:
                raise UnreadableError(f"there is another archive in it ({inner} in {self.kind})")
        return chunk

    def _check_size(self) -> None:
        allowed, ratio = self._limits.inflated_bytes, self._limits.ratio
        reason = ""
        if self._inflated_bytes > allowed:
            reason = f"it inflates to more than {allowed} bytes"
        elif self._inflated_bytes > max(RATIO_FROM_BYTES, ratio * self._document.size_bytes):
            reason = f"it inflates to more than {ratio} times its size"
        if reason:
            raise Unsafe("FS-204", location=self._document.location, reason=reason)

    def _check_unchanged(self) -> None:
        # The open file is asked, not the path: a new file that was moved into its place does no harm to this reading.
        if not is_same_file(self._document, os.fstat(self._file.fileno())):
            raise Retryable("FS-309", location=self._document.location)

    def _guarded(self, step: Callable[[], T]) -> T:
        location = self._document.location
        try:
            return step()
        except UnreadableError as error:
            raise Fatal("FS-206", location=location, reason=str(error)) from error
        except EOFError as error:
            self._check_unchanged()
            raise Damaged("FS-203", location=location, reason=f"the {self.kind} data ends too soon") from error
        except BROKEN as error:
            self._check_unchanged()
            code = "FS-206" if self.kind else "FS-201"
            raise Damaged(code, location=location, reason=f"{error}") from error
