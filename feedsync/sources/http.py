"""Feeds behind ``http://`` and ``https://``: one conditional GET, with its own redirects, retries and limits.

It trusts neither the network nor the server: addresses are checked before each connection (``addresses``), a body is
only ever read raw and in pieces (httpx inflates without a bound, so ``.content`` and ``.iter_bytes`` must never be used
on a feed), redirects and codings are followed by rules of its own, and the environment (proxies, .netrc) has no say.
This is the only module of the package that knows httpx.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import msgspec
import stamina

from feedsync.errors import Fatal, Retryable
from feedsync.sources.addresses import Resolver, resolve, system_resolver
from feedsync.sources.coding import without_gzip_coding
from feedsync.sources.document import Credentials, Document, Limits, Validators
from feedsync.sources.headers import retry_after_s, sendable, user_agent
from feedsync.sources.redact import redact
from feedsync.sources.spool import spool

_REDIRECTS: Final = (301, 302, 303, 307, 308)
_PASSING: Final = (408, 429)
_PORTS: Final = {"http": 80, "https": 443}


class Network(msgspec.Struct, frozen=True):
    """How the network is reached: the resolver, and the TLS settings (None: the certificates of certifi)."""

    resolver: Resolver = system_resolver
    tls: ssl.SSLContext | None = None


SYSTEM: Final = Network()


class _Fetch(msgspec.Struct, frozen=True):
    """What stays the same through redirects and retries."""

    shown: str
    spool_dir: Path
    validators: Validators
    limits: Limits
    allow: tuple[str, ...]
    progress: Callable[[int, int | None], None] | None
    network: Network
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
    shown = redact(location)
    url, credentials = _parse(location, shown, credentials)
    fetch = _Fetch(
        shown=shown,
        spool_dir=spool_dir,
        validators=validators,
        limits=limits,
        allow=allow_private_hosts,
        progress=progress,
        network=network,
        deadline=time.monotonic() + limits.total_timeout_s,
    )
    again = stamina.RetryingCaller(
        attempts=limits.attempts,
        timeout=limits.total_timeout_s,
        wait_initial=limits.backoff_s,
        wait_jitter=limits.backoff_s,
    )
    return again(_is_worth_another_attempt, _follow, url, credentials, fetch)


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


def _follow(url: httpx.URL, credentials: Credentials, fetch: _Fetch) -> Document:
    """Ask, follow redirects, and return the document. One attempt; errors as of :func:`fetch_http`."""
    for _ in range(fetch.limits.redirects + 1):
        with _answer(url, credentials, fetch) as response:
            if response.status_code not in _REDIRECTS or "location" not in response.headers:
                return _document(response, fetch)
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
def _answer(url: httpx.URL, credentials: Credentials, fetch: _Fetch) -> Iterator[httpx.Response]:
    """Connect to one checked address after the other until one answers, and give its response, unread."""
    _, host, port = _origin(url)
    addresses = resolve(host, port, location=fetch.shown, allow=fetch.allow, resolver=fetch.network.resolver)
    limits = fetch.limits
    timeout = httpx.Timeout(limits.read_timeout_s, connect=limits.connect_timeout_s)
    tls: ssl.SSLContext | bool = fetch.network.tls or True
    # The transport without httpx.Client on top: the client would log the address with its tokens, keep cookies, and
    # read the redirect before we do.
    with httpx.HTTPTransport(trust_env=False, verify=tls) as transport:
        failure: httpx.TransportError | None = None
        for address in addresses:
            if time.monotonic() > fetch.deadline:
                break
            try:
                request = httpx.Request(
                    "GET",
                    url.copy_with(host=address),
                    headers=_headers(url, credentials, fetch.validators),
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


def _headers(url: httpx.URL, credentials: Credentials, validators: Validators) -> httpx.Headers:
    headers = httpx.Headers({"User-Agent": user_agent(), "Accept": "*/*"})
    headers.update(credentials.headers)
    # After those of the settings, because what follows is not theirs to say: the name the connection was checked for,
    # and codings that are undone within limits.
    headers.update({"Host": url.netloc.decode("ascii"), "Accept-Encoding": "gzip, identity"})
    if validators.etag:
        headers["If-None-Match"] = validators.etag
    if validators.last_modified:
        headers["If-Modified-Since"] = validators.last_modified
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


def _document(response: httpx.Response, fetch: _Fetch) -> Document:
    """Make the document of a response that is no redirect."""
    status = response.status_code
    etag = sendable(response.headers.get("etag"))
    last_modified = sendable(response.headers.get("last-modified"))
    asked = fetch.validators
    if status == 304 and (asked.etag or asked.last_modified):
        return Document(
            location=fetch.shown,
            etag=etag or asked.etag,
            last_modified=last_modified or asked.last_modified,
            not_modified=True,
        )
    if status in _PASSING or status >= 500:
        after_s = retry_after_s(response.headers.get("retry-after"), datetime.now(UTC))
        raise Retryable("FS-202", after_s=after_s, location=fetch.shown, status=status)
    if status != 200:
        raise Fatal("FS-202", location=fetch.shown, status=status)
    named = response.headers.get_list("content-encoding", split_commas=True)
    codings = [coding.lower() for coding in named if coding.lower() not in ("", "identity")]
    if codings not in ([], ["gzip"], ["x-gzip"]):
        reason = f"the content coding {', '.join(codings)!r} was not asked for"
        raise Fatal("FS-205", location=fetch.shown, reason=reason)
    length = response.headers.get("content-length")
    spooled = spool(
        _raw(response, fetch.limits),
        spool_dir=fetch.spool_dir,
        location=fetch.shown,
        announced=None if length is None else int(length),
        limits=fetch.limits,
        deadline=fetch.deadline,
        progress=fetch.progress,
    )
    document = Document(
        path=spooled.path,
        location=fetch.shown,
        sha256=spooled.sha256,
        size_bytes=spooled.size_bytes,
        mtime_ns=spooled.path.stat().st_mtime_ns,
        etag=etag,
        last_modified=last_modified,
        charset=response.charset_encoding,
        short=spooled.short,
    )
    if codings:
        return without_gzip_coding(document, spool_dir=fetch.spool_dir, limits=fetch.limits)
    return document


def _raw(response: httpx.Response, limits: Limits) -> Iterator[bytes]:
    """Give the body as it comes; ``EOFError`` with the reason when it stops before its end."""
    try:
        yield from response.iter_raw()
    except httpx.ReadTimeout:
        raise EOFError(f"nothing came for {limits.read_timeout_s:g} s") from None
    except httpx.TransportError:
        # h11 notices that fewer bytes came than Content-Length said, and that a chunked body has no last chunk.
        raise EOFError("the connection was closed before the end") from None
