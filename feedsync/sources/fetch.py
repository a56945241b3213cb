"""From a feed's location to a document: one function a scheme, and the table that picks it.

A new scheme is one more function of the same shape. Nothing here knows a feed's format.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from feedsync.errors import Fatal
from feedsync.sources.document import DEFAULT_LIMITS, Credentials, Document, Limits, Validators
from feedsync.sources.local import fetch_local
from feedsync.sources.redact import redact

_SCHEME: Final = re.compile(r"(?:(file):|([a-z][a-z0-9+.\-]*)://)", re.IGNORECASE)

#: fsspec's way to write one address inside another; what it leads to is not to be seen from the outside.
_CHAIN: Final = re.compile(r"[a-z][a-z0-9+.\-]*::.*://", re.IGNORECASE | re.DOTALL)

#: A file on a WebDAV server is fetched like any other over HTTP (RFC 4918, 9.4).
_WEBDAV: Final = {"dav": "http", "webdav": "http", "davs": "https", "webdavs": "https"}


def fetch(
    location: str,
    *,
    base_dir: Path,
    spool_dir: Path,
    validators: Validators | None = None,
    credentials: Credentials | None = None,
    limits: Limits = DEFAULT_LIMITS,
    allow_private_hosts: tuple[str, ...] = (),
    progress: Callable[[int, int | None], None] | None = None,
    endpoint: str | None = None,
) -> Document:
    """Fetch a feed.

    ``location`` is a path (relative to ``base_dir``), in which ``*``, ``?`` and ``[…]`` stand for the newest file that
    fits, or an address: ``file://``, ``http://`` and ``https://`` (also as ``dav`` and ``davs``), ``sftp://``,
    ``ftp://``, ``ftps://`` and ``ftpes://``, ``s3://BUCKET/KEY``. What comes over the network is spooled into a new
    file in ``spool_dir``, which the caller removes. ``validators`` make the request conditional: the document may then
    be ``not_modified``. ``allow_private_hosts`` names what may be reached although it is not public: a host,
    ``host:port``, an address or a network. ``progress`` is called with the bytes that came and the bytes that were
    announced (or None). ``endpoint`` is the address of an object store that is not Amazon's.

    Raises :class:`~feedsync.errors.Fatal`, :class:`~feedsync.errors.Retryable` and :class:`~feedsync.errors.Unsafe`
    with the codes FS-201 to FS-207, FS-209 and FS-309. No message of theirs holds a password or a token.
    """
    match = _SCHEME.match(location)
    scheme = "file" if match is None else (match[1] or match[2]).lower()
    if _CHAIN.match(location):
        raise Fatal("FS-205", location=redact(location), reason="chained addresses (::) are not read")
    if scheme == "file":
        return fetch_local(location, base_dir=base_dir, limits=limits)
    if scheme in _WEBDAV:
        location = f"{_WEBDAV[scheme]}{location[len(scheme) :]}"
        scheme = _WEBDAV[scheme]
    # the libraries of the network take longer to load than most files on this machine to read
    if scheme in ("http", "https"):
        from feedsync.sources.http import fetch_http

        return fetch_http(
            location,
            spool_dir=spool_dir,
            validators=validators or Validators(),
            credentials=credentials or Credentials(),
            limits=limits,
            allow_private_hosts=allow_private_hosts,
            progress=progress,
        )
    from feedsync.sources.remote import SCHEMES, fetch_remote

    if scheme in SCHEMES:
        return fetch_remote(
            location,
            spool_dir=spool_dir,
            validators=validators or Validators(),
            credentials=credentials or Credentials(),
            limits=limits,
            allow_private_hosts=allow_private_hosts,
            progress=progress,
            endpoint=endpoint,
        )
    known = ", ".join(("https", "http", "file", *SCHEMES))
    reason = f"addresses of the kind {scheme}:// are not read; known are {known}"
    raise Fatal("FS-205", location=redact(location), reason=reason)
