"""The values that the sources deal in: limits, validators, credentials and the document itself.

They are frozen and do no I/O. Whatever is kept in a :class:`Document` may be shown to people and stored; whatever is
secret lives in :class:`Credentials` alone, whose ``repr`` never shows it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from feedsync.errors import Fatal
from feedsync.sources.redact import HIDDEN

MIB: Final = 1024**2
GIB: Final = 1024**3

#: Inflated bytes below which the ratio of an archive is not looked at: a small feed of equal lines is no bomb.
RATIO_FROM_BYTES: Final = 64 * MIB


class Damaged(Fatal):
    """The document ends too soon (FS-203) or is broken inside (FS-206, FS-201).

    Reading raises it only after everything that could be read was delivered, so the reader may keep what came and call
    the document degraded.
    """


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much a source may cost. Sizes in bytes, times in seconds."""

    wire_bytes: int = 4 * GIB
    inflated_bytes: int = 16 * GIB
    #: inflated bytes per wire byte; looked at once more than ``RATIO_FROM_BYTES`` were inflated
    ratio: int = 200
    connect_timeout_s: float = 15.0
    #: the longest silence of a server
    read_timeout_s: float = 60.0
    #: the longest a whole fetch may take, redirects and retries included: a silence limit never ends a slow drip
    total_timeout_s: float = 1800.0
    redirects: int = 5
    #: how often a request is made when nothing answers or the server has a fault (5xx)
    attempts: int = 3
    #: the first pause between two attempts; later ones double, each with as much jitter again
    backoff_s: float = 0.5


DEFAULT_LIMITS: Final = Limits()


class Validators(msgspec.Struct, frozen=True, kw_only=True):
    """What the last complete reading stored of a document's freshness (RFC 9110, 8.8)."""

    etag: str | None = None
    last_modified: str | None = None


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What a feed's server wants to be shown: a name and password, request headers (HTTP), a private key (SFTP)."""

    #: also an S3 key id and its secret; the password may be empty where a private key stands for it
    basic: tuple[str, str] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    #: the text of a private key as OpenSSH writes it, and what it is encrypted with
    private_key: str | None = None
    passphrase: str | None = None

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value in self.__rich_repr__())
        return f"Credentials({shown})"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        """Return what may be shown: which kinds there are, never their values."""
        kinds: list[tuple[str, object]] = [("basic", HIDDEN)] if self.basic is not None else []
        kinds.append(("headers", [f"{name}: {HIDDEN}" for name, _ in self.headers]))
        return kinds if self.private_key is None else [*kinds, ("private_key", HIDDEN)]


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A feed's bytes as fetched once: a file on this disk and what is known about it.

    The file is the local feed itself, or a spooled copy that belongs to the caller, who removes it. After a 304
    ``not_modified`` is true, there is no file, and ``path``, ``digest`` and the sizes are empty.
    """

    path: Path = Path()
    #: for people only: redacted, never fetched again
    location: str
    #: hex, of the bytes as they came over the wire
    digest: str = ""
    #: of the file, before anything is inflated
    size_bytes: int = 0
    #: of the file; with ``size_bytes`` it tells whether the file changed since
    mtime_ns: int = 0
    etag: str | None = None
    last_modified: str | None = None
    #: from the HTTP Content-Type
    charset: str | None = None
    #: why the transfer is known to be short, or None
    short: str | None = None
    not_modified: bool = False
    #: only what changed lately was asked for: what is not in it is not gone
    partial: bool = False
