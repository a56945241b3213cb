"""The HTTP Content-Encoding, undone where ``open_stream`` would not do it.

A gzip *coding* is spooled as it came, because reading tells gzip by its bytes. Only when what it carries is itself an
archive (a ``.xml.gz`` file that the server coded once more) is one layer taken off here, on disk and within limits.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from feedsync.sources.decoders import MAGIC_BYTES, kind_of
from feedsync.sources.document import Damaged, Document, Limits
from feedsync.sources.inflate import open_layer
from feedsync.sources.spool import new_file


def without_gzip_coding(document: Document, *, spool_dir: Path, limits: Limits) -> Document:
    """Return ``document``, which was sent with ``Content-Encoding: gzip``, with one layer less if there are two.

    The other fields stay, so ``digest`` goes on telling the bytes of the wire. When the outer layer is damaged, what it
    held in front of that is kept, and the document is ``short``. Raises :class:`~feedsync.errors.Unsafe` (FS-204) over
    a limit and :class:`~feedsync.errors.Fatal` (FS-201) when the disk does not take it; then no file is left.
    """
    try:
        return _without_gzip_coding(document, spool_dir, limits)
    except BaseException:
        document.path.unlink()
        raise


def _without_gzip_coding(document: Document, spool_dir: Path, limits: Limits) -> Document:
    damage: str | None = None
    with open_layer(document, limits=limits) as outer:
        # A server that says gzip and sends something else is taken at its bytes.
        if outer.kind != "gzip":
            return document
        try:
            head = outer.read(MAGIC_BYTES)
        except Damaged:
            return document
        if kind_of(head) is None:
            return document
        with new_file(spool_dir, document.location) as (path, file):
            try:
                while head:
                    file.write(head)
                    head = outer.read1()
            except Damaged as error:
                damage = str(error.parts["reason"])
    document.path.unlink()
    found = path.stat()
    return msgspec.structs.replace(
        document,
        path=path,
        size_bytes=found.st_size,
        mtime_ns=found.st_mtime_ns,
        short=document.short or damage,
    )
