"""Feeds in other object stores (``gs://BUCKET/KEY``, ``az://CONTAINER/KEY``), through fsspec's libraries for them.

The library knows the store's host; the address names none, so no check of addresses is needed, unless the settings
give an endpoint: then its host is checked, but the library makes the connection. Its own timeouts hold within a
request, the fetch's limits between requests. Google's login comes from its own environment
(``GOOGLE_APPLICATION_CREDENTIALS``, the machine's role), Azure's account and key from the settings or from its own.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from feedsync.errors import Fatal, FeedsyncError, Retryable
from feedsync.sources.addresses import resolve
from feedsync.sources.extras import needed
from feedsync.sources.remotefile import Asked, Stat, stopped, unanswered

#: scheme -> module, class, extra
_LIBRARIES: Final = {
    "gs": ("gcsfs", "GCSFileSystem", "gs"),
    "gcs": ("gcsfs", "GCSFileSystem", "gs"),
    "az": ("adlfs", "AzureBlobFileSystem", "az"),
}

#: One request. Larger ones cost memory, smaller ones round trips.
_RANGE_BYTES: Final = 4 * 1024**2

_PASSING: Final = (408, 429)


@contextmanager
def open_stored(asked: Asked) -> Iterator[StoredFile]:
    """Make a client for the store. Errors as of :func:`feedsync.sources.remote.fetch_remote`."""
    module, name, extra = _LIBRARIES[asked.scheme]
    library = needed(module, extra=extra, location=asked.shown)
    options = _options(asked)
    with _translated(asked):
        store = getattr(library, name)(skip_instance_cache=True, use_listings_cache=False, **options)
    yield StoredFile(asked, store, f"{asked.host}/{asked.path}")


def _options(asked: Asked) -> dict[str, str]:
    options = {}
    if asked.user and asked.scheme != "az":
        reason = "its login is not a user and a password: it is taken from GOOGLE_APPLICATION_CREDENTIALS"
        raise Fatal("FS-205", location=asked.shown, reason=reason)
    if asked.user:
        options = {"account_name": asked.user, "account_key": asked.password}
    if asked.endpoint is not None:
        parts = urlsplit(asked.endpoint)
        port = parts.port or (80 if parts.scheme == "http" else 443)
        host = parts.hostname or ""
        resolve(host, port, location=asked.shown, allow=asked.allow, resolver=asked.network.resolver)
        options["account_host" if asked.scheme == "az" else "endpoint_url"] = asked.endpoint
    return options


class StoredFile:
    """One file of a store of fsspec's; see :class:`feedsync.sources.remotefile.RemoteFile`."""

    def __init__(self, asked: Asked, store: Any, path: str) -> None:
        self._asked = asked
        self._store = store
        self._path = path
        self._size_bytes = 0

    def stat(self) -> Stat:
        """Ask for size, ETag and time of change, each under the names that the libraries have for it."""
        with _translated(self._asked):
            self._store.invalidate_cache()
            found = self._store.info(self._path)
        if found.get("type") != "file":
            raise Fatal("FS-201", location=self._asked.shown, reason="it is a folder")
        size = found.get("size")
        self._size_bytes = size if isinstance(size, int) else 0
        times = (found.get(name) for name in ("mtime", "last_modified", "LastModified"))
        modified = next((time for time in times if isinstance(time, datetime)), None)
        etag = next((found[name] for name in ("etag", "ETag") if isinstance(found.get(name), str)), None)
        return Stat(self._size_bytes, None if modified is None else int(modified.timestamp()), etag)

    def chunks(self) -> Generator[bytes]:
        """Give the bytes of one range after the other, up to the size that :meth:`stat` found."""
        for start in range(0, self._size_bytes, _RANGE_BYTES):
            end = min(start + _RANGE_BYTES, self._size_bytes)
            try:
                with _translated(self._asked):
                    chunk = self._store.cat_file(self._path, start=start, end=end)
            except FeedsyncError as error:
                if start == 0:
                    raise
                raise stopped(self._asked, f"the rest was not to be had ({error.code})") from None
            yield chunk
            if len(chunk) < end - start:
                return


@contextmanager
def _translated(asked: Asked) -> Iterator[None]:
    """None of the causes is chained: their texts may hold addresses with signatures."""
    shown = asked.shown
    error: FeedsyncError
    try:
        yield
        return
    except FileNotFoundError:
        error = Fatal("FS-201", location=shown, reason="there is no such file")
    except PermissionError:
        error = Fatal("FS-202", location=shown, status="that the login is refused, or that there is no such file")
    except ValueError:
        error = Fatal("FS-205", location=shown, reason="the address, the endpoint or the login is not a valid one")
    except Exception as failure:
        statuses = (getattr(failure, name, None) for name in ("status", "status_code", "code"))
        status = next((status for status in statuses if isinstance(status, int)), None)
        if status is None:
            error = unanswered(asked, f"the request failed ({type(failure).__name__})")
        elif status in _PASSING or status >= 500:
            error = Retryable("FS-202", location=shown, status=status)
        else:
            error = Fatal("FS-202", location=shown, status=status)
    raise error from None
