"""What every protocol needs of the network: names, checked connections, TLS settings, and an end in time.

A connection goes to an address that was checked (``addresses``), never to a name, so that a second answer of the name
server cannot lead elsewhere. The environment (proxies, .netrc) has no say.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

import certifi
import msgspec

from feedsync.errors import Retryable
from feedsync.retrying import RetryingCaller
from feedsync.sources.addresses import Resolver, resolve, system_resolver
from feedsync.sources.document import Limits


class Network(msgspec.Struct, frozen=True):
    """How the network is reached: the resolver, and the TLS settings (None: the certificates of certifi)."""

    resolver: Resolver = system_resolver
    tls: ssl.SSLContext | None = None


SYSTEM = Network()


@cache
def trusted(protocol: str) -> ssl.SSLContext:
    """Return the TLS settings for ``protocol``: certifi's authorities, names checked; made once for the process.

    Reading the authorities takes some 25 ms. Each protocol has its own, because what a client says it speaks (ALPN) is
    a part of them, and FTP servers hang up on one that says HTTP.
    """
    return ssl.create_default_context(cafile=certifi.where())


def again(limits: Limits) -> RetryingCaller:
    """Return what calls a function again, with the pauses and as often as ``limits`` say."""
    return RetryingCaller(
        attempts=limits.attempts,
        timeout=limits.total_timeout_s,
        wait_initial=limits.backoff_s,
        wait_jitter=limits.backoff_s,
    )


def connect(
    host: str, port: int, *, location: str, allow: tuple[str, ...], limits: Limits, network: Network
) -> socket.socket:
    """Connect to the first of the host's checked addresses that answers; later silences time out as ``limits`` say.

    Raises :class:`~feedsync.errors.Fatal` (FS-205) when an address is refused, and :class:`Retryable` (FS-207).
    """
    addresses = resolve(host, port, location=location, allow=allow, resolver=network.resolver)
    reason = "the name has no address"
    for address in addresses:
        try:
            made = socket.create_connection((address, port), limits.connect_timeout_s)
        except TimeoutError:
            reason = f"no connection within {limits.connect_timeout_s:g} s"
        except OSError as error:
            reason = error.strerror or "no connection"
        else:
            made.settimeout(limits.read_timeout_s)
            return made
    raise Retryable("FS-207", location=location, reason=reason)


@contextmanager
def ended_at(deadline: float, connection: socket.socket) -> Iterator[None]:
    """Shut the connection down at ``deadline`` (``time.monotonic()``): a silence limit never ends a slow drip."""
    # A twin, because TLS takes the socket object away from whoever had it.
    with connection.dup() as twin:

        def end() -> None:
            with suppress(OSError):
                twin.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(max(0.0, deadline - time.monotonic()), end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
