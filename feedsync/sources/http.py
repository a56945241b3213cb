"""Feeds behind ``http://`` and ``https://``: one conditional GET, with its own redirects, retries and limits.

It trusts neither the network nor the server: addresses are checked before each connection (``addresses``), a body is
only ever read raw and in pieces (httpx inflates without a bound, so ``.content`` and ``.iter_bytes`` must never be used
on a feed), redirects and codings are followed by rules of its own, and the environment (proxies, .netrc) has no say.
This is the only module of the package that knows httpx.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import msgspec

from feedsync.errors import Fatal, Retryable
from feedsync.sources.addresses import resolve
from feedsync.sources.coding import without_gzip_coding
from feedsync.sources.document import Credentials, Document, Limits, Validators
from feedsync.sources.headers import charset_of, codings_of, condition, retry_after_s, sendable, user_agent
from feedsync.sources.network import SYSTEM, Network, again, trusted
from feedsync.sources.redact import redact
from feedsync.sources.resume import Body, Part, length_of
from feedsync.sources.spool import spool

_REDIRECTS: Final = (301, 302, 303, 307, 308)
_PASSING: Final = (408, 429)
_PORTS: Final = {"http": 80, "https": 443}


class Connections:
    """Connections that stay open from one request to the next, each for one scheme, host and port alone.

    A pool of httpx is keyed by the address it connects to, which several hosts may share: so there is one a host, and
    no request goes over a connection whose certificate was checked for another name.
    """

    def __init__(self, network: Network = SYSTEM) -> None:
        self.network = network
        self._open: dict[tuple[str, str, int], httpx.HTTPTransport] = {}

    def to(self, origin: tuple[str, str, int]) -> httpx.HTTPTransport:
        """Return the transport for an origin."""
        if origin not in self._open:
            # The transport without httpx.Client on top: the client would log the address with its tokens, keep
            # cookies, and read the redirect before we do.
            self._open[origin] = httpx.HTTPTransport(trust_env=False, verify=self.network.tls or trusted("http"))
        return self._open[origin]

    def __enter__(self) -> Connections:
        return self

    def __exit__(self, *_: object) -> None:
        for transport in self._open.values():
            transport.close()


class _Fetch(msgspec.Struct, frozen=True):
    """What stays the same through redirects and retries."""

    shown: str
    spool_dir: Path
    validators: Validators
    limits: Limits
    allow: tuple[str, ...]
    progress: Callable[[int, int | None], None] | None
    connections: Connections
    deadline: float


def fetch_http(
    location: str,
    *,
    spool_dir: Path,
    validators: Validators,
    credentials: Credentials,
    limits: Limits,
    allow_private_hosts: tuple[str, ...],
    progress: Callable[[int, int | None], None] | None,
    network: Network = SYSTEM,
) -> Document:
    """Fetch over HTTP; arguments and errors as of :func:`feedsync.sources.fetch.fetch`.

    Errors: FS-202 for a status other than 200 and 304 (:class:`Retryable` for 408, 429 and 5xx, with Retry-After),
    FS-204 too large, FS-205 refused, FS-207 nothing answered. A transfer that stopped is no error: the document is
    ``short``.
    """
    deadline = time.monotonic() + limits.total_timeout_s
    with Connections(network) as connections:
        fetch = _Fetch(
            redact(location), spool_dir, validators, limits, allow_private_hosts, progress, connections, deadline
        )
        return again(limits)(_is_worth_another_attempt, _get, location, credentials, fetch)[0]


def get_one(
    location: str,
    *,
    shown: str,
    spool_dir: Path,
    credentials: Credentials,
    limits: Limits,
    allow_private_hosts: tuple[str, ...],
    connections: Connections,
    deadline: float,
) -> tuple[Document, Mapping[str, str]]:
    """Make one request of many: every check of :func:`fetch_http`, no validators, no second attempt.

    ``shown`` stands for the address in messages; ``deadline`` is a ``time.monotonic()`` value. Returns the document and
    the response's headers, whose names are found in any case. Errors as of :func:`fetch_http`.
    """
    limits = msgspec.structs.replace(limits, attempts=1)
    fetch = _Fetch(shown, spool_dir, Validators(), limits, allow_private_hosts, None, connections, deadline)
    return _get(location, credentials, fetch)


def _get(location: str, credentials: Credentials, fetch: _Fetch) -> tuple[Document, Mapping[str, str]]:
    return _follow(*_parse(location, fetch.shown, credentials), fetch)


def _is_worth_another_attempt(error: Exception) -> bool:
    """Nothing answered, or the server has a fault. A server that says when to come again is not asked before."""
    if not isinstance(error, Retryable) or error.after_s is not None:
        return False
    return error.code == "FS-207" or error.parts["status"] not in _PASSING


def _parse(location: str, shown: str, credentials: Credentials) -> tuple[httpx.URL, Credentials]:
    """Parse an address; what it says in front of the ``@`` becomes Basic credentials, unless there are some."""
    try:
        url = httpx.URL(location)
    except (httpx.InvalidURL, ValueError):
        # Not chained: the text of the cause holds the address.
        raise Fatal("FS-205", location=shown, reason="this is no web address") from None
    if url.scheme not in _PORTS or not url.raw_host:
        raise Fatal("FS-205", location=shown, reason="this is no http:// or https:// address of a host")
    # httpx lets both pass: what no host can hold comes percent-encoded.
    if b"%" in url.raw_host or (url.port or 0) > 65535:
        raise Fatal("FS-205", location=shown, reason="this is no web address")
    if url.userinfo and credentials.basic is None:
        credentials = msgspec.structs.replace(credentials, basic=(url.username, url.password))
    return url.copy_with(username=None, password=None, fragment=None), credentials


def _follow(url: httpx.URL, credentials: Credentials, fetch: _Fetch) -> tuple[Document, Mapping[str, str]]:
    """Ask, follow redirects, and return the document and its headers. One attempt; errors as of :func:`fetch_http`."""
    wanted = condition(fetch.validators.etag, fetch.validators.last_modified)
    for _ in range(fetch.limits.redirects + 1):
        with _answer(url, credentials, fetch, wanted) as response:
            if response.status_code not in _REDIRECTS or "location" not in response.headers:
                return _document(response, url, credentials, fetch), response.headers
            target = response.headers["location"]
        before = url
        try:
            target = str(url.join(target))
        except (httpx.InvalidURL, ValueError):
            raise Fatal("FS-205", location=fetch.shown, reason="it redirects to what is no web address") from None
        # Credentials are meant for the place they were given for (RFC 9110, 15.4), so another one starts with none.
        url, fresh = _parse(target, fetch.shown, Credentials())
        if before.scheme == "https" and url.scheme == "http":
            reason = f"it redirects from https to http ({redact(target)})"
            raise Fatal("FS-205", location=fetch.shown, reason=reason)
        if _origin(before) != _origin(url) or fresh.basic is not None:
            credentials = fresh
    raise Fatal("FS-205", location=fetch.shown, reason=f"it redirects more than {fetch.limits.redirects} times")


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme]


@contextmanager
def _answer(
    url: httpx.URL, credentials: Credentials, fetch: _Fetch, wanted: dict[str, str]
) -> Iterator[httpx.Response]:
    """Connect to one checked address after the other until one answers, and give its response, unread."""
    origin = _, host, port = _origin(url)
    network = fetch.connections.network
    addresses = resolve(host, port, location=fetch.shown, allow=fetch.allow, resolver=network.resolver)
    limits = fetch.limits
    timeout = httpx.Timeout(limits.read_timeout_s, connect=limits.connect_timeout_s)
    transport = fetch.connections.to(origin)
    failure: httpx.TransportError | None = None
    for address in addresses:
        if time.monotonic() > fetch.deadline:
            break
        try:
            request = httpx.Request(
                "GET",
                url.copy_with(host=address),
                headers=_headers(url, credentials, wanted),
                extensions={"sni_hostname": host, "timeout": timeout.as_dict()},
            )
            if credentials.basic is not None:
                request = next(httpx.BasicAuth(*credentials.basic).auth_flow(request))
            response = transport.handle_request(request)
        except (httpx.InvalidURL, httpx.LocalProtocolError, UnicodeError):
            # Not chained: the text of the cause may be that of a secret header.
            reason = "the request cannot be made: a header or the address holds a character that is not allowed"
            raise Fatal("FS-205", location=fetch.shown, reason=reason) from None
        except httpx.TransportError as error:
            failure = error
            if not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
                break
        else:
            with closing(response):
                yield response
            return
    raise _unanswered(failure, fetch) from failure


def _headers(url: httpx.URL, credentials: Credentials, wanted: dict[str, str]) -> httpx.Headers:
    headers = httpx.Headers({"User-Agent": user_agent(), "Accept": "*/*"})
    headers.update(credentials.headers)
    # After those of the settings, because what follows is not theirs to say: the name the connection was checked for,
    # and codings that are undone within limits.
    headers.update({"Host": url.netloc.decode("ascii"), "Accept-Encoding": "gzip, identity"} | wanted)
    return headers


def _unanswered(failure: httpx.TransportError | None, fetch: _Fetch) -> Fatal | Retryable:
    limits = fetch.limits
    cause: BaseException | None = failure
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            reason = f"its certificate is not trusted: {cause.verify_message}"
            return Fatal("FS-205", location=fetch.shown, reason=reason)
        cause = cause.__cause__ or cause.__context__
    if failure is None:
        reason = f"it took longer than {limits.total_timeout_s:g} s"
    elif isinstance(failure, httpx.ConnectTimeout):
        reason = f"no connection within {limits.connect_timeout_s:g} s"
    elif isinstance(failure, httpx.TimeoutException):
        reason = f"no answer within {limits.read_timeout_s:g} s"
    elif isinstance(failure, httpx.ConnectError):
        reason = str(failure)
    else:
        reason = "the connection was closed, or what came is not HTTP"
    return Retryable("FS-207", location=fetch.shown, reason=reason)


def _document(response: httpx.Response, url: httpx.URL, credentials: Credentials, fetch: _Fetch) -> Document:
    """Make the document of a response that is no redirect."""
    status = response.status_code
    asked = fetch.validators
    if status == 304 and (asked.etag or asked.last_modified):
        return Document(
            location=fetch.shown,
            etag=sendable(response.headers.get("etag")) or asked.etag,
            last_modified=sendable(response.headers.get("last-modified")) or asked.last_modified,
            not_modified=True,
        )
    if status != 200:
        raise _status_error(response, fetch)
    codings = codings_of(response.headers.get("content-encoding"))
    if codings not in ([], ["gzip"], ["x-gzip"]):
        reason = f"the content coding {', '.join(codings)!r} was not asked for"
        raise Fatal("FS-205", location=fetch.shown, reason=reason)

    @contextmanager
    def reopen(wanted: dict[str, str]) -> Iterator[Part]:
        with _answer(url, credentials, fetch, wanted) as again:
            if again.status_code in _PASSING or again.status_code >= 500:
                raise _status_error(again, fetch)
            yield _part(again, fetch.limits)

    body = Body(_part(response, fetch.limits), reopen, fetch.limits, fetch.deadline)
    with closing(iter(body)) as chunks:
        spooled = spool(
            chunks,
            spool_dir=fetch.spool_dir,
            location=fetch.shown,
            announced=length_of(response.headers),
            limits=fetch.limits,
            deadline=fetch.deadline,
            progress=fetch.progress,
        )
    document = Document(
        path=spooled.path,
        location=fetch.shown,
        digest=spooled.sha256,
        size_bytes=spooled.size_bytes,
        mtime_ns=spooled.path.stat().st_mtime_ns,
        etag=sendable(body.headers.get("etag")),
        last_modified=sendable(body.headers.get("last-modified")),
        charset=charset_of(body.headers.get("content-type")),
        short=spooled.short,
    )
    if codings:
        return without_gzip_coding(document, spool_dir=fetch.spool_dir, limits=fetch.limits)
    return document


def _status_error(response: httpx.Response, fetch: _Fetch) -> Fatal | Retryable:
    status = response.status_code
    if status in _PASSING or status >= 500:
        after_s = retry_after_s(response.headers.get("retry-after"), datetime.now(UTC))
        return Retryable("FS-202", after_s=after_s, location=fetch.shown, status=status)
    return Fatal("FS-202", location=fetch.shown, status=status)


def _part(response: httpx.Response, limits: Limits) -> Part:
    return Part(response.status_code, response.headers, _raw(response, limits))


def _raw(response: httpx.Response, limits: Limits) -> Iterator[bytes]:
    """Give the body as it comes; ``EOFError`` with the reason when it stops before its end."""
    try:
        yield from response.iter_raw()
    except httpx.ReadTimeout:
        raise EOFError(f"nothing came for {limits.read_timeout_s:g} s") from None
    except httpx.TransportError:
        # h11 notices that fewer bytes came than Content-Length said, and that a chunked body has no last chunk.
        raise EOFError("the connection was closed before the end") from None
