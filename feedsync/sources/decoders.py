"""The decoders: from a file of a known kind to an iterator of inflated chunks.

A chunk is never longer than ``CHUNK_BYTES`` (of a plain file, than what is wanted) and never empty, so that memory stays
flat whatever the file says about itself. A file that ends too soon ends in ``EOFError``; one that is broken ends in one of
``BROKEN``. Nothing here counts or judges sizes: ``inflate`` does, once for all kinds.
"""

from __future__ import annotations

import bz2
import gzip
import importlib
import io
import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, cast

import zstandard

CHUNK_BYTES: Final = 64 * 1024
#: The same of a file that is not packed.
PLAIN_BYTES: Final = 1024 * 1024

#: Bytes that are enough to tell any kind.
MAGIC_BYTES: Final = 10

#: The window of a zstd or xz decoder, that is the memory a file may ask for. ``zstd --long`` and ``xz -9`` need less.
_WINDOW_BYTES: Final = 128 * 1024**2

#: The longest header of a zstd frame (RFC 8878, 3.1.1.1, with the magic number).
_ZSTD_HEADER_BYTES: Final = 18

#: The longest table of contents of a zip that is read (the standard library reads it at once, and by its stated size).
_ZIP_TABLE_BYTES: Final = 1024**2

#: What the decoders raise on broken input. ``EOFError`` stands apart: the input ended too soon.
BROKEN: Final = (
    OSError,
    ValueError,
    NotImplementedError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    zstandard.ZstdError,
)


class UnreadableError(Exception):
    """An archive that is whole, but of which it is not clear (or not possible) what to read."""


def kind_of(head: bytes) -> str | None:
    """Tell the kind of an archive by its first ``MAGIC_BYTES``: gzip, zip, bz2, xz, zstd, or None for anything else."""
    if head.startswith(b"\x1f\x8b\x08"):
        return "gzip"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip"
    # The digit is the block size; what follows begins a block, or ends an empty stream.
    if head.startswith(b"BZh") and head[4:10] in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90"):
        return "bz2"
    if head.startswith(b"\xfd7zXZ\x00"):
        return "xz"
    # RFC 8878: a frame, or a skippable one in front of it
    if head.startswith(b"\x28\xb5\x2f\xfd") or (head[1:4] == b"\x2a\x4d\x18" and head[0] & 0xF0 == 0x50):
        return "zstd"
    return None


def chunks(file: io.FileIO, kind: str | None, member: str | None, wanted: Callable[[], int]) -> Iterator[bytes]:
    """Return an iterator over the inflated bytes of ``file``, which stands at its beginning.

    ``member`` names the one to read of a zip; ``wanted`` says how many bytes of a plain file come next. Raises
    :class:`UnreadableError` at once when there is nothing to choose.
    """
    if kind == "zip":
        return _zip(file, member)
    if member is not None:
        raise UnreadableError(f"it is no zip, so it has no member {member!r}")
    if kind is None:
        return iter(lambda: file.read(wanted()), b"")
    return {"gzip": _gzip, "bz2": _bz2, "xz": _xz, "zstd": _zstd}[kind](file)


def _until_empty(read: Callable[[int], bytes]) -> Iterator[bytes]:
    return iter(partial(read, CHUNK_BYTES), b"")


def _gzip(file: io.FileIO) -> Iterator[bytes]:
    """isal inflates three times as fast, where it is installed (the extra ``fast``).

    Where it finds something wrong, the standard library reads the file again from its beginning: so what comes in front
    of a damage, and what the damage is called, does not depend on what is installed.
    """
    # read1, here and below: read() collects several pieces, and loses them when a later one is broken.
    done = 0
    if (isal := _isal()) is not None:
        opened, broken = isal
        try:
            for chunk in _until_empty(opened(fileobj=file, mode="rb").read1):
                done += len(chunk)
                yield chunk
            return
        except (OSError, EOFError, broken):
            file.seek(0)
    for chunk in _until_empty(gzip.GzipFile(fileobj=file, mode="rb").read1):
        fresh, done = chunk[done:], max(done - len(chunk), 0)
        if fresh:
            yield fresh


