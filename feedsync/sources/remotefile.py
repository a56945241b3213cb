"""What a remote file is to :mod:`~feedsync.sources.remote`, whatever protocol it lies behind.

A protocol is a function that opens a :class:`RemoteFile`; it is handed an :class:`Asked`. An address is taken apart
here, once, and its secrets go nowhere but into the login.
"""

from __future__ import annotations

import re
import time
from collections.abc import Generator
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

import msgspec

from feedsync.errors import Fatal, Retryable
from feedsync.sources.document import Credentials, Limits
from feedsync.sources.network import Network
from feedsync.sources.redact import redact


class Stat(msgspec.Struct, frozen=True):
    """What a server says of a file: its size (bytes), its time of change (Unix seconds), its ETag; None: not said."""

    size_bytes: int | None = None
    modified_s: int | None = None
    etag: str | None = None


class RemoteFile(Protocol):
    """One opened remote file."""

    def stat(self) -> Stat:
        """Ask the server for the file's present state. Raises FeedsyncError."""

    def chunks(self) -> Generator[bytes]:
        """Give the bytes as they come; ``EOFError`` with the reason when they stop. Raises FeedsyncError."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a server, and within what bounds.

    ``host`` is the bucket where there is no host. ``path`` begins behind the slash that ends the host.
    """

    shown: str
    scheme: str
    host: str
    port: int | None
    path: str
    user: str
    password: str
    credentials: Credentials
    limits: Limits
    allow: tuple[str, ...]
    network: Network
    endpoint: str | None
    #: a ``time.monotonic()`` value
    deadline: float


def stopped(asked: Asked, reason: str) -> EOFError:
    """Return what ends a file's chunks too early; when the time is over, that is the reason."""
    return EOFError(_in_time(asked, reason))


def unanswered(asked: Asked, reason: str) -> Retryable:
    """Return an FS-207; when the time is over, that is the reason."""
    return Retryable("FS-207", location=asked.shown, reason=_in_time(asked, reason))


def _in_time(asked: Asked, reason: str) -> str:
    is_late = time.monotonic() >= asked.deadline
    return f"it took longer than {asked.limits.total_timeout_s:g} s" if is_late else reason


_OBJECT: Final = re.compile(r"[^:]+://(?:([^/]*)@)?([^/@]+)/(.+)", re.DOTALL)

#: What ends a command of FTP, or a name of the operating system.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


def ask(
    location: str,
    *,
    credentials: Credentials,
    limits: Limits,
    allow: tuple[str, ...],
    network: Network,
    endpoint: str | None,
    is_object: bool,
) -> Asked:
    """Take an address apart. ``is_object``: it names a bucket and a key, and the key stands as it is.

    Otherwise it is a URL (RFC 3986), of which the path is percent-decoded; it may hold ``?`` and ``#``, which begin
    nothing in these protocols. Credentials of the settings win over those in front of the ``@``.
    Raises :class:`Fatal` (FS-205) when it names no file of a host.
    """
    shown = redact(location)
    scheme = location.partition(":")[0].lower()
    try:
        host, port, path, user, password = _object(location) if is_object else _url(location)
    except ValueError:
        # Not chained: the text of the cause holds the address.
        raise Fatal("FS-205", location=shown, reason=f"this is no {scheme}:// address of a file") from None
    if credentials.headers:
        raise Fatal("FS-205", location=shown, reason="headers and bearer tokens are for http and https alone")
    if credentials.basic is not None:
        user, password = credentials.basic
    if _CONTROL.search(f"{host}{path}{user}{password}"):
        raise Fatal("FS-205", location=shown, reason="the address or the login holds a character that is not allowed")
    return Asked(
        shown=shown,
        scheme=scheme,
        host=host,
        port=port,
        path=path,
        user=user,
        password=password,
        credentials=credentials,
        limits=limits,
        allow=allow,
        network=network,
        endpoint=endpoint,
        deadline=time.monotonic() + limits.total_timeout_s,
    )


def _object(location: str) -> tuple[str, None, str, str, str]:
    found = _OBJECT.fullmatch(location)
    # A colon, where it is no resource name of Amazon's, is that of a login, which has a slash in it that it should not.
    if found is None or (":" in found[2] and not found[2].startswith("arn:")):
        raise ValueError(location)
    login, bucket, key = found.groups()
    user, _, password = (login or "").partition(":")
    return bucket, None, key, unquote(user), unquote(password)


def _url(location: str) -> tuple[str, int | None, str, str, str]:
    parts = urlsplit(location.replace("?", "%3F").replace("#", "%23"))
    path = unquote(parts.path[1:], errors="strict")
    if not parts.hostname or "%" in parts.hostname or not path or path.endswith("/"):
        raise ValueError(location)
    return parts.hostname, parts.port, path, unquote(parts.username or ""), unquote(parts.password or "")
