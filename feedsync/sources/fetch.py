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
from feedsync.sources.http import fetch_http
from feedsync.sources.local import fetch_local
from feedsync.sources.redact import redact

_SCHEME: Final = re.compile(r"(?:(file):|([a-z][a-z0-9+.\-]*)://)", re.IGNORECASE)


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
) -> Document:
    """Fetch a feed.

    ``location`` is a path (relative to ``base_dir``), a ``file://``, ``http://`` or ``https://`` address. What comes
    over the network is spooled into a new file in ``spool_dir``, which the caller removes. ``validators`` make the
    request conditional: the document may then be ``not_modified``. ``allow_private_hosts`` names what may be reached
    although it is not public: a host, ``host:port``, an address or a network. ``progress`` is called with the bytes
    that came and the bytes that were announced (or None).

    Raises :class:`~feedsync.errors.Fatal`, :class:`~feedsync.errors.Retryable` and :class:`~feedsync.errors.Unsafe`
    with the codes FS-201 to FS-207 and FS-309. No message of theirs holds a password or a token.
    """
    match = _SCHEME.match(location)
    scheme = "file" if match is None else (match[1] or match[2]).lower()
    if scheme == "file":
        return fetch_local(location, base_dir=base_dir, limits=limits)
    if scheme in ("http", "https"):
        return fetch_http(
            location,
            spool_dir=spool_dir,
            validators=validators or Validators(),
            credentials=credentials or Credentials(),
            limits=limits,
            allow_private_hosts=allow_private_hosts,
            progress=progress,
        )
    raise Fatal("FS-205", location=redact(location), reason=f"the scheme {scheme} is not supported")
