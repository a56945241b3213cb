"""Feeds in object stores (``s3://BUCKET/KEY``), through s3fs, fsspec's library for them.

The address names a bucket and never a host, so it alone cannot lead into the operator's network; the endpoint is the
settings' or the one of the library's own environment. Still each connection goes to a checked address only. Without
a login in the settings the library looks for one as always (environment, profile, the machine's role).

Its calls run on an event loop of this thread, each within the time that is left, and nothing stays behind.
"""

from __future__ import annotations

import asyncio
import importlib
import socket
import time
from collections.abc import Coroutine, Generator, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import cache
from typing import Any, Final, TypeVar

from feedsync.errors import Fatal, FeedsyncError, Retryable
from feedsync.sources.addresses import resolve
from feedsync.sources.extras import needed
from feedsync.sources.remotefile import Asked, Stat, stopped, unanswered

T = TypeVar("T")

_READ_BYTES: Final = 256 * 1024

_PASSING: Final = (408, 429)


@contextmanager
def open_s3(asked: Asked) -> Iterator[ObjectFile]:
    """Make a client for the object's store. Errors as of :func:`feedsync.sources.remote.fetch_remote`."""
    s3fs = needed("s3fs", extra="s3", location=asked.shown)
    resolver_type = needed("aiohttp.abc", extra="s3", location=asked.shown).AbstractResolver
    limits = asked.limits
    session = needed("aiobotocore.session", extra="s3", location=asked.shown).AioSession()
    session.register_component("data_loader", _service_data())
    guard = _Guard(asked)
    resolver_type.register(_Guard)
    with ExitStack() as stack:
        calls = _Calls(stack.enter_context(asyncio.Runner()), guard)
        with calls.translated():
            store = s3fs.S3FileSystem(
                key=asked.user or None,
                secret=asked.password or None,
                endpoint_url=asked.endpoint,
                session=session,
                config_kwargs={
                    "connect_timeout": limits.connect_timeout_s,
                    "read_timeout": limits.read_timeout_s,
                    # Attempts are made by s3fs and by our caller; three layers of them multiply.
                    "retries": {"total_max_attempts": 1},
                    "connector_args": {"resolver": guard, "socket_factory": guard.socket_for},
                },
                asynchronous=True,
                skip_instance_cache=True,
                use_listings_cache=False,
            )
            store.retries = limits.attempts
            client = calls.run(store.set_session())
        stack.callback(calls.close, client)
        yield ObjectFile(calls, store)


@cache
def _service_data() -> Any:
    """Return the loader of Amazon's descriptions of S3: reading them takes longer than a small feed does."""
    return importlib.import_module("botocore.loaders").create_loader()


class _Guard:
    """Lets the library connect to checked addresses only: its resolver, and the maker of its sockets.

    Checking the sockets is what counts. The resolver knows the names, which ``allow_private_hosts`` may hold.
    """

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self._checked: set[str] = set()
        #: why a connection was refused; the library wraps the reason beyond recognition
        self.refusal: FeedsyncError | None = None

    def _check(self, host: str, port: int) -> list[str]:
        asked = self.asked
        try:
            found = resolve(host, port, location=asked.shown, allow=asked.allow, resolver=asked.network.resolver)
        except FeedsyncError as error:
            self.refusal = error
            raise OSError("refused") from error
        self._checked.update(found)
        return found

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[dict[str, Any]]:
        """Return a name's addresses in aiohttp's form (``aiohttp.abc.AbstractResolver``)."""
        found = await asyncio.to_thread(self._check, host, port)
        return [
            {
                "hostname": host,
                "host": address,
                "port": port,
                "family": socket.AF_INET6 if ":" in address else socket.AF_INET,
                "proto": 0,
                "flags": socket.AI_NUMERICHOST,
            }
            for address in found
        ]

    async def close(self) -> None:
        """Nothing is held open."""

    def socket_for(self, found: tuple[Any, ...]) -> socket.socket:
        """Make the socket for an address in ``getaddrinfo``'s form, when that may be connected to."""
        family, kind, protocol, _, (host, port, *_) = found
        if host not in self._checked:
            self._check(host, port)
        return socket.socket(family, kind, protocol)


