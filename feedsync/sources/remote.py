"""Feeds on file servers and in object stores: SFTP, FTP, S3 and their like, fetched as carefully as over HTTP.

The protocols are modules of their own; what is the same for all stands here: the list of what may be read at all, the
comparison with what was read last, the spool with its limits, and the look back whether the file changed meanwhile.

The schemes are a closed list. A library that opens any address (fsspec) also reads this machine's memory and files,
runs code on a cluster, or chains one address into another; so it is never handed one, only told what to read.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from email.utils import formatdate
from pathlib import Path
from typing import Final, TypeAlias

from feedsync.errors import Retryable
from feedsync.sources.document import Credentials, Document, Limits, Validators
from feedsync.sources.ftp import open_ftp
from feedsync.sources.network import SYSTEM, Network, again
from feedsync.sources.objects import open_s3
from feedsync.sources.remotefile import Asked, RemoteFile, Stat, ask
from feedsync.sources.sftp import open_sftp
from feedsync.sources.spool import spool
from feedsync.sources.stores import open_stored

Opener: TypeAlias = Callable[[Asked], AbstractContextManager[RemoteFile]]

#: Schemes of which the address names a host.
FILE_SERVERS: Final[dict[str, Opener]] = {
    "sftp": open_sftp,
    "ftp": open_ftp,
    "ftps": open_ftp,
    "ftpes": open_ftp,
}
#: Schemes of which the address names a bucket and a key.
OBJECT_STORES: Final[dict[str, Opener]] = {
    "s3": open_s3,
    "gs": open_stored,
    "gcs": open_stored,
    "az": open_stored,
}
SCHEMES: Final = FILE_SERVERS | OBJECT_STORES

#: A file that changed less than this many seconds ago may change once more without a change of its time of change,
#: which servers tell in whole seconds.
_SETTLED_S: Final = 2


def fetch_remote(
    location: str,
    *,
    spool_dir: Path,
    validators: Validators,
    credentials: Credentials,
    limits: Limits,
    allow_private_hosts: tuple[str, ...],
    progress: Callable[[int, int | None], None] | None,
    endpoint: str | None = None,
    network: Network = SYSTEM,
) -> Document:
    """Fetch from a file server or an object store; arguments and errors as of :func:`feedsync.sources.fetch.fetch`.

    ``etag`` and ``last_modified`` of the document tell the file's size and time of change (or the store's ETag), and a
    file that has those of ``validators`` is ``not_modified``.

    Errors: FS-201 there is no such file or it may not be read, FS-202 the login or the request is refused, FS-204 too
    large, FS-205 refused for safety, FS-207 nothing answered, FS-209 a library is missing, FS-309 the file changed
    while it was read. A transfer that stopped is no error: the document is ``short``.
    """
    scheme = location.partition(":")[0].lower()
    asked = ask(
        location,
        credentials=credentials,
        limits=limits,
        allow=allow_private_hosts,
        network=network,
        endpoint=endpoint,
        is_object=scheme in OBJECT_STORES,
    )
    return again(limits)(_is_worth_another_attempt, _once, SCHEMES[scheme], asked, spool_dir, validators, progress)


def _is_worth_another_attempt(error: Exception) -> bool:
    """Nothing answered, or the server has a fault. A file that is being written is left to the next run."""
    return isinstance(error, Retryable) and error.code != "FS-309"


def _once(
    opener: Opener,
    asked: Asked,
    spool_dir: Path,
    validators: Validators,
    progress: Callable[[int, int | None], None] | None,
) -> Document:
    with opener(asked) as file:
        before = file.stat()
        version = _version(before, asked.scheme)
        modified = None if before.modified_s is None else formatdate(before.modified_s, usegmt=True)
        if version is not None and version == validators.etag:
            return Document(location=asked.shown, etag=version, last_modified=modified, not_modified=True)
        with closing(file.chunks()) as chunks:
            spooled = spool(
                chunks,
                spool_dir=spool_dir,
                location=asked.shown,
                announced=before.size_bytes,
                limits=asked.limits,
                deadline=asked.deadline,
                progress=progress,
            )
        short = spooled.short
        try:
            # A connection that is gone tells nothing, and what came is kept.
            after = before if short else file.stat()
            if after != before:
                raise Retryable("FS-309", location=asked.shown)
        except BaseException:
            spooled.path.unlink()
            raise
    if short is None and spooled.size_bytes < (before.size_bytes or 0):
        short = f"the server ended it early, {spooled.size_bytes} of {before.size_bytes} bytes came"
    # Servers that make a file on the fly state any size: then the statement says nothing about what comes next time.
    is_as_stated = before.size_bytes in (None, spooled.size_bytes)
    return Document(
        path=spooled.path,
        location=asked.shown,
        digest=spooled.sha256,
        size_bytes=spooled.size_bytes,
        mtime_ns=spooled.path.stat().st_mtime_ns,
        etag=version if is_as_stated else None,
        last_modified=modified,
        short=short,
    )


def _version(stat: Stat, scheme: str) -> str | None:
    """Return what tells this state of the file from every other one, or None when nothing does with certainty."""
    if stat.etag:
        return f"{scheme}:{stat.etag}"
    if stat.size_bytes is None or stat.modified_s is None or time.time() - stat.modified_s < _SETTLED_S:
        return None
    return f"{scheme}:{stat.size_bytes}-{stat.modified_s}"