def _isal() -> tuple[type[gzip.GzipFile], type[Exception]] | None:
    """Its counterpart of ``GzipFile``, and what it raises on broken data."""
    try:
        return importlib.import_module("isal.igzip").IGzipFile, importlib.import_module("isal.isal_zlib").error
    except ImportError:
        return None


def _bz2(file: io.FileIO) -> Iterator[bytes]:
    return _until_empty(bz2.BZ2File(file).read1)


def _xz(file: io.FileIO) -> Iterator[bytes]:
    # Not lzma.LZMAFile: it sets no memory limit, and a header may ask for 4 GiB.
    data = file.read(CHUNK_BYTES)
    while data:
        decoder = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_WINDOW_BYTES)
        while not decoder.eof:
            if decoder.needs_input and not data:
                data = file.read(CHUNK_BYTES)
                if not data:
                    raise EOFError
            inflated = decoder.decompress(data, CHUNK_BYTES)
            data = b""
            if inflated:
                yield inflated
        # Streams may follow each other, with zeros between them.
        data = decoder.unused_data.lstrip(b"\0")
        while not data and (more := file.read(CHUNK_BYTES)):
            data = more.lstrip(b"\0")


def _zstd(file: io.FileIO) -> Iterator[bytes]:
    decoder = zstandard.ZstdDecompressor(max_window_size=_WINDOW_BYTES)
    with decoder.stream_reader(file, read_across_frames=True, closefd=False) as reader:
        yield from _until_empty(reader.read1)
    if not _is_whole_zstd(file):
        raise EOFError


def _is_whole_zstd(file: io.FileIO) -> bool:
    """Walk over frames and blocks without decoding (RFC 8878, 3.1): zstandard's reader takes any end for the end."""
    end = file.seek(0, os.SEEK_END)
    position = 0
    while position < end:
        file.seek(position)
        head = file.read(_ZSTD_HEADER_BYTES)
        if head[:4] != zstandard.FRAME_HEADER:
            position += 8 + int.from_bytes(head[4:8], "little")
            continue
        try:
            position += zstandard.frame_header_size(head)
        except zstandard.ZstdError:
            return False
        checksum_bytes = head[4] & 0x04
        is_last = False
        while not is_last:
            file.seek(position)
            block = file.read(3)
            header = int.from_bytes(block, "little")
            if len(block) < 3:
                return False
            is_last = bool(header & 1)
            position += 3 + (1 if (header >> 1) & 3 == 1 else header >> 3)  # type 1: one byte, repeated
        position += checksum_bytes
    return position == end


class _ZipFile(io.FileIO):
    """A file that refuses to be read in one huge piece, as zipfile does with a table of contents by its stated size."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _ZIP_TABLE_BYTES:
            raise UnreadableError(f"its table of contents is longer than {_ZIP_TABLE_BYTES} bytes")
        return super().read(size)


def _zip(file: io.FileIO, member: str | None) -> Iterator[bytes]:
    guarded = _ZipFile(file.fileno(), closefd=False)
    if not zipfile.is_zipfile(guarded):
        # The table of contents stands at the very end, so an archive that lacks it was cut.
        raise EOFError
    archive = zipfile.ZipFile(guarded)
    found = [info for info in archive.infolist() if not info.is_dir() and not info.filename.startswith("__MACOSX/")]
    if member is not None:
        found = [info for info in found if info.filename == member]
    if not found:
        raise UnreadableError("it has no file in it" if member is None else f"it has no member {member!r}")
    if len(found) > 1:
        names = ", ".join(repr(info.filename[:80]) for info in found[:5])
        raise UnreadableError(f"it has {len(found)} files in it, and it is not said which to read: {names}")
    [info] = found
    if info.flag_bits & 0x1:
        raise UnreadableError("it is encrypted")
    # zipfile inflates the other methods without a bound.
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnreadableError(f"the compression method {info.compress_type} is not supported in a zip")
    return _until_empty(cast(zipfile.ZipExtFile, archive.open(info)).read1)  # typed as IO, which has no read1