class _Calls:
    """Runs the library's coroutines within the limits, and turns what they raise into errors of ours."""

    def __init__(self, runner: asyncio.Runner, guard: _Guard) -> None:
        self.asked = guard.asked
        self._runner = runner
        self._guard = guard

    def run(self, call: Coroutine[Any, Any, T]) -> T:
        """Wait for a result. Raises TimeoutError when the fetch as a whole has taken too long."""
        return self._runner.run(_within(call, self.asked.deadline - time.monotonic()))

    def close(self, client: Any) -> None:
        """Close the client's connections, which takes no time that counts; also when the time is over."""
        self._runner.run(_within(client.close(), self.asked.limits.connect_timeout_s))

    @contextmanager
    def translated(self) -> Iterator[None]:
        """None of the causes is chained: their texts may hold addresses with signatures."""
        try:
            yield
            return
        except Exception as failure:
            error = self._guard.refusal or self._error(failure)
        raise error from None

    def _error(self, failure: Exception) -> FeedsyncError:
        shown, kind = self.asked.shown, type(failure).__name__
        status = _status_of(failure)
        if isinstance(failure, FileNotFoundError):
            return Fatal("FS-201", location=shown, reason="there is no such file")
        if status in _PASSING or (status or 0) >= 500:
            return Retryable("FS-202", location=shown, status=status)
        if status == 403:
            return Fatal("FS-202", location=shown, status="403: the login is refused, or there is no such file")
        if status in (301, 307, 400):
            return Fatal("FS-202", location=shown, status=f"{status}: is the region right (AWS_REGION)?")
        if status is not None:
            return Fatal("FS-202", location=shown, status=status)
        if kind == "NoCredentialsError":
            reason = "no login was found: give one with auth, or in the environment (AWS_ACCESS_KEY_ID and so on)"
            return Fatal("FS-205", location=shown, reason=reason)
        if isinstance(failure, ValueError):
            return Fatal("FS-205", location=shown, reason="the bucket, the endpoint or the login is not a valid one")
        if isinstance(failure, TimeoutError):
            return unanswered(self.asked, "no answer")
        # The name of a class holds nothing of the request.
        return unanswered(self.asked, f"the request failed ({kind})")


async def _within(call: Coroutine[Any, Any, T], timeout_s: float) -> T:
    return await asyncio.wait_for(call, max(0.0, timeout_s))


def _status_of(failure: BaseException | None) -> int | None:
    """Return the HTTP status that a failure of botocore carries, or one of those it was made from."""
    while failure is not None:
        answer = getattr(failure, "response", None)
        if isinstance(answer, dict):
            status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
            return status if isinstance(status, int) else None
        failure = failure.__cause__
    return None


class ObjectFile:
    """One object of a store; see :class:`feedsync.sources.remotefile.RemoteFile`."""

    def __init__(self, calls: _Calls, store: Any) -> None:
        self._calls = calls
        self._store = store
        self._path = f"{calls.asked.host}/{calls.asked.path}"

    def stat(self) -> Stat:
        """Ask for the object's size, ETag and time of change."""
        with self._calls.translated():
            found = self._calls.run(self._store._info(self._path, refresh=True))
        if found["type"] != "file":
            raise Fatal("FS-201", location=self._calls.asked.shown, reason="it is a folder")
        modified = found.get("LastModified")
        modified_s = int(modified.timestamp()) if isinstance(modified, datetime) else None
        return Stat(found["size"], modified_s, found.get("ETag") or None)

    def chunks(self) -> Generator[bytes]:
        """Give the bytes as they come, of one request: a range read at once would be as large as the server likes."""
        calls, limits = self._calls, self._calls.asked.limits
        stream = calls.run(self._store.open_async(self._path, "rb"))
        try:
            with calls.translated():
                chunk = calls.run(stream.read(_READ_BYTES))
            while chunk:
                yield chunk
                try:
                    chunk = calls.run(stream.read(_READ_BYTES))
                except TimeoutError:
                    raise stopped(calls.asked, f"nothing came for {limits.read_timeout_s:g} s") from None
                except Exception:  # what libraries raise of three kinds: aiohttp's, botocore's, the system's
                    raise stopped(calls.asked, "the connection was closed before the end") from None
        finally:
            if stream.r is not None:
                stream.r.close()
