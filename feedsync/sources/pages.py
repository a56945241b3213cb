"""A feed that comes in pages: all of its list as one document of JSON Lines, a record a line, as it was sent.

Requests are made one after the other over one connection, each with every check of :mod:`feedsync.sources.http`. What a
paged API gets wrong must never look like products that are gone: whenever records may be missing, the document is
``short`` and says why, and what came is used.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, cast

import msgspec

from feedsync.errors import Fatal, Retryable, Unsafe
from feedsync.settings_pages import Pages
from feedsync.sources.document import DEFAULT_LIMITS, MIB, Credentials, Damaged, Document, Limits
from feedsync.sources.http import Connections, get_one
from feedsync.sources.inflate import open_stream
from feedsync.sources.network import SYSTEM, Network, again
from feedsync.sources.pages_answer import BadPage, Page, Shape, read_page
from feedsync.sources.pages_reading import read_list
from feedsync.sources.pages_requests import requests_for
from feedsync.sources.pages_variations import Variations
from feedsync.sources.redact import redact
from feedsync.sources.spool import new_file

#: A page is decoded as a whole, so this is what one may cost in memory.
PAGE_BYTES: Final = 32 * MIB
#: A reading of this many bytes stays in memory until it is known to be whole.
_IN_MEMORY_BYTES: Final = MIB


def fetch_pages(
    location: str,
    pages: Pages,
    *,
    spool_dir: Path,
    query: Mapping[str, str] | None = None,
    credentials: Credentials | None = None,
    limits: Limits = DEFAULT_LIMITS,
    allow_private_hosts: tuple[str, ...] = (),
    since: datetime | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    network: Network = SYSTEM,
) -> Document:
    """Fetch a paged feed.

    Args:
        location: the list's address; a shop's address is enough for ``shopify-storefront`` and ``woocommerce``.
        query: ``pages.query`` with its secrets (:meth:`Pages.resolved_query`); None: they are looked up here.
        limits: ``wire_bytes`` and ``total_timeout_s`` are for all pages together, ``attempts`` for each page.
        since: aware; only what changed since then is asked for (with ``pages.incremental``), and the document is
            ``partial``. :meth:`Incremental.since` says when.
        progress: called with the bytes that came so far, and None.

    The other arguments are those of :func:`feedsync.sources.fetch.fetch`. The document's ``short`` says why records may
    be missing; its digest is that of the lines.

    Raises:
        Fatal, Retryable, Unsafe: FS-201, FS-202, FS-203, FS-204, FS-205, FS-207: the first page could not be fetched;
            FS-208: it is no page of a list. A later page that fails makes the document short instead.
        ConfigError: FS-105: a secret of the query is not where it should be.
    """
    shown = redact(location)
    query = pages.resolved_query(where=shown) if query is None else query
    since = since if pages.incremental is not None else None
    try:
        requests = requests_for(location, pages, query, since)
    except ValueError:
        raise Fatal("FS-205", location=shown, reason="this is no web address") from None
    sha256 = hashlib.sha256()
    with Connections(network) as connections, new_file(spool_dir, shown) as (path, file), ExitStack() as files:
        asking = _Asking(
            shown, spool_dir, credentials or Credentials(), limits, allow_private_hosts, progress, connections
        )

        def temporary() -> BinaryIO:
            return cast(BinaryIO, tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES, dir=str(spool_dir)))

        records, short = read_list(requests, asking, lambda: files.enter_context(temporary()))
        variations = Variations(requests, asking, temporary)
        if pages.style == "woocommerce":
            records = variations.into(records)
        for record in records:
            line = record + b"\n"
            sha256.update(line)
            file.write(line)
    found = path.stat()
    reasons = [reason for reason in (short, variations.short) if reason]
    return Document(
        path=path,
        location=shown,
        digest=sha256.hexdigest(),
        size_bytes=found.st_size,
        mtime_ns=found.st_mtime_ns,
        charset="utf-8",
        short="; ".join(reasons) or None,
        partial=since is not None,
    )


class _Asking:
    """Fetches pages, each with its retries, within limits that hold for all of them together."""

    def __init__(
        self,
        shown: str,
        spool_dir: Path,
        credentials: Credentials,
        limits: Limits,
        allow: tuple[str, ...],
        progress: Callable[[int, int | None], None] | None,
        connections: Connections,
    ) -> None:
        self._shown = shown
        self._spool_dir = spool_dir
        self._credentials = credentials
        self._limits = limits
        self._allow = allow
        self._progress = progress
        self._connections = connections
        self._deadline = time.monotonic() + limits.total_timeout_s
        self._bytes = 0
        self._again = again(limits)

    def __call__(self, shape: Shape, url: str, number: int) -> Page:
        """Fetch a page; errors as of :func:`fetch_pages`."""
        return self._again(self._is_worth_another_attempt, self._once, shape, url, number)

    def _is_worth_another_attempt(self, error: Exception) -> bool | float:
        """After a passing fault: yes, or the seconds that the server asked to wait, if there is so much time."""
        left_s = self._deadline - time.monotonic()
        if not isinstance(error, Retryable) or left_s <= (error.after_s or 0.0):
            return False
        return True if error.after_s is None else error.after_s

    def _once(self, shape: Shape, url: str, number: int) -> Page:
        left = self._limits.wire_bytes - self._bytes
        if left <= 0:
            reason = f"more than {self._limits.wire_bytes} bytes are sent"
            raise Unsafe("FS-204", location=self._shown, reason=reason)
        limits = msgspec.structs.replace(
            self._limits,
            wire_bytes=min(left, PAGE_BYTES),
            inflated_bytes=min(self._limits.inflated_bytes, PAGE_BYTES),
        )
        document, headers = get_one(
            url,
            shown=self._shown,
            spool_dir=self._spool_dir,
            credentials=self._credentials,
            limits=limits,
            allow_private_hosts=self._allow,
            connections=self._connections,
            deadline=self._deadline,
        )
        try:
            self._bytes += document.size_bytes
            if self._progress is not None:
                self._progress(self._bytes, None)
            if document.short is not None:
                raise Retryable("FS-203", location=self._shown, reason=document.short)
            with open_stream(document, limits=limits) as stream:
                body = stream.read()
            return read_page(body, headers, document.charset, shape)
        except Damaged as error:
            raise Retryable(error.code, location=self._shown, reason=error.parts["reason"]) from error
        except BadPage as error:
            # Worth another attempt: a body that was cut off, a proxy's page about a fault.
            raise Retryable("FS-208", location=self._shown, reason=f"page {number} {error}") from error
        finally:
            document.path.unlink()
